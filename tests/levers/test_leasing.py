"""The leasing match from hand-overs to JSON, workbook, layer and command, on both databases."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any, NamedTuple

import openpyxl
import polars as pl
import pytest
import shapely
from fastapi.testclient import TestClient
from geoalchemy2.shape import from_shape
from sqlalchemy import func, insert, select

from service.jobs.evaluating import evaluate, publish
from service.jobs.levers import consolidation
from service.jobs.levers import leasing as job
from service.jobs.levers.evaluated import evaluated
from service.jobs.periods import today
from service.ogc import views
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from service.store.models import SRID, Barrier, Score, SourceRow
from service.store.spatial import wkb
from tests.feeds.test_import_command import run
from tests.serving import key_for, keyed_client
from tests.support.parks import HandOvers, uscc
from tests.support.stores import opened_store

LOW = ("P1", "P2", "P5")
"""Parcels of little tax that lie together, but for P5."""


class Asked(NamedTuple):
    """A park with projects and premises, evaluated and published, and a client that may read."""

    database: Database
    evaluation: int
    client: TestClient

    def report(self, scope: str = "analyst", **parameters: Any) -> dict[str, Any]:
        """Return the report as somebody sees it."""
        headers = key_for(self.database, scope)
        path = f"/evaluations/{self.evaluation}/leasing"
        answer = self.client.get(path, params=parameters, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        found["tables"] = {each["name"]: each["rows"] for each in found["sections"]}
        found["totals"] = {
            total["code"]: total["value"] for each in found["sections"] for total in each["totals"]
        }
        return found


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def park(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Hand over eight parcels, a firm each, three of them low; two plants to let, and five projects."""
    folder = tmp_path_factory.mktemp("leasing")
    with opened_store(request, folder) as database:
        hand_over(HandOvers(database, folder))
        run = evaluate(database, shipped_scheme("parcel"), "2023")
        publish(database, run.id)
        with keyed_client(database, "read") as client:
            yield Asked(database, run.id, client)


def hand_over(files: HandOvers) -> None:
    """Hand over the park: firms hold half of the floor of their parcels."""
    numbers = range(1, 9)
    files.parcels(
        *(
            {"code": f"P{n}", "at": n if n != 5 else 40, "town": "east", "land_use": "工业用地"}
            | {
                "registered_area_m2": 10_000,
                "floor_area_m2": 8_000 if f"P{n}" in LOW else 16_000,
                "far_limit": 2,
            }
            for n in numbers
        )
    )
    files.enterprises(
        *({"uscc": uscc(n), "name": f"F{n}", "industry": "C39", "above_scale": "true"} for n in numbers)
    )
    files.occupancies(
        *(
            {"parcel_code": f"P{n}", "uscc": uscc(n), "role": "own", "floor_area_m2": 4_000, "valid_to": day}
            for n, day in zip(numbers, ["", "", "", "", "", "", "", "2023-06-30"], strict=True)
        )
    )
    files.figures(
        *(
            {"uscc": uscc(n), "period": 2023, "tax": tax, "output": 20 * tax, "energy_equal_supply": tax}
            for n, tax in zip(numbers, [3, 4, 300, 310, 5, 320, 330, 340], strict=True)
        )
    )
    files.contracts(*({"parcel_code": f"P{n}", "tax_wan_yuan_per_mu": 10} for n in numbers if n != 4))
    files.premises(
        {"code": "CF1", "parcel_code": "P3", "floor_area_m2": 4_000, "clear_height_m": 6, "power_kva": 1_000}
        | {"available_from": "2024-01-01", "rent_yuan_per_m2_month": 18, "industries": "38-40"},
        {"code": "CF2", "parcel_code": "P4", "land_area_m2": 6_000, "power_kva": 800, "industries": "不限"}
        | {"available_from": "2024-03-01", "available_to": "2098-12-31"},
        {"code": "CF3", "parcel_code": "X1", "floor_area_m2": 999},
    )
    common = {
        "industry": "C3910",
        "lease_or_land": "lease",
        "needed_by": "2024-06-30",
        "output_wan_yuan": 900,
    }
    files.projects(
        common
        | {"code": "J1", "name": "芯片", "floor_area_m2": 2_500, "tax_wan_yuan": 123.45, "power_kva": 600},
        common
        | {"code": "J2", "name": "电机", "floor_area_m2": 1_500, "tax_wan_yuan": 67.89, "power_kva": 300},
        common
        | {"code": "J3", "name": "高架库", "floor_area_m2": 3_000, "tax_wan_yuan": 400, "clear_height_m": 12},
        common | {"code": "J4", "floor_area_m2": 90_000, "tax_wan_yuan": 999},
        common | {"code": "J5", "lease_or_land": "land", "land_area_m2": 5_000, "tax_wan_yuan": 300},
        common | {"code": "J6", "floor_area_m2": 100, "tax_wan_yuan": 1, "status": "已落地"},
    )


