"""``mujun feeds file`` and ``mujun feeds trace``: from a figure to its row, and to the file as received."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from service.cli.common import open_database, out
from service.errors import Conflict
from service.jobs.tracing import TracedRow, kept_file, trace, trace_parcel

_SHOWN = 1000


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``feeds``."""
    group.command("file")(file_)
    group.command("trace")(trace_)


def file_(
    batch: Annotated[int, typer.Argument(metavar="BATCH", help="A hand-over 批次编号.", min=1)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write it; else its own name, here 输出文件."),
    ] = None,
) -> None:
    """Write the file of a hand-over exactly as it was received 取回原始文件."""
    with open_database() as database:
        kept = kept_file(database, batch)
        # its name came from outside: nothing of a path is taken from it
        target = output or Path(os.path.basename(kept.name.replace("\\", "/")) or f"batch-{batch}")
        if target.exists():
            raise Conflict(
                f"There is a file {target.name} already.",
                "文件已存在。",
                place=str(target.name),
                action="Name another with --output. 请用 --output 指定其他文件名。",
            )
        with target.open("xb") as file:
            for part in kept.parts():
                file.write(part)
    out.print(f"{target}: {kept.size:,} bytes, SHA-256 {kept.sha256}", markup=False, highlight=False)


def trace_(
    subject: Annotated[
        str, typer.Argument(metavar="SUBJECT", help="USCC, parcel code or meter 统一社会信用代码或宗地代码.")
    ],
    metric: Annotated[str | None, typer.Option(help="Code of a metric 指标.")] = None,
    period: Annotated[str | None, typer.Option(help="2023, 2023Q3 or 2023-07 所属期.")] = None,
) -> None:
    """Tell a subject's figures with all their history, each with file, sheet and row 数据溯源.

    Of a parcel also the rows behind the parcel itself, edits on the map among them.
    """
    with open_database() as database:
        found = trace(database, subject, metric=metric, period=period, superseded=True, limit=_SHOWN)
        land = trace_parcel(database, subject) if metric is None and period is None else []
    if land:
        _tell_land(land)
    if not found and land:
        return
    if not found:
        out.print("No such figures 没有相符的数据.")
        return
    table = Table(box=SIMPLE_HEAD)
    for title in ("period\n所属期", "metric\n指标", "value\n数值", "unit\n单位", "batch\n批次", "row\n行"):
        table.add_column(
            title, no_wrap=True, justify="right" if title[:3] in ("val", "bat", "row") else "left"
        )
    for title in ("sheet\n工作表", "file\n文件", "state\n状态"):
        table.add_column(title, overflow="fold")
    for one in found:
        state = "in effect 有效" if one.in_effect else f"superseded by 被取代于 {one.superseded_by}"
        table.add_row(
            one.period,
            one.metric,
            f"{one.value:,.15g}",
            one.unit,
            str(one.batch_id),
            str(one.row),
            one.sheet,
            one.file,
            state,
        )
    out.print(table)


def _tell_land(rows: list[TracedRow]) -> None:
    table = Table(box=SIMPLE_HEAD, title="the parcel itself 宗地", title_justify="left")
    for title in ("received\n收到时间", "batch\n批次", "row\n行"):
        table.add_column(title, no_wrap=True)
    for title in ("sheet\n工作表", "file\n文件", "state\n状态"):
        table.add_column(title, overflow="fold")
    for one in rows:
        state = "in effect 有效" if one.in_effect else "before 此前"
        when = f"{one.received_at:%Y-%m-%d %H:%M:%S}"
        table.add_row(when, str(one.batch_id), str(one.row), one.sheet, one.file, state)
    out.print(table)
