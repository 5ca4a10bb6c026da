"""Addresses and links, under the address by which the client sees the service."""

from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from fastapi import Request
from starlette._utils import get_route_path  # without the prefix that base_url has already

from service.negotiation import name_of

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


def encodings(href: str, title: str, *offers: str) -> list[dict[str, Any]]:
    """Return the links of a document to itself, in the first of its encodings, and to each of the others."""
    first, *others = offers
    alternates = [
        link(encoded(href, other), "alternate", other, f"{title}: {name_of(other).upper()}")
        for other in others
    ]
    return [link(href, "self", first, title), *alternates]


def encoded(href: str, media_type: str) -> str:
    """Return an address with the parameter ``f`` that asks for an encoding."""
    parts = urlsplit(href)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "f"]
    query = urlencode([*kept, ("f", name_of(media_type))], safe=",:/")
    return urlunsplit(parts._replace(query=query))
