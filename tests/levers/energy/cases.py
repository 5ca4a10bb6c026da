"""What a diagnosis is asked of in these tests: firms, items and outlines, said shortly."""

from datetime import date
from typing import Any

import polars as pl

from service.levers.energy import Diagnosis, Found, diagnose
from service.levers.energy.inventory import ITEMS
from service.levers.energy.roofs import ROOFS
from service.reference.energy_diagnosis import diagnosis_rules
from service.reference.tables import unit_table

RULES, UNITS = diagnosis_rules(), unit_table()
LAST_DAY = date(2023, 12, 31)
KWH = 1000  # W·h
_SUBJECT = {"industry": pl.String, "division": pl.String, "industry_group": pl.String}
_FIGURES = {"energy": pl.Int64, "output": pl.Int64}
FIRMS = {
    "uscc": pl.String,
    "name": pl.String,
    **_SUBJECT,
    "above_scale": pl.Boolean,
    **_FIGURES,
    "electricity": pl.Int64,
}
PARCELS = {"parcel_code": pl.String, "town": pl.String, **_SUBJECT, **_FIGURES}
SHARES = {"parcel_code": pl.String, "uscc": pl.String, "share": pl.Float64}


def table(schema: dict[str, Any], *rows: dict[str, Any]) -> pl.DataFrame:
    """A table of rows that say only what matters."""
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def items(*rows: dict[str, Any]) -> pl.DataFrame:
    """Items of inspections of 2023 and the firm A, unless they say otherwise."""
    usual = {"uscc": "A", "period": "2023", "kind": "equipment", "item": "设备"}
    return table(ITEMS, *(usual | row for row in rows))


COMPRESSOR = {
    "item": "螺杆空压机",
    "equipment_kind": "compressor",
    "quantity": 2.0,
    "power_kw": 75.0,
    "hours_per_year": 6000.0,
    "load_share": 0.8,
    "efficiency_class": "3",
}
"""Two of 75 kW, 6000 h at 80 %: 720,000 kWh, of which 15 % are saved."""


def diagnosed(
    *rows: dict[str, Any],
    firms: pl.DataFrame | None = None,
    shares: pl.DataFrame | None = None,
    parcels: pl.DataFrame | None = None,
    roofs: pl.DataFrame | None = None,
) -> Diagnosis:
    """Diagnose items of a firm A, above scale, on a parcel P1."""
    found = Found(
        district="330299",
        year=2023,
        parcels=table(PARCELS, {"parcel_code": "P1"}) if parcels is None else parcels,
        firms=table(FIRMS, {"uscc": "A", "above_scale": True}) if firms is None else firms,
        shares=table(SHARES, {"parcel_code": "P1", "uscc": "A", "share": 1.0}) if shares is None else shares,
        items=items(*rows),
        roofs=table(ROOFS) if roofs is None else roofs,
    )
    return diagnose(found, RULES, UNITS)
