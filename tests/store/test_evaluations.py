"""Evaluations in the store: saved whole, found again, published once, explained to the row."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely
from sqlalchemy import func, select, update

from service.domain.scheme import Scheme
from service.domain.tables import KEYS, RESULTS, feed_names
from service.errors import Conflict, InvalidParameter, NotFound
from service.jobs import evaluating
from service.jobs.covering import coverage, listed
from service.jobs.differences import Cell
from service.jobs.evaluating import EvaluationSummary, evaluate, publish, repeat
from service.jobs.explaining import explanation
from service.reference.schemes import shipped_scheme
from service.store import evaluations, scores
from service.store.database import Database
from service.store.hashing import canonical_hash
from service.store.models import Evaluation, Parcel, ResultPart, Score, SnapshotPart
from service.store.snapshot import snapshot_tables
from service.store.spatial import wkb
from tests.support.parks import E1, E2, HandOvers, hand_over_small_park

PARCEL = shipped_scheme("parcel")


@pytest.fixture
def evaluated(database: Database, tmp_path: Path) -> EvaluationSummary:
    """The small park of 2023, evaluated by the project's own scheme."""
    hand_over_small_park(database, tmp_path)
    return evaluate(database, PARCEL, "2023")


def test_a_summary_tells_what_ran_and_how_it_came_out(evaluated: EvaluationSummary) -> None:
    """Two of three parcels scored, the third has nobody on it."""
    assert (evaluated.district, evaluated.period, evaluated.scheme_name) == ("330299", "2023", "parcel")
    assert (evaluated.status, evaluated.parcels, evaluated.scored) == ("draft", 3, 2)
    assert evaluated.grades == {"B": 1, "D": 1}
    assert evaluated.not_scored == {"no_occupant": 1}
    assert evaluated.scheme_hash == PARCEL.content_hash()
    assert not evaluated.repeated


def test_scores_are_stored_as_people_read_them(database: Database, evaluated: EvaluationSummary) -> None:
    """Square metres, ratios and points as decimals, with the parcel's name and geometry copied."""
    with database.reading() as connection:
        columns = (
            Score.parcel_code,
            Score.name,
            Score.town,
            Score.land_area_m2,
            Score.far,
            Score.points,
            Score.grade,
        )
        rows = connection.execute(select(*columns).order_by(Score.parcel_code)).all()
        shapes = connection.execute(select(Parcel.code, wkb(Parcel.geom)).order_by(Parcel.code)).all()
        copied = connection.execute(
            select(Score.parcel_code, wkb(Score.geom)).order_by(Score.parcel_code)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("P1", "Plot 1", "east", 10000.0, 0.8, 119.298245, "B"),
        ("P2", "Plot 2", "east", 10000.0, 1.6, 70.238096, "D"),
        ("P3", "Plot 3", "east", 10000.0, 2.4, None, None),
    ]
    assert [(code, shapely.from_wkb(bytes(shape))) for code, shape in shapes] == [
        (code, shapely.from_wkb(bytes(shape))) for code, shape in copied
    ]


def test_every_table_of_results_is_stored(database: Database, evaluated: EvaluationSummary) -> None:
    """They belong to the evaluation, and hash to what it says; per enterprise the figures add up."""
    with database.reading() as connection:
        results = {
            name: table.collect() for name, table in evaluations.results(connection, evaluated.id).items()
        }
        read = snapshot_tables(connection, evaluated.snapshot_hash)
        snapshot = {name: table.collect() for name, table in read.items()}
        elsewhere = evaluations.results(connection, evaluated.id + 1)
    assert results.keys() == RESULTS.keys()
    assert canonical_hash(results, KEYS) == evaluated.result_hash
    assert canonical_hash(snapshot, KEYS) == evaluated.snapshot_hash
    assert elsewhere == {}
    sums = results["reconciliation"].sum()
    for metric in ("tax", "output"):
        placed = results["holdings"][f"{metric}__amount"].sum()
        assert placed == sums[f"{metric}__direct"].item() + sums[f"{metric}__allocated"].item()


