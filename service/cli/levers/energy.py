"""``mujun levers energy``: energy diagnosis 能源检查诊断 of an evaluation."""

from typing import Annotated

import typer

from service.cli.common import open_database
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.jobs.levers.energy import energy_report


def register(levers: typer.Typer) -> None:
    """Add the command."""
    levers.command("energy")(energy)


def energy(
    evaluation: EvaluationId,
    parcel: Annotated[str | None, typer.Option(help="Of this parcel only 宗地代码.")] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Who is due for inspection, and where energy could be saved 能源检查诊断."""
    with open_database() as database, database.reading() as connection:
        report = energy_report(connection, evaluation, parcel)
    show(report, form, output)
