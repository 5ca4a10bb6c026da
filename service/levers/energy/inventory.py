"""What inspections listed: the latest inventory of each firm, and on which parcels its items stand."""

from collections.abc import Mapping

import polars as pl

ITEMS = {
    "uscc": pl.String,
    "parcel_code": pl.String,
    "period": pl.String,
    "kind": pl.String,
    "item": pl.String,
    "quantity": pl.Float64,
    "capacity_kva": pl.Float64,
    "commissioned_on": pl.Date,
    "inspected_on": pl.Date,
    "equipment_kind": pl.String,
    "model": pl.String,
    "power_kw": pl.Float64,
    "hours_per_year": pl.Float64,
    "load_share": pl.Float64,
    "efficiency_class": pl.String,
    "fuel": pl.String,
    "roof_area_m2": pl.Float64,
    "installed_kwp": pl.Float64,
}
"""The columns of the inspection feed that are read; ``parcel_code`` null when not told."""

Places = Mapping[str, list[tuple[str, float]]]
"""Firm → its parcels here, with their shares of it."""


def dated(items: pl.DataFrame, year: int) -> pl.DataFrame:
    """Return the rows of inspections of a year or before, with ``year``; what names no year is left out."""
    named = items.with_columns(year=pl.col("period").str.slice(0, 4).cast(pl.Int64, strict=False))
    return named.filter(pl.col("year") <= year)


def latest(items: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Return the items of a kind from the latest inspection of each firm that listed any, by firm."""
    of_kind = items.filter(pl.col("kind") == kind)
    newest = pl.col("year") == pl.col("year").max().over("uscc")
    return of_kind.filter(newest).sort("uscc", "parcel_code", "item")


def places(shares: pl.DataFrame) -> Places:
    """Return the parcels of every firm, by code; ``parcel_code uscc share``, a share may be null."""
    known = shares.filter(pl.col("uscc") != "", pl.col("share") > 0)
    by_firm: dict[str, list[tuple[str, float]]] = {}
    summed = known.group_by("uscc", "parcel_code").agg(pl.col("share").sum()).sort("uscc", "parcel_code")
    for uscc, code, share in summed.select("uscc", "parcel_code", "share").iter_rows():
        by_firm.setdefault(uscc, []).append((code, min(share, 1.0)))
    return by_firm


def standing(uscc: str, stated: str | None, at: Places, known: frozenset[str]) -> list[tuple[str, float]]:
    """Return where an item stands: on the parcel that is stated, else by its firm's shares; none if unknown.

    ``known`` are the parcels of the evaluation; on any other it does not stand here.
    """
    if stated:
        return [(stated, 1.0)] if stated in known else []
    return at.get(uscc, [])
