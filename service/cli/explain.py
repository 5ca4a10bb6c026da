"""``mujun explain`` and ``mujun reconcile``: why a parcel got its result, and where every figure went."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.jobs.explaining import explanation
from service.jobs.reconciling import reconciliation
from service.sheet import render

EvaluationId = Annotated[int, typer.Argument(metavar="ID", help="An evaluation 评价编号.", min=1)]

_SHOWN = 20
"""Enterprises with something left over that are shown."""


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("explain")(explain)
    cli.command("reconcile")(reconcile)


def explain(
    evaluation_id: EvaluationId,
    parcel: Annotated[str, typer.Argument(metavar="PARCEL", help="Code of a parcel 宗地代码.")],
    html: Annotated[
        Path | None, typer.Option(help="Write the sheet for print to this file 打印说明单.", dir_okay=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the whole explanation as JSON.")] = False,
) -> None:
    """Explain how a parcel got its points and its grade, with every figure behind them 说明宗地评价结果."""
    with open_database() as database:
        explained = explanation(database, evaluation_id, parcel)
    if html is not None:
        html.write_text(render(explained), encoding="utf-8")
        _say(f"{html}: the sheet of parcel 说明单 {parcel}")
    if json:
        typer.echo(orjson.dumps(explained, option=orjson.OPT_INDENT_2).decode())
    elif html is None:
        _print(explained)


def reconcile(evaluation_id: EvaluationId) -> None:
    """Show per figure what was reported, allocated and left over, and of whom 核对上报与分摊数额."""
    with open_database() as database:
        found = reconciliation(database, evaluation_id, limit=_SHOWN)
    table = Table(box=SIMPLE_HEAD)
    table.add_column("figure\n数据", overflow="fold")
    for title in ("reported\n上报", "direct\n分宗地", "allocated\n已分摊", "unallocated\n未分摊"):
        table.add_column(title, justify="right")
    for each in found["metrics"]:
        text = each["text"]
        columns = (text["reported"], text["direct"], text["allocated"], text["unallocated"])
        table.add_row(f"{each['metric']['zh']} {each['metric']['en']}", *columns)
    out.print(table)
    for each in found["metrics"]:
        for left in each["reasons"]:
            _say(
                f"{each['metric']['zh']}: {left['text']}, {left['enterprises']:,} × {_told(left['reasons'])}"
            )
    if found["enterprises"]:
        _say(f"\nLeft over of {found['open']:,} enterprises 有未分摊数额的企业, the first {_SHOWN}:")
    for enterprise in found["enterprises"]:
        for each in enterprise["metrics"]:
            who = enterprise["uscc"] or "– (parcels 宗地)"
            left = f"{each['text']['unallocated']} of {each['text']['reported']}"
            _say(f"  {who} {each['metric']['zh']} {left}: {_told(each['reasons'])}")


def _print(explained: dict[str, Any]) -> None:
    result, numbers = explained["result"], explained["calculation"]
    points = "–" if result["points"] is None else f"{result['points']:.6f}"
    _say(f"{explained['parcel']['parcel_code']}: {result['grade'] or '–'}, points 得分 {points}")
    if result["reason"]:
        _say(f"{result['status']} 未评价: {_told([result['reason']])}")
    titles = {item["code"]: item["title"] for item in explained["indicators"]}
    for item in numbers["indicators"]:
        title = titles[item["code"]]
        _say(f"  {title['zh']} {title['en']}: {item['formula'] or '–'}")
    if numbers["total"]:
        _say(f"  总分 total: {numbers['total']['formula']}")
    if result.get("standing"):
        _say(f"  档次 grade: {result['standing']}")
    for each in (*((explained["total"] or {}).get("rules", ())), *result.get("adjustments", ())):
        if each["counted"]:
            _say(f"  {_told([each])}: {each['when']}")


def _told(reasons: list[dict[str, str]]) -> str:
    return "; ".join(f"{each['en']} · {each['zh']}" for each in reasons)


def _say(text: str) -> None:
    out.print(text, markup=False, highlight=False, soft_wrap=True)
