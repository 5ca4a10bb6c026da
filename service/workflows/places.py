"""Numbered places for workers: a place is held by a lock that ends with its process, however it ends.

A job remembers the place that runs it. A free place with unfinished jobs belonged to a process that died; so
they are told from those that another process is at this very moment working on.
"""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

from service.store.database import Database

_PLACES = 64


class Trade(NamedTuple):
    """What is done at a place: its name, and the class of its advisory locks."""

    name: str
    key: int


JOBS = Trade("worker", 0x6D6A)
DELIVERIES = Trade("deliveries", 0x6D6B)


class Places:
    """The places of one store; beside ``path`` lie the locks of an embedded one."""

    def __init__(self, database: Database, path: Path, trade: Trade = JOBS) -> None:
        self._database = database
        self._path = path
        self._trade = trade
        self._held: dict[int, Connection | sqlite3.Connection] = {}

    def take_one(self) -> str | None:
        """Take the first free place and return its name; None when all are taken."""
        return next((self._name(number) for number in range(_PLACES) if self._take(number)), None)

    def take_first(self) -> bool:
        """Take the first place of all, if it is free: for what only one may do."""
        return self._take(0)

    def take(self, name: str) -> bool:
        """Take a place by its name, if it is free."""
        number = name.removeprefix(f"{self._trade.name}-")
        return number.isdecimal() and self._take(int(number))

    def leave(self, name: str) -> None:
        """Leave a place."""
        held = self._held.pop(int(name.removeprefix(f"{self._trade.name}-")), None)
        if held is not None:
            # the server may be gone: then so is the lock
            with suppress(Exception):
                held.close()

    def still_held(self) -> bool:
        """Ask whether the places taken are still held; one whose connection dropped is left."""
        for number, lock in list(self._held.items()):
            if isinstance(lock, sqlite3.Connection):
                continue
            try:
                lock.execute(text("SELECT 1"))
            except Exception:
                # asked again it would connect anew, without the lock
                self.leave(self._name(number))
                return False
        return bool(self._held)

    def leave_all(self) -> None:
        """Leave all places."""
        for number in list(self._held):
            self.leave(self._name(number))

    def _take(self, number: int) -> bool:
        if number in self._held:
            return False
        lock = self._lock_file(number) if self._database.is_embedded else self._advisory_lock(number)
        if lock is None:
            return False
        self._held[number] = lock
        return True

    def _lock_file(self, number: int) -> sqlite3.Connection | None:
        """A file that holds nothing: SQLite's own lock on it is the same on every system."""
        path = self._path.with_name(f"{self._path.stem}-{self._name(number)}.lock")
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            connection.close()
            return None
        return connection

    def _advisory_lock(self, number: int) -> Connection | None:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        statement = text("SELECT pg_try_advisory_lock(:key, :number)")
        if connection.execute(statement, {"key": self._trade.key, "number": number}).scalar_one():
            # its own connection, and never back to the pool, which would keep the lock
            connection.detach()
            return connection
        connection.close()
        return None

    def _name(self, number: int) -> str:
        return f"{self._trade.name}-{number}"
