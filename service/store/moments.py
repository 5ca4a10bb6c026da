"""When the hand-overs came that rows stand in (接收时间): asked once, known for the rows between two of one.

Rows get their ids inside the transaction of the one writer, so the ids of a hand-over lie together: between
two of its rows there is none of another.
"""

import threading
from bisect import bisect_right
from datetime import datetime
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, select

from service.store.database import Database
from service.store.models import Batch, SourceRow


class Moments:
    """What is known of one store: for runs of row ids, when they came. A row's hand-over never changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._batches: list[tuple[int, datetime]] = []

    def find(self, row: int) -> datetime | None:
        """Return when a row came, if that is known without asking the store."""
        with self._lock:
            place = bisect_right(self._firsts, row) - 1
            if place < 0 or row > self._lasts[place]:
                return None
            return self._batches[place][1]

    def ask(self, connection: Connection, row: int) -> datetime | None:
        """Return when a row came, and know it from now on; None for a row that is not there."""
        query = (
            select(Batch.id, Batch.received_at)
            .join(SourceRow, SourceRow.batch_id == Batch.id)
            .where(SourceRow.id == row)
        )
        found = connection.execute(query).one_or_none()
        if found is None:
            return None
        batch: int = found.id
        came: datetime = found.received_at
        with self._lock:
            self._learn(row, (batch, came))
        return came

    def _learn(self, row: int, batch: tuple[int, datetime]) -> None:
        place = bisect_right(self._firsts, row)
        if place and self._batches[place - 1] == batch:
            self._lasts[place - 1] = max(row, self._lasts[place - 1])
        elif place < len(self._firsts) and self._batches[place] == batch:
            self._firsts[place] = row
        else:
            self._firsts.insert(place, row)
            self._lasts.insert(place, row)
            self._batches.insert(place, batch)


_OF_STORES: WeakKeyDictionary[Database, Moments] = WeakKeyDictionary()


def moments_of(database: Database) -> Moments:
    """Return what is known of a store."""
    return _OF_STORES.setdefault(database, Moments())
