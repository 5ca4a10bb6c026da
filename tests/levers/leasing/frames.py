"""Projects and premises in display units, with what every test takes for granted."""

from datetime import date
from typing import Any

import polars as pl

from service.levers.leasing.tables import PREMISES, PROJECTS, table
from service.reference.leasing import LeasingRules, leasing_rules

_PER = {"floor": 100, "land": 100, "ground": 100, "parcel_land": 100, "floor_need": 100, "land_need": 100} | {
    "height": 1000,
    "height_need": 1000,
    "power": 1000,
    "power_need": 1000,
    "tax": 10**6,
    "output": 10**6,
    "investment": 10**6,
    "energy": 1000,
    "tax_promise": 10**6,
    "output_promise": 10**6,
    "investment_promise": 10**6,
    "energy_promise": 10**9,
    "far_limit": 10**6,
}


TODAY = date(2024, 1, 1)


def minor(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row in minor units."""
    return {name: round(v * _PER[name]) if name in _PER and v is not None else v for name, v in row.items()}


def projects(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return projects of electronics that lease 3000 m² for 300 万元 of tax a year."""
    common = {"name": "甲", "division": "39", "lease_or_land": "lease", "floor_need": 3000, "land_need": 4000}
    common |= {"tax": 300, "output": 9000, "energy": 100, "investment": 5000, "needed_by": date(2024, 7, 1)}
    return table([minor(common | {"project": f"J{n}"} | row) for n, row in enumerate(rows)], PROJECTS)


def premises(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return premises of 6000 m² on 8000 m² of industrial land, about which nothing is open."""
    common = {"kind": "listed", "basis": "as_listed", "offers_floor": True, "offers_land": True}
    common |= {
        "floor": 6000,
        "land": 8000,
        "ground": 8000,
        "parcel_land": 8000,
        "height": 6,
        "power": 1000,
        "industries": "",
    }
    common |= {"available_from": date(2024, 1, 1), "land_use": "工业用地", "contract": True, "far_limit": 2}
    common |= {"leasing_clause": "allowed"}
    given = []
    for number, row in enumerate(rows):
        named = {"premises": f"S{number}", "parcel_code": f"P{number}"} | row
        given.append(minor(common | {"parcel_codes": named["parcel_code"]} | named))
    return table(given, PREMISES)


def rules(**changes: Any) -> LeasingRules:
    """Return the rules in force with some thresholds of a park."""
    return leasing_rules().model_copy(update=changes)
