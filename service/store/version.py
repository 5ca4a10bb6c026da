"""The version of the data (数据版本), asked of the database once for all requests that arrive together.

Whoever asks gets a version that was read after they began to ask: a question already on its way is not
theirs, they wait for the next one. So what is remembered under a version is never older than the request it
answers, whichever process wrote last.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection, Engine

VERSION = "data_version"
"""Under which name the version that was asked for a request stands in its state."""

_QUERY = "SELECT version FROM data_version"


class VersionReader:
    """Reads the version on a connection of its own, opened when first used and again when it breaks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._driver: Any = None
        self._lock = threading.Lock()

    def read(self) -> int:
        """Return how many writing transactions are committed; raises what the driver or SQLAlchemy raises."""
        with self._lock:
            if self._connection is not None:
                with suppress(Exception):  # the server restarted, say: a new connection tells
                    return self._ask()
                self._forget()
            self._connection = self._engine.connect()
            self._driver = self._connection.connection.driver_connection
            self._connection.detach()  # for good: the pool is for those who bring it back
            return self._ask()

    def close(self) -> None:
        """Close the connection, if one is open."""
        with self._lock:
            self._forget()

    def _ask(self) -> int:
        """Ask the driver itself: a transaction through SQLAlchemy would take five times as long."""
        if self._engine.dialect.name == "sqlite":
            ((version,),) = self._driver.execute(_QUERY).fetchall()
            return int(version)
        result = self._driver.pgconn.exec_(_QUERY.encode())
        value = result.get_value(0, 0)
        if value is None:
            raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
        return int(value)

    def _forget(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = self._driver = None


class Versions:
    """The present version for requests of one process, asked by ``read`` in a thread, one question at a time.

    The thread is its own, so that no work of others keeps those waiting whose answer is in memory.
    """

    def __init__(self, read: Callable[[], int]) -> None:
        self._read = read
        self._thread = ThreadPoolExecutor(1, "data-version")
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Asking] = WeakKeyDictionary()

    async def current(self) -> int:
        """Return the version as it is at some time after this was called; raises what ``read`` raises."""
        loop = asyncio.get_running_loop()
        asking = self._by_loop.get(loop)
        if asking is None:
            asking = self._by_loop[loop] = _Asking(self._thread, self._read)
        return await asking.next()


class _Asking:
    """The questions of one event loop: one on its way, and one for all who came since it was sent."""

    def __init__(self, thread: ThreadPoolExecutor, read: Callable[[], int]) -> None:
        self._thread, self._read = thread, read
        self._next: asyncio.Future[int] | None = None
        self._sender: asyncio.Task[None] | None = None

    async def next(self) -> int:
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        # one who gives up takes nothing from the others
        return await asyncio.shield(self._next)

    async def _send(self) -> None:
        try:
            while (waiting := self._next) is not None:
                self._next = None
                try:
                    version = await asyncio.get_running_loop().run_in_executor(self._thread, self._read)
                except Exception as error:
                    waiting.set_exception(error)
                    waiting.exception()  # seen, also when nobody waits any more
                except BaseException:
                    waiting.cancel()
                    raise
                else:
                    waiting.set_result(version)
        finally:
            self._sender = None
