"""A report of a lever on the terminal, as JSON or as a workbook."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import out
from service.levers.report import Report, Section
from service.levers.workbook import workbook

_SHOWN = 20
"""Rows of a table that are told."""

_WIDTH = 12
"""Characters that a column takes at least; those that do not fit, or say nothing, are left out."""


class Format(StrEnum):
    """How a report can be had."""

    TABLE = "table"
    JSON = "json"
    XLSX = "xlsx"


Form = Annotated[Format, typer.Option("--format", help="How to write it 输出格式.")]
Output = Annotated[
    Path | None, typer.Option(help="Write to this file 输出文件; a workbook needs one.", dir_okay=False)
]
EvaluationId = Annotated[int, typer.Argument(metavar="ID", min=1, help="Of the evaluation 评价编号.")]


def show(report: Report, form: Format, output: Path | None) -> None:
    """Print the report, or write it; raises `typer.BadParameter` for a workbook without a file."""
    if form is Format.TABLE and output is None:
        _print(report)
        return
    if form is Format.XLSX:
        if output is None:
            raise typer.BadParameter("missing: a workbook needs a file 须指明输出文件", param_hint="--output")
        content = workbook(report)
    else:
        content = as_json(report)
    if output is None:
        typer.echo(content.decode("utf-8"))
    else:
        output.write_bytes(content)
        _say(f"{output}: {sum(each.rows.height for each in report.sections):,} rows 行")


def as_json(report: Report) -> bytes:
    """Return the whole report as JSON."""
    document = {
        "name": report.name,
        "title": report.title,
        "head": report.head,
        "verified": report.verified,
        "sections": [
            {
                "name": each.name,
                "totals": {total.code: total.value for total in each.totals},
                "rows": each.rows.to_dicts(),
            }
            for each in report.sections
        ],
        "bases": [vars(each) for each in report.bases],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _print(report: Report) -> None:
    _say(f"{report.title[1]} {report.title[0]}")
    _say(" · ".join(f"{label} {value}" for label, value in report.head.items()))
    for section in report.sections:
        _print_section(section)
    for each in report.bases:
        mark = "" if each.verified else " (unverified 未核实)"
        _say(f"{each.title[1]} {each.title[0]}: {each.value} — {each.source}{mark}")


def _print_section(section: Section) -> None:
    _say(f"\n{section.title[1]} {section.title[0]}: {section.rows.height:,}")
    for total in section.totals:
        value = f"{total.value:,.2f}" if isinstance(total.value, float) else total.value
        _say(f"  {total.title[1]} {total.title[0]}: {'–' if value is None else value} {total.unit}")
    if not section.rows.height:
        return
    head = section.rows.head(_SHOWN)
    told = [each for each in section.properties if head[each.name].null_count() < head.height]
    columns = told[: max(out.width // _WIDTH, 3)]
    table = Table(box=SIMPLE_HEAD)
    for each in columns:
        table.add_column(each.name, overflow="fold", justify="right" if each.type == "number" else "left")
    for row in head.select(each.name for each in columns).iter_rows():
        table.add_row(*map(_cell, row))
    out.print(table)
    if len(columns) < len(section.properties):
        hidden = len(section.properties) - len(columns)
        _say(f"{hidden} columns not shown 未显示列: --format xlsx --output FILE")
    if section.rows.height > _SHOWN:
        _say(f"… {section.rows.height - _SHOWN:,} more 其余: --format xlsx --output FILE")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
