"""Tables of the lever, filled with null where a test says nothing."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from service.levers.uplift import BUILDINGS, FIRMS, PARCELS, SHARES, TERMS, Uplift, uplift
from service.reference.uplift import UpliftRules, uplift_rules

HEAD = {"evaluation": 1, "district": "330299", "period": "2023"}
RULES = uplift_rules()

Row = Mapping[str, Any]


def table(schema: Mapping[str, Any], rows: list[Row]) -> pl.DataFrame:
    """Return rows as a table of a schema."""
    return pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=dict(schema))


def parcel(code: str = "P1", **more: Any) -> Row:
    """A scored B parcel of 10,000 m² with a ratio of 1 and a limit of 2 by the plan, flagged."""
    usual = {
        "town": "east",
        "status": "scored",
        "grade": "B",
        "industry": "34",
        "industry_group": "machinery",
    }
    land = {"land_area_m2": 10_000.0, "floor_area_m2": 10_000.0, "far": 1.0, "far_limit": 2.0}
    return {"parcel_code": code, **usual, **land, "far_uplift": True, "tax": 100.0, "output": 2000.0, **more}


def worked(
    parcels: list[Row],
    terms: list[Row] = (),  # type: ignore[assignment]
    buildings: list[Row] = (),  # type: ignore[assignment]
    shares: list[Row] = (),  # type: ignore[assignment]
    firms: list[Row] = (),  # type: ignore[assignment]
    *,
    target: float | None = None,
    rules: UpliftRules = RULES,
) -> Uplift:
    """Work the lever out for rows."""
    frames = {
        "parcels": table(PARCELS, parcels),
        "terms": table(TERMS, list(terms)),
        "buildings": table(BUILDINGS, list(buildings)),
        "shares": table(SHARES, list(shares)),
        "firms": table(FIRMS, list(firms)),
    }
    return uplift(frames, rules, HEAD, target)


def added(found: Uplift, scenario: str = "limit", code: str = "P1") -> float | None:
    """Return the floor area that a scenario adds to a parcel."""
    rows = found.rows.filter(pl.col("scenario") == scenario, pl.col("parcel_code") == code)
    value: float | None = rows["floor_added_m2"].item()
    return value
