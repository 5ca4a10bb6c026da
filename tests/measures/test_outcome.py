"""Did it work: the demo park's measures, whose parcels later evaluations show, and the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli import build
from service.jobs.demo import run_demo
from service.jobs.measures.outcome import Outcome, outcome
from service.jobs.measures.records import many
from service.jobs.periods import today
from service.store import evaluations
from service.store.database import Database
from tests.support.stores import GeoPackages

RUN = CliRunner()


@pytest.fixture(scope="module")
def demo(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """The demo park with its measures."""
    folder = tmp_path_factory.mktemp("demo")
    database = Database(geopackages.copy_to(folder / "park.gpkg"))
    run_demo(database, folder)
    return database


@pytest.fixture
def told(demo: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run ``mujun`` on the demo park and return what it says."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", demo.url.render_as_string())
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str) -> str:
        done = RUN.invoke(build(), arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def found(demo: Database, kind: str, state: str) -> Outcome:
    """The outcome of the demo's measure of a kind in a state."""
    with demo.reading() as connection:
        (measure,) = many(connection, today(), kind=kind, state=state)
        return outcome(connection, measure["id"])


def test_every_kind_and_several_states_are_in_the_demo(demo: Database) -> None:
    """And some are late."""
    with demo.reading() as connection:
        measures = many(connection, today())
    assert {each["kind"] for each in measures} >= {"consolidation", "leasing", "price", "uplift", "energy"}
    assert len({each["state"] for each in measures}) >= 6
    assert any(each["overdue"] for each in measures)


def test_before_and_after_are_as_the_evaluations_have_them(demo: Database) -> None:
    """Parcel by parcel against the results themselves; the sums are theirs."""
    compared = found(demo, "consolidation", "carried_out")
    assert compared.before is not None
    assert compared.after is not None
    assert (compared.before.period, compared.after.period) == ("2021", "2023")
    assert (compared.reason, compared.same_scheme) == (None, True)
    gained = 0
    with demo.reading() as connection:
        for each in compared.parcels:
            rows = [
                evaluations.results_of(connection, run, each.parcel_code)["scores"][0]
                for run in (compared.before.evaluation_id, compared.after.evaluation_id)
            ]
            assert [each.grade_before, each.grade_after] == [row["grade"] for row in rows]
            assert [each.points_before, each.points_after] == [
                None if row["points"] is None else row["points"] / 10**6 for row in rows
            ]
            flags = [each.low_efficiency_before, each.low_efficiency_after]
            assert flags == [row["low_efficiency"] for row in rows]
            gained += rows[1]["tax__amount"] - rows[0]["tax__amount"]
    measured = {each.effect: each.measured for each in compared.effects}
    assert measured["tax_gained_wan_yuan"] == gained / 10**6
    assert measured["area_released_m2"] is None
    flags = [(each.low_efficiency_before, each.low_efficiency_after) for each in compared.parcels]
    assert compared.flags_cleared == flags.count((True, False))
    assert compared.worked == (not any(after for _, after in flags))


def test_what_is_not_carried_out_has_no_outcome(demo: Database) -> None:
    """And says why."""
    compared = found(demo, "energy", "proposed")
    assert (compared.after, compared.reason, compared.worked) == (None, "not_carried_out", None)
    assert all(each.measured is None for each in compared.effects)


def test_the_command_line_follows_a_measure_up(told: Any, demo: Database, tmp_path: Path) -> None:
    """Proposed, moved, changed, listed, shown, summed, as a workbook."""
    with demo.reading() as connection:
        code = many(connection, today(), kind="uplift")[0]["parcel_codes"][0]
    said = told(
        *("measures", "add", "uplift", "--title", "加层", "--parcel", code, "--office", "资规局"),
        *("--set", "expected_floor_area_added_m2=1200.5"),
    )
    number = said.split()[2].rstrip(":")
    assert "verified 核实" in told("measures", "move", number, "verified")
    assert "1200.5" in told("measures", "set", number, "--set", "office=经信局")
    shown = json.loads(told("measures", "show", number, "--json"))
    assert (shown["state"], shown["office"], len(shown["history"])) == ("verified", "经信局", 3)
    assert "加层" in told("measures", "list", "--kind", "uplift")
    assert "加层" not in told("measures", "list", "--kind", "energy")
    assert "新增建筑面积" in told("measures", "dashboard")
    told("measures", "list", "--format", "xlsx", "--output", str(tmp_path / "a.xlsx"))
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"
    assert "mujun.measure.moved.v1" in told("events", "list", "--type", "mujun.measure.moved.v1")
    assert told("events", "secret").strip().splitlines()[-1].startswith("whsec_")
