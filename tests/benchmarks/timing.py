"""A clock, and tables that keep their lines whole also where nobody looks on."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

console = Console()
console.width = max(console.width, 120)


def seconds(work: Callable[[], object]) -> float:
    """Run once and return how long it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print one table of results."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
