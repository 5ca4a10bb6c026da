"""The table of requests per second: every work, every server, beside two of the peers."""

from rich.table import Table

from tests.benchmarks.serving.load import Counted
from tests.benchmarks.serving.measuring import Measured
from tests.benchmarks.timing import console

_BESIDE = ("tipg", "pygeoapi")


def report(title: str, measured: list[Measured]) -> None:
    """Print what was measured, work by work; ``answer`` is what the first of its answers held."""
    columns = ("request", "server", "per s", "KiB each", "answer", "reopened", "errors")
    table = Table(*columns, *(f"× {name}" for name in _BESIDE), title=title, title_justify="left")
    for work in dict.fromkeys(one.work for one in measured):
        lines = [one for one in measured if one.work == work]
        rates = {one.server: one.counted.per_second for one in lines if one.counted}
        for number, one in enumerate(lines):
            name = "" if number else work
            if one.counted is None:
                table.add_row(name, one.server, "", "", one.shows)
                continue
            table.add_row(
                name,
                one.server,
                _rate(one.counted.per_second),
                f"{one.counted.kib_each:,.1f}",
                one.shows,
                f"{one.counted.reopened:,}" if one.counted.reopened else "",
                errors_of(one.counted),
                *(ratio(one.counted.per_second, rates.get(peer)) for peer in _BESIDE),
            )
        table.add_section()
    console.print(table)


def errors_of(counted: Counted) -> str:
    """Return failures by kind; empty when there was none."""
    return ", ".join(f"{count:,} {kind}" for kind, count in counted.errors.items())


def ratio(ours: float, theirs: float | None) -> str:
    """Return how many times as fast; empty where there is nothing to compare with."""
    return f"{ours / theirs:,.2f}" if theirs else ""


def _rate(per_second: float) -> str:
    return f"{per_second:,.0f}" if per_second >= 100 else f"{per_second:,.1f}"
