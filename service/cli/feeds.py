"""``mujun import``: hand-over files into the store, with a table of what became of their rows."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli import feeds_held, feeds_preview, feeds_trace
from service.cli.common import open_database
from service.cli.jobs import order_in_background
from service.cli.progress import bar, bars
from service.cli.reports import print_reports
from service.domain.hand_overs import Feed, ImportReport
from service.feeds.mappings.mapping import read_mapping
from service.feeds.profiles.choosing import mapping_for
from service.jobs.following import follow_up
from service.jobs.importing import import_file
from service.settings import Settings
from service.workflows.orders import ImportOrder, written_down


def register(cli: typer.Typer) -> None:
    """Add the command and the group ``feeds``."""
    cli.command("import")(import_)
    group = typer.Typer(help="Feeds 数据交付: preview, profiles, held rows, trace.", no_args_is_help=True)
    feeds_preview.register(group)
    feeds_held.register(group)
    feeds_trace.register(group)
    cli.add_typer(group, name="feeds")


def import_(
    feed: Annotated[Feed, typer.Argument(help="What the files hand over.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE …", help="Files as received.")],
    mapping: Annotated[
        Path | None, typer.Option(help="YAML: which column fills which field 字段映射文件.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="A profile by name, in place of a mapping 交付方案.")
    ] = None,
    district: Annotated[str | None, typer.Option(help="District of the parcels 行政区.")] = None,
    crs: Annotated[
        str | None, typer.Option(help="Coordinate system, before the file's own: EPSG:4549 坐标系.")
    ] = None,
    transformation: Annotated[
        str | None,
        typer.Option(help="Way to CGCS2000: +towgs84=dx,dy,dz[,rx,ry,rz,s] or a PROJ pipeline 坐标转换参数."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend invalid geometries instead of holding them 修复图形.")
    ] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Order a durable job instead of waiting 后台执行.")
    ] = False,
) -> None:
    """Import hand-over files of one feed, each wholly or not at all 导入交付文件.

    Without a mapping or profile a file uses our own names, or exactly one profile fits it.
    Rows that cannot be used are held with their reason, which is no error.
    Exit status 1: a file could not be read; files named before it are in the store.
    """
    given = read_mapping(mapping) if mapping else None
    folder = Settings().profiles_dir
    reports: list[ImportReport] = []
    try:
        with open_database() as database, bars() as display:
            for file in files:
                chosen = mapping_for(file, feed, mapping=given, profile=profile, folder=folder)
                if background:
                    order = ImportOrder(
                        feed=feed,
                        file_name=file.name,
                        path=str(file.absolute()),
                        mapping=written_down(chosen.mapping),
                        notes=list(chosen.notes),
                        district=district,
                        crs=crs,
                        transformation=transformation,
                        repair=repair,
                    )
                    order_in_background(database, order)
                    continue
                with bar(display, file.name) as progress:
                    report = import_file(
                        database,
                        feed,
                        file,
                        mapping=chosen.mapping,
                        district=district,
                        crs=crs,
                        transformation=transformation,
                        repair=repair,
                        progress=progress,
                    )
                report.notes[:0] = chosen.notes
                reports.append(report)
                reports[-1] = follow_up(database, report)
    finally:
        # files before one that cannot be read are in the store: say so before the error
        if reports:
            print_reports(reports)
