"""``mujun init``, ``mujun serve`` and ``mujun openapi``: the store, the web service and its description."""

import json
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from service.access.keys import require_way_in
from service.access.origin import is_loopback
from service.cli.common import err, open_database, out
from service.errors import InvalidParameter
from service.main import create_app, pass_by_what_stays
from service.ogc.documents.openapi30 import to_openapi_30
from service.settings import Settings
from service.store.database import Database


def register(cli: typer.Typer) -> None:
    """Add the commands ``init``, ``serve`` and ``openapi``."""
    cli.command("init")(initialise)
    cli.command()(serve)
    cli.command()(openapi)


def initialise() -> None:
    """Create the store, or bring it up to date."""
    with open_database(initialise=True) as database:
        out.print(f"Ready 已就绪: {database.description}", highlight=False, markup=False)


def serve(
    open_mode: Annotated[
        bool,
        typer.Option("--open", help="Ask for no keys, answer this machine only. 开放模式，仅限本机。"),
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Serve the API, the GIS collections and the map page."""
    settings = Settings()
    settings = settings.model_copy(update={"open": settings.open or open_mode})
    if settings.open and not is_loopback(host):
        raise InvalidParameter(
            f"Open mode answers this machine only; it does not listen on {host}.",
            f"开放模式仅限本机，不能监听 {host}。",
            code="loopback-only",
            place="--host",
            action="Leave --host out, or create a key (mujun keys create) and serve without --open.",
        )
    database = Database(settings.database_url)
    try:
        # checked here as well as at start-up, for a readable block instead of a traceback
        database.require_schema()
        require_way_in(database, open_mode=settings.open)
        if port:
            name = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - told, not bound
            err.print(
                f"Open in a browser 请在浏览器中打开: http://{name}:{port}/", highlight=False, soft_wrap=True
            )
        app = create_app(settings, database)
        pass_by_what_stays()
        uvicorn.run(
            app,
            host=host,
            port=port,
            # in open mode the address of the peer is the protection; nothing may talk over it
            proxy_headers=not settings.open,
            server_header=False,
            log_level="info",
        )
    finally:
        database.dispose()


def openapi(
    write: Annotated[Path | None, typer.Option(help="Write the two documents into this folder.")] = None,
    check: Annotated[
        Path | None, typer.Option(help="Compare those in this folder; 1 if they differ.")
    ] = None,
) -> None:
    """Write the OpenAPI documents 3.1 and 3.0 as they are served, or check the written ones."""
    for name, text in openapi_documents().items():
        if write is not None:
            write.mkdir(parents=True, exist_ok=True)
            (write / name).write_text(text, encoding="utf-8")
            out.print(str(write / name), highlight=False, markup=False)
        if check is not None and (
            not (check / name).is_file() or (check / name).read_text(encoding="utf-8") != text
        ):
            raise InvalidParameter(
                f"{check / name} is not what is served.",
                f"{check / name} 与实际提供的文档不一致。",
                code="openapi-differs",
                place=str(check / name),
                action=f"mujun openapi --write {check}, and look at what changed.",
            )


def openapi_documents() -> dict[str, str]:
    """Return the documents by file name, of an application with default settings; no database is opened."""
    document = create_app(Settings.model_construct()).openapi()
    documents = {"openapi-3.1.json": document, "openapi-3.0.json": to_openapi_30(document)}
    return {name: json.dumps(each, ensure_ascii=False, indent=1) + "\n" for name, each in documents.items()}