def test_the_same_run_again_is_the_same_evaluation(
    database: Database, evaluated: EvaluationSummary, tmp_path: Path
) -> None:
    """Nothing is calculated or stored twice."""
    again = evaluate(database, PARCEL, "2023", "330299")
    assert again.repeated
    assert again.model_dump(exclude={"repeated"}) == evaluated.model_dump(exclude={"repeated"})


def test_anything_else_is_another_evaluation(
    database: Database, evaluated: EvaluationSummary, tmp_path: Path
) -> None:
    """A changed weight or a changed figure; what changed is visible in the hashes."""
    tax, output, *others = PARCEL.tracks[0].indicators
    weights = (
        tax.model_copy(update={"weight": output.weight}),
        output.model_copy(update={"weight": tax.weight}),
    )
    changed = PARCEL.model_copy(
        update={"tracks": (PARCEL.tracks[0].model_copy(update={"indicators": (*weights, *others)}),)}
    )
    by_other_scheme = evaluate(database, changed, "2023")
    assert by_other_scheme.scheme_hash != evaluated.scheme_hash
    assert by_other_scheme.snapshot_hash == evaluated.snapshot_hash
    files = HandOvers(database, tmp_path / "later", None)
    files.folder.mkdir()
    files.figures({"uscc": E1, "period": 2023, "tax": 401})
    on_other_input = evaluate(database, PARCEL, "2023")
    assert on_other_input.snapshot_hash != evaluated.snapshot_hash
    assert len({evaluated.id, by_other_scheme.id, on_other_input.id}) == 3


def test_the_result_hash_is_the_same_on_both_databases(
    geopackage_url: str, postgis_url: str, tmp_path: Path
) -> None:
    """Same inputs, same rows, byte for byte."""
    hashes = []
    for number, url in enumerate([geopackage_url, postgis_url]):
        database = Database(url)
        (tmp_path / str(number)).mkdir()
        hand_over_small_park(database, tmp_path / str(number))
        done = evaluate(database, PARCEL, "2023")
        hashes.append((done.run_hash, done.result_hash))
        database.dispose()
    assert hashes[0] == hashes[1]


def test_a_draft_is_published_once(database: Database, evaluated: EvaluationSummary) -> None:
    """Then it never changes: the database itself refuses."""
    published = publish(database, evaluated.id)
    assert published.status == "published"
    assert published.published_at is not None
    with pytest.raises(Conflict):
        publish(database, evaluated.id)
    with pytest.raises(Conflict), database.writing() as connection:
        connection.execute(Score.__table__.delete())  # type: ignore[attr-defined]
    for part, owner in ((ResultPart, "evaluation_id"), (SnapshotPart, "snapshot_hash")):
        moved = update(part).values({owner: part.__table__.c[owner], "rows": 0})
        with pytest.raises(Conflict), database.writing() as connection:
            connection.execute(moved)


def test_what_is_not_there_cannot_be_published_or_explained(
    database: Database, evaluated: EvaluationSummary
) -> None:
    """Not found, in words."""
    with pytest.raises(NotFound):
        publish(database, 999)
    with pytest.raises(NotFound):
        explanation(database, 999, "P1")
    with pytest.raises(NotFound):
        explanation(database, evaluated.id, "P9")


def test_evaluations_are_listed_latest_first(
    database: Database, evaluated: EvaluationSummary, tmp_path: Path
) -> None:
    """By pages, by district, by status."""
    second = evaluate(database, PARCEL, "2022")
    publish(database, second.id)

    def listed(**options: object) -> list[int]:
        with database.reading() as connection:
            return [each.id for each in evaluating.summaries(connection, **options)]  # type: ignore[arg-type]

    assert listed() == [second.id, evaluated.id]
    assert listed(limit=1) == [second.id]
    assert listed(before=second.id) == [evaluated.id]
    assert listed(status="published") == [second.id]
    assert listed(district="110000") == []


