"""The floor area that counts in the floor-area ratio (计容建筑面积): high storeys count more than once."""

import polars as pl

from service.reference.uplift import TallStorey


def counted(parcels: pl.DataFrame, buildings: pl.DataFrame, rule: TallStorey) -> pl.DataFrame:
    """Return the parcels with what the storeys of their buildings tell.

    Adds ``present_floor_m2``, the floor area that is recorded, else ratio × land; ``tall_floor_m2``, that of
    storeys higher than the rule's; ``counted_far`` with it counted as the rule says, null when no storey is
    known; ``storeys_known``, whether that of every building is; and ``present_far``, the greater of the
    recorded ratio and the counted one: registers that count a high hall once would promise what may not be
    built.
    """
    storey = pl.when(pl.col("floors") > 0).then(pl.col("height_m") / pl.col("floors"))
    tall = storey > rule.above_m
    extra = pl.when(tall).then(pl.col("floor_area_m2")).when(~tall).then(0.0)
    found = buildings.group_by("parcel_code").agg(
        extra.sum().alias("tall_floor_m2"),
        extra.is_not_null().any().alias("any_known"),
        extra.is_not_null().all().alias("storeys_known"),
    )
    floor = pl.coalesce("floor_area_m2", pl.col("far") * pl.col("land_area_m2"))
    told = parcels.with_columns(floor.alias("present_floor_m2"))
    told = told.join(found, on="parcel_code", how="left", maintain_order="left")
    counts = pl.col("present_floor_m2") + pl.col("tall_floor_m2") * (rule.counts - 1)
    ratio = pl.when(pl.col("any_known") & (pl.col("land_area_m2") > 0)).then(counts / pl.col("land_area_m2"))
    return told.with_columns(
        pl.when("any_known").then("tall_floor_m2").alias("tall_floor_m2"),
        ratio.alias("counted_far"),
        pl.col("storeys_known").fill_null(False),
    ).with_columns(
        # where nothing is high, the recorded ratio stands as it is
        pl.when(pl.col("tall_floor_m2") > 0)
        .then(pl.max_horizontal("far", "counted_far"))
        .otherwise("far")
        .alias("present_far")
    )
