"""``mujun demo``: an invented park from hand-over files to published scores."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.common import open_database, out
from service.demo import generate
from service.jobs.demo import DemoReport, run_demo
from service.settings import Settings


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(demo)


def demo(
    generate_only: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Only write the hand-over files and mappings there 只生成交付文件."),
    ] = None,
) -> None:
    """Make a demo park of invented parcels, import it, evaluate three years and publish them 演示园区.

    Run again, it finds everything in place and changes nothing.
    """
    if generate_only is not None:
        generate(generate_only)
        for path in sorted(generate_only.iterdir()):
            out.print(str(path), highlight=False)
        return
    with open_database(initialise=True) as database, out.status("…") as status:
        report = run_demo(database, Settings().data_dir, progress=lambda step: status.update(f"{step} …"))
    _print(report)


def _print(report: DemoReport) -> None:
    files = Table(title="Hand-overs 交付文件", title_justify="left")
    files.add_column("file\n文件", no_wrap=True)
    for title in ("read\n读取", "accepted\n入库", "held\n待核", "duplicate\n重复", "skipped\n略过"):
        files.add_column(title, justify="right")
    for each in report.imports:
        counts = (each.read, each.accepted, each.held, each.duplicate, each.skipped)
        files.add_row(each.file_name, *(f"{count:,}" for count in counts))
    out.print(files)

    grades = sorted({grade for done in report.evaluations for grade in done.grades})
    results = Table(title="Evaluations 评价", title_justify="left")
    for title in (
        "period\n评价期",
        "scheme\n办法",
        "parcels\n宗地",
        "scored\n已评价",
        *grades,
        "covered\n数据齐备",
    ):
        results.add_column(title, justify="right")
    for done in report.evaluations:
        park = report.coverage[done.period].park[0]
        results.add_row(
            done.period,
            done.scheme_name,
            *(f"{count:,}" for count in (done.parcels, done.scored)),
            *(f"{done.grades.get(grade, 0):,}" for grade in grades),
            f"{park.covered.parcels / park.parcels.parcels:.1%}",
        )
    out.print(results)