def test_premises_come_from_the_list_and_from_low_efficiency_land(park: Asked) -> None:
    """A plant, a plot, floor that nobody holds, parcels to be cleared, and the block of two neighbours."""
    found = {row["premises"]: row for row in park.report()["tables"]["premises"]}
    assert {name: row["kind"] for name, row in found.items()} == {
        "CF1": "listed",
        "CF2": "listed",
        **{f"{code}/vacant": "vacant" for code in LOW},
        **{f"{code}/whole": "low_efficiency" for code in LOW},
        "P1/block": "block",
    }
    assert (found["CF1"]["floor_m2"], found["CF1"]["land_m2"], found["CF1"]["industries"]) == (
        4000,
        None,
        "38,39,40",
    )
    assert (found["P1/vacant"]["floor_m2"], found["P1/vacant"]["available_from"]) == (4000, "2024-01-01")
    assert found["P1/vacant"]["basis"] == "unheld_floor"
    assert (found["P5/whole"]["floor_m2"], found["P5/whole"]["land_m2"]) == (8000, 10_000)
    block = found["P1/block"]
    assert (block["parcel_codes"], block["floor_m2"], block["land_m2"]) == ("P1,P2", 16_000, 20_000)
    assert park.report()["totals"]["premises_elsewhere"] == 1


def test_everything_has_its_place_or_its_reason(park: Asked) -> None:
    """Four projects are placed; what needs more than there is has none, and says why."""
    report = park.report()
    rows = {row["project"]: row for row in report["tables"]["assignment"]}
    assert set(rows) == {"J1", "J2", "J3", "J4", "J5"}
    assert {name for name, row in rows.items() if row["status"] == "placed"} == {"J1", "J2", "J3", "J5"}
    assert (rows["J4"]["reason"], rows["J4"]["reason_zh"]) == ("no_possible_premises", "无可行空间")
    assert rows["J1"]["premises"] == rows["J2"]["premises"] == "CF1"
    assert rows["J5"]["premises"] == "CF2"
    assert report["head"]["optimal"] is True
    assert report["totals"]["tax_wan_yuan"] == 891.34
    assert report["totals"]["worth"] == report["totals"]["bound"] == 891.34
    assert (report["totals"]["placed"], report["totals"]["unplaced"]) == (4, 1)
    reasons = {row["reason"] for row in report["tables"]["impossible"] if row["project"] == "J4"}
    assert "floor_too_small" in reasons


def test_what_no_contract_clause_allows_is_asked(park: Asked) -> None:
    """No clause is known here, so nothing is let without a question; land is."""
    rows = {row["project"]: row for row in park.report()["tables"]["assignment"]}
    assert "leasing_clause_unknown" in rows["J1"]["questions"].split(",")
    assert "出让合同出租条款" in rows["J1"]["questions_zh"]
    certain = park.report(certain=True)
    why = {row["project"]: row["reason"] for row in certain["tables"]["assignment"]}
    assert why["J1"] == "only_with_questions"
    assert certain["totals"]["placed"] == 0
    # the plot's parcel has no contract that is known
    assert rows["J5"]["questions"] == "contract_unknown"


def test_candidates_are_ranked_by_tax_per_mu(park: Asked) -> None:
    """2500 m² of a plant whose 16,000 m² stand on 10,000 m² use 1562.5 m², 2.34375 亩."""
    rows = [row for row in park.report(candidates=3)["tables"]["candidates"] if row["project"] == "J1"]
    assert [row["rank"] for row in rows] == [1, 2, 3]
    per_mu = [row["tax_wan_yuan_per_mu"] for row in rows]
    assert per_mu == sorted(per_mu, reverse=True)
    plant = next(row for row in rows if row["premises"] == "CF1")
    assert (plant["land_used_m2"], plant["tax_wan_yuan_per_mu"], plant["waste"]) == (1562.5, 52.672, 0.375)


