"""kill -9 around the commit: a write is there whole or not at all, and the store works on."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from service.store import evaluations, spatial
from service.store.database import Database
from service.store.models import Batch, Evaluation, Parcel, ResultPart, Score, SnapshotPart
from tests.support.killed_writer import POINTS, ROWS
from tests.support.records import add_grid, square
from tests.support.rtree import assert_in_step
from tests.support.wide_store import save

ROOT = Path(__file__).resolve().parents[2]


def kill_writer(database: Database, what: str, point: str) -> None:
    """Let another process write until it dies at the point."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.support.killed_writer", what, url, point]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_writer_leaves_all_or_nothing(database: Database, point: str) -> None:
    """Hand-over, parcels, spatial index and data version belong together, whenever the writer dies."""
    kill_writer(database, "hand-over", point)

    expected = ROWS if point == "after the commit" else 0
    with database.reading() as connection:
        batches = connection.execute(select(func.count()).select_from(Batch)).scalar_one()
        parcels = connection.execute(select(func.count()).select_from(Parcel)).scalar_one()
        found = connection.execute(
            select(func.count())
            .select_from(Parcel)
            .where(spatial.intersects_box(Parcel.geom, *square(3, 5).bounds))
        ).scalar_one()
        version = database.data_version(connection)
    assert (batches, parcels, found, version) == (bool(expected), expected, bool(expected), bool(expected))
    if database.is_embedded:
        assert_in_step(database, "parcel")
        with database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"

    with database.writing() as connection:
        add_grid(connection, 300, start=ROWS)
    if database.is_embedded:
        assert_in_step(database, "parcel")


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_evaluation_leaves_all_or_nothing(database: Database, point: str) -> None:
    """Snapshot, results, scores with their index, and the evaluation itself; afterwards it can be stored."""
    with database.writing() as connection:
        add_grid(connection, ROWS)
    kill_writer(database, "evaluation", point)

    whole = point == "after the commit"
    with database.reading() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Evaluation, Score, ResultPart, SnapshotPart)
        ]
    assert counts[:2] == ([1, ROWS] if whole else [0, 0])
    assert [count > 0 for count in counts] == [whole] * 4
    if database.is_embedded:
        assert_in_step(database, "score")
        with database.reading() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"

    with database.writing() as connection:
        again = save(connection, ROWS, run_hash="again")
    with database.reading() as connection:
        assert evaluations.results_of(connection, again, "P000100")["scores"]
    if database.is_embedded:
        assert_in_step(database, "score")


def test_a_store_whose_creation_was_killed_can_be_created(empty_database_url: str) -> None:
    """The schema comes whole or not at all; the next start makes it."""
    program = (
        "import os, signal, sys\n"
        "from sqlalchemy import event\n"
        "from service.store.database import Database\n"
        "database = Database(sys.argv[1])\n"
        "event.listen(database.engine, 'commit', lambda _: os.kill(os.getpid(), signal.SIGKILL))\n"
        "database.initialise()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, empty_database_url], cwd=ROOT, timeout=120)
    assert ended.returncode == -signal.SIGKILL

    database = Database(empty_database_url)
    database.initialise()
    database.require_schema()
    with database.writing() as connection:
        add_grid(connection, 300)
    database.dispose()
