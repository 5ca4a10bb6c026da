"""``mujun levers prices``, ``price-decisions``, ``price-entries``: surcharges on electricity, ledger."""

import getpass
import re
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.errors import InvalidParameter
from service.jobs.levers import price_deciding, price_ledger
from service.jobs.levers.price_deciding import Decided
from service.jobs.levers.price_ledger import Decision
from service.jobs.levers.prices import Asked
from service.jobs.levers.prices import prices as simulated
from service.reference.prices import PricePolicy, own_policy

_MONTH = r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])"


def _month(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(_MONTH, text):
        raise typer.BadParameter("a month is written 2024-07 月份格式为 2024-07")
    return text


First = Annotated[str | None, typer.Option("--from", help="First month, 2024-01 起始月.", callback=_month)]
Last = Annotated[str | None, typer.Option("--to", help="Last month, 2024-12 截止月.", callback=_month)]


def register(levers: typer.Typer) -> None:
    """Add the commands."""
    levers.command("prices")(prices)
    levers.command("price-decisions")(decisions)
    levers.command("price-entries")(entries)


def prices(
    evaluation_id: EvaluationId,
    policy: Annotated[
        str | None, typer.Option(metavar="FILE_OR_NAME", help="Else the district's own 政策.")
    ] = None,
    first: First = None,
    last: Last = None,
    estimated: Annotated[
        bool, typer.Option(help="Share yearly figures out by twelfths 按年均摊估算.")
    ] = False,
    decide: Annotated[bool, typer.Option("--decide", help="Book it 决定并记账.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of another policy's charges 替换其他政策.")
    ] = False,
    note: Annotated[str | None, typer.Option(help="Why, for the record 备注.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; else the login name 决定人.")] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Tell what a policy charges for an evaluation, or book it 差别化电价."""
    asked = Asked(_policy(policy), first, last, estimated)
    with open_database() as database:
        if not decide:
            show(simulated(database, evaluation_id, asked), form, output)
            return
        told = price_deciding.decide(
            database, evaluation_id, asked, by=by or getpass.getuser(), note=note, replace=replace
        )
    _print_decision(told)


def decisions(limit: Annotated[int, typer.Option(min=1, help="How many 条数.")] = 20) -> None:
    """List decisions, the latest first 电价决定."""
    with open_database() as database:
        for each in price_ledger.decisions(database, limit=limit):
            _print_decision(each)


def entries(
    parcel: Annotated[str | None, typer.Option(help="Of this parcel 宗地代码.")] = None,
    uscc: Annotated[str | None, typer.Option(help="Of this firm 统一社会信用代码.")] = None,
    month: Annotated[str | None, typer.Option(help="Of this month 月份.", callback=_month)] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many 条数.")] = 50,
    after: Annotated[int, typer.Option(min=0, help="After the entry with this id 编号之后.")] = 0,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """List the ledger in the order of posting, with a running balance 台账; as JSON or workbook whole."""
    with open_database() as database:
        if form is not Format.TABLE or output is not None:
            show(price_ledger.listing(database, parcel=parcel, uscc=uscc, month=month), form, output)
            return
        found = price_ledger.entries(
            database, parcel=parcel, uscc=uscc, month=month, limit=limit, after=after
        )
    table = Table(box=SIMPLE_HEAD)
    for name in ("id", "month", "parcel", "firm", "meter", "kind"):
        table.add_column(name, overflow="fold")
    for name in ("kWh", "yuan/kWh", "yuan", "balance"):
        table.add_column(name, justify="right")
    table.add_column("why", overflow="fold")
    for each in found:
        table.add_row(
            *(str(each.id), each.month, each.parcel_code, each.uscc, each.meter, each.kind),
            f"{each.kwh:,.3f}",
            f"{each.yuan_per_kwh:g}",
            f"{each.amount_yuan:,.2f}",
            f"{each.balance_fen / 100:,.2f}",
            each.why,
        )
    out.print(table)


def _policy(given: str | None) -> PricePolicy | str | None:
    if given is None or not given.lower().endswith((".yaml", ".yml", ".json")):
        return given
    try:
        return own_policy(yaml.safe_load(Path(given).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InvalidParameter(
            f"{given} cannot be read: {str(error).splitlines()[0]}",
            f"无法读取 {given}。",
            place="--policy",
        ) from error


def _print_decision(told: Decision) -> None:
    verified = "" if told.verified else " (unverified 未核实)"
    repeated = (
        " – decided before, nothing posted 已有相同决定"
        if isinstance(told, Decided) and told.repeated
        else ""
    )
    out.print(
        f"{told.id}: evaluation 评价 {told.evaluation_id} ({told.district} {told.period}), "
        f"{told.policy} {told.edition}{verified}, {told.first_month}…{told.last_month}: "
        f"{told.charges} charges 加价, {told.refunds} refunds 退费, {told.corrections} corrections 更正, "
        f"{told.amount_yuan:,.2f} 元, {told.decided_at:%Y-%m-%d %H:%M} UTC {told.decided_by}{repeated}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if isinstance(told, Decided) and (told.missing or told.unplaced):
        out.print(
            f"not charged yet 尚未加价: {told.missing} unread 缺读数, {told.unplaced} unplaced 未归户",
            markup=False,
            highlight=False,
        )
