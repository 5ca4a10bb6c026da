"""Wide results in the store: the map's scores, a parcel's rows, whole tables."""

import polars as pl
import pytest
import shapely
from sqlalchemy import event, func, select, update

from service.domain.tables import KEYS, RESULTS
from service.errors import Conflict
from service.store import evaluations, parts, spatial
from service.store.database import Database
from service.store.hashing import canonical_hash
from service.store.models import Evaluation, Parcel, ResultPart, Score, SnapshotPart
from service.store.snapshot import snapshot_tables
from tests.support.records import add_grid, square
from tests.support.rtree import assert_in_step
from tests.support.wide import results
from tests.support.wide_store import evaluated, save, snapshot

PARCELS = 300


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few rows a part that a table has several."""
    monkeypatch.setattr(parts, "ROWS", 64)


def test_every_column_of_the_map_is_given_or_copied() -> None:
    """No column of the score is forgotten when it is written."""
    columns = {column.name.removesuffix("_m2") for column in Score.__table__.c}
    copied = {"id", "evaluation_id", "district", "period", "town", "name", "land_use", "geom"}
    assert columns - copied == RESULTS["scores"].keys()


def test_scores_are_written_in_the_order_of_codes_as_people_read_them(database: Database) -> None:
    """Square metres, ratios and points as decimals; ids follow each other, whatever the order of parcels."""
    with database.writing() as connection:
        add_grid(connection, 100, start=200)
        add_grid(connection, 200)
        evaluation = save(connection, PARCELS)
    with database.reading() as connection:
        query = select(Score.id, Score.parcel_code).order_by(Score.id)
        ids, codes = zip(*connection.execute(query).all(), strict=True)
        row = (
            connection.execute(select(Score.__table__).where(Score.parcel_code == "P000007")).mappings().one()
        )
    assert list(codes) == [f"P{n:06}" for n in range(PARCELS)]
    assert ids == tuple(range(ids[0], ids[0] + PARCELS))
    shown = {
        "evaluation_id": evaluation,
        "land_area_m2": 10_000.07,
        "footprint_area_m2": 4000.07,
        "far": 0.800001,
        "far_limit": None,
        "items": 80.000007,
        "correction": 1.05,
        "bonus": 2.5,
        "deduction": 0,
        "points": 86.500007,
        "ranked_grade": "B",
        "adjustments": "new_firm,high_tech",
        "low_efficiency": True,
        "low_efficiency_reasons": "grade_d",
        "far_uplift": None,
        "verified": False,
    }
    assert {name: row[name] for name in shown} == shown


def test_a_score_copies_its_parcel(database: Database) -> None:
    """Town, name, land use and geometry, found by the spatial index; the parcel may change afterwards."""
    with database.writing() as connection:
        add_grid(connection, PARCELS)
        named = {"town": "east", "name": "Plot, 'the 1\"st'", "land_use": "industrial"}
        connection.execute(update(Parcel).where(Parcel.code == "P000105").values(named))
        save(connection, PARCELS)
        connection.execute(update(Parcel).values(town="west"))
    with database.reading() as connection:
        within = spatial.intersects_box(Score.geom, *square(5, 1).bounds)
        found = connection.execute(
            select(Score.parcel_code, Score.town, Score.name, Score.land_use, spatial.wkb(Score.geom)).where(
                within
            )
        ).all()
    assert [tuple(row[:4]) for row in found] == [("P000105", *named.values())]
    assert shapely.from_wkb(bytes(found[0][4])).equals(square(5, 1))
    if database.is_embedded:
        assert_in_step(database, "score")
        with database.reading() as connection:
            triggers = connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            ).scalars()
            assert {"published_score_insert", "rtree_score_geom_insert"} <= set(triggers)


def test_a_parcel_that_is_gone_stores_nothing(database: Database) -> None:
    """An evaluation of parcels that the store has not is refused as a whole."""
    with pytest.raises(Conflict) as caught:
        evaluated(database, parcels=PARCELS - 1, scored=PARCELS)
    assert caught.value.code == "inputs-changed"
    with database.reading() as connection:
        for model in (Evaluation, Score, ResultPart, SnapshotPart, Parcel):
            assert connection.execute(select(func.count()).select_from(model)).scalar_one() == 0


def test_whole_tables_come_back_as_they_were(database: Database) -> None:
    """Results and snapshot, empty tables with their columns."""
    evaluation, made = evaluated(database, PARCELS), results(PARCELS)
    with database.reading() as connection:
        stored = {
            name: table.collect() for name, table in evaluations.results(connection, evaluation).items()
        }
        one = evaluations.results_table(connection, evaluation, "holdings")
        assert evaluations.results_table(connection, evaluation, "nothing") is None
        read = {
            name: table.collect()
            for name, table in snapshot_tables(connection, snapshot(PARCELS).content_hash).items()
        }
    assert canonical_hash(stored, KEYS) == canonical_hash(made, KEYS)
    assert stored["scores"].equals(made["scores"])
    assert one is not None
    assert one.collect().equals(made["holdings"])
    assert {name: table.schema for name, table in read.items()} == {
        name: table.schema for name, table in snapshot(PARCELS).frames.items()
    }


def test_a_snapshot_is_stored_once_for_all_that_read_it(database: Database) -> None:
    """Two evaluations by two schemes share it."""
    evaluated(database, PARCELS)
    with database.writing() as connection:
        query = select(func.count()).select_from(SnapshotPart)
        before = connection.execute(query).scalar_one()
        save(connection, PARCELS, run_hash="other")
        assert connection.execute(query).scalar_one() == before == 6


class TestResultsOfAParcel:
    """Its rows of every table, and no others."""

    @pytest.mark.parametrize("code", ["P000000", "P000001", "P000063", "P000064", "P000100", "P000299"])
    def test_they_are_those_of_the_whole_tables(self, database: Database, code: str) -> None:
        """By parcel, by its enterprises, by its track and groups; at the edges of parts, too."""
        evaluation, made = evaluated(database, PARCELS), results(PARCELS)
        with database.reading() as connection:
            found = evaluations.results_of(connection, evaluation, code)
        firms = made["holdings"].filter(parcel_code=code)["uscc"].to_list()
        expected = {
            "scores": made["scores"].filter(parcel_code=code),
            "coverage": made["coverage"].filter(parcel_code=code),
            "holdings": made["holdings"].filter(parcel_code=code),
            "reconciliation": made["reconciliation"].filter(pl.col("uscc").is_in(firms)),
            "unallocated": made["unallocated"].filter(pl.col("uscc").is_in(firms)),
            "benchmarks": made["benchmarks"].filter(group="34"),
            "findings": made["findings"].filter(pl.col("subject_code").is_in([code, *firms])),
        }
        (shown,) = found.pop("shown")
        assert found.keys() == expected.keys()
        for name, table in expected.items():
            assert sorted(map(repr, found[name])) == sorted(map(repr, table.to_dicts())), name
        assert (shown["parcel_code"], shown["land_area_m2"]) == (
            code,
            made["scores"].filter(parcel_code=code)["land_area"][0] / 100,
        )
        assert "geom" not in shown

    def test_of_a_parcel_that_is_none_there_are_none(self, database: Database) -> None:
        """Before the first, between two, behind the last."""
        evaluation = evaluated(database, PARCELS)
        with database.reading() as connection:
            for code in ("", "P000000x", "Q"):
                found = evaluations.results_of(connection, evaluation, code)
                assert set(map(len, found.values())) == {0}, code
                assert "scores" in found

    def test_only_parts_that_can_hold_it_are_opened(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One of each table, however many parcels there are."""
        evaluation = evaluated(database, PARCELS)
        opened: list[object] = []
        read = pl.read_parquet
        monkeypatch.setattr(pl, "read_parquet", lambda source: opened.append(source) or read(source))
        with database.reading() as connection:
            evaluations.results_of(connection, evaluation, "P000100")
        assert len(opened) <= len(RESULTS) + 1  # its two enterprises may lie in two parts


def test_codes_are_compared_by_their_bytes(database: Database) -> None:
    """Not by a database's language, which may sort a before B and signs nowhere."""
    codes = ["B", "a", "宗-1", "宗1", "é", "Z-", "Z1", "_"]
    table = pl.DataFrame({"parcel_code": codes, "v": range(len(codes))})
    owner = parts.of_snapshot("h")
    with database.writing() as connection:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(parts, "ROWS", 2)
            parts.keep(connection, owner, {"parcels": table}, KEYS)
        for code, number in table.rows():
            assert parts.rows(connection, owner, "parcels", "parcel_code", {code})["v"].to_list() == [number]


def test_saving_moves_no_geometry_through_python(geopackage_url: str) -> None:
    """The database copies them: no statement carries one."""
    database, carried = Database(geopackage_url), []
    with database.writing() as connection:
        add_grid(connection, PARCELS)

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if "INTO score" in statement:
            carried.append(parameters)

    with database.writing() as connection:
        event.listen(database.engine, "before_cursor_execute", note)
        save(connection, PARCELS)
    assert carried == [()]
    database.dispose()
