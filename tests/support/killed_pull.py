"""A program that pulls and is killed, with SIGKILL, at the point it is told.

Arguments: URL of the store, sources file, folder of the spool, allowed hosts, point.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from service.jobs import pulling
from service.jobs.pulling import Sources, pull
from service.pulling.spool import Spool
from service.settings import Settings
from service.store import pulls
from service.store.database import Database

POINTS = (
    "begun",
    "page spooled",
    "cursor moved",
    "all fetched",
    "import before its commit",
    "import committed",
    "watermark before its commit",
    "watermark committed",
)


def die(*_: Any, **__: Any) -> None:
    """End at once, as by a power cut of this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def arrange(database: Database, point: str) -> None:
    """Have the process die when it gets to the point."""

    def before(module: Any, name: str, turn: int = 1) -> None:
        real, count = getattr(module, name), [0]

        def counted(*arguments: Any, **options: Any) -> Any:
            count[0] += 1
            if count[0] == turn:
                die()
            return real(*arguments, **options)

        setattr(module, name, counted)

    def at_commit_in(module: Any, name: str) -> None:
        real = getattr(module, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            event.listen(database.engine, "commit", die)
            return real(*arguments, **options)

        setattr(module, name, watched)

    match point:
        case "begun":
            before(pulling, "fetch_pages")
        case "page spooled":
            before(pulls, "move", 2)
        case "cursor moved":
            before(Spool, "append", 3)
        case "all fetched":
            before(pulling, "bring_in")
        case "import before its commit":
            from service.jobs import importing

            at_commit_in(importing.hand_overs, "write")
        case "import committed":
            before(pulling, "conclude")
        case "watermark before its commit":
            at_commit_in(pulls, "finish")
        case "watermark committed":
            before(Spool, "clear")


if __name__ == "__main__":
    url, sources, folder, hosts, wanted = sys.argv[1:]
    settings = Settings(
        database_url=url,
        sources=Path(sources),
        data_dir=Path(folder),
        pull_hosts=hosts,
        pull_private_networks="127.0.0.0/8",
    )
    store = Database(url)
    arrange(store, wanted)
    pull(store, Sources.of(settings).get("tax"))
