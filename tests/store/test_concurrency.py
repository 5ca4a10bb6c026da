"""Readers and writers side by side: readers never wait and see one state, writers take turns."""

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from service.errors import Unavailable
from service.store import engines
from service.store.database import Database
from service.store.gpkg.file import GeoPackageConnection
from service.store.models import Batch, Parcel, SourceRow
from tests.support.records import add_batch, add_grid


def parcels(database: Database) -> int:
    """Count the parcels in a transaction of its own."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(Parcel)).scalar_one()


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """While a load is under way, others see the state before it, at once."""
    with database.writing() as connection:
        add_grid(connection, 500)
        started = time.perf_counter()
        assert parcels(database) == 0
        assert time.perf_counter() - started < 2
    assert parcels(database) == 500


def test_a_reader_sees_one_state(database: Database) -> None:
    """What is committed between two questions of a reader does not show in the second answer."""
    with database.reading() as connection:
        before = database.data_version(connection)
        with database.writing() as writer:
            add_grid(writer, 3)
        assert connection.execute(select(func.count()).select_from(Parcel)).scalar_one() == 0
        assert database.data_version(connection) == before
    with database.reading() as connection:
        assert database.data_version(connection) == before + 1


def test_writers_take_turns(database: Database) -> None:
    """Nobody's write is lost when many count up what they read."""

    def write(_: int) -> None:
        with database.writing() as connection:
            count = connection.execute(select(func.count()).select_from(Batch)).scalar_one()
            add_batch(connection, read=count)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with database.reading() as connection:
        assert sorted(connection.execute(select(Batch.read)).scalars()) == list(range(40))
        assert database.data_version(connection) == 40


def test_two_stores_created_at_once_are_one(empty_database_url: str) -> None:
    """Several processes that start together do not create the schema twice."""
    databases = [Database(empty_database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Database.initialise, databases))
    for database in databases:
        database.require_schema()
        database.dispose()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[Database]:
    """A store whose writers give up soon."""
    monkeypatch.setattr(engines, "LOCK_SECONDS", 1)
    database = Database(database_url)
    yield database
    database.dispose()


def test_a_writer_that_waits_too_long_is_told_so(impatient: Database) -> None:
    """The store is then busy, which is worth another try; the first writer's work stands."""
    with impatient.writing() as connection:
        add_batch(connection)
        with pytest.raises(Unavailable) as caught, impatient.writing():
            pass
        assert caught.value.code == "busy"
    with impatient.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Batch)).scalar_one() == 1


def test_readers_are_quick_beside_a_busy_writer(geopackage_url: str) -> None:
    """The embedded file answers readers while loads follow one another, and each sees only whole loads."""
    database = Database(geopackage_url)
    done = threading.Event()
    seen: list[tuple[int, float]] = []

    def read() -> None:
        while not done.is_set():
            started = time.perf_counter()
            count = parcels(database)
            seen.append((count, time.perf_counter() - started))

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for load in range(10):
            with database.writing() as connection:
                add_grid(connection, 1000, start=load * 1000)
        done.set()
        for reader in readers:
            reader.result()
    database.dispose()

    assert {count % 1000 for count, _ in seen} == {0}
    times = sorted(seconds for _, seconds in seen)
    assert times[len(times) * 95 // 100] < 0.5


def test_a_lost_connection_is_replaced(postgis_url: str) -> None:
    """When the server ends a connection, the next question gets a fresh one; the one under way is told."""
    database = Database(postgis_url)
    end_all = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    other = Database(postgis_url)
    with database.reading() as connection:
        connection.execute(select(Batch.id)).all()
    with other.engine.begin() as connection:
        connection.execute(end_all)
    assert parcels(database) == 0
    with pytest.raises(Unavailable), database.reading() as reader:  # noqa: PT012 - an error comes amid the work
        reader.execute(select(Batch.id)).all()
        with other.engine.begin() as connection:
            connection.execute(end_all)
        reader.execute(select(SourceRow.id)).all()
    assert parcels(database) == 0
    other.dispose()
    database.dispose()


def test_a_connection_that_is_thrown_away_is_freed(geopackage_url: str) -> None:
    """The functions registered on a connection do not keep it alive."""
    connection = GeoPackageConnection(Path(geopackage_url.removeprefix("sqlite:///")))
    gone = weakref.ref(connection)
    connection.close()
    del connection
    gc.collect()

    assert gone() is None
