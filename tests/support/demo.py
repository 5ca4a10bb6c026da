"""The demo park for tests: made once in a session, for each test module a copy of its file."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from service.jobs.demo import DemoReport
from service.store.database import Database


@dataclass(frozen=True)
class Demo:
    """The file of the store, the folder of the hand-overs, and what making them reported."""

    path: Path
    data: Path
    report: DemoReport

    def copy_to(self, path: Path) -> Database:
        """Put the demo park at a path and return it open, to read from or to write to."""
        shutil.copyfile(self.path, path)
        return Database(f"sqlite:///{path}")
