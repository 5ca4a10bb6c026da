"""How a figure is taken: the best of some runs, in turn with its peer, so that both meet the same machine."""

import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

console = Console()


def seconds(work: Callable[[], object]) -> float:
    """Run once and return how long it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def side_by_side(works: dict[str, Callable[[], object]], runs: int = 3) -> dict[str, float]:
    """Run the works in turn, some times over, and return the best time of each."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            times[name].append(seconds(work))
    return {name: min(each) for name, each in times.items()}


def show(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print one table of results."""
    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*row)
    console.print(table)
