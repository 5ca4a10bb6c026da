"""Grant contracts as the lever reads them, and the days on which what they ask is due."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.reference.contracts import ContractRules

CONTRACTS: Mapping[str, Any] = {
    "parcel_code": pl.String,
    "contract_number": pl.String,
    "signed_on": pl.Date,
    "start_by": pl.Date,
    "started_on": pl.Date,
    "complete_by": pl.Date,
    "completed_on": pl.Date,
    "extended_to": pl.Date,
    "reach_by": pl.Date,
    **dict.fromkeys(
        (
            "tax_wan_yuan_per_mu",
            "output_wan_yuan_per_mu",
            "investment_wan_yuan_per_mu",
            "investment_total_wan_yuan",
            "energy_tce_per_wan_yuan",
            "far",
            "far_max",
            "coverage",
            "coverage_max",
            "height_max_m",
            "price_wan_yuan",
            "penalty_per_day",
        ),
        pl.Float64,
    ),
    **dict.fromkeys(
        (
            "industries",
            "leasing_clause",
            "leasing_condition",
            "transfer_clause",
            "transfer_condition",
            "uplift_clause",
            "uplift_condition",
        ),
        pl.String,
    ),
}
"""The contract in force of a parcel, one row each; every column but the code may be null: not known."""


def with_due_days(contracts: pl.DataFrame, rules: ContractRules) -> pl.DataFrame:
    """Return the contracts with ``start_due``, ``completion_due``, ``reach_due`` and ``promises_after``.

    An extension puts completion off, the start by as many days if the rules say so, and full production
    never lies before completion. Promises of a year count from the first whole year after
    ``promises_after``.
    """
    completion = pl.max_horizontal("complete_by", "extended_to")
    put_off = (completion - pl.col("complete_by")).fill_null(pl.duration(days=0))
    start = pl.col("start_by") + put_off if rules.extension.shifts_start else pl.col("start_by")
    due = contracts.with_columns(
        start.alias("start_due"),
        completion.alias("completion_due"),
        pl.when(pl.col("reach_by").is_not_null())
        .then(pl.max_horizontal("reach_by", completion))
        .alias("reach_due"),
    )
    days = {"reach_by": "reach_due", "complete_by": "completion_due"}
    return due.with_columns(pl.coalesce(days[name] for name in rules.due.after).alias("promises_after"))
