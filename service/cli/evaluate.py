"""``mujun evaluate``, ``mujun publish``."""

import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.cli.common import open_database, out
from service.cli.jobs import order_in_background
from service.cli.progress import bar, bars
from service.domain.reasons import reason_text
from service.evaluation.explain.quantities import quantity_names
from service.jobs import evaluating
from service.jobs.differences import TableDifference
from service.jobs.engines import Engine
from service.jobs.engines.spark import LOCAL, SparkEngine
from service.jobs.evaluating import EvaluationSummary
from service.reference.schemes import load_scheme
from service.workflows.orders import EvaluateOrder


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("evaluate")(evaluate)
    cli.command("publish")(publish)


class EngineName(StrEnum):
    """The engines that a user may choose."""

    POLARS = "polars"
    SPARK = "spark"


def evaluate(
    period: Annotated[str | None, typer.Option(help="Year of the figures 所属年度, e.g. 2023.")] = None,
    scheme: Annotated[
        str, typer.Option(metavar="FILE_OR_NAME", help="A shipped scheme or a YAML file 评价办法.")
    ] = "parcel",
    district: Annotated[
        str | None, typer.Option(help="District 行政区; may be left out when there is one.")
    ] = None,
    repeat: Annotated[
        int | None,
        typer.Option(
            metavar="ID",
            min=1,
            help="Calculate a stored evaluation again and compare; stores nothing 复算核对.",
        ),
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="Where to calculate 计算引擎; the rows are the same on each.")
    ] = EngineName.POLARS,
    spark_master: Annotated[
        str, typer.Option(metavar="MASTER", help="local[2] or a cluster 集群地址: spark://host:7077.")
    ] = LOCAL,
    spark_folder: Annotated[
        Path | None, typer.Option(help="Folder that all nodes of the cluster see 各节点共享的目录.")
    ] = None,
    background: Annotated[
        bool, typer.Option("--background", help="Order a durable job instead of waiting 后台执行.")
    ] = False,
) -> None:
    """Evaluate the parcels of a district; the result is a draft until it is published 评价宗地."""
    if repeat is not None:
        with _opened(engine, spark_master, spark_folder) as chosen:
            _repeat(repeat, chosen)
        return
    if period is None:
        raise typer.BadParameter("missing: name the year 须指明年度", param_hint="--period")
    read = load_scheme(scheme)
    if background:
        with open_database() as database:
            order = EvaluateOrder(scheme=read.canonical_json(), period=period, district=district)
            order_in_background(database, order)
        return
    with (
        _opened(engine, spark_master, spark_folder) as chosen,
        open_database() as database,
        bars() as display,
        bar(display, f"{district or ''} {period}".strip()) as report,
    ):
        report(0, None, "evaluating")
        done = evaluating.evaluate(database, read, period, district, chosen)
    _print(done)


def _repeat(evaluation_id: int, engine: Engine) -> None:
    """Print how a repetition compares; ends with status 1 when the rows differ."""
    with open_database() as database:
        done = evaluating.repeat(database, evaluation_id, engine)
    same_code = done.code == done.stored_code
    for line in (
        f"Evaluation 评价 {done.evaluation_id}, result hash 结果哈希:",
        f"  stored 已存: {done.stored_hash}",
        f"  repeated 复算: {done.repeated_hash}",
        f"code version 程序版本: {'the same 相同' if same_code else f'{done.stored_code} -> {done.code}'}",
        "The rows are the same 结果相同." if done.is_same else "The rows differ 结果不同:",
    ):
        out.print(line, highlight=False, soft_wrap=True)
    for each in done.differences:
        for line in _told(each):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
    if not done.is_same:
        raise typer.Exit(1)


def _told(each: TableDifference) -> Iterator[str]:
    counts = f"{each.changed:,} rows changed 变化, {each.gone:,} gone 缺少, {each.added:,} added 新增"
    yield f"  {each.table}: {counts}"
    if each.columns:
        yield f"    columns of one only 仅一方有的列: {', '.join(each.columns)}"
    for cell in each.cells:
        key = ", ".join(str(value) for value in cell.key)
        yield f"    {key} {cell.column}: {cell.stored} -> {cell.repeated}"


def _opened(name: EngineName, master: str, folder: Path | None) -> AbstractContextManager[Engine]:
    if name is EngineName.SPARK:
        # so that the exchange folder, which holds figures of firms, is taken away on the way out
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return SparkEngine(master, folder)
    return nullcontext(evaluating.ON_THIS_MACHINE)


def publish(
    evaluation_id: Annotated[int, typer.Argument(metavar="ID", help="A draft evaluation 评价编号.", min=1)],
) -> None:
    """Publish a draft evaluation; from then on it never changes 发布评价."""
    with open_database() as database:
        _print(evaluating.publish(database, evaluation_id))


def _print(done: EvaluationSummary) -> None:
    known = " (the same run exists 已有相同评价)" if done.repeated else ""
    out.print(
        f"Evaluation 评价 {done.id}: {done.district} {done.period}, {done.scheme_name}, {done.status}{known}",
        highlight=False,
        soft_wrap=True,
    )
    out.print(
        f"{done.scored:,} of {done.parcels:,} parcels scored 已评价宗地", highlight=False, soft_wrap=True
    )
    for grade, count in done.grades.items():
        out.print(f"  {grade}: {count:,}", highlight=False, soft_wrap=True)
    for reason, count in done.not_scored.items():
        english, chinese = reason_text(reason, quantity_names())
        out.print(
            f"  not scored 未评价, {reason}: {count:,} ({english} · {chinese})",
            highlight=False,
            soft_wrap=True,
        )
    if done.status == "draft":
        out.print(f"To publish 发布: mujun publish {done.id}", highlight=False, soft_wrap=True)
