"""Progress bars on standard error: one per piece of work, with what it is at; none when nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from service.cli.common import err
from service.workflows.jobs import STAGES

Report = Callable[[int, int | None, str], None]


@contextmanager
def bars() -> Iterator[Progress]:
    """Give a display of bars; without a terminal it shows nothing."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        yield progress


@contextmanager
def bar(display: Progress, name: str) -> Iterator[Report]:
    """Give what advances one bar; it goes away with the work."""
    task = display.add_task(escape(name), total=None)

    def report(done: int, total: int | None, stage: str) -> None:
        english, chinese = STAGES.get(stage, STAGES["started"])
        display.update(task, description=f"{escape(name)}: {english} {chinese}", completed=done, total=total)

    try:
        yield report
    finally:
        display.remove_task(task)
