"""``mujun coverage``: which parcel lacks which feed and why, what blocks, and how it went."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.cli.coverage_tables import (
    Sheet,
    blocker_sheets,
    cell_sheet,
    report_sheets,
    trend_sheet,
    write_workbook,
)
from service.domain.coverage import State
from service.jobs import covering
from service.reference.schemes import load_scheme
from service.store.database import Database


class What(StrEnum):
    """What is asked."""

    REPORT = "report"
    PARCELS = "parcels"
    BLOCKERS = "blockers"
    TREND = "trend"


class By(StrEnum):
    """What the groups of a report are."""

    TOWN = "town"
    INDUSTRY = "industry"
    DISTRICT = "district"


class Form(StrEnum):
    """In which form it is told."""

    TABLE = "table"
    JSON = "json"
    XLSX = "xlsx"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("coverage")(coverage)


def coverage(
    what: Annotated[
        What, typer.Argument(help="The report, parcels × feeds, what blocks, or the trend over imports.")
    ] = What.REPORT,
    district: Annotated[str | None, typer.Option(help="One district 行政区; else all of them.")] = None,
    period: Annotated[
        list[str] | None,
        typer.Option(help="Year of the figures 所属年度, several for report and trend; else the usual one."),
    ] = None,
    by: Annotated[By, typer.Option(help="Groups of the report 分组.")] = By.TOWN,
    scheme: Annotated[
        str, typer.Option(metavar="FILE_OR_NAME", help="Whose metrics count 评价办法.")
    ] = covering.DEFAULT_SCHEME,
    state: Annotated[State | None, typer.Option(help="Of parcels: only this state 状态.")] = None,
    feed: Annotated[str | None, typer.Option(help="Of parcels and trend: only this feed 数据.")] = None,
    town: Annotated[str | None, typer.Option(help="Of parcels: only this town 镇街.")] = None,
    bureau: Annotated[
        str | None, typer.Option(help="Of parcels: only this bureau, by its code 部门.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Parcels or rows to list 行数.")] = 50,
    form: Annotated[
        Form, typer.Option("--format", help="As tables, JSON or a workbook 输出格式.")
    ] = Form.TABLE,
    to: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="File to write; a workbook needs one.")
    ] = None,
) -> None:
    """Tell which feeds are fresh, stale, held or missing, for which land, and who owes them 数据覆盖."""
    if form is Form.XLSX and to is None:
        raise typer.BadParameter("missing: name the workbook to write 须指明输出文件", param_hint="--out")
    periods = period or []
    if len(periods) > 1 and what in (What.PARCELS, What.BLOCKERS):
        raise typer.BadParameter(f"{what} takes one year 仅可指定一个年度", param_hint="--period")
    wanted = covering.Wanted(state=state, feed=feed, town=town, bureau=bureau)
    with open_database() as database:
        found, sheets = _asked(database, what, district, periods, by, scheme, wanted, limit)
    if form is Form.JSON:
        text = found.model_dump_json(indent=2)
        if to is None:
            typer.echo(text)
        else:
            to.write_text(text + "\n", encoding="utf-8")
    elif form is Form.XLSX and to is not None:
        write_workbook(to, sheets)
    else:
        for sheet in sheets:
            _print(sheet)
    if to is not None:
        _say(f"{to}: {', '.join(f'{len(sheet.rows):,} {sheet.title}' for sheet in sheets)}")


def _asked(
    database: Database,
    what: What,
    district: str | None,
    periods: list[str],
    by: By,
    scheme: str,
    wanted: covering.Wanted,
    limit: int,
) -> tuple[BaseModel, list[Sheet]]:
    """Return the answer, and the same as tables."""
    read = load_scheme(scheme)
    period = periods[0] if periods else None
    match what:
        case What.REPORT:
            report = covering.coverage(database, district, periods, read, by=by.value)
            return report, report_sheets(report)
        case What.PARCELS:
            page = covering.listed(database, district, period, read, wanted=wanted, limit=limit)
            return page, [cell_sheet(page.cells)]
        case What.BLOCKERS:
            blocked = covering.blockers(database, district, period, read, limit=limit)
            return blocked, blocker_sheets(blocked)
        case What.TREND:
            found = covering.trend(database, district, periods, wanted.feed)
            return found, [trend_sheet(found)]


def _print(sheet: Sheet) -> None:
    table = Table(title=sheet.title, box=SIMPLE_HEAD, title_justify="left")
    for number, name in enumerate(sheet.header):
        # codes keep together, so that they can be searched for; what is beside them gives way
        code = name.split()[-1] in ("hand-over", "district", "period")
        justify: Literal["left", "right"] = "right" if number in sheet.right else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=code)
    for row in sheet.rows:
        table.add_row(*(_shown(value) for value in row))
    out.print(table)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
