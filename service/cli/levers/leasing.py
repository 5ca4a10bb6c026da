"""``mujun levers leasing``: which projects may come to which premises, and who gets which 招租匹配."""

from enum import StrEnum
from typing import Annotated

import typer

from service.cli.common import open_database
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.jobs.levers import leasing as job


class Objective(StrEnum):
    """What is to be as large as it can."""

    TAX = "tax"
    OUTPUT = "output"
    TAX_PER_MU = "tax_per_mu"
    OUTPUT_PER_MU = "output_per_mu"


def register(levers: typer.Typer) -> None:
    """Add the command."""
    levers.command("leasing")(leasing)


def leasing(
    evaluation: EvaluationId,
    objective: Annotated[Objective, typer.Option(help="What is to be largest 目标.")] = Objective.TAX,
    projects: Annotated[
        list[str] | None, typer.Option("--only", help="Only this project, by code; may be repeated 项目.")
    ] = None,
    project: Annotated[
        str | None, typer.Option(help="List all pairs of this project, with reasons 逐一配对.")
    ] = None,
    certain: Annotated[
        bool, typer.Option("--certain", help="Give only what no question is open about 仅无待核事项.")
    ] = False,
    candidates: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many candidates for each project 候选数.")
    ] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Match projects with vacant and low-efficiency premises 招租匹配（腾笼换鸟）."""
    asked = job.Asked(objective.value, tuple(projects or ()), certain, candidates, project)
    with open_database() as database:
        report = job.report(database, evaluation, asked)
    show(report, form, output)
