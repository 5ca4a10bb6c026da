"""Who is a candidate: by the evaluation's scheme, and by what the lever itself finds, with the evidence."""

from collections.abc import Sequence

import polars as pl

from service.reference.uplift import Candidate

FORBIDS = "contract_forbids"

NO_ROOM = (
    (FORBIDS, pl.col("uplift_clause") == "forbidden"),
    ("land_area_missing", pl.col("land_area_m2").is_null()),
    ("land_area_zero", pl.col("land_area_m2") <= 0),
    ("far_missing", pl.col("present_far").is_null()),
    ("far_limit_zero", pl.col("allowed_far").is_null() & (pl.col("far_limit") == 0)),
    ("far_limit_missing", pl.col("allowed_far").is_null()),
)
"""Why no floor area can be told that could be added: code, and when it holds."""


def candidates(parcels: pl.DataFrame, rule: Candidate) -> pl.DataFrame:
    """Return the parcels with the evidence and what follows from it.

    Adds ``efficient``, ``far_below_limit`` and ``growing`` (each null when not known), ``found`` when all
    three hold, false when one does not, else null; ``found_by``: scheme, lever, both, or null for no
    candidate; ``unknown_room``: the reason of `NO_ROOM`, null where there is none.
    """
    growths = [pl.col(f"growth_{metric}") >= rule.growth_at_least for metric in rule.growth_of]
    reason = pl.coalesce(pl.when(holds).then(pl.lit(code)) for code, holds in NO_ROOM)
    told = parcels.with_columns(
        pl.when(pl.col("grade").is_not_null())
        .then(pl.col("grade").is_in(list(rule.grades)))
        .alias("efficient"),
        (pl.col("present_far") <= rule.far_at_most * pl.col("allowed_far")).alias("far_below_limit"),
        _any_known(growths).alias("growing"),
        reason.alias("unknown_room"),
    )
    told = told.with_columns(
        pl.all_horizontal("efficient", "far_below_limit", "growing").alias("found"),
    )
    by_scheme, by_lever = pl.col("far_uplift").fill_null(False), pl.col("found").fill_null(False)
    return told.with_columns(
        pl.when(by_scheme & by_lever)
        .then(pl.lit("both"))
        .when(by_scheme)
        .then(pl.lit("scheme"))
        .when(by_lever)
        .then(pl.lit("lever"))
        .alias("found_by")
    )


def _any_known(growths: Sequence[pl.Expr]) -> pl.Expr:
    """True when any grows, false when all that are known do not, null when none is known."""
    known = pl.any_horizontal(each.is_not_null() for each in growths)
    return pl.when(known).then(pl.any_horizontal(each.fill_null(False) for each in growths))
