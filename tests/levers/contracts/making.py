"""Tables of the study, filled with null where a test says nothing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from service.levers.contracts import CONTRACTS, YEAR, Study, Year, study
from service.levers.report import Section
from service.reference.contracts import contract_rules

HEAD = {"evaluation": 1, "district": "330299", "period": "2023"}
RULES = contract_rules()
AMOUNTS = {"tax": pl.Float64, "output": pl.Float64, "energy_equal_supply": pl.Float64}
MU = 10_000 / 15

Row = Mapping[str, Any]


def contract(code: str = "P1", **more: Any) -> Row:
    """A contract of 2018 with completion in 2020 and production in 2021, and nothing else."""
    days = {"signed_on": date(2018, 1, 1), "complete_by": date(2020, 1, 1), "completed_on": date(2019, 12, 1)}
    return {"parcel_code": code, **days, "reach_by": date(2021, 1, 1), **more}


def year(period: int = 2023, *rows: Row, columns: Mapping[str, Any] = AMOUNTS) -> Year:
    """A year with parcels; without rows P1 of 100 mu with a tax of 1000 and an output of 20000."""
    usual = {"land_area_m2": 100 * MU, "far": 1.0, "footprint_area_m2": 30 * MU}
    usual |= {"tax": 1000.0, "output": 20_000.0, "energy_equal_supply": 2000.0}
    schema = {**YEAR, **columns}
    there = [{"parcel_code": "P1", **usual, **row} for row in rows or ({},)]
    kept = [{name: row.get(name) for name in schema} for row in there]
    return Year(period, pl.DataFrame(kept, schema=schema))


def studied(
    contracts: Sequence[Row],
    *years: Year,
    codes: Sequence[str] = ("P1",),
    industry: str = "34",
    heights: Mapping[str, float] | None = None,
    as_of: date = date(2023, 12, 31),
) -> Study:
    """Study contracts; the parcels are those of ``codes``."""
    parcels = pl.DataFrame(
        {"parcel_code": codes, "town": ["east"] * len(codes), "industry": [industry] * len(codes)}
    )
    told = pl.DataFrame([{**dict.fromkeys(CONTRACTS), **row} for row in contracts], schema=dict(CONTRACTS))
    high = pl.DataFrame(
        list((heights or {}).items()), schema={"parcel_code": pl.String, "height_m": pl.Float64}, orient="row"
    )
    return study(parcels, told, years or (year(),), high, RULES, HEAD, as_of)


def section(found: Study, name: str) -> Section:
    """A table of the report."""
    return next(each for each in found.report.sections if each.name == name)


def rows(found: Study, name: str, clause: str | None = None) -> list[dict[str, Any]]:
    """The rows of a table, of one clause."""
    return [row for row in section(found, name).rows.to_dicts() if clause is None or row["clause"] == clause]


def totals(found: Study, name: str) -> dict[str, Any]:
    """The totals of a table."""
    return {each.code: each.value for each in section(found, name).totals}
