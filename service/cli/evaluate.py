"""``mujun evaluate``, ``mujun publish``, ``mujun schemes``."""

from typing import Annotated

import typer
from rich.table import Table

from service.cli.common import open_database, out
from service.domain.reasons import reason_text
from service.evaluation.figures import quantity_names
from service.jobs import evaluating
from service.jobs.evaluating import EvaluationSummary
from service.reference.schemes import load_scheme, scheme_names, shipped_scheme
from service.settings import Settings


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    cli.command("evaluate")(evaluate)
    cli.command("publish")(publish)
    cli.command("schemes")(schemes)


def evaluate(
    period: Annotated[str, typer.Option(help="Year of the figures 所属年度, e.g. 2023.")],
    scheme: Annotated[
        str, typer.Option(metavar="FILE_OR_NAME", help="A shipped scheme or a YAML file 评价办法.")
    ] = "parcel",
    district: Annotated[
        str | None, typer.Option(help="District 行政区; may be left out when there is one.")
    ] = None,
) -> None:
    """Evaluate the parcels of a district; the result is a draft until it is published 评价宗地."""
    read = load_scheme(scheme)
    with open_database() as database:
        _print(evaluating.evaluate(database, Settings().data_dir, read, period, district))


def publish(
    evaluation_id: Annotated[int, typer.Argument(metavar="ID", help="A draft evaluation 评价编号.", min=1)],
) -> None:
    """Publish a draft evaluation; from then on it never changes 发布评价."""
    with open_database() as database:
        _print(evaluating.publish(database, evaluation_id))


def schemes() -> None:
    """List the shipped schemes 列出随附的评价办法."""
    table = Table("name 名称", "title 标题", "document 依据文件", "periods 年度")
    for name in scheme_names():
        scheme = shipped_scheme(name)
        periods = ", ".join(scheme.periods) or "any 不限"
        table.add_row(name, f"{scheme.title.zh}\n{scheme.title.en}", scheme.document, periods)
    out.print(table)


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
