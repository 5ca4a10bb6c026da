"""A program that delivers events and is killed, with SIGKILL, before it notes what was told.

``python -m tests.support.killed_delivery URL``: the settings come from the environment.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from service.settings import Settings
from service.store.database import Database
from service.workflows.deliveries import deliver_now


def main(url: str) -> None:
    """Deliver, and die at the first note of a delivery."""

    def executing(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "event_delivery" in statement and statement.lstrip().startswith(("UPDATE", "INSERT")):
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", executing)
    deliver_now(Database(url), Settings())


if __name__ == "__main__":
    main(sys.argv[1])
