"""The version of the data: asked once for all who arrive together, and never older than whoever asked."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from service.errors import Unavailable
from service.store.database import Database
from service.store.version import Versions
from tests.support.records import add_batch


class Slow:
    """A counter that answers when it is let: as a database does that takes its time."""

    def __init__(self) -> None:
        self.value = 0
        self.asked = 0
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)

    def read(self) -> int:
        """Return the value as it is when the question arrives."""
        self.asked += 1
        seen = self.value
        self.begun.release()
        self.may_end.acquire()
        return seen


async def _begun(slow: Slow) -> None:
    await asyncio.to_thread(slow.begun.acquire)


def test_one_question_serves_all_who_came_before_it_was_sent() -> None:
    """A hundred who arrive together cost one question."""

    async def ask() -> tuple[list[int], int]:
        slow = Slow()
        versions = Versions(slow.read)
        together = [asyncio.create_task(versions.current()) for _ in range(100)]
        await _begun(slow)
        slow.may_end.release()
        return list(await asyncio.gather(*together)), slow.asked

    assert asyncio.run(ask()) == ([0] * 100, 1)


def test_who_comes_while_a_question_is_on_its_way_waits_for_the_next() -> None:
    """The question saw the state before the write; who comes after the write sees the write."""

    async def ask() -> tuple[int, list[int], int]:
        slow = Slow()
        versions = Versions(slow.read)
        before = asyncio.create_task(versions.current())
        await _begun(slow)  # it has looked, and not yet said what it saw
        slow.value = 1
        after = [asyncio.create_task(versions.current()) for _ in range(10)]
        await asyncio.sleep(0)
        slow.may_end.release()
        first = await before
        assert not any(task.done() for task in after)
        await _begun(slow)
        slow.may_end.release()
        return first, list(await asyncio.gather(*after)), slow.asked

    assert asyncio.run(ask()) == (0, [1] * 10, 2)


def test_one_who_gives_up_takes_nothing_from_the_others() -> None:
    """A client that goes away while the question is under way does not end it."""

    async def ask() -> int:
        slow = Slow()
        versions = Versions(slow.read)
        leaving, staying = (asyncio.create_task(versions.current()) for _ in range(2))
        await _begun(slow)
        leaving.cancel()
        await asyncio.sleep(0)
        slow.may_end.release()
        return await staying

    assert asyncio.run(ask()) == 0


def test_a_failure_is_told_to_all_who_waited_and_to_nobody_after() -> None:
    """The next one asks again."""
    answers: list[Callable[[], int]] = [lambda: 1 // 0, lambda: 7]

    async def ask() -> tuple[list[bool], int]:
        versions = Versions(lambda: answers.pop(0)())
        together = (versions.current() for _ in range(3))
        found = await asyncio.gather(*together, return_exceptions=True)
        return [isinstance(each, ZeroDivisionError) for each in found], await versions.current()

    assert asyncio.run(ask()) == ([True] * 3, 7)


def test_an_answer_is_never_older_than_its_question(database: Database) -> None:
    """While others write, whoever asks after a write was committed sees it; on the real store."""
    committed, ended = 0, threading.Event()

    def write() -> None:
        nonlocal committed
        for _ in range(15):
            with database.writing() as connection:
                add_batch(connection)
            committed += 1
        ended.set()

    async def ask() -> int:
        versions, asked = Versions(database.committed_version), 0
        start = await versions.current()
        writer = asyncio.create_task(asyncio.to_thread(write))

        async def one() -> None:
            nonlocal asked
            while not ended.is_set():
                at_least = start + committed
                assert await versions.current() >= at_least
                asked += 1

        await asyncio.gather(*(one() for _ in range(8)))
        await writer
        assert await versions.current() == start + 15
        return asked

    assert asyncio.run(ask()) > 0


def test_it_is_the_version_that_a_transaction_sees(database: Database) -> None:
    """Before, after, and not while another writes."""
    with database.reading() as connection:
        assert database.committed_version() == database.data_version(connection)
    before = database.committed_version()
    with database.writing() as connection:
        add_batch(connection)
        assert database.committed_version() == before
    assert database.committed_version() == before + 1


def test_a_connection_that_breaks_is_opened_again(database: Database) -> None:
    """A server that ends all connections, or a file that was closed, costs nobody an answer."""
    version = database.committed_version()
    if database.is_embedded:
        database.dispose()
    else:
        with database.engine.connect() as connection:
            others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            others += " AND pid <> pg_backend_pid()"
            connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS others")
    assert database.committed_version() == version


def test_a_store_that_is_not_there_is_told_in_our_words(tmp_path_factory: pytest.TempPathFactory) -> None:
    """As everywhere else: the service is unavailable, and nothing is created."""
    path = tmp_path_factory.mktemp("none") / "none.gpkg"
    with pytest.raises(Unavailable):
        Database(f"sqlite:///{path}").committed_version()
    with pytest.raises(Unavailable):
        Database("postgresql+psycopg://nobody@127.0.0.1:1/none").committed_version()
    assert not path.exists()
