"""A program that writes to a store and is killed, with SIGKILL, at the point it is told: what, URL, point.

It writes a hand-over of parcels, or an evaluation of those that are there.
"""

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
from tests.support.wide_store import save

ROWS = 12_000
"""More than one chunk, so that "amid the load" has rows behind it and before it."""

POINTS = ("amid the load", "before the commit", "after the commit")


def die(*_: Any) -> None:
    """End at once, as by a power cut of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def hand_over(url: str, point: str) -> None:
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


def evaluation(url: str, point: str) -> None:
    """Write an evaluation with its snapshot and results as one transaction."""
    database = Database(url)
    with database.writing() as connection:
        if point == "amid the load":  # snapshot and results are written, scores half

            def half(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
                if statement.startswith("INSERT INTO score"):
                    die()

            event.listen(database.engine, "after_cursor_execute", half)
        save(connection, ROWS)
        if point == "before the commit":
            event.listen(database.engine, "commit", die)
    die()


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    {"hand-over": hand_over, "evaluation": evaluation}[what](*arguments)
