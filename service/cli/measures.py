"""``mujun measures``: propose measures, follow them up, see what they come to 跟踪落实."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.cli.levers.showing import Form, Format, Output
from service.cli.levers.showing import show as show_report
from service.domain.measures import KINDS, STATES, MeasureKind, MeasureState
from service.errors import InvalidParameter
from service.jobs.measures import keeping, records
from service.jobs.measures.dashboard import dashboard as dashboard_of
from service.jobs.measures.forms import Changed, NewMeasure
from service.jobs.measures.outcome import Outcome
from service.jobs.measures.outcome import outcome as outcome_of
from service.jobs.periods import today
from service.levers.report import Report

_BY = "command line"

_LISTED = ("id", "kind_zh", "state_zh", "title", "office", "due_on", "overdue", "parcels")
_COUNTED = ("kind_zh", "state_zh", "office", "open", "measures", "parcels", "overdue")

T = TypeVar("T", bound=BaseModel)

MeasureId = Annotated[int, typer.Argument(metavar="ID", min=1, help="Of the measure 事项编号.")]
OfKind = Annotated[MeasureKind | None, typer.Option(help="Of this kind only 类型.")]
District = Annotated[str | None, typer.Option(help="Of this district only 行政区.")]
Office = Annotated[str | None, typer.Option(help="Of this office only 责任部门.")]
DayOption = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A day, YYYY-MM-DD 日期.")]
Effects = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Such as expected_area_released_m2=1200, repeatable."),
]


def register(cli: typer.Typer) -> None:
    """Add the group ``measures``."""
    group = typer.Typer(help="What is done about parcels 跟踪落实.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_)
    group.command("show")(show)
    group.command("set")(set_)
    group.command("note")(note)
    group.command("move")(move)
    group.command("dashboard")(dashboard)
    cli.add_typer(group, name="measures")


def add(
    kind: Annotated[MeasureKind, typer.Argument(help=", ".join(f"{k} {zh}" for k, (_, zh) in KINDS.items()))],
    title: Annotated[str, typer.Option(help="Public 标题.")],
    parcel: Annotated[list[str], typer.Option(help="A parcel code, repeatable 宗地代码.")],
    office: Annotated[str | None, typer.Option(help="Responsible 责任部门.")] = None,
    due: DayOption = None,
    on: DayOption = None,
    evaluation: Annotated[int | None, typer.Option(min=1, help="It comes from 依据的评价.")] = None,
    note: Annotated[str | None, typer.Option(help="For those who follow up 备注.")] = None,
    effects: Effects = None,
) -> None:
    """Propose a measure for a parcel, or for a block of several 提出事项."""
    said = _understood(
        NewMeasure,
        {
            **_pairs(effects),
            "kind": kind,
            "title": title,
            "parcels": parcel,
            "office": office,
            "due_on": due.date() if due else None,
            "proposed_on": on.date() if on else None,
            "evaluation_id": evaluation,
            "note": note,
        },
    )
    with open_database() as database:
        measure = keeping.propose(database, said, _BY)
    out.print(f"Measure 事项 {measure}: mujun measures show {measure}", highlight=False, soft_wrap=True)


def list_(
    kind: OfKind = None,
    state: Annotated[MeasureState | None, typer.Option(help="In this state only 办理状态.")] = None,
    district: District = None,
    office: Office = None,
    parcel: Annotated[str | None, typer.Option(help="About this parcel 宗地代码.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those overdue 仅逾期.")] = False,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """List measures, the latest first 列出事项."""
    day = today()
    with open_database() as database, database.reading() as connection:
        report = records.listing(
            connection,
            day,
            kind=kind.value if kind else None,
            state=state.value if state else None,
            district=district,
            office=office,
            parcel=parcel,
            overdue_on=day if overdue else None,
        )
    show_report(_narrow(report, _LISTED) if form is Format.TABLE else report, form, output)


def show(
    measure_id: MeasureId,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON 以 JSON 输出.")] = False,
) -> None:
    """Show a measure, everything that became of it, and whether it worked 查看事项."""
    with open_database() as database, database.reading() as connection:
        found, version = records.one(connection, measure_id, today())
        compared = outcome_of(connection, measure_id)
    if as_json:
        whole = {**found, "version": version, "outcome": compared.model_dump()}
        out.print_json(json.dumps(whole, default=str, ensure_ascii=False))
        return
    _print(found)
    _print_outcome(compared)


def set_(measure_id: MeasureId, effects: Effects = None) -> None:
    """Change title, office, due_on or effects; NAME= unsets 修改事项."""
    said = _understood(Changed, _pairs(effects))
    with open_database() as database:
        keeping.change(database, measure_id, said, _BY)
        with database.reading() as connection:
            _print(records.one(connection, measure_id, today())[0])


def note(
    measure_id: MeasureId,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="For those who follow up 备注.")],
) -> None:
    """Write a note into the history, without moving the measure 添加备注."""
    said = _understood(Changed, {"note": text})
    with open_database() as database:
        keeping.change(database, measure_id, said, _BY)
    out.print(f"Measure 事项 {measure_id}: noted 已备注", highlight=False)


def move(
    measure_id: MeasureId,
    to: Annotated[MeasureState, typer.Argument(help=", ".join(f"{s} {zh}" for s, (_, zh) in STATES.items()))],
    note: Annotated[str | None, typer.Option(help="Going back or dropping needs one 说明.")] = None,
    on: DayOption = None,
) -> None:
    """Move a measure on or back by one step, or drop it 变更状态."""
    with open_database() as database:
        keeping.move(database, measure_id, to, _BY, note=note, on=on.date() if on else None)
    english, chinese = STATES[to]
    out.print(f"Measure 事项 {measure_id}: {english} {chinese}", highlight=False)


def dashboard(
    kind: OfKind = None,
    district: District = None,
    office: Office = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Count measures, and sum land released, floor area added, tax gained 驾驶舱."""
    with open_database() as database, database.reading() as connection:
        report = dashboard_of(
            connection, today(), kind=kind.value if kind else None, district=district, office=office
        )
    show_report(_narrow(report, _COUNTED) if form is Format.TABLE else report, form, output)


