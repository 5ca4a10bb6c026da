"""Coverage over HTTP and on the command line: report, parcels × feeds, blockers, trend."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.access.policy import PROPERTIES
from service.cli import main
from service.jobs.covering import record_coverage
from service.store.database import Database
from service.store.models import SourceRow
from tests.serving import keyed_client, open_client
from tests.support.parks import E2, HandOvers, hand_over_small_park


@pytest.fixture
def park(database: Database, tmp_path: Path) -> Database:
    """The small park with energy of the second firm held."""
    hand_over_small_park(database, tmp_path)
    folder = tmp_path / "later"
    folder.mkdir()
    report = HandOvers(database, folder).figures(
        {"uscc": E2, "period": 2023, "energy_equal_supply": "八千四百"}
    )
    assert report.batch_id is not None
    with database.writing() as connection:
        held = (SourceRow.batch_id == report.batch_id) & (SourceRow.verdict == "held")
        connection.execute(update(SourceRow).where(held).values(subject=E2))
    record_coverage(database, report.batch_id)
    return database


@pytest.fixture
def client(park: Database) -> Iterator[TestClient]:
    """A client in open mode."""
    with open_client(park) as opened:
        yield opened


def test_the_report_names_feed_bureau_and_states(client: TestClient) -> None:
    """In both languages, for the park and per group, without a period for the usual one."""
    report = client.get("/coverage", params={"by": "industry"}).json()
    assert (report["periods"], report["by"], report["districts"]) == (["2023"], "industry", ["330299"])
    energy = next(feed for feed in report["park"][0]["feeds"] if feed["feed"]["code"].startswith("energy"))
    assert energy["bureau"]["zh"] == "统计局"
    counts = {state: energy[state]["parcels"] for state in ("fresh", "stale", "held", "missing", "partial")}
    assert counts == {"fresh": 1, "stale": 0, "held": 1, "missing": 1, "partial": 1}
    assert {group["group"] for group in report["groups"]} == {"34", "unknown"}


def test_cells_page_with_links(client: TestClient) -> None:
    """The link next goes on with the same filters."""
    address: str | None = "/coverage/parcels?limit=2&state=missing"
    found = []
    while address is not None:
        page = client.get(address).json()
        found += page["cells"]
        address = page.get("next")
    assert [(cell["parcel_code"], cell["feed"]["code"]) for cell in found] == [
        ("P3", feed) for feed in ("occupancy", "enterprise", "energy_equal_supply", "output", "tax")
    ]


def test_which_row_is_held_is_for_analysts(park: Database) -> None:
    """Everybody sees that a feed is held; what tells the row apart is absent for others."""
    told = {"held_rows", "held_batch_id", "held_reason"}
    query = "/coverage/parcels?parcel=P2&state=held"
    with keyed_client(park, "read") as reader:
        (cell,) = reader.get(query).json()["cells"]
        assert (cell["state"]["code"], cell["feed"]["code"]) == ("held", "energy_equal_supply")
        assert cell.keys() == PROPERTIES["coverage_cells"].keys() - told
    with keyed_client(park, "read", "analyst") as analyst:
        (cell,) = analyst.get(query).json()["cells"]
        assert (cell["held_rows"], cell["held_batch_id"], cell["held_reason"]) == (1, 5, "number_unreadable")
    with keyed_client(park) as nobody:
        for path in ("", "/parcels", "/blockers", "/trend"):
            assert nobody.get(f"/coverage{path}").status_code == 401


def test_blockers_page_the_parcels_that_wait(client: TestClient) -> None:
    """Hand-overs and their order are on every page, parcels once."""
    first = client.get("/coverage/blockers?limit=1").json()
    assert [each["feed"]["code"] for each in first["order"]] == ["energy_equal_supply", "occupancy"]
    assert first["blockers"][0]["held"] == {"parcels": 1, "area_m2": 10_000}
    second = client.get(first["next"]).json()
    assert [page["waiting"][0]["parcel_code"] for page in (first, second)] == ["P2", "P3"]
    assert (second["more"], second["next"]) == (False, None)


def test_the_trend_tells_what_each_hand_over_changed(client: TestClient) -> None:
    """One point per feed here, of the one batch that was recorded."""
    points = client.get("/coverage/trend?feed=energy_equal_supply").json()["points"]
    assert [(each["batch_id"], each["held"]["parcels"]) for each in points] == [(5, 1)]
    assert client.get("/coverage/trend?period=2022").json()["points"] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/coverage?period=2023&period=soon", 400, "invalid-period"),
        ("/coverage?by=colour", 400, "invalid-parameter"),
        ("/coverage?as_of=yesterday", 400, "invalid-parameter"),
        ("/coverage/parcels?feed=headcount", 400, "invalid-parameter"),
        ("/coverage/parcels?state=complete", 400, "invalid-parameter"),
        ("/coverage/parcels?district=nowhere", 404, "district-not-found"),
        ("/coverage/blockers?period=soon", 400, "invalid-period"),
        ("/coverage/blockers?scheme=no-such", 404, "scheme-not-found"),
        ("/coverage/trend?district=nowhere", 404, "district-not-found"),
    ],
)
def test_what_makes_no_sense_is_named(client: TestClient, path: str, status: int, code: str) -> None:
    """A problem document each time."""
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_as_of_judges_freshness_on_a_day(client: TestClient) -> None:
    """In ten years all that is complete is stale."""
    feeds = client.get("/coverage?as_of=2040-01-01").json()["park"][0]["feeds"]
    assert {feed["fresh"]["parcels"] for feed in feeds} == {0}
    assert feeds[0]["reasons"] == {"hand_over_old": 3}


@pytest.mark.usefixtures("wide_terminal")
def test_the_command_line_tells_the_same(
    park: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As tables, as JSON, and as a workbook."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database_url)

    def mujun(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["mujun", "coverage", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code, capsys.readouterr().err
        return capsys.readouterr().out

    assert "待核" in mujun()
    report = json.loads(mujun("--format", "json", "--by", "district"))
    assert report["groups"][0]["group"] == "330299"
    assert "P2" in mujun("parcels", "--state", "held")
    assert "P3" not in mujun("parcels", "--state", "held")
    assert "统计局" in mujun("blockers", "--period", "2023")
    assert "figures" in mujun("trend")
    workbook = tmp_path / "blockers.xlsx"
    mujun("blockers", "--format", "xlsx", "--out", str(workbook))
    sheets = openpyxl.load_workbook(workbook)
    assert sheets.sheetnames == ["堵点 Blockers", "顺序 Order", "宗地 Waiting"]
    assert [row[0].value for row in sheets["宗地 Waiting"].iter_rows(min_row=2)] == ["P2", "P3"]


@pytest.mark.parametrize(
    "arguments",
    [("--format", "xlsx"), ("parcels", "--period", "2022", "--period", "2023"), ("everything",)],
)
def test_the_command_line_refuses_what_it_cannot_do(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook without a file, parcels of two years, something else altogether."""
    monkeypatch.setattr(sys, "argv", ["mujun", "coverage", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
