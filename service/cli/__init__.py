"""The command line ``mujun``: one module per group of commands, each with a ``register`` of its own."""

from importlib import import_module

import typer

from service.cli.common import readable_errors

_GROUPS = ("serve", "feeds", "evaluate", "keys", "demo")


def build() -> typer.Typer:
    """Return the command line with every group registered."""
    cli = typer.Typer(
        name="mujun",
        help="Mujun 亩均: industrial land evaluated parcel by parcel.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    for group in _GROUPS:
        import_module(f"service.cli.{group}").register(cli)
    return cli


def main() -> None:
    """Run the command line; errors of the service end it with status 1 and a readable block."""
    with readable_errors():
        build()()
