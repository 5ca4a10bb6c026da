"""``mujun levers``: what follows from an evaluation, one command per lever 抓手."""

from importlib import import_module

import typer

_LEVERS = ("consolidation", "leasing", "prices", "uplift", "contracts", "energy")


def register(cli: typer.Typer) -> None:
    """Add the group with every lever's command."""
    levers = typer.Typer(no_args_is_help=True, help="What follows from an evaluation 评价结果应用.")
    for lever in _LEVERS:
        import_module(f"service.cli.levers.{lever}").register(levers)
    cli.add_typer(levers, name="levers")
