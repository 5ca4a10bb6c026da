"""What the console's page asks for beside the service's own resources: its files, and where districts lie."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from service.console.assets import load
from service.console.districts import districts
from service.errors import NotFound
from service.store.database import Database

_FOREVER = "public, max-age=31536000, immutable"


def router() -> APIRouter:
    """Return the page's routes; the page itself is what browsers get as the landing page."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/console/districts", list_districts, methods=["GET"])
    routes.add_api_route("/console/{version}/{path:path}", asset, methods=["GET"], response_class=Response)
    return routes


def list_districts(request: Request) -> dict[str, object]:
    """Give the districts with parcels and their boxes."""
    database: Database = request.app.state.database
    with database.reading() as connection:
        return {"districts": districts(database, connection)}


def asset(version: str, path: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """Give one of the page's files; raises `NotFound` for another path or another version."""
    assets = load()
    found = assets.files.get(path)
    if found is None or version != assets.version:
        raise NotFound(
            "The page has no such file in this version.",
            "此版本页面没有该文件。",
            place=f"console/{version}/{path}",
            action="Reload the page. Without the map library: npm ci && npm run vendor in service/console",
        )
    headers = {"ETag": found.etag, "Cache-Control": _FOREVER}
    if if_none_match is not None and found.etag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=found.media_type, headers=headers)
