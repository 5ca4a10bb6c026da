"""``mujun levers uplift``: who is efficient and short of space, and what each may add 容积率提升."""

from typing import Annotated

import typer

from service.cli.common import open_database
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.jobs.levers import uplift as job


def register(levers: typer.Typer) -> None:
    """Add the command."""
    levers.command("uplift")(uplift)


def uplift(
    evaluation: EvaluationId,
    target: Annotated[
        float | None, typer.Option(min=0.01, max=20, help="Build up to this floor-area ratio 目标容积率.")
    ] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Tell what efficient parcels may add in floor area, and what it would bring 容积率提升."""
    with open_database() as database, database.reading() as connection:
        report = job.report(connection, evaluation, target)
    show(report, form, output)
