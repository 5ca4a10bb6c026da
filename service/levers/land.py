"""Land as figures are set beside it: mu 亩, and the share of it that buildings cover (建筑系数)."""

import polars as pl

from service.domain.areas import SQUARE_METRES_PER_MU

_M2 = float(SQUARE_METRES_PER_MU)


def in_mu(area_m2: pl.Expr) -> pl.Expr:
    """Return an area of m² in mu."""
    return area_m2 / _M2


def coverage() -> pl.Expr:
    """Return ``footprint_area_m2`` ÷ ``land_area_m2``; null without land."""
    land = pl.col("land_area_m2")
    return pl.when(land > 0).then(pl.col("footprint_area_m2") / land)