def test_the_district_may_be_left_out_only_when_there_is_one(
    database: Database, evaluated: EvaluationSummary, tmp_path: Path
) -> None:
    """Of several one must be named, and one that exists."""
    other = HandOvers(database, tmp_path / "other", "110000")
    other.folder.mkdir()
    other.parcels({"code": "Q1"})
    with pytest.raises(InvalidParameter, match="110000, 330299") as caught:
        evaluate(database, PARCEL, "2023")
    assert caught.value.code == "district-required"
    with pytest.raises(NotFound):
        evaluate(database, PARCEL, "2023", "220000")
    assert evaluate(database, PARCEL, "2023", "110000").not_scored == {"no_occupant": 1}


@pytest.mark.parametrize("period", ["23", "2023年", "2023-01", "", "0000"])
def test_a_period_is_a_year(database: Database, period: str, tmp_path: Path) -> None:
    """Anything else is refused before anything runs."""
    with pytest.raises(InvalidParameter) as caught:
        evaluate(database, PARCEL, period)
    assert caught.value.code == "invalid-period"


def test_a_scheme_is_for_its_periods(database: Database, tmp_path: Path) -> None:
    """The rule of 2022 does not judge 2023."""
    with pytest.raises(InvalidParameter) as caught:
        evaluate(database, shipped_scheme("huangyan-2022"), "2023")
    assert caught.value.code == "scheme-not-for-period"


def test_an_empty_store_says_that_there_are_no_parcels(database: Database, tmp_path: Path) -> None:
    """Import comes first."""
    with pytest.raises(NotFound, match="no parcels"):
        evaluate(database, PARCEL, "2023")


