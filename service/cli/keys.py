"""``mujun keys``: who may use the service over HTTP."""

from typing import Annotated

import typer
from rich.table import Table

from service.access import keys
from service.access.identity import SCOPES
from service.cli.common import err, open_database, out
from service.store import keys as stored

_SCOPES_HELP = "What the key may do, repeatable: " + ", ".join(SCOPES)


def register(cli: typer.Typer) -> None:
    """Add the group ``keys``."""
    group = typer.Typer(help="API keys 接口密钥: create, list, revoke.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(show)
    group.command("revoke")(revoke)
    cli.add_typer(group, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    scope: Annotated[list[str], typer.Option("--scope", help=_SCOPES_HELP)],
) -> None:
    """Create a key and show it, this once."""
    with open_database() as database:
        key = keys.create_key(database, name, scope)
    err.print("Keep it now, it is not shown again. 请立即保存，密钥不会再次显示。", highlight=False)
    # the key alone on standard output, so that a script can take it
    out.print(key, highlight=False, markup=False, soft_wrap=True)


def show() -> None:
    """List the keys, without their secrets."""
    with open_database() as database, database.reading() as connection:
        every = stored.every(connection)
    table = Table("prefix", "name", "scopes", "created", "revoked")
    for key in every:
        revoked = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        table.add_row(key.prefix, key.name, " ".join(key.scopes), f"{key.created_at:%Y-%m-%d}", revoked)
    out.print(table)


def revoke(
    prefix: Annotated[str, typer.Argument(help="The part between the underscores.")],
) -> None:
    """Revoke a key for good; it is refused from the next request on."""
    with open_database() as database:
        keys.revoke_key(database, prefix)
    out.print(f"Revoked 已撤销: {prefix}", highlight=False)
