"""The demo park comes in through the real importers, with its slips found, and is evaluated and published."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from service.demo import HAND_OVERS
from service.demo.returns import SILENT_TOWN
from service.jobs.covering import CoverageReport
from service.jobs.demo import DemoReport, run_demo
from service.reference.schemes import shipped_scheme
from service.store import metered
from service.store.database import Database
from service.store.models import Batch, Enterprise, Evaluation, Figure, NameMatch
from tests.support.demo import Demo
from tests.support.stores import opened_store


@dataclass
class Run:
    """A store with the demo park, what making it reported, and the folder of its files."""

    database: Database
    folder: Path
    report: DemoReport


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The demo on a fresh store, once per database: no test here changes it."""
    folder = tmp_path_factory.mktemp("demo")
    if request.param == "geopackage":
        made: Demo = request.getfixturevalue("demo_files")
        database = made.copy_to(folder / "park.gpkg")
        yield Run(database, made.data, made.report)
        database.dispose()
        return
    with opened_store(request, folder) as database:
        yield Run(database, folder, run_demo(database, folder))


def test_the_planted_slips_are_held_and_the_rest_comes_in(run: Run) -> None:
    """Wrong codes, crossing outlines and contradictions are held by name, pasted rows are duplicates."""
    assert [each.file_name for each in run.report.imports] == [each.file_name for each in HAND_OVERS]
    reasons = Counter[str]()
    for each in run.report.imports:
        reasons.update(each.reasons)
    for slip in (
        *(
            "geometry_invalid",
            "parcel_code_missing",
            "uscc_check_digit",
            "uscc_malformed",
            "conflicting_rows",
        ),
        *("conflicting_rows", "repeated_row", "title", "subtotal", "footnote", "no_values"),
    ):
        assert reasons[slip] > 0, slip
    read, accepted = (
        sum(each.read for each in run.report.imports),
        sum(each.accepted for each in run.report.imports),
    )
    assert accepted / read > 0.97


def test_three_years_are_evaluated_and_published(run: Run) -> None:
    """Each year has a published evaluation with all four grades; A is a fifth of the scored parcels.

    A few lack what they need. What is being built, or was granted lately, is sheltered, and less of it each
    year: the youngest contract is of the middle year.
    """
    sheltered_by = {rule.code for rule in shipped_scheme("parcel").outside}
    sheltered = []
    assert [each.period for each in run.report.evaluations] == ["2021", "2022", "2023"]
    for each in run.report.evaluations:
        assert each.status == "published"
        assert sum(each.grades.values()) == each.scored
        assert set(each.grades) == {"A", "B", "C", "D"}
        assert each.grades["A"] == pytest.approx(each.scored / 5, abs=1)
        sheltered.append(sum(each.not_scored.get(reason, 0) for reason in sheltered_by))
        assert 0 < each.parcels - each.scored - sheltered[-1] < each.parcels / 6
    assert sheltered == sorted(sheltered, reverse=True)
    assert 0 < sheltered[-1] < sheltered[0] < run.report.evaluations[0].parcels / 2


def test_coverage_shows_the_town_whose_meters_were_not_handed_over(run: Run) -> None:
    """In the last year nobody of that town has energy figures; the year before nearly everybody has."""

    def complete(coverage: CoverageReport) -> tuple[int, int]:
        town = next(group for group in coverage.groups if group.group == SILENT_TOWN)
        feed = next(each for each in town.feeds if each.feed.code == "energy_equal_supply")
        return feed.fresh.parcels, feed.missing.parcels + feed.stale.parcels

    got, missed = complete(run.report.coverage["2022"])
    assert got > missed
    got, missed = complete(run.report.coverage["2023"])
    assert got < missed


def test_the_correction_supersedes_what_it_corrects(run: Run) -> None:
    """The later hand-over's tax counts, the earlier figures stay on record as superseded."""
    with run.database.reading() as connection:
        correction = connection.execute(
            select(Batch.id).where(Batch.file_name == HAND_OVERS[-1].file_name)
        ).scalar_one()
        superseded = select(func.count()).select_from(Figure).where(Figure.superseded_by == correction)
        assert connection.execute(superseded).scalar_one() == run.report.imports[-1].accepted


def test_further_offices_hand_over_what_shipped_profiles_read(run: Run) -> None:
    """Firms are rated, gas meters read and placed, buildings stand on parcels, barriers part them.

    A park has few barriers, negotiates with a dozen projects, and has as many plants to let.
    """
    by_name = {each.file_name: each for each in run.report.imports}
    for hand_over in HAND_OVERS:
        if hand_over.profile:
            report = by_name[hand_over.file_name]
            least = {"barriers": 3, "projects": 10, "premises": 10}.get(hand_over.feed, 30)
            assert report.accepted > least
            assert report.held == 0
    with run.database.reading() as connection:
        read, known = metered.readings(connection, "2023"), metered.meters(connection)
    assert 0 < len(set(read["meter"]) - set(known["meter"])) < 3  # nobody's
    placed = metered.placed(read, known, "2023")
    assert placed["value"].sum() == read["value"].sum()
    assert len(placed) > len(read)  # some are shared


def test_a_shortened_name_is_a_question_with_the_right_firm_first(run: Run) -> None:
    """R&D comes by names alone: those of the register are found, the shortened one waits for a person."""
    report = next(each for each in run.report.imports if each.file_name.startswith("科技"))
    assert (report.accepted, report.held) == (7, 1)
    with run.database.reading() as connection:
        question = connection.execute(select(NameMatch.status, NameMatch.name, NameMatch.candidates)).one()
        best = json.loads(question.candidates)[0]["uscc"]
        name = connection.execute(select(Enterprise.name).where(Enterprise.uscc == best)).scalar_one()
    assert question.status == "open"
    assert name.endswith(question.name)


def test_run_again_it_changes_nothing(run: Run) -> None:
    """The second run finds every file received and every evaluation published."""
    with run.database.reading() as connection:
        before = run.database.data_version(connection)
    again = run_demo(run.database, run.folder)
    assert [each.id for each in again.evaluations] == [each.id for each in run.report.evaluations]
    for each, first in zip(again.imports, run.report.imports, strict=True):
        assert (each.batch_id, each.read, each.accepted) == (None, first.read, 0)
        assert each.duplicate == first.accepted + first.duplicate
    with run.database.reading() as connection:
        assert run.database.data_version(connection) == before
        assert connection.execute(select(func.count()).select_from(Evaluation)).scalar_one() == 3