def test_a_crash_while_saving_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evaluation is there as a whole or not at all."""
    hand_over_small_park(database, tmp_path)

    def crash(*_: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr(scores, "insert", crash)
        with pytest.raises(RuntimeError, match="crash"):
            evaluate(database, PARCEL, "2023")
    with database.reading() as connection:
        for model in (Evaluation, Score, ResultPart, SnapshotPart):
            assert connection.execute(select(func.count()).select_from(model)).scalar_one() == 0


class TestOthersWrite:
    """While an evaluation calculates, others may write: what is stored belongs to one state all the same."""

    @staticmethod
    def meanwhile(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], object]) -> list[int]:
        """Let others act during the first calculations; returns a list that grows with each calculation."""
        calculate, calculated, waiting = evaluating.calculate, list[int](), list(acts)

        def calculating(*arguments: Any, **options: Any) -> Any:
            found = calculate(*arguments, **options)
            calculated.append(found["scores"].height)
            if waiting:
                waiting.pop(0)()
            return found

        monkeypatch.setattr(evaluating, "calculate", calculating)
        return calculated

    def test_what_does_not_concern_it_is_of_no_account(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Figures of another year: the inputs are found to be the same, nothing is calculated twice."""
        hand_over_small_park(database, tmp_path)
        files = HandOvers(database, tmp_path / "later", None)
        files.folder.mkdir()
        calculated = self.meanwhile(
            monkeypatch, lambda: files.figures({"uscc": E1, "period": 2022, "tax": 1})
        )
        done = evaluate(database, PARCEL, "2023")
        assert calculated == [3]
        assert done.as_of_batch == 5  # the state that was compared

    def test_changed_inputs_are_calculated_anew(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Scores, snapshot and the parcels' copies are of the later state."""
        hand_over_small_park(database, tmp_path)
        files = HandOvers(database, tmp_path / "later")
        files.folder.mkdir()
        moved = {"code": "P1", "town": "west", "registered_area_m2": 5000, "at": 7}
        calculated = self.meanwhile(monkeypatch, lambda: files.parcels(moved))
        done = evaluate(database, PARCEL, "2023")
        assert calculated == [3, 3]
        with database.reading() as connection:
            query = select(Score.town, Score.land_area_m2, wkb(Score.geom)).where(Score.parcel_code == "P1")
            town, area, geometry = connection.execute(query).one()
            current = connection.execute(select(wkb(Parcel.geom)).where(Parcel.code == "P1")).scalar_one()
            snapshot = snapshot_tables(connection, done.snapshot_hash)["parcels"].collect()
        assert (town, area, bytes(geometry)) == ("west", 5000, bytes(current))
        assert snapshot["registered_area"].to_list() == [500_000, 1_000_000, 1_000_000]
        monkeypatch.undo()
        assert evaluate(database, PARCEL, "2023").id == done.id

    def test_inputs_that_never_rest_are_said_so(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After three calculations it gives up, stores nothing, and says what to do."""
        hand_over_small_park(database, tmp_path)
        files = HandOvers(database, tmp_path / "later", None)
        files.folder.mkdir()
        acts = [partial(files.figures, {"uscc": E1, "period": 2023, "tax": tax}) for tax in (1, 2, 3)]
        calculated = self.meanwhile(monkeypatch, *acts)
        with pytest.raises(Conflict) as caught:
            evaluate(database, PARCEL, "2023")
        assert (caught.value.code, calculated) == ("inputs-changed", [3, 3, 3])
        with database.reading() as connection:
            assert connection.execute(select(func.count()).select_from(Evaluation)).scalar_one() == 0


class TestRepeating:
    """Calculated again from what is frozen, whatever the store holds by now."""

    def test_the_same_rows_come_out(
        self, database: Database, evaluated: EvaluationSummary, tmp_path: Path
    ) -> None:
        """Though figures and parcels have changed since; nothing is stored."""
        files = HandOvers(database, tmp_path / "later", None)
        files.folder.mkdir()
        files.figures({"uscc": E1, "period": 2023, "tax": 999})
        with database.reading() as connection:
            version = database.data_version(connection)
        again = repeat(database, evaluated.id)
        assert again.is_same
        assert again.stored_hash == again.repeated_hash == evaluated.result_hash
        assert again.stored_code == again.code == evaluated.code_version
        with database.reading() as connection:
            assert database.data_version(connection) == version

    def test_rows_that_differ_are_told(
        self, database: Database, evaluated: EvaluationSummary, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In which table, how many, and the first cells, stored and repeated."""
        calculate = evaluating.calculate

        def otherwise(*arguments: Any, **options: Any) -> dict[str, pl.DataFrame]:
            found = calculate(*arguments, **options)
            is_first = pl.col("parcel_code") == "P1"
            changed = pl.when(is_first).then(pl.lit("C")).otherwise("grade").alias("grade")
            return found | {"scores": found["scores"].with_columns(changed)}

        monkeypatch.setattr(evaluating, "calculate", otherwise)
        again = repeat(database, evaluated.id)
        assert not again.is_same
        assert again.stored_hash != again.repeated_hash
        (told,) = again.differences
        assert (told.table, told.changed, told.gone, told.added) == ("scores", 1, 0, 0)
        assert told.cells == (Cell(("P1",), "grade", "B", "C"),)

    def test_there_must_be_such_an_evaluation(self, database: Database) -> None:
        """Not found, in words."""
        with pytest.raises(NotFound):
            repeat(database, 7)


class TestExplanation:
    """From the grade back to the file."""

    def test_every_input_names_its_file_and_row(
        self, database: Database, evaluated: EvaluationSummary
    ) -> None:
        """Parcel, occupancy, enterprise and figure."""
        told = explanation(database, evaluated.id, "P2")
        source = told["parcel"]["source"]
        assert (source["file"], source["row"], source["verdict"]) == ("01-parcels.geojson", 1, "accepted")
        calculation = told["calculation"]
        here = [row for row in calculation["occupancies"] if row["parcel_code"] == "P2"]
        assert [(row["uscc"], row["source"]["row"]) for row in here] == [(E1, 3), (E2, 4)]
        assert [row["name"] for row in calculation["occupants"]] == ["One", "Two"]
        tax = [row for row in calculation["figures"] if row["metric"] == "tax"]
        assert [(row["value_text"], row["source"]["file"]) for row in tax] == [
            ("400 万元", "04-figures.csv"),
            ("50 万元", "04-figures.csv"),
        ]

    def test_the_public_part_has_no_firms_figures(
        self, database: Database, evaluated: EvaluationSummary
    ) -> None:
        """No code of a firm, no amount, no value, no benchmark of a group, no item's points."""
        told = explanation(database, evaluated.id, "P2")
        calculation = told.pop("calculation")
        public = json.dumps(told, default=str)
        secret = {E1, E2}
        for item in calculation["indicators"]:
            secret |= {str(item["minor"][name]) for name in ("numerator", "value", "benchmark", "uncapped")}
        assert not [text for text in secret - {"0", "None", "1000000"} if text in public]
        assert "benchmark" in public

    def test_reasons_and_marks_are_told_in_both_languages(
        self, database: Database, evaluated: EvaluationSummary
    ) -> None:
        """Titles of the scheme's rules, texts of codes, and what is not verified."""
        told = explanation(database, evaluated.id, "P2", figures=False)
        rule = told["flags"]["low_efficiency"]["reasons"][0]
        assert (rule["code"], rule["zh"], rule["en"]) == ("grade_d", "评价为D档", "Graded D")
        assert "low_efficiency.rules.far_below_norm" in [mark["place"] for mark in told["unverified"]]
        nobody = explanation(database, evaluated.id, "P3", figures=False)["result"]
        assert nobody["reason"]["code"] == "no_occupant"
        assert nobody["reason"]["zh"]

    def test_an_explanation_is_json(self, database: Database, evaluated: EvaluationSummary) -> None:
        """Apart from times, plain values only."""
        for code in ("P1", "P2", "P3"):
            json.dumps(explanation(database, evaluated.id, code), default=lambda value: value.isoformat())


class TestLiveCoverage:
    """Coverage from the store, without an evaluation."""

    def test_feeds_are_counted_per_town(self, database: Database, tmp_path: Path) -> None:
        """Parcels and their land."""
        hand_over_small_park(database, tmp_path)
        report = coverage(database, None, ["2023"])
        assert report.districts == ["330299"]
        east = report.groups[0]
        assert (east.group, east.parcels.parcels, east.parcels.area_m2) == ("east", 3, 30_000)
        assert east.covered.parcels == 1
        feeds = {feed.feed.code: feed for feed in east.feeds}
        assert list(feeds) == ["land_area", "occupancy", "enterprise", "energy_equal_supply", "output", "tax"]
        tax, energy = feeds["tax"], feeds["energy_equal_supply"]
        assert (tax.fresh.parcels, tax.missing.parcels) == (2, 1)
        assert (energy.fresh.parcels, energy.partial.parcels, energy.missing.area_m2) == (1, 1, 20_000)
        assert energy.reasons == {"no_occupant": 1, "not_reported": 1}

    def test_it_agrees_with_the_evaluation(self, database: Database, evaluated: EvaluationSummary) -> None:
        """What an evaluation stored is what a look at the same store finds."""
        with database.reading() as connection:
            table = evaluations.results_table(connection, evaluated.id, "coverage")
        assert table is not None
        stored: Counter[tuple[str, str]] = Counter()
        for row in table.collect().to_dicts():
            for feed in feed_names(PARCEL.metrics):
                partial_or_none = "none" if row[f"{feed}__have"] == 0 else "partial"
                stored[feed, "complete" if row[f"{feed}__reason"] is None else partial_or_none] += 1
        live = Counter(
            (cell.feed.code, cell.extent.value) for cell in listed(database, "330299", "2023").cells
        )
        assert live == stored

    def test_an_empty_store_is_covered_by_nothing(self, database: Database) -> None:
        """Zero parcels, no districts, no error."""
        report = coverage(database, None, ["2023"])
        assert (report.districts, report.groups, report.park[0].parcels.parcels) == ([], [], 0)


def test_a_scheme_comes_back_from_the_store_as_it_was(
    database: Database, evaluated: EvaluationSummary
) -> None:
    """An explanation years later reads the scheme that ran, not the one shipped then."""
    with database.reading() as connection:
        stored = evaluations.get(connection, evaluated.id)
    assert stored is not None
    assert Scheme.model_validate_json(stored["scheme"]) == PARCEL
