"""Grant contracts as the lever reads them, and the days on which what they ask is due."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.levers import promises
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
    """Return the contracts with the days of `service.levers.promises.with_due_days`, and ``start_due``.

    An extension of the completion puts the start off by as many days, if the rules say so.
    """
    due = promises.with_due_days(contracts, rules)
    put_off = (pl.col("completion_due") - pl.col("complete_by")).fill_null(pl.duration(days=0))
    start = pl.col("start_by") + put_off if rules.extension.shifts_start else pl.col("start_by")
    return due.with_columns(start.alias("start_due"))
