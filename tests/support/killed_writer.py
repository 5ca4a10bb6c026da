"""A program that writes to a store and is killed, with SIGKILL, at the point it is told: URL, point."""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy import event

from service.store import bulk
from service.store.database import Database
from service.store.models import Parcel
from tests.support.records import PARCEL_COLUMNS, add_batch, grid_rows

ROWS = 12_000
"""More than one chunk, so that "amid the load" has rows behind it and before it."""

POINTS = ("amid the load", "before the commit", "after the commit")


def die(*_: Any) -> None:
    """End at once, as by a power cut of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, point: str) -> None:
    """Write a hand-over with its parcels as one transaction."""
    database = Database(url)

    def rows(source_row: int) -> Iterator[tuple[Any, ...]]:
        for number, row in enumerate(grid_rows(ROWS, source_row)):
            if point == "amid the load" and number == ROWS - 1000:
                die()
            yield row

    with database.writing() as connection:
        bulk.insert(connection, Parcel.__table__, PARCEL_COLUMNS, rows(add_batch(connection)))
        if point == "before the commit":
            event.listen(database.engine, "commit", die)  # everything is written, COMMIT is next
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
