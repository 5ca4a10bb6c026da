"""Buildings tell the floor area of a parcel whose register says nothing."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import insert

from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.reference.schemes import shipped_scheme
from service.store import inputs
from service.store.database import Database
from service.store.models import SRID, Building
from tests.support.parks import HandOvers
from tests.support.records import SOUTH, STEP, WEST, add_batch


def build(database: Database, *given: dict[str, Any]) -> int:
    """Record buildings; ``at`` is the west edge in parcels of the grid, each a tenth wide."""
    with database.writing() as connection:
        row = add_batch(connection, feed="buildings", file_name="房屋.gpkg")
        for number, each in enumerate(given):
            west = WEST + each.pop("at", 0) * STEP
            outline = shapely.MultiPolygon([shapely.box(west, SOUTH, west + STEP / 10, SOUTH + STEP / 10)])
            values = {"code": f"B{number}", "geodesic_area_m2": 100.0, "source_row_id": row} | each
            connection.execute(
                insert(Building).values(geom=WKBElement(shapely.to_wkb(outline), SRID), **values)
            )
    return row


def areas(database: Database, district: str = "330299") -> dict[str, tuple[int | None, int | None]]:
    """Return floor and covered area of parcels in m² as an evaluation reads them."""
    with database.reading() as connection:
        parcels = inputs.read(connection, district, "2023")["parcels"]
    found = parcels.select("parcel_code", "floor_area", "footprint_area").rows()
    return {code: (floor and floor // 100, ground and ground // 100) for code, floor, ground in found}


@pytest.fixture
def park(database: Database, tmp_path: Path) -> Database:
    """Two parcels, of which the register knows the floor area of the second."""
    # the grid's row is the number of the hand-over before: 0
    files = HandOvers(database, tmp_path)
    files.parcels({"code": "P1", "at": 0}, {"code": "P2", "at": 1, "floor_area_m2": 8000})
    return database


def test_a_building_lies_where_its_outline_lies(park: Database) -> None:
    """Its floor area and its outline are the parcel's, and what the register says comes first."""
    build(park, {"at": 0, "floor_area_m2": 500.0}, {"at": 0.2, "floor_area_m2": 250.0}, {"at": 1})
    assert areas(park) == {"P1": (750, 200), "P2": (8000, 100)}


def test_the_code_it_was_handed_over_with_comes_first(park: Database) -> None:
    """Unless nobody knows that code."""
    build(park, {"at": 1, "parcel_code": "P1", "floor_area_m2": 500.0, "footprint_area_m2": 90.0})
    assert areas(park)["P1"] == (500, 90)
    build(park, {"code": "C", "at": 0.5, "parcel_code": "P9", "floor_area_m2": 10.0})
    assert areas(park)["P1"] == (510, 190)


def test_a_building_without_floor_area_leaves_it_unknown(park: Database) -> None:
    """A part of the floor area would pass for all of it."""
    build(park, {"at": 0, "floor_area_m2": 500.0}, {"at": 0.2})
    assert areas(park)["P1"] == (None, 200)


def test_a_building_across_the_edge_is_nobody_s(park: Database) -> None:
    """Where no parcel holds more than half of it, none gets it."""
    build(park, {"at": 0.76, "floor_area_m2": 500.0})
    assert areas(park)["P1"] == (None, None)


def test_an_explanation_leads_to_the_buildings(park: Database) -> None:
    """Only where they were needed."""
    row = build(park, {"at": 0, "floor_area_m2": 500.0}, {"at": 1})
    run = evaluate(park, shipped_scheme("parcel"), "2023")
    first, second = (explanation(park, run.id, code)["parcel"]["buildings"] for code in ("P1", "P2"))
    assert [(each["building"], each["source"]["id"]) for each in first] == [("B0", row)]
    assert second == []
