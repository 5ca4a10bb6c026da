"""What the floor area of a scenario would bring: at the parcel's own productivity and at its cohort's."""

from collections.abc import Sequence

import polars as pl

from service.levers.industries import division_of
from service.levers.uplift.candidates import FORBIDS
from service.reference.uplift import Cohort, Scenario

AMOUNTS = ("output", "tax")
PARK = "park"
"""The cohort where the industry group has too few."""


def cohorts(parcels: pl.DataFrame, rule: Cohort) -> pl.DataFrame:
    """Return the parcels with ``cohort``, ``cohort_parcels`` and ``cohort_…`` of the amounts per m² of floor.

    The median of the parcels of the rule's grades in the same industry group (in the same division where
    there is none), else of all of these grades in the park.
    """
    industry = pl.coalesce("industry_group", division_of(pl.col("industry")))
    parcels = parcels.with_columns(
        industry.alias("of_industry"), *(_per_floor(name).alias(f"own_{name}") for name in AMOUNTS)
    )
    good = parcels.filter(
        pl.col("grade").is_in(list(rule.grades)),
        pl.all_horizontal(pl.col(f"own_{name}").is_not_null() for name in AMOUNTS),
    )
    medians = [pl.col(f"own_{name}").median().alias(f"cohort_{name}") for name in AMOUNTS]
    size = pl.len().cast(pl.Int64).alias("cohort_parcels")
    groups = good.group_by("of_industry").agg(size, *medians)
    groups = groups.filter(pl.col("cohort_parcels") >= rule.at_least, pl.col("of_industry").is_not_null())
    told = parcels.join(groups, on="of_industry", how="left", maintain_order="left")
    park = good.select(size, *medians).row(0, named=True)
    in_group = pl.col("cohort_parcels").is_not_null()
    return told.with_columns(
        pl.when(in_group).then("of_industry").otherwise(pl.lit(PARK)).alias("cohort"),
        *(pl.when(in_group).then(name).otherwise(pl.lit(value)).alias(name) for name, value in park.items()),
    )


def scenarios(parcels: pl.DataFrame, wanted: Sequence[Scenario]) -> pl.DataFrame:
    """Return a row for every parcel and scenario, in these orders.

    ``floor_added_m2`` = (min(target, allowed) − present) × land, never below zero, null where one is not
    known or the contract forbids it; ``extra_…_own`` and ``extra_…_cohort`` = that × the amount per m² of
    floor, in 万元.
    """
    rows = [parcels.with_columns(_scenario(each), target_far=_target(each)) for each in wanted]
    table = pl.concat(rows) if rows else parcels.clear()
    ratio = pl.min_horizontal("target_far", "allowed_far") - pl.col("present_far")
    # what neither limit tells has no floor area, whatever the target
    told = pl.col("allowed_far").is_not_null() & (pl.col("land_area_m2") > 0)
    told &= (pl.col("unknown_room") != FORBIDS).fill_null(True)
    added = pl.when(told).then((ratio * pl.col("land_area_m2")).round(2).clip(0))
    table = table.with_columns(added.alias("floor_added_m2"))
    gains = [
        (pl.col("floor_added_m2") * pl.col(f"{whose}_{name}")).round(4).alias(f"extra_{name}_{whose}")
        for whose in ("own", "cohort")
        for name in AMOUNTS
    ]
    return table.with_columns(gains)


def _scenario(each: Scenario) -> pl.Expr:
    return pl.lit(each.code).alias("scenario")


def _target(each: Scenario) -> pl.Expr:
    return pl.lit(each.target, dtype=pl.Float64)


def _per_floor(name: str) -> pl.Expr:
    return pl.when(pl.col("present_floor_m2") > 0).then(pl.col(name) / pl.col("present_floor_m2"))
