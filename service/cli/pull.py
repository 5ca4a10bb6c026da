"""``mujun pull``: sources into the store, by name or as they are due, and how each of them is."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import err, open_database, out, print_error, told_to_end
from service.errors import InvalidParameter, MujunError
from service.jobs.freshness import SourceStatus, due, statuses
from service.jobs.pulling import Order, PullReport, Sources, pull
from service.settings import Settings
from service.store.database import Database

_NAP = 30.0
"""Seconds between two looks at the schedule."""


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("pull")(pull_)


def pull_(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME … | list", help="Sources by name, or how they are.")
    ] = None,
    only_due: Annotated[
        bool, typer.Option("--due", help="Those that are due by schedule 到期的数据源.")
    ] = False,
    loop: Annotated[
        bool, typer.Option("--loop", help="With --due: go on until told to end 持续运行.")
    ] = False,
    afresh: Annotated[
        bool, typer.Option("--afresh", help="Forget how far an unfinished pull came 重新开始.")
    ] = False,
) -> None:
    """Pull sources of the file that MUJUN_SOURCES names 汇聚数据源.

    Exit status 1: a source could not be pulled; the others were.
    """
    wanted = names or []
    if bool(wanted) == only_due or (loop and not only_due):
        raise InvalidParameter(
            "Name sources, or ask for those that are due.",
            "请指明数据源名称，或使用 --due。",
            place="mujun pull",
            action="mujun pull NAME …, mujun pull --due [--loop], or mujun pull list.",
        )
    sources = Sources.of(Settings())
    with open_database() as database:
        if wanted == ["list"]:
            _print_statuses(statuses(database, sources))
            return
        if loop:
            _loop(database, sources)
            return
        orders = [sources.get(name) for name in wanted] if wanted else due(database, sources)
        failed = _pull_all(database, orders, afresh)
    if failed:
        raise typer.Exit(1)


def _loop(database: Database, sources: Sources) -> None:
    """Pull what is due until a signal says to end; a pull under way ends first."""
    ended = told_to_end()
    while not ended.is_set():
        try:
            orders = due(database, sources)
        except MujunError as error:  # a store that cannot be reached comes back
            print_error(error)
            orders = []
        for order in orders:
            if not ended.is_set():
                _pull_all(database, [order], False)
        ended.wait(_NAP)


def _pull_all(database: Database, orders: list[Order], afresh: bool) -> int:
    """Pull one after the other; return how many failed, each with its error printed."""
    failed = 0
    for order in orders:
        name = order.source.name
        try:
            with err.status(f"{name} …") as shown:

                def tell(records: int, total: int | None, name: str = name) -> None:
                    of = f" / {total:,}" if total is not None else ""
                    shown.update(f"{name}: {records:,}{of}")

                report = pull(database, order, tell, afresh=afresh)
        except MujunError as error:
            failed += 1
            print_error(error)
        else:
            _print_report(report)
    return failed


def _print_report(report: PullReport) -> None:
    said = f"{report.source}: {report.pages:,} pages 页, {report.records:,} records 条"
    if (done := report.report) is not None:
        said += (
            f"; accepted 入库 {done.accepted:,}, held 待核 {done.held:,}, "
            f"duplicate 重复 {done.duplicate:,}, skipped 略过 {done.skipped:,}"
        )
    for line in [said, *report.notes, *(done.notes if done else [])]:
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_statuses(found: list[SourceStatus]) -> None:
    table = Table(box=SIMPLE_HEAD)
    for title in ("source\n数据源", "feed\n数据类型", "state\n状态", "last success\n上次成功", "next\n下次"):
        table.add_column(title, overflow="fold")
    table.add_column("rows\n行数", justify="right")
    for each in found:
        state = f"{each.state} ({each.error})" if each.error else each.state
        table.add_row(
            each.name,
            each.feed.value,
            state,
            _moment(each.succeeded_at),
            _moment(each.next_due),
            f"{each.rows:,}",
        )
    out.print(table)


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "–"
