"""Numbers in place of codes: a million parcels are joined several times, and whole numbers join faster.

Numbers follow the order of the codes, so that a tie decided by number is a tie decided by code. They are
given when a snapshot is made and mean something only within it.
"""

from collections.abc import Mapping

import polars as pl
from polars import selectors as cs

from service.domain.tables import SNAPSHOT

_FIGURES = ("parcel_figures", "parcel_figures_before")
_TOTALS = ("enterprise_figures", "enterprise_figures_before")


def numbered(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the tables of a snapshot with the columns that `service.domain.tables.SNAPSHOT` calls numbers.

    ``parcel`` and ``enterprise`` number the codes; ``here`` tells the parcels of the district; ``several``
    the holdings that more than one row speaks of. ``places`` and ``firms`` lead back to the codes.
    """
    given = dict(tables)
    places = [given[name]["parcel_code"] for name in ("parcels", "contracts", "occupancies", *_FIGURES)]
    firms = [given[name]["uscc"] for name in ("enterprises", "occupancies", *_TOTALS)]
    firms += [given[name]["part_of"].rename("uscc").replace("", None) for name in _FIGURES]
    parcels = _numbers(places, "parcel_code", "parcel")
    enterprises = _numbers(firms, "uscc", "enterprise")
    here = given["parcels"].select("parcel_code", here=pl.lit(True))
    by_parcel = ("parcels", "contracts", "occupancies", *_FIGURES)
    by_enterprise = ("enterprises", "occupancies", *_TOTALS)
    given |= {"places": parcels, "firms": enterprises}
    for name in by_parcel:
        given[name] = _joined(given[name], parcels, "parcel_code")
    for name in by_enterprise:
        given[name] = _joined(given[name], enterprises, "uscc")
    for name in _FIGURES:
        given[name] = _joined(given[name], enterprises.rename({"uscc": "part_of"}), "part_of")
    for name in ("occupancies", *_FIGURES):
        known = _joined(given[name], here, "parcel_code")
        given[name] = known.with_columns(pl.col("here").fill_null(False))
    given["occupancies"] = given["occupancies"].with_columns(
        (pl.col("parcel") * 2**32 + pl.col("enterprise")).is_duplicated().alias("several")
    )
    return {name: table.select(*SNAPSHOT[name], cs.exclude(*SNAPSHOT[name])) for name, table in given.items()}


def _numbers(columns: list[pl.Series], code: str, number: str) -> pl.DataFrame:
    codes = pl.concat(columns).drop_nulls().unique().sort()
    return pl.DataFrame({code: codes, number: pl.int_range(len(codes), eager=True, dtype=pl.Int64)})


def _joined(table: pl.DataFrame, numbers: pl.DataFrame, on: str) -> pl.DataFrame:
    return table.drop(set(numbers.columns) - {on}, strict=False).join(
        numbers, on=on, how="left", maintain_order="left"
    )
