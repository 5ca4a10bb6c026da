"""``mujun feeds held | correct | replay``: held rows out as a workbook, and in again."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.common import open_database, out
from service.cli.reports import print_reports
from service.errors import InvalidParameter
from service.feeds import held_sheet
from service.jobs import correcting
from service.jobs.correcting import Treatment
from service.jobs.following import follow_up

_Batch = Annotated[int, typer.Argument(help="The batch 批次.")]
_Crs = Annotated[str | None, typer.Option(help="Coordinate system, where it should differ now 坐标系.")]
_Transformation = Annotated[str | None, typer.Option(help="Way to CGCS2000, as for an import 坐标转换参数.")]
_Repair = Annotated[bool, typer.Option("--repair", help="Mend invalid geometries 修复图形.")]


def register(group: typer.Typer) -> None:
    """Add the commands to the group ``feeds``."""
    group.command("held")(held)
    group.command("correct")(correct)
    group.command("replay")(replay)


def held(
    batch: _Batch,
    output: Annotated[Path, typer.Option("--output", "-o", help="The workbook to write.")],
) -> None:
    """Write the held rows of a batch, reasons beside them, as a workbook to correct 导出待核行."""
    with open_database() as database:
        _, rows = correcting.held_rows(database, batch)
    output.write_bytes(held_sheet.write(rows))
    out.print(f"{len(rows):,} held rows 待核行: {output}", highlight=False, soft_wrap=True)


def correct(
    batch: _Batch,
    workbook: Annotated[Path, typer.Argument(help="What `mujun feeds held` wrote, corrected.")],
    crs: _Crs = None,
    transformation: _Transformation = None,
    repair: _Repair = False,
) -> None:
    """Read held rows again as a corrected workbook says 按更正后的表格重新读取."""
    if not workbook.is_file():
        raise InvalidParameter("There is no such workbook.", "找不到工作簿。", place=str(workbook))
    told = Treatment(crs, transformation, repair)
    with open_database() as database:
        report = correcting.correct_by_workbook(database, batch, workbook, treatment=told)
        print_reports([follow_up(database, report)])


def replay(
    batch: Annotated[int | None, typer.Argument(help="The batch 批次; none with --waiting.")] = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="All rows that may have found their parcel or firm by now.")
    ] = False,
    crs: _Crs = None,
    transformation: _Transformation = None,
    repair: _Repair = False,
) -> None:
    """Read held rows again as they stand 重放待核行."""
    if (batch is None) != waiting:
        raise InvalidParameter("Name a batch, or --waiting.", "请指明批次，或使用 --waiting。", place="BATCH")
    with open_database() as database:
        if batch is None:
            reports = correcting.replay_waiting(database)
        else:
            told = Treatment(crs, transformation, repair)
            reports = [correcting.correct(database, batch, treatment=told)]
        print_reports([follow_up(database, report) for report in reports])
