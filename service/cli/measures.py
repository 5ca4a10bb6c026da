"""``mujun measures``: propose measures, follow them up, see what they come to 跟踪落实."""

import json
from datetime import datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from service.cli.common import open_database, out
from service.cli.levers.showing import Form, Format, Output
from service.cli.levers.showing import show as show_report
from service.cli.measures_shown import narrow, print_measure, print_outcome
from service.domain.measures import KINDS, STATES, MeasureKind, MeasureState
from service.errors import InvalidParameter
from service.jobs.measures import keeping, records
from service.jobs.measures.dashboard import dashboard as dashboard_of
from service.jobs.measures.forms import Changed, NewMeasure
from service.jobs.measures.outcome import outcome as outcome_of
from service.jobs.periods import today

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
    show_report(narrow(report, _LISTED) if form is Format.TABLE else report, form, output)


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
    print_measure(found)
    print_outcome(compared)


def set_(measure_id: MeasureId, effects: Effects = None) -> None:
    """Change title, office, due_on or effects; NAME= unsets 修改事项."""
    said = _understood(Changed, _pairs(effects))
    with open_database() as database:
        keeping.change(database, measure_id, said, _BY)
        with database.reading() as connection:
            print_measure(records.one(connection, measure_id, today())[0])


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
    show_report(narrow(report, _COUNTED) if form is Format.TABLE else report, form, output)


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