def _narrow(report: Report, names: tuple[str, ...]) -> Report:
    """Return a report with the columns that a terminal has room for."""
    sections = []
    for each in report.sections:
        kept = tuple(item for item in each.properties if item.name in names)
        sections.append(replace(each, properties=kept, rows=each.rows.select(item.name for item in kept)))
    return replace(report, sections=tuple(sections))


def _pairs(given: list[str] | None) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for each in given or ():
        name, sign, value = each.partition("=")
        if not sign:
            raise typer.BadParameter(f"{each}: NAME=VALUE", param_hint="--set")
        found[name] = value or None
    return found


def _understood(form: type[T], values: dict[str, Any]) -> T:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidParameter(f"{place}: {first['msg']}.", place=place) from None


def _print(found: dict[str, Any]) -> None:
    head = f"{found['id']} · {found['kind_zh']} {found['kind']} · {found['state_zh']} {found['state']}"
    lines = [head, found["title"], " ".join(found["parcel_codes"])]
    told = {
        "office 责任部门": found["office"],
        "due 完成期限": found["due_on"],
        "evaluation 依据的评价": found["evaluation_id"],
        **{name: found[name] for name in found if name.startswith(("expected_", "achieved_"))},
    }
    lines += [f"{name}: {value}" for name, value in told.items() if value is not None]
    if found["overdue"]:
        lines.append("overdue 已逾期")
    lines.append(f"may go to 可变更为: {', '.join(found['moves']) or '–'}")
    for line in lines:
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table(box=SIMPLE_HEAD)
    for title in ("on\n日期", "from\n原状态", "to\n状态", "by\n办理人", "note\n说明", "changes\n变更"):
        table.add_column(title, overflow="fold")
    for step in found.get("history", ()):
        changes = "; ".join(
            f"{name}: {before} → {after}" for name, (before, after) in step["changes"].items()
        )
        row = (step["on"], step["from"], step["to"], step["by"], step["note"], changes)
        table.add_row(*("" if value is None else str(value) for value in row))
    out.print(table)


def _print_outcome(found: Outcome) -> None:
    if found.before is None or found.after is None:
        out.print(f"Nothing to compare yet 尚无可比评价: {found.reason}", highlight=False)
        return
    said = {True: "yes 是", False: "no 否", None: "not known 未知"}[found.worked]
    out.print(
        f"Worked 见效: {said} ({found.before.period} → {found.after.period}; flags cleared 移出低效 "
        f"{found.flags_cleared}/{len(found.parcels)})",
        highlight=False,
        soft_wrap=True,
    )
    table = Table(box=SIMPLE_HEAD)
    for title in ("effect\n成效", "unit\n单位", "expected\n预计", "achieved\n实际填报", "measured\n评价测得"):
        table.add_column(title, overflow="fold")
    for each in found.effects:
        values = (each.effect, each.unit, each.expected, each.achieved, each.measured)
        table.add_row(*("–" if value is None else str(value) for value in values))
    out.print(table)
