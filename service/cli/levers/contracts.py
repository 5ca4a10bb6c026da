"""``mujun levers contracts``: what contracts promised, what was kept, and what they allow 出让合同研判."""

from datetime import datetime
from typing import Annotated

import typer

from service.cli.common import open_database
from service.cli.levers.showing import EvaluationId, Form, Format, Output, show
from service.jobs.levers import contracts as job


def register(levers: typer.Typer) -> None:
    """Add the command."""
    levers.command("contracts")(contracts)


def contracts(
    evaluation: EvaluationId,
    parcel: Annotated[str | None, typer.Option(help="Only this one 宗地代码.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Count open delays to this day; else to the end of the year 截止日期."
        ),
    ] = None,
    form: Form = Format.TABLE,
    output: Output = None,
) -> None:
    """Set promises of grant contracts beside what was kept, year by year 出让合同研判."""
    day = as_of.date() if as_of else None
    with open_database() as database, database.reading() as connection:
        report = job.report(connection, evaluation, parcel, day)
    show(report, form, output)
