"""``mujun levers consolidation``: reasons for low efficiency, idle land, blocks 资源整合."""

from typing import Annotated

import typer

from service.cli.common import open_database
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.jobs.levers import consolidation as job


def register(levers: typer.Typer) -> None:
    """Add the command."""
    levers.command("consolidation")(consolidation)


def consolidation(
    evaluation_id: EvaluationId,
    distance_m: Annotated[
        float | None,
        typer.Option(
            min=0, max=job.FARTHEST_M, help="Metres across which parcels lie together 连片距离（米）."
        ),
    ] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Tell which land is inefficiently used, what of it lies together, and what it could bring 资源整合."""
    with open_database() as database, database.reading() as connection:
        report = job.consolidation(connection, evaluation_id, distance_m)
    show(report, form, output)
