"""The report's tables from what was worked out per parcel and scenario."""

from collections.abc import Sequence

import polars as pl

from service.features.table import Property
from service.levers.uplift import columns
from service.levers.uplift.candidates import FORBIDS
from service.levers.uplift.limits import LIMITS
from service.reference.uplift import UpliftRules

GAINS = ("floor_added_m2", "extra_output_own", "extra_tax_own", "extra_output_cohort", "extra_tax_cohort")


def ranked(told: pl.DataFrame, by: pl.DataFrame, rules: UpliftRules) -> pl.DataFrame:
    """Return the candidates in the order of the extra tax at their own productivity, ties by code.

    :param by: their rows of the scenario that ranks them
    """
    floor = (pl.col("allowed_far") * pl.col("land_area_m2")).clip(0)
    land = pl.min_horizontal("contract_office_share_max", pl.lit(rules.office_land.value))
    table = told.join(by.select("parcel_code", *GAINS), on="parcel_code", how="left", maintain_order="left")
    table = table.with_columns(
        pl.col("far").alias("recorded_far"),
        (land * pl.col("land_area_m2")).round(2).alias("office_land_max_m2"),
        (rules.office_floor.value * floor).round(2).alias("office_floor_max_m2"),
    ).sort("extra_tax_own", "parcel_code", descending=[True, False], nulls_last=True)
    return chosen(
        table.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("place")), columns.CANDIDATE
    )


def limits(told: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every candidate and limit, in their order."""
    rows = [
        told.with_columns(
            pl.lit(code).alias("limit"),
            pl.col(f"limit_{code}").alias("limit_far"),
            (pl.col(f"limit_{code}") * pl.col("land_area_m2")).round(2).alias("allowed_floor_m2"),
            (pl.col("binding") == code).fill_null(False).alias("binds"),
            pl.col(f"limit_{code}").is_not_null().alias("known"),
            pl.lit(place).alias("order"),
        )
        for place, code in enumerate(LIMITS)
    ]
    return chosen(pl.concat(rows).sort("parcel_code", "order"), columns.LIMIT)


def towns(rows: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """Return the sums of every scenario, of the park first and then of every town, of what is known.

    Who is forbidden by contract to add floor is not among the candidates that are counted.
    """
    rows = rows.filter((pl.col("unknown_room") != FORBIDS).fill_null(True))
    sums = [
        pl.len().cast(pl.Int64).alias("candidates"),
        pl.col("floor_added_m2").is_not_null().sum().cast(pl.Int64).alias("told"),
        *(
            pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum().round(4)).alias(name)
            for name in GAINS
        ),
    ]
    place = pl.col("scenario").replace_strict(list(order), range(len(order)), return_dtype=pl.Int64)
    park = rows.group_by("scenario").agg(sums).with_columns(town=pl.lit(None, dtype=pl.String))
    of_towns = rows.filter(pl.col("town").is_not_null()).group_by("town", "scenario").agg(sums)
    together = pl.concat([park, of_towns], how="diagonal").with_columns(place=place)
    return chosen(together.sort("town", "place", nulls_last=False), columns.TOWN)


def chosen(table: pl.DataFrame, properties: Sequence[Property]) -> pl.DataFrame:
    """Return the columns of a table of the report, in their order."""
    return table.select(each.name for each in properties)
