"""The tables that the lever reads; every column but the codes may be null, which means not known."""

from collections.abc import Mapping
from typing import Any

import polars as pl

Schema = Mapping[str, Any]

PARCELS: Schema = {
    "parcel_code": pl.String,
    "town": pl.String,
    "status": pl.String,
    "grade": pl.String,
    "industry": pl.String,
    "industry_group": pl.String,
    "land_area_m2": pl.Float64,
    "floor_area_m2": pl.Float64,
    "far": pl.Float64,
    "far_limit": pl.Float64,  # by the plan
    "far_uplift": pl.Boolean,
    "tax": pl.Float64,  # 万元
    "output": pl.Float64,  # 万元
}
"""Parcels of an evaluation, with its amounts."""

TERMS: Schema = {
    "parcel_code": pl.String,
    "plan_coverage_max": pl.Float64,
    "plan_green_min": pl.Float64,
    "plan_height_max_m": pl.Float64,
    "contract_far_max": pl.Float64,
    "contract_coverage_max": pl.Float64,
    "contract_green_min": pl.Float64,
    "contract_height_max_m": pl.Float64,
    "contract_office_share_max": pl.Float64,
    "uplift_clause": pl.String,
    "let": pl.Boolean,  # whether others than the holder use floor of it
}
"""What plan and contract say of a parcel, one row each; shares are 0…1."""

BUILDINGS: Schema = {
    "parcel_code": pl.String,
    "floors": pl.Int64,
    "height_m": pl.Float64,
    "floor_area_m2": pl.Float64,
}
"""Buildings on the parcels."""

SHARES: Schema = {"parcel_code": pl.String, "uscc": pl.String, "share": pl.Float64}
"""Which share of a firm's figures a parcel has."""

FIRMS: Schema = {"uscc": pl.String, "metric": pl.String, "now": pl.Float64, "before": pl.Float64}
"""Figures of firms, of the evaluated year and of the year before, in any unit."""