def test_a_project_is_asked_for_by_itself(park: Asked) -> None:
    """All its pairs with all reasons; another objective and a project that is not there."""
    pairs = {row["premises"]: row for row in park.report(project="J3")["tables"]["pairs"]}
    assert pairs["CF1"]["reasons"] == "height_too_low"
    assert pairs["CF2"]["reasons"] == "floor_not_offered"
    assert "层高" in pairs["P1/vacant"]["questions_zh"]
    only = park.report(projects="J2", objective="tax_per_mu")
    assert [row["project"] for row in only["tables"]["assignment"]] == ["J2"]
    answer = park.client.get(f"/evaluations/{park.evaluation}/leasing", params={"projects": "none"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-parameter")


def test_what_a_project_brings_is_for_analysts(park: Asked) -> None:
    """Others see who may go where, and neither names, money nor what follows from it."""
    seen = park.report("read")
    text = json.dumps(seen, ensure_ascii=False)
    assert not any(told in text for told in ("123.45", "52.672", "891.34", "芯片"))
    assert {row["project"] for row in seen["tables"]["assignment"]} == {"J1", "J2", "J3", "J4", "J5"}
    listed = {row["premises"]: row for row in seen["tables"]["premises"]}
    assert (listed["CF1"]["listed_floor_m2"], listed["P1/vacant"]["listed_floor_m2"]) == (4000, None)
    # the floor of a parcel is public: less what is vacant it would be what its firm occupies
    hidden = {"floor_m2", "land_used_m2", "waste"}
    assert not any(hidden & row.keys() for table in seen["tables"].values() for row in table)
    (layer,) = park.client.get("/collections/premises/items", params={"parcel_code": "P1"}).json()["features"]
    assert "free_floor_m2" not in layer["properties"]


def test_the_layer_shows_parcels_with_premises(park: Asked) -> None:
    """With how much is free, and for how many projects; the block counts for both of its parcels."""
    headers = key_for(park.database, "analyst")
    answer = park.client.get("/collections/premises/items", params={"limit": 100}, headers=headers)
    found = answer.json()["features"]
    rows = {each["properties"]["parcel_code"]: each["properties"] for each in found}
    assert set(rows) == {*LOW, "P3", "P4"}
    assert rows["P1"]["premises"] == "P1/block,P1/vacant,P1/whole"
    assert rows["P2"]["kinds"] == "block,vacant,low_efficiency"
    assert (rows["P1"]["free_floor_m2"], rows["P4"]["free_floor_m2"]) == (4000, 0)
    assert rows["P4"]["candidates"] == 1
    assert rows["P1"]["candidates"] == 4


def test_premises_are_given_while_they_are_free(park: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the last day of the plot has passed nobody gets it; the day is told, and the layer forgets it."""

    def asked() -> tuple[str, int, str]:
        report, layer = park.report(), "/collections/premises/items"
        (plot,) = park.client.get(layer, params={"parcel_code": "P4"}).json()["features"]
        (place,) = (r["premises"] for r in report["tables"]["assignment"] if r["project"] == "J5")
        return report["head"]["as_of"], plot["properties"]["candidates"], place

    day, candidates, place = asked()
    assert (day, candidates, place) == (today().isoformat(), 1, "CF2")
    for module in (job, views):
        monkeypatch.setattr(module, "today", lambda: date(2099, 1, 1))
    day, candidates, place = asked()
    assert (day, candidates) == ("2099-01-01", 0)
    assert place != "CF2"


def test_the_workbook_has_all_tables(park: Asked) -> None:
    """One sheet each, behind what was looked at and by which rules."""
    headers = key_for(park.database, "analyst")
    answer = park.client.get(f"/evaluations/{park.evaluation}/leasing?f=xlsx", headers=headers)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheets = [
        "匹配方案 Assignment",
        "候选空间 Candidates",
        "不可行原因 Why pairs are impossible",
        "可用空间 Premises",
    ]
    assert book.sheetnames[1:] == sheets
    assert book.worksheets[1].max_row == 6


def test_the_command_tells_the_same(
    park: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As JSON to the letter, as a table with its totals; a project that is not there is an error."""
    url = park.database.url.render_as_string(hide_password=False)
    command = ["levers", "leasing", str(park.evaluation)]
    status, out, _ = run([*command, "--format", "json"], url, monkeypatch, capsys)
    tables = {each["name"]: each["rows"] for each in json.loads(out)["sections"]}
    assert (status, tables["assignment"]) == (0, park.report()["tables"]["assignment"])
    status, out, _ = run(command, url, monkeypatch, capsys)
    assert (status, "预计年税收 Expected tax a year: 891.34 万元" in out) == (0, True)
    status, _, err = run([*command, "--project", "none"], url, monkeypatch, capsys)
    assert (status, "none" in err) == (1, True)


def test_blocks_are_those_of_consolidation(park: Asked) -> None:
    """A railway between two neighbours parts them here as it does there."""

    class TakenBack(Exception):
        """Nothing of the railway stays."""

    def outlines() -> tuple[set[str], list[list[str]]]:
        read = evaluated(connection, park.evaluation)
        there = consolidation.found_of(connection, read).blocks.properties["parcel_codes"].to_list()
        premises, _ = job._premises(connection, read)
        return set(there), premises.filter(pl.col("kind") == "block")["parcel_codes"].to_list()

    with suppress(TakenBack), park.database.writing() as connection:
        assert outlines() == ({"P1,P2", "P5"}, ["P1,P2"])
        shapes = connection.execute(
            select(wkb(Score.geom)).where(Score.parcel_code.in_(["P1", "P2"])).order_by(Score.parcel_code)
        ).scalars()
        one, other = (shapely.from_wkb(bytes(each)) for each in shapes)
        way = shapely.shortest_line(one.centroid, other.centroid).interpolate(0.5, normalized=True)
        railway = shapely.LineString([(way.x, way.y - 0.1), (way.x, way.y + 0.1)])
        row = connection.execute(select(func.min(SourceRow.id))).scalar_one()
        connection.execute(
            insert(Barrier).values(
                code="R", kind="railway", source_row_id=row, geom=from_shape(railway, srid=SRID)
            )
        )
        assert outlines() == ({"P1", "P2", "P5"}, [])
        raise TakenBack


def test_more_pairs_than_can_be_looked_at_are_refused(park: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a word on what to do."""
    monkeypatch.setattr(job, "MOST_PAIRS", 10)
    answer = park.client.get(f"/evaluations/{park.evaluation}/leasing", params={"objective": "output"})
    assert answer.status_code == 400
    assert "projects" in answer.json()["action"]
