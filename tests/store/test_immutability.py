"""A published evaluation never changes, whoever tries; a draft does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from service.errors import Conflict
from service.store import bulk, immutability, schema
from service.store.database import Database
from service.store.models import Evaluation, ResultPart, Score, SnapshotPart
from tests.support.records import add_evaluation, square

ROWS: dict[type, dict[str, Any]] = {
    Score: {
        "district": "园区",
        "period": "2023",
        "status": "scored",
        "geom": f"SRID=4490;{square(0, 0).wkt}",
    },
    ResultPart: {"name": "scores", "part": 0, "sorted_by": "parcel_code", "rows": 0, "content": b""},
}
every_result = pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__tablename__)


def result(model: Any, evaluation: int, parcel_code: str) -> dict[str, Any]:
    """Return a row of results."""
    key = {"parcel_code": parcel_code} if model is Score else {"name": parcel_code}
    return ROWS[model] | {"evaluation_id": evaluation} | key


def publish(connection: Connection, evaluation: int) -> None:
    """Publish an evaluation."""
    values = {"status": "published", "published_at": datetime(2024, 3, 1, tzinfo=UTC)}
    connection.execute(update(Evaluation).where(Evaluation.id == evaluation).values(values))


def two_evaluations(database: Database, model: type) -> tuple[int, int]:
    """A published evaluation and a draft, each with one row of results."""
    with database.writing() as connection:
        published = add_evaluation(connection, run_hash="published")
        draft = add_evaluation(connection, run_hash="draft")
        for evaluation in (published, draft):
            connection.execute(insert(model).values(result(model, evaluation, f"P{evaluation}")))
        publish(connection, published)
    return published, draft


def test_every_table_of_results_is_protected() -> None:
    """A table that refers to an evaluation is one of its results, or what somebody made of them."""
    tables = schema.METADATA.tables.values()
    found = {table.name for table in tables if "evaluation_id" in table.c}
    assert found - {*immutability.GROWING} == set(immutability.RESULTS)


@every_result
def test_results_of_a_published_evaluation_do_not_change(database: Database, model: Any) -> None:
    """No row is added, changed, removed, moved in or moved out."""
    published, draft = two_evaluations(database, model)
    of = {evaluation: model.evaluation_id == evaluation for evaluation in (published, draft)}
    attempts = {
        "add": insert(model).values(result(model, published, "Q")),
        "change": update(model).where(of[published]).values(id=model.id + 100),
        "remove": delete(model).where(of[published]),
        "move out": update(model).where(of[published]).values(evaluation_id=draft),
        "move in": update(model).where(of[draft]).values(evaluation_id=published),
    }
    for name, attempt in attempts.items():
        with pytest.raises(Conflict) as caught, database.writing() as connection:
            connection.execute(attempt)
        assert caught.value.code == "published", name
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(model)).scalar_one() == 2


@every_result
def test_results_of_a_draft_do_change(database: Database, model: Any) -> None:
    """Protection is of what is published, not of the table."""
    _, draft = two_evaluations(database, model)
    with database.writing() as connection:
        connection.execute(update(model).where(model.evaluation_id == draft).values(id=model.id + 100))
        connection.execute(delete(model).where(model.evaluation_id == draft))
        assert connection.execute(select(func.count()).select_from(model)).scalar_one() == 1


def test_a_published_evaluation_itself_does_not_change(database: Database) -> None:
    """Not back to draft, not its name, not away."""
    published, _ = two_evaluations(database, ResultPart)
    row = Evaluation.id == published
    for attempt in (
        update(Evaluation).where(row).values(status="draft"),
        update(Evaluation).where(row).values(scheme_name="better"),
        delete(Evaluation).where(row),
    ):
        with pytest.raises(Conflict), database.writing() as connection:
            connection.execute(attempt)


def test_a_bulk_load_into_a_published_evaluation_is_refused(database: Database) -> None:
    """The fast way in is no way around."""
    published, draft = two_evaluations(database, ResultPart)
    columns = ("evaluation_id", "name", "part", "sorted_by", "rows", "content")

    def rows(evaluation: int) -> list[tuple[Any, ...]]:
        return [(evaluation, "scores", part, "parcel_code", 0, b"") for part in range(1000)]

    with pytest.raises(Conflict), database.writing() as connection:
        bulk.insert(connection, ResultPart.__table__, columns, rows(published))
    with database.writing() as connection:
        assert bulk.insert(connection, ResultPart.__table__, columns, rows(draft)) == 1000


def test_below_the_store_it_is_an_integrity_error(database: Database) -> None:
    """Whoever connects to the database directly is refused in the same words."""
    published, _ = two_evaluations(database, ResultPart)
    with pytest.raises(IntegrityError, match=immutability.REFUSAL), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM result_part WHERE evaluation_id = :id"), {"id": published})


def test_replacing_a_published_row_is_refused(geopackage_url: str) -> None:
    """SQLite's REPLACE removes rows without naming them."""
    database = Database(geopackage_url)
    published, draft = two_evaluations(database, ResultPart)
    for statement in (
        f"REPLACE INTO result_part SELECT id, {draft}, 'Q', 0, 'uscc', NULL, NULL, 0, x'00' FROM result_part",
        f"REPLACE INTO evaluation SELECT * FROM evaluation WHERE id = {published}",
    ):
        with pytest.raises(Conflict), database.writing() as connection:
            connection.exec_driver_sql(statement)
    database.dispose()


