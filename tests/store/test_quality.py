"""The quality report from the store, on both databases, and as typed."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from sqlalchemy import insert

from service.cli import main
from service.errors import InvalidParameter, NotFound
from service.jobs.checking import disagreements, quality
from service.jobs.evaluating import evaluate
from service.jobs.explaining import explanation
from service.sheet import render
from service.store.database import Database
from service.store.models import (
    Base,
    Branch,
    Building,
    EnterpriseRating,
    GrantContract,
    Meter,
    Occupancy,
    Parcel,
    ParcelSuccession,
)
from tests.support.parks import E1, E2, E3, hand_over_small_park
from tests.support.quality import day
from tests.support.records import SOUTH, STEP, WEST, add_batch, add_grid, square
from tests.support.snapshots import fixed

RATINGS = {"low_parcel_high_firms", "high_parcel_low_firms"}


def add(database: Database, model: type[Base], *rows: dict[str, Any]) -> None:
    """Write rows of a table as one hand-over."""
    with database.writing() as connection:
        source = add_batch(connection)
        for row in rows:
            connection.execute(insert(model).values(**row, source_row_id=source))


def shape(west: float, south: float, east: float, north: float) -> str:
    """Return a box of the grid of parcels as the store takes it."""
    edges = (WEST + west * STEP, SOUTH + south * STEP, WEST + east * STEP, SOUTH + north * STEP)
    return f"SRID=4490;{shapely.to_wkt(shapely.MultiPolygon([shapely.box(*edges)]), rounding_precision=9)}"


def codes(database: Database, **asked: Any) -> dict[str, set[str]]:
    """Return code → subjects of what is found."""
    told: dict[str, set[str]] = {}
    for each in quality(database, **asked).findings:
        told.setdefault(each.code, set()).add(each.subject.code)
    return told


@pytest.fixture
def park(database: Database, tmp_path: Path) -> Database:
    """The small park: E1 on P1 and P2, E2 on P2 as a tenant of nobody, nobody on P3."""
    hand_over_small_park(database, tmp_path)
    return database


def test_an_empty_store_has_no_findings(database: Database) -> None:
    """And nothing was checked; the period is this year's."""
    report = quality(database)
    assert (report.findings, set(report.checked.values())) == ([], {0})
    assert report.period == str(datetime.now(UTC).year)


def test_what_the_small_park_says_differently(park: Database) -> None:
    """Of the last year with figures, unless another is named."""
    report = quality(park)
    assert (report.district, report.period, report.checked["parcels"]) == (None, "2023", 3)
    found = codes(park)
    assert found["parcel_without_occupant"] == {"P3"}
    assert found["tenants_without_landlord"] == {"P2"}
    assert found["occupied_floor_below_parcel"] == {"P1", "P2"}
    assert found["registered_area_differs"] == {"P1", "P2", "P3"}  # not a hectare
    geometries = [each.geometry for each in report.findings if each.subject.kind == "parcel"]
    assert all(geometry.geom_type == "MultiPolygon" for geometry in geometries)


def test_every_table_is_read(park: Database) -> None:
    """Contracts, meters, buildings, branches, successions, dates, planning limits."""
    add(park, GrantContract, {"parcel_code": "P1", "area_m2": 12_000.0, "far_max": 0.5})
    add(
        park,
        Meter,
        {"kind": "electricity", "meter": "1", "parcel_code": "P1", "uscc": E1, "share": 0.5},
        {"kind": "electricity", "meter": "2", "parcel_code": "P2", "uscc": ""},
        {"kind": "gas", "meter": "3", "parcel_code": "X", "uscc": E1},
    )
    add(
        park,
        Building,
        {"code": "B1", "parcel_code": "P1", "floor_area_m2": 10.0, "geodesic_area_m2": 1.0}
        | {"geom": shape(0.1, 0.1, 0.2, 0.2)},
        {"code": "B2", "parcel_code": None, "geodesic_area_m2": 1.0, "geom": shape(9, 9, 9.1, 9.1)},
    )
    add(park, Branch, {"uscc": E3, "head_uscc": E1})
    add(park, ParcelSuccession, {"old_code": "X", "new_code": "P3", "kind": "renumbered"})
    add(
        park,
        Occupancy,
        {"parcel_code": "P3", "uscc": E3, "role": "own", "valid_to": day("2022-12-31")},
        {"parcel_code": "P3", "uscc": "UNKNOWN", "role": "own", "valid_from": day("2023-02-01")},
    )
    found = codes(park, period="2023")
    assert found["contract_register_area_differs"] == {"P1"}
    assert found["far_above_contract"] == {"P1"}
    assert found["meter_shares_not_one"] == {"electricity:1"}
    assert found["meter_without_enterprise"] == {"electricity:2"}
    assert found["parcel_unknown"] == {"X"}
    assert found["building_outside"] == {"B2"}
    assert found["occupancy_ended"] == {E3}
    assert found["enterprise_unknown"] == {"UNKNOWN"}
    assert "parcel_without_occupant" not in found
    assert "occupancy_not_begun" in codes(park, period="2022")
    (renumbered,) = quality(park).chosen({"parcel_unknown"})
    assert renumbered.other == ("parcel", "P3")


