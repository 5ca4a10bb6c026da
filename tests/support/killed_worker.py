"""A program that carries out jobs and is killed, with SIGKILL, at the commit points it is told.

``python -m tests.support.killed_worker URL FOLDER POINT …``: a point is a name of `POINTS` with " before" or
" after" behind it, or "never". For each, one after the other, a process of its own works until it dies or
no job is left; what became of it is printed. They watch what goes to the databases and to the disk: the
service itself knows nothing of it.
"""

import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Pool, event

from service.cli.jobs import unfinished
from service.settings import Settings
from service.store.database import Database
from service.workflows import chains  # noqa: F401 - loaded before forking
from service.workflows.worker import Worker

POINTS = {
    "file kept": r"INSERT INTO received_file\b",
    "batch written": r"INSERT INTO batch\b",
    "pull page kept": r"UPDATE pull_state SET cursor\b",
    "pull imported": r"INSERT INTO batch\b",
    "pull concluded": r"UPDATE pull_state SET watermark\b",
    "coverage point recorded": r"INSERT INTO coverage_point\b",
    "evaluation saved": r"INSERT INTO evaluation\b",
    "step recorded": r"INSERT INTO (\S+\.)?\"?operation_outputs\b",
    "job recorded": r"(WITH .*)?UPDATE (\S+\.)?\"?workflow_status\b.*\b(output|completed_at)\b",
    "export written": r"$^",  # no statement: a file gets its name
}
"""Name → the statement that makes the transaction the one that is meant."""


def die() -> None:
    """End at once, as by a power cut of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def watch(name: str, when: str) -> None:
    """Die before or after the first transaction that does what the point says."""
    pattern = re.compile(POINTS[name], re.DOTALL)
    armed: set[int] = set()

    def driver(connection: Any) -> int:
        return id(connection.connection.dbapi_connection)

    def executing(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if pattern.match(statement.strip()):
            # a statement in autocommit has no commit of its own
            if when == "before" and connection.get_isolation_level() == "AUTOCOMMIT":
                die()
            armed.add(driver(connection))

    def committing(connection: Any) -> None:
        if when == "before" and driver(connection) in armed:
            die()

    def returned(dbapi_connection: Any, _: Any) -> None:
        if id(dbapi_connection) in armed:
            die()

    def renamed(what: str, arguments: tuple[Any, ...]) -> None:
        if what == "os.rename" and "exports" in str(arguments[1]):
            if when == "before":
                die()
            nonlocal pattern
            pattern = re.compile(POINTS["step recorded"], re.DOTALL)

    event.listen(Engine, "before_cursor_execute", executing)
    if name == "export written":
        sys.addaudithook(renamed)
        event.listen(Engine, "commit", lambda connection: driver(connection) in armed and die())
        return
    event.listen(Engine, "commit", committing)
    event.listen(Pool, "checkin", returned)


def work(url: str, folder: str, point: str) -> None:
    """Work until no job is left."""
    if point != "never":
        watch(*point.rsplit(" ", 1))
    database = Database(url)
    worker = Worker(database, Settings(data_dir=Path(folder)))
    worker.start()
    while unfinished(worker.ledger):
        time.sleep(0.05)
    worker.stop()
    database.dispose()


def main(url: str, folder: str, *points: str) -> None:
    """Let one process a point work; forked from this one, which has loaded everything and begun nothing."""
    for point in points:
        child = os.fork()
        if child == 0:
            work(url, folder, point)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(point, os.waitstatus_to_exitcode(status), sep=": ", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
