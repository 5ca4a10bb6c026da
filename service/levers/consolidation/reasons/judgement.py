"""A reason judged by one yardstick, and what all yardsticks measure with."""

from dataclasses import dataclass, replace

import polars as pl

AREA, FAR, COVERAGE = pl.col("land_area_m2"), pl.col("far"), pl.col("coverage")
BUILT, BARE = pl.col("built"), pl.col("bare")


@dataclass(frozen=True)
class Judgement:
    """A reason by one yardstick; ``holds`` is null where ``missing`` says what is."""

    reason: str
    basis: str
    holds: pl.Expr
    missing: pl.Expr
    measured: pl.Expr
    norm: pl.Expr
    unit: str
    idle: pl.Expr
    rests_on: str = "land"
    verified: pl.Expr = pl.lit(True)  # noqa: RUF009 - an expression does not change


def idle_ha(norm: pl.Expr, actual: pl.Expr, area_m2: pl.Expr) -> pl.Expr:
    """Return the equivalent idle hectares (折算闲置面积) of an area below a norm; null without one."""
    return pl.when(norm > 0).then(((norm - actual) / norm).clip(0) * area_m2 / 10_000)


def first_missing(**known: pl.Expr) -> pl.Expr:
    """Return the name of the first that is null."""
    return pl.coalesce(
        *(pl.when(value.is_null()).then(pl.lit(name)) for name, value in known.items()),
        pl.lit("land_area"),
    )


def not_fully_used(by_ratio: Judgement, basis: str) -> Judgement:
    """Return 用而未尽 by a judgement of the floor-area ratio; of land that is not built on it is none."""
    used = (FAR > 0).fill_null(True) & ~BARE.fill_null(False)
    return replace(by_ratio, reason="not_fully_used", basis=basis, holds=used & by_ratio.holds)
