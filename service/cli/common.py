"""What every command shares: settings, an open store, errors as one readable block."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from service.errors import MujunError
from service.settings import Settings
from service.store.database import Database

out = Console()
err = Console(stderr=True)


@contextmanager
def open_database(*, initialise: bool = False) -> Iterator[Database]:
    """Give the store that the settings name; creates or upgrades it when ``initialise``, else requires it."""
    database = Database(Settings().database_url)
    try:
        if initialise:
            database.initialise()
        else:
            database.require_schema()
        yield database
    finally:
        database.dispose()


def told_to_end() -> threading.Event:
    """Return what is set once a signal says to end (SIGINT, SIGTERM), so that what runs can end in order."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


@contextmanager
def readable_errors(status: int = 1) -> Iterator[None]:
    """Turn a `MujunError` into a block that says what, where and what to do, and an exit status."""
    try:
        yield
    except MujunError as error:
        print_error(error)
        raise SystemExit(status) from None


def print_error(error: MujunError) -> None:
    """Say on standard error what is wrong, where, and what to do."""
    err.print(
        f"[red]{error.title[0]} · {error.title[1]}[/red] ({error.code})", highlight=False, soft_wrap=True
    )
    err.print(error.detail, markup=False, highlight=False, soft_wrap=True)
    if error.detail_zh:
        err.print(error.detail_zh, markup=False, highlight=False, soft_wrap=True)
    if error.place:
        err.print(f"where 位置: {error.place}", markup=False, highlight=False, soft_wrap=True)
    if error.action:
        err.print(f"what to do 处理: {error.action}", markup=False, highlight=False, soft_wrap=True)
