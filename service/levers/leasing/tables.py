"""What is read of projects and of premises; all but the codes, kinds and ways may be null."""

from collections.abc import Mapping
from typing import Any

import polars as pl

PROJECTS: Mapping[str, Any] = {
    "project": pl.String,
    "name": pl.String,
    "division": pl.String,  # of GB/T 4754, two digits
    "lease_or_land": pl.String,  # lease | land | either
    "floor_need": pl.Int64,  # 0.01 m²
    "land_need": pl.Int64,
    "height_need": pl.Int64,  # mm
    "power_need": pl.Int64,  # VA
    "needed_by": pl.Date,
    "investment": pl.Int64,  # fen
    "output": pl.Int64,  # fen a year
    "tax": pl.Int64,
    "energy": pl.Int64,  # kgce a year
}

PREMISES: Mapping[str, Any] = {
    "premises": pl.String,
    "kind": pl.String,  # listed | vacant | low_efficiency | block
    "basis": pl.String,  # where the figures come from
    "parcel_code": pl.String,  # the first of those below
    "parcel_codes": pl.String,  # joined by ","
    "building_code": pl.String,
    "offers_floor": pl.Boolean,
    "offers_land": pl.Boolean,
    "floor": pl.Int64,  # 0.01 m²
    "land": pl.Int64,
    "ground": pl.Int64,  # land that goes with all of the floor
    "parcel_land": pl.Int64,  # of all its parcels
    "height": pl.Int64,  # mm
    "power": pl.Int64,  # VA
    "available_from": pl.Date,
    "available_to": pl.Date,
    "rent": pl.Float64,  # yuan per m² a month
    "industries": pl.String,  # divisions joined by ","; empty: any
    "land_use": pl.String,
    "contract_industries": pl.String,  # likewise, of the grant contract; null: it names none
    "contract_unread": pl.Boolean,  # whether a contract's list of industries is none of divisions
    "contract": pl.Boolean,  # whether its grant contract is known
    "tax_promise": pl.Int64,  # 1e-6 万元/亩
    "output_promise": pl.Int64,
    "investment_promise": pl.Int64,
    "energy_promise": pl.Int64,  # 1e-9 tce/万元
    "far_limit": pl.Int64,  # 1e-6
    "leasing_clause": pl.String,  # allowed | with_consent | forbidden
}

EXCLUSIVE = ("low_efficiency", "block")
"""Kinds that take whole parcels: nothing else on these can be used beside them."""

WAYS = ("lease", "land")


def table(rows: list[dict[str, Any]], columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows as a frame of those columns, null where a row says nothing."""
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=dict(columns))
