"""The command line ``mujun``: one module per group of commands, each with a ``register`` of its own."""

from importlib import import_module
from typing import Annotated

import typer

from service import __version__
from service.cli.common import out, readable_errors

_GROUPS = (
    "serve",
    "feeds",
    "match",
    "pull",
    "coverage",
    "quality",
    "evaluate",
    "explain",
    "scheme",
    "whatif",
    "levers",
    "measures",
    "events",
    "jobs",
    "export",
    "keys",
    "demo",
)


def build() -> typer.Typer:
    """Return the command line with every group registered."""
    cli = typer.Typer(
        name="mujun", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
    )
    cli.callback()(mujun)
    for group in _GROUPS:
        import_module(f"service.cli.{group}").register(cli)
    return cli


def _version(wanted: bool) -> None:
    if wanted:
        out.print(__version__, highlight=False)
        raise typer.Exit


def mujun(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Print the version 版本.")
    ] = False,
) -> None:
    """Mujun 亩均: industrial land evaluated parcel by parcel 按宗地评价工业用地."""


def main() -> None:
    """Run the command line; errors of the service end it with status 1 and a readable block."""
    with readable_errors():
        build()()