def test_emptying_a_table_is_refused(postgis_url: str) -> None:
    """PostgreSQL's TRUNCATE touches no single row."""
    database = Database(postgis_url)
    two_evaluations(database, ResultPart)
    for table in ("result_part", "evaluation CASCADE"):
        with pytest.raises(Conflict), database.writing() as connection:
            connection.execute(text(f"TRUNCATE {table}"))
    database.dispose()


def test_publishing_waits_for_a_writer_of_results(postgis_url: str) -> None:
    """Even past the store's own lock nobody publishes between a result's check and its commit."""
    database = Database(postgis_url)
    _, draft = two_evaluations(database, ResultPart)
    with database.engine.begin() as writer, database.engine.connect() as publisher:
        writer.execute(insert(ResultPart).values(result(ResultPart, draft, "Q")))
        publisher.execute(text("SET lock_timeout = '50ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            publish(publisher, draft)
    database.dispose()


class TestSnapshots:
    """What any evaluation read, be it a draft, stays as it was read."""

    @staticmethod
    def part(snapshot_hash: str, number: int) -> dict[str, Any]:
        """Return a row."""
        values = {"name": "parcels", "part": number, "sorted_by": "parcel_code", "rows": 0, "content": b""}
        return {"snapshot_hash": snapshot_hash, **values}

    @pytest.fixture
    def used(self, database: Database) -> Database:
        """A store with a snapshot that a draft read, and one that none has read yet."""
        with database.writing() as connection:
            for name in ("used", "unused"):
                connection.execute(insert(SnapshotPart).values(self.part(name, 0)))
            add_evaluation(connection, snapshot_hash="used")
        return database

    def test_a_used_snapshot_does_not_change(self, used: Database) -> None:
        """No part is added, changed, removed, moved in or moved out."""
        of_used, of_other = SnapshotPart.snapshot_hash == "used", SnapshotPart.snapshot_hash == "unused"
        for attempt in (
            insert(SnapshotPart).values(self.part("used", 1)),
            update(SnapshotPart).where(of_used).values(content=b"x"),
            update(SnapshotPart).where(of_used).values(snapshot_hash="other"),
            update(SnapshotPart).where(of_other).values(snapshot_hash="used", part=1),
            delete(SnapshotPart).where(of_used),
        ):
            with pytest.raises(Conflict) as caught, used.writing() as connection:
                connection.execute(attempt)
            assert caught.value.code == "snapshot-in-use"

    def test_an_unused_snapshot_does(self, used: Database) -> None:
        """Nothing hangs on it."""
        of_other = SnapshotPart.snapshot_hash == "unused"
        with used.writing() as connection:
            connection.execute(insert(SnapshotPart).values(self.part("unused", 1)))
            connection.execute(update(SnapshotPart).where(of_other).values(content=b"x"))
            assert connection.execute(delete(SnapshotPart).where(of_other)).rowcount == 2

    def test_emptying_the_table_is_refused(self, postgis_url: str) -> None:
        """PostgreSQL's TRUNCATE touches no single row."""
        database = Database(postgis_url)
        with database.writing() as connection:
            add_evaluation(connection)
        with pytest.raises(Conflict), database.writing() as connection:
            connection.execute(text("TRUNCATE snapshot_part"))
        database.dispose()
