"""Recorded areas and ratios (登记数据) against each other and against the outline."""

from collections.abc import Iterator

import polars as pl

from service.domain.quality import Rules
from service.quality.findings import Finding, of_rows
from service.quality.tables import Tables

RECORDED = ("registered", "approved", "contract", "surveyed")
"""The areas that should be the outline's; occupied land may well be less."""


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield recorded against geodesic areas, contract against register, and ratios against their limits."""
    yield from _areas(tables, rules)
    yield from _contracts(tables, rules)
    yield from _ratios(tables, rules)


def _areas(tables: Tables, rules: Rules) -> Iterator[Finding]:
    computed = pl.col("geodesic_area_m2")
    for kind in RECORDED:
        code = f"{kind}_area_differs"
        rows = tables["parcels"].with_columns(
            recorded_area_m2=pl.col(f"{kind}_area_m2"), computed_area_m2=computed
        )
        rows = rows.with_columns(share=(pl.col("recorded_area_m2") - computed).abs() / computed)
        yield from of_rows(
            code,
            rows.filter(pl.col("share") > rules.tolerance(code, "share")),
            ("recorded_area_m2", "computed_area_m2", "share"),
            outlines=tables.outlines,
        )


def _contracts(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """The contract's own area if there is one, else the register's note of it."""
    code = "contract_register_area_differs"
    signed = tables["contracts"].select("parcel_code", pl.col("area_m2").alias("signed"))
    rows = tables["parcels"].join(signed, on="parcel_code", how="left")
    rows = rows.with_columns(agreed_area_m2=pl.coalesce("signed", "contract_area_m2"))
    agreed, registered = pl.col("agreed_area_m2"), pl.col("registered_area_m2")
    rows = rows.filter(agreed > 0).with_columns(share=(registered - agreed).abs() / agreed)
    rows = rows.filter(
        pl.col("share") > rules.tolerance(code, "share"),
        (registered - agreed).abs() > rules.tolerance(code, "area_m2"),
    )
    measured = ("agreed_area_m2", "registered_area_m2", "share")
    yield from of_rows(code, rows, measured, outlines=tables.outlines)


def _ratios(tables: Tables, rules: Rules) -> Iterator[Finding]:
    limits = tables["contracts"].select(
        "parcel_code",
        pl.col("far_max").alias("contract_far_max"),
        pl.col("coverage_max").alias("contract_coverage_max"),
    )
    land = pl.coalesce(
        pl.when(pl.col("registered_area_m2") > 0).then(pl.col("registered_area_m2")), "geodesic_area_m2"
    )
    rows = tables["parcels"].join(limits, on="parcel_code", how="left").with_columns(land_area_m2=land)
    rows = rows.filter(pl.col("land_area_m2") > 0).with_columns(
        computed_far=pl.col("floor_area_m2") / pl.col("land_area_m2"),
        coverage=pl.col("footprint_area_m2") / pl.col("land_area_m2"),
    )
    # what is recorded counts; what follows from the areas where nothing is
    rows = rows.with_columns(far_in_effect=pl.coalesce("far", "computed_far"))
    off = (pl.col("far") - pl.col("computed_far")).abs()
    code = "far_differs"
    yield from of_rows(
        code,
        rows.filter(
            off > rules.tolerance(code, "far"),
            off > rules.tolerance(code, "share") * pl.max_horizontal("far", "computed_far"),
        ),
        ("far", "computed_far", "floor_area_m2", "land_area_m2"),
        outlines=tables.outlines,
    )
    for code, amount, limit in (
        ("far_above_limit", "far_in_effect", "far_limit"),
        ("far_above_contract", "far_in_effect", "contract_far_max"),
        ("coverage_above_limit", "coverage", "coverage_max"),
        ("coverage_above_contract", "coverage", "contract_coverage_max"),
    ):
        name = "far" if amount == "far_in_effect" else amount
        over = rows.filter(pl.col(amount) > pl.col(limit) + rules.tolerance(code, name))
        over = over.select("parcel_code", pl.col(amount).alias(name), pl.col(limit).alias("limit"))
        yield from of_rows(code, over, (name, "limit"), outlines=tables.outlines)
