"""Grant contracts as the lever reads them."""

from collections.abc import Mapping
from typing import Any

import polars as pl

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
