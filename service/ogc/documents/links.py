"""Addresses and links, under the address by which the client sees the service."""

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette._utils import get_route_path  # without the prefix that base_url has already

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def base_url(request: Request) -> str:
    """Return the address of the landing page without its last slash."""
    configured: str = request.app.state.settings.public_url
    return configured.rstrip("/") or str(request.base_url).rstrip("/")


def here(request: Request, **changes: str | None) -> str:
    """Return the address asked for, with query parameters replaced, added, or left out when None."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    query = urlencode(
        kept + [(name, value) for name, value in changes.items() if value is not None], safe=",:/"
    )
    return f"{base_url(request)}{quote(get_route_path(request.scope), safe='/:@')}" + (
        f"?{query}" if query else ""
    )


def link(href: str, rel: str, media_type: str, title: str, **more: Any) -> dict[str, Any]:
    """Return a link as it stands in a document."""
    return {"href": href, "rel": rel, "type": media_type, "title": title, **more}
