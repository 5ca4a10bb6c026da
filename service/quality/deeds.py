"""One total on several deeds (同一数额重复): areas, deed numbers and figures that stand on many parcels."""

from collections.abc import Iterator

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, of_rows
from service.quality.tables import Tables


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield repeated areas of a holder, repeated deed numbers, and repeated figures of an enterprise."""
    yield from _areas(tables, rules)
    yield from _numbers(tables)
    yield from _figures(tables)


def _areas(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """The same area of one holder, more than the outline of at least one of the parcels has.

    Two equal lots of one holder are nothing to wonder about.
    """
    for kind in ("registered", "contract"):
        code = f"{kind}_area_repeated"
        recorded = pl.col(f"{kind}_area_m2").round(2)
        rows = tables["parcels"].select(
            "parcel_code", "holder", recorded_area_m2=recorded, computed_area_m2="geodesic_area_m2"
        )
        rows = (
            rows.filter(pl.col("recorded_area_m2") > 0)
            .drop_nulls("holder")
            .with_columns(off=pl.col("recorded_area_m2") / pl.col("computed_area_m2") - 1)
        )
        over = ("holder", "recorded_area_m2")
        rows = rows.with_columns(
            parcels=pl.len().over(over),
            off=pl.col("off").max().over(over),
            together_area_m2=pl.col("computed_area_m2").sum().over(over),
        )
        rows = rows.filter(pl.col("parcels") > 1, pl.col("off") > rules.tolerance(code, "share"))
        measured = ("recorded_area_m2", "computed_area_m2", "together_area_m2", "parcels", "holder")
        yield from of_rows(code, rows, measured, outlines=tables.outlines)


def _numbers(tables: Tables) -> Iterator[Finding]:
    rows = tables["parcels"].drop_nulls("unit_code").with_columns(parcels=pl.len().over("unit_code"))
    rows = rows.filter(pl.col("parcels") > 1)
    yield from of_rows("unit_code_repeated", rows, ("unit_code", "parcels"), outlines=tables.outlines)


def _figures(tables: Tables) -> Iterator[Finding]:
    """Parcels with the same amount that belong to one enterprise: named by the figure, or holding them."""
    figures = tables["figures"].filter(pl.col("subject_kind") == "parcel", pl.col("value") != 0)
    given = figures.select("metric", "value", parcel_code="subject_code", uscc="part_of")
    holders = tables.held().select("parcel_code", "uscc").unique()
    held = given.filter(pl.col("uscc").is_null()).drop("uscc").join(holders, on="parcel_code")
    columns = ("parcel_code", "uscc", "metric", "value")
    rows = pl.concat([given.drop_nulls("uscc").select(columns), held.select(columns)]).unique()
    rows = rows.with_columns(parcels=pl.len().over("uscc", "metric", "value")).filter(pl.col("parcels") > 1)
    yield from of_rows(
        "figure_repeated",
        rows.select("parcel_code", "uscc", "metric", "parcels", amount_minor="value"),
        ("amount_minor", "parcels"),
        other=("enterprise", "uscc"),
        metric="metric",
        period=tables.period,
        outlines=tables.outlines,
    )
