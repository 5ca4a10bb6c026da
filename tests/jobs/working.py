"""Workers for tests, and waiting for what they do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.settings import Settings
from service.store.database import Database
from service.workflows.jobs import Job
from service.workflows.ledger import Ledger
from service.workflows.worker import Worker


@contextmanager
def working(database: Database, folder: Path) -> Iterator[Worker]:
    """Give a worker that works until the end of the block."""
    worker = Worker(database, Settings(data_dir=folder))
    worker.start()
    worker.wake()
    try:
        yield worker
    finally:
        worker.stop()


def until_over(ledger: Ledger, number: str, *, seconds: float = 60) -> Job:
    """Wait until a job is over and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        job = ledger.get(number)
        if job.is_over:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job is not over: {ledger.get(number)}")