def test_a_district_is_checked_with_the_neighbours_that_it_overlaps(database: Database) -> None:
    """Who lies in another district is checked there, and what belongs to none is told in both."""
    with database.writing() as connection:
        add_grid(connection, 4)
        source = add_batch(connection)
        values = {"district": "邻区", "geodesic_area_m2": 7000.25, "source_row_id": source}
        for code, geometry in (("X1", shape(0.5, 0, 1.1, 0.8)), ("X2", shape(50, 50, 51, 51))):
            connection.execute(insert(Parcel).values(code=code, geom=geometry, **values))
    add(database, Occupancy, {"parcel_code": "NOWHERE", "uscc": E1, "role": "own"})
    here, there = codes(database, district="园区"), codes(database, district="邻区")
    assert here["parcels_overlap"] == {"P000000", "P000001"}
    assert there["parcels_overlap"] == {"P000000", "P000001"}
    assert here["parcel_without_occupant"] == {f"P{number:06}" for number in range(4)}
    assert there["parcel_without_occupant"] == {"X1", "X2"}
    assert here["parcel_unknown"] == there["parcel_unknown"] == {"NOWHERE"}
    assert codes(database)["parcel_without_occupant"] == here["parcel_without_occupant"] | {"X1", "X2"}
    with pytest.raises(NotFound):
        quality(database, "无此区")


def test_a_report_is_worked_out_once_for_a_state_of_the_store(park: Database) -> None:
    """The next hand-over makes another one."""
    first = quality(park)
    assert quality(park) is first
    assert quality(park, period="2022") is not first
    add(park, Occupancy, {"parcel_code": "P3", "uscc": E1, "role": "own"})
    second = quality(park)
    assert second is not first
    assert not second.chosen({"parcel_without_occupant"})


def test_a_period_and_an_evaluation_that_do_not_fit_are_refused(park: Database) -> None:
    """Not a year; none of that number; of another year."""
    number = evaluate(park, fixed(5), "2023").id
    with pytest.raises(InvalidParameter):
        quality(park, period="2023Q1")
    with pytest.raises(NotFound):
        quality(park, evaluation_id=number + 1)
    with pytest.raises(InvalidParameter, match="2023"):
        quality(park, period="2022", evaluation_id=number)


class TestRatings:
    """The enterprise evaluation beside the parcels' grades."""

    @pytest.fixture
    def rated(self, park: Database) -> tuple[Database, int]:
        """P2 is the last of two and D; both of its firms are A by the enterprise evaluation."""
        number = evaluate(park, fixed(5), "2023").id
        add(
            park,
            EnterpriseRating,
            {"uscc": E1, "period": "2023", "grade": "A", "points": 91.5, "rank": 2, "ranked": 12},
            {"uscc": E1, "period": "2022", "grade": "D"},
            {"uscc": E2, "period": "2023", "grade": "A"},
        )
        return park, number

    def test_disagreements_name_the_firms(self, rated: tuple[Database, int]) -> None:
        """By the grades of the evaluation and the ratings of its period."""
        park, number = rated
        found, _ = disagreements(park, number)
        assert [(each.parcel_code, each.grade, each.code) for each in found] == [
            ("P2", "D", "low_parcel_high_firms")
        ]
        assert found[0].firms == (
            {"uscc": E1, "name": "One", "grade": "A", "points": 91.5, "rank": 2, "ranked": 12},
            {"uscc": E2, "name": "Two", "grade": "A", "points": None, "rank": None, "ranked": None},
        )
        report = quality(park, evaluation_id=number)
        assert [each.subject.code for each in report.chosen(RATINGS)] == ["P2"]
        assert not quality(park).chosen(RATINGS)

    def test_a_rating_stands_beside_the_occupant(self, rated: tuple[Database, int]) -> None:
        """In the explanation with its source, and on the sheet; who has none shows none."""
        park, number = rated
        whole = explanation(park, number, "P1")
        (firm,) = whole["calculation"]["occupants"]
        source = firm["rating"].pop("source")
        assert firm["rating"] == {"period": "2023", "grade": "A", "points": 91.5, "rank": 2, "ranked": 12}
        assert source["id"] in {row["id"] for row in whole["calculation"]["source_rows"]}
        page = render(explanation(park, number, "P1"))
        assert page.count('class="rating"') == 1
        assert "<strong>A</strong>, 91.5" in page
        assert 'class="rating"' not in render(explanation(park, number, "P3"))


def run(monkeypatch: pytest.MonkeyPatch, database: Database, *words: str) -> int:
    """Type a command and return its exit status."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setattr("sys.argv", ["mujun", "quality", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_report_as_typed(
    park: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A table to read, JSON, a layer, a workbook and a table in files; an unknown code is no traceback."""
    assert run(monkeypatch, park) == 0
    told = capsys.readouterr().out
    assert "parcel_without_occupant" in told
    assert "宗地 P3 在 2023 年无占用单位" in told
    assert run(monkeypatch, park, "--format", "json", "--code", "parcel_without_occupant") == 0
    report = json.loads(capsys.readouterr().out)
    assert [each["count"] for each in report["counts"]] == [1]
    assert report["findings"][0]["subject_code"] == "P3"
    for ending in ("geojson", "xlsx", "csv"):
        path = tmp_path / f"quality.{ending}"
        assert run(monkeypatch, park, "--format", ending, "--output", str(path)) == 0
        assert path.stat().st_size
    assert len(json.loads((tmp_path / "quality.geojson").read_text())["features"]) == len(
        quality(park).findings
    )
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "quality.xlsx").read_bytes()))
    assert book["疑点 Findings"].max_row == len(quality(park).findings) + 1
    assert run(monkeypatch, park, "--format", "xlsx") == 2
    assert run(monkeypatch, park, "--code", "nonsense") == 1
    assert "parcels_overlap" in capsys.readouterr().err


def test_squares_of_the_grid_are_apart() -> None:
    """What these tests call a box of the grid is where the grid has its parcels."""
    assert shapely.from_wkt(shape(1, 0, 1.8, 0.8).split(";")[1]).equals_exact(square(1, 0), 1e-8)
