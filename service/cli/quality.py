"""``mujun quality``: where hand-overs contradict each other, as table, JSON, layer or workbook."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.jobs import checking
from service.jobs.checking import QualityReport
from service.quality import Finding
from service.quality.telling import SEVERITY_ZH, feature_collection, record, rules_told
from service.quality.workbook import comma_separated, workbook

_SHOWN = 20
"""Findings that are told one by one below the table."""


class Format(StrEnum):
    """How a report can be had."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"
    XLSX = "xlsx"
    CSV = "csv"


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("quality")(quality)


def quality(
    district: Annotated[str | None, typer.Option(help="One district; else all of them 行政区.")] = None,
    period: Annotated[
        str | None, typer.Option(help="Year; else the last with figures 所属年度, e.g. 2023.")
    ] = None,
    evaluation: Annotated[
        int | None,
        typer.Option(metavar="ID", min=1, help="Set its grades beside the ratings of firms 评价编号."),
    ] = None,
    code: Annotated[
        list[str] | None, typer.Option(help="Only findings of this kind; may be repeated 检查代码.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it 输出格式.")] = Format.TABLE,
    output: Annotated[
        Path | None, typer.Option(help="Write to this file 输出文件; a workbook needs one.", dir_okay=False)
    ] = None,
) -> None:
    """Check registers, survey, meters and outlines against each other 数据一致性检查."""
    checking.require_codes(code or ())
    if form is Format.XLSX and output is None:
        raise typer.BadParameter("missing: a workbook needs a file 须指明输出文件", param_hint="--output")
    with open_database() as database:
        report = checking.quality(database, district, period, evaluation)
    chosen = report.chosen(code or None)
    if form is Format.TABLE and output is None:
        _print(report, chosen)
        return
    content = _content(form, report, chosen)
    if output is None:
        typer.echo(content.decode("utf-8"))
    else:
        output.write_bytes(content)
        _say(f"{output}: {len(chosen):,} findings 疑点")


def _content(form: Format, report: QualityReport, chosen: list[Finding]) -> bytes:
    match form:
        case Format.GEOJSON:
            return feature_collection(chosen, report.rules)
        case Format.XLSX:
            return workbook(chosen, report.rules, checking.head(report))
        case Format.JSON:
            counts = report.counts({each.code for each in chosen})
            told = rules_told(report.rules, counts)
            document = {
                "district": report.district,
                "period": report.period,
                "evaluation_id": report.evaluation_id,
                "edition": report.rules.edition,
                "checked": report.checked,
                "counts": [each | {"count": counts[each["code"]]} for each in told],
                "findings": [record(each, report.rules) for each in chosen],
            }
            return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return comma_separated(chosen, report.rules)


def _print(report: QualityReport, chosen: list[Finding]) -> None:
    for label, text in checking.head(report).items():
        _say(f"{label}: {text}")
    counts = report.counts({each.code for each in chosen})
    table = Table(box=SIMPLE_HEAD)
    table.add_column("severity\n程度")
    table.add_column("code\n代码", overflow="fold")
    table.add_column("check\n检查", overflow="fold")
    table.add_column("count\n数量", justify="right")
    for each in rules_told(report.rules, counts):
        severity = f"{SEVERITY_ZH[each['severity']]} {each['severity']}"
        both = f"{each['title']['zh']} {each['title']['en']}"
        table.add_row(severity, each["code"], both, f"{counts[each['code']]:,}")
    out.print(table)
    for found in chosen[:_SHOWN]:
        english, chinese = found.sentence(report.rules)
        _say(f"{found.code}: {english} · {chinese}")
    if len(chosen) > _SHOWN:
        _say(f"… {len(chosen) - _SHOWN:,} more 其余: --format xlsx --output FILE")


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
