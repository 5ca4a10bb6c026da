"""``mujun match``: names that imports could not place, and whom a person says they mean."""

import getpass
from typing import Annotated, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.cli.reports import print_reports
from service.jobs import correcting, matching
from service.jobs.following import follow_up
from service.jobs.matching import Match

_By = Annotated[str | None, typer.Option("--by", help="Who decides; else the user of this machine 认定人.")]
_Id = Annotated[int, typer.Argument(help="Number of the question, as `match list` shows it.", min=1)]


def register(cli: typer.Typer) -> None:
    """Add the group ``match``."""
    group = typer.Typer(
        help="Names that no enterprise was found for 企业匹配: list, decide, reject, revoke.",
        no_args_is_help=True,
    )
    group.command("list")(show)
    group.command("decide")(decide)
    group.command("reject")(reject)
    group.command("revoke")(revoke)
    cli.add_typer(group, name="match")


def show(
    status: Annotated[
        Literal["open", "decided", "rejected"] | None, typer.Option(help="Only these; else all.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    after: Annotated[int, typer.Option(min=0, help="Continue after the question with this number.")] = 0,
) -> None:
    """List the questions with the most alike enterprises 列出待认定名称与候选企业."""
    with open_database() as database:
        found = matching.listing(database, status, limit=limit, after=after)
    _print(found)


def decide(
    match: _Id,
    uscc: Annotated[str, typer.Argument(help="Whom the name means 统一社会信用代码.")],
    by: _By = None,
) -> None:
    """Decide that a name means an enterprise; rows that waited are read again, later imports follow 认定."""
    decider = by or getpass.getuser()
    with open_database() as database:
        found = matching.decide(database, match, uscc, decider)
        found_again = correcting.replay_matched(database, match, decider)
        reports = [follow_up(database, report) for report in found_again]
    _print([found])
    if reports:
        print_reports(reports)
    if not found.registered:
        out.print("The register has no enterprise of this code yet. 企业名录中尚无此代码。", highlight=False)


def reject(match: _Id, by: _By = None) -> None:
    """Say that a name is nobody's of the register; it is not asked again 认定为名录外企业."""
    with open_database() as database:
        _print([matching.reject(database, match, by or getpass.getuser())])


def revoke(match: _Id) -> None:
    """Take a decision back; what was imported by it stays 撤销认定."""
    with open_database() as database:
        _print([matching.revoke(database, match)])


def _print(found: list[Match]) -> None:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("no.\n编号", justify="right", no_wrap=True)
    for title in ("name\n名称", "status\n状态", "decision or candidates\n认定或候选"):
        table.add_column(title, overflow="fold")
    table.add_column("rows\n待核行", justify="right", no_wrap=True)
    for each in found:
        if each.status == "open":
            lines = [f"{c.similarity:.2f} {c.uscc} {c.name or ''}" for c in each.candidates]
        else:
            lines = [each.uscc or "–", f"{each.decided_by}, {each.decided_at:%Y-%m-%d %H:%M} UTC"]
        table.add_row(str(each.id), each.name, each.status, "\n".join(lines), f"{each.waiting:,}")
    out.print(table, markup=False)
