"""Did it work: the demo park's measures, whose parcels later evaluations show, and the command line."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import insert, select
from typer.testing import CliRunner

from service.cli import build
from service.domain.measures import MeasureState
from service.jobs.evaluating import evaluate, publish
from service.jobs.measures import keeping
from service.jobs.measures.forms import NewMeasure
from service.jobs.measures.outcome import Outcome, outcome
from service.jobs.measures.records import many
from service.jobs.measures.succeeding import lands, of_land
from service.jobs.periods import today
from service.reference.schemes import shipped_scheme
from service.store import evaluations
from service.store.database import Database
from service.store.models import Parcel, ParcelSuccession
from tests.api.park import DISTRICT
from tests.api.park import build as park_of
from tests.support.demo import Demo

RUN = CliRunner()


@pytest.fixture(scope="module")
def demo(demo_files: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demo park with its measures."""
    database = demo_files.copy_to(tmp_path_factory.mktemp("demo") / "park.gpkg")
    yield database
    database.dispose()


@pytest.fixture
def told(demo: Database, wide_terminal: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run ``mujun`` on the demo park and return what it says."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", demo.url.render_as_string())

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
    assert "已备注" in told("measures", "note", number, "已现场核实")
    shown = json.loads(told("measures", "show", number, "--json"))
    assert (shown["state"], shown["office"], len(shown["history"])) == ("verified", "经信局", 4)
    assert shown["history"][-1]["note"] == "已现场核实"
    assert "加层" in told("measures", "list", "--kind", "uplift")
    assert "加层" not in told("measures", "list", "--kind", "energy")
    assert "新增建筑面积" in told("measures", "dashboard")
    told("measures", "list", "--format", "xlsx", "--output", str(tmp_path / "a.xlsx"))
    assert (tmp_path / "a.xlsx").read_bytes()[:2] == b"PK"
    assert "mujun.measure.moved.v1" in told("events", "list", "--type", "mujun.measure.moved.v1")
    assert told("events", "secret").strip().splitlines()[-1].startswith("whsec_")


def carried_out(database: Database, evaluation: int, day: date, *codes: str) -> Outcome:
    """The outcome of a measure of an evaluation about these parcels that was carried out on a day."""
    said = {"kind": "consolidation", "title": "整合", "parcels": codes, "evaluation_id": evaluation}
    measure = keeping.propose(
        database, NewMeasure.model_validate({**said, "proposed_on": "2020-01-01"}), "somebody"
    )
    for to in ("verified", "negotiated", "agreed", "carried_out"):
        keeping.move(database, measure, MeasureState(to), "somebody", on=day)
    with database.reading() as connection:
        return outcome(connection, measure)


def measured_tax(compared: Outcome) -> float | None:
    """What the evaluations show of tax."""
    return {each.effect: each.measured for each in compared.effects}["tax_gained_wan_yuan"]


def test_land_is_compared_in_a_later_year_whatever_its_codes(database: Database, tmp_path: Path) -> None:
    """Not in the year of carrying out, nor before; merged parcels once, as the sum of their parts."""
    park = park_of(database, tmp_path)
    publish(database, park.draft)
    early = carried_out(database, park.draft, date(2021, 6, 1), "P0", "P1")
    assert early.before is not None
    assert early.after is not None
    assert (early.before.period, early.after.period) == ("2022", "2023")
    assert [(each.parcel_code, each.formerly) for each in early.parcels] == [("P0", []), ("P1", [])]
    gained = measured_tax(early)
    assert gained == pytest.approx(4815.162342 + 2303.577269 - 4159.265358 - 2718.281828, abs=1e-6)
    assert carried_out(database, park.draft, date(2023, 6, 1), "P0").reason == "no_evaluation_yet"
    assert carried_out(database, park.published, date(2021, 6, 1), "P0").reason == "no_evaluation_yet"
    with database.writing() as connection:
        values = {"old_code": "P0", "new_code": "P1", "kind": "merged", "effective_on": date(2023, 6, 1)}
        source = connection.execute(select(Parcel.source_row_id).limit(1)).scalar_one()
        connection.execute(insert(ParcelSuccession).values(**values, source_row_id=source))
    told = carried_out(database, park.draft, date(2022, 6, 1), "P0", "P1")
    # the evaluation of 2023 was made before the word, and has the parts
    (whole,) = told.parcels
    assert (whole.parcel_code, whole.formerly, whole.grade_after) == ("P1", ["P0"], None)
    assert measured_tax(told) == gained
    publish(database, evaluate(database, shipped_scheme("parcel"), "2023", DISTRICT).id)
    again = carried_out(database, park.draft, date(2022, 6, 1), "P0")
    (whole,) = again.parcels
    assert (whole.parcel_code, whole.grade_before) == ("P1", None)
    assert whole.grade_after is not None
    assert measured_tax(again) == gained


def test_another_number_is_the_same_parcel_and_a_missing_part_makes_all_unknown() -> None:
    """By hand: A has the number B since, C and D became E."""
    moves = pl.DataFrame(
        [("A", "B", 1, "B"), ("C", "C", 0, "E"), ("D", "D", 0, "E")],
        schema=["parcel_code", "same", "hops", "into"],
        orient="row",
    )
    pieces = lands(["A", "B", "C", "F"], moves)
    assert pieces == {"B": [["B", "A"]], "E": [["E"], ["C"], ["D"]], "F": [["F"]]}
    one = {"grade": "A", "floor_area_m2": 1.0, "tax_wan_yuan": 2.0, "output_wan_yuan": None}
    said = {"A": {**one, "low_efficiency": False}, "C": {**one, "low_efficiency": True}}
    assert of_land(said, "B", pieces["B"]) == said["A"]
    assert of_land(said, "F", pieces["F"]) == {}
    assert of_land(said, "E", pieces["E"]) == {}
    assert of_land({**said, "D": said["A"]}, "E", pieces["E"]) == {
        "floor_area_m2": 2.0,
        "tax_wan_yuan": 4.0,
        "output_wan_yuan": None,
        "low_efficiency": True,
    }
    assert of_land({"E": said["A"]}, "E", pieces["E"]) == said["A"]
