"""Buildings (建筑物) against parcels: where they stand, and how much floor they have together."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import shapely

from service.domain.quality import Rules
from service.quality.findings import Finding, Subject, of_rows
from service.quality.measuring import areas_m2, polygonal
from service.quality.tables import Tables


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield buildings outside all parcels, across two, on another than recorded, and differing floor areas.

    A building belongs to the parcel on which most of it stands, else to the one that it was handed over for.
    """
    standing = _standing(tables)
    yield from _places(standing, tables, rules)
    yield from _floors(standing, tables, rules)


def _standing(tables: Tables) -> pl.DataFrame:
    """Per building and parcel the share of the outline that stands on it; also for neighbours' parcels."""
    schema = {"building_code": pl.String, "on": pl.String, "share": pl.Float64}
    parcels = {**tables.neighbours, **tables.outlines}
    if not parcels or not tables.buildings:
        return pl.DataFrame(schema=schema)
    codes, names = sorted(parcels), sorted(tables.buildings)
    land = np.array([parcels[code] for code in codes], dtype=object)
    houses = np.array([tables.buildings[name] for name in names], dtype=object)
    house, parcel = shapely.STRtree(land).query(houses, predicate="intersects")
    common = areas_m2(polygonal(shapely.intersection(houses[house], land[parcel])))
    shares = common / np.maximum(areas_m2(houses)[house], 1e-9)
    return pl.DataFrame(
        {
            "building_code": [names[index] for index in house.tolist()],
            "on": [codes[index] for index in parcel.tolist()],
            "share": shares,
        },
        schema=schema,
    ).sort("building_code", pl.col("share"), "on", descending=[False, True, False])


def _places(standing: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    inside = standing.group_by("building_code", maintain_order=True).agg(
        pl.col("on").first(),
        pl.col("share").first().alias("share"),
        pl.col("share").sum().clip(upper_bound=1.0).alias("inside"),
        pl.col("on").get(1, null_on_oob=True).alias("second"),
        pl.col("share").get(1, null_on_oob=True).fill_null(0.0).alias("second_share"),
    )
    rows = tables["buildings"].filter(pl.col("building_code").is_in(list(tables.buildings)))
    rows = rows.join(inside, on="building_code", how="left")
    ours = list(tables.outlines)
    rows = rows.with_columns(outside_share=1 - pl.col("inside").fill_null(0.0)).filter(
        pl.col("on").is_null() | pl.any_horizontal(pl.col("on", "second", "parcel_code").is_in(ours))
    )
    code = "building_outside"
    yield from of_rows(
        code,
        rows.filter(pl.col("outside_share") > rules.tolerance(code, "outside_share")),
        ("outside_share",),
        kind="building",
        subject="building_code",
        other=("parcel", "on"),
        outlines=tables.buildings,
        place="building_code",
    )
    code = "building_across"
    across = rows.filter(pl.col("second_share") > rules.tolerance(code, "second_share"))
    yield from of_rows(
        code,
        across.with_columns(second_parcel="second"),
        ("share", "second_share", "second_parcel"),
        kind="building",
        subject="building_code",
        other=("parcel", "on"),
        outlines=tables.buildings,
        place="building_code",
    )
    code = "building_elsewhere"
    moved = rows.filter(
        pl.col("parcel_code").is_not_null(),
        pl.col("on") != pl.col("parcel_code"),
        pl.col("share") > rules.tolerance(code, "share"),
    )
    yield from of_rows(
        code,
        moved.with_columns(recorded_parcel="parcel_code"),
        ("share", "recorded_parcel"),
        kind="building",
        subject="building_code",
        other=("parcel", "on"),
        outlines=tables.buildings,
        place="building_code",
    )


def _floors(standing: pl.DataFrame, tables: Tables, rules: Rules) -> Iterator[Finding]:
    code = "buildings_floor_differs"
    mostly = standing.group_by("building_code", maintain_order=True).first().select("building_code", "on")
    houses = tables["buildings"].join(mostly, on="building_code", how="left")
    houses = houses.with_columns(parcel_code=pl.coalesce("on", "parcel_code")).drop_nulls("parcel_code")
    # the floor of all, or nothing can be said
    sums = houses.group_by("parcel_code").agg(
        pl.when(pl.col("floor_area_m2").is_not_null().all())
        .then(pl.col("floor_area_m2").sum())
        .alias("buildings_area_m2"),
        pl.len().alias("buildings"),
    )
    rows = (
        tables["parcels"].select("parcel_code", parcel_area_m2="floor_area_m2").join(sums, on="parcel_code")
    )
    off = (pl.col("buildings_area_m2") - pl.col("parcel_area_m2")).abs()
    rows = rows.with_columns(difference_m2=off).filter(
        off > rules.tolerance(code, "area_m2"),
        off > rules.tolerance(code, "share") * pl.max_horizontal("buildings_area_m2", "parcel_area_m2"),
    )
    for row in rows.iter_rows(named=True):
        measured = {name: row[name] for name in rows.columns if name != "parcel_code"}
        place = row["parcel_code"]
        yield Finding(code, Subject("parcel", place), measured, geometry=tables.outlines.get(place))
