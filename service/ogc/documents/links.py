"""Addresses and links, under the address by which the client sees the service."""

from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from fastapi import Request
from starlette._utils import get_route_path  # without the prefix that base_url has already

from service.negotiation import name_of

_BASE = "base_url"
"""Under which name it stands in the state of a request, which asks for it many times."""

REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def base_url(request: Request) -> str:
    """Return the address of the landing page without its last slash."""
    known: str | None = getattr(request.state, _BASE, None)
    if known is None:
        configured: str = request.app.state.settings.public_url
        known = configured.rstrip("/") or str(request.base_url).rstrip("/")
        setattr(request.state, _BASE, known)
    return known


class Here:
    """The address asked for, in its parts; a document names it many times."""

    def __init__(self, request: Request) -> None:
        self.base = base_url(request)
        self._path = f"{self.base}{quote(get_route_path(request.scope), safe='/:@')}"
        self._items = request.query_params.multi_items()

    def changed(self, **changes: str | None) -> str:
        """Return the address with query parameters replaced, added, or left out when None."""
        kept = [(name, value) for name, value in self._items if name not in changes]
        query = _written(kept + [(name, value) for name, value in changes.items() if value is not None])
        return f"{self._path}?{query}" if query else self._path

    @cached_property
    def plain(self) -> str:
        """The address without the parameter ``f``."""
        return self.changed(f=None)

    def encoded(self, f: str) -> str:
        """Return the address with this value of the parameter ``f``, a name that needs no escape."""
        return f"{self.plain}{'&' if '?' in self.plain else '?'}f={f}"

    def encodings(self, title: str, *offers: str) -> list[dict[str, Any]]:
        """Return the links of a document to itself, in the first of its encodings, and to the others."""
        first, *others = offers
        alternates = [
            link(self.encoded(name), "alternate", other, f"{title}: {name.upper()}")
            for other in others
            for name in [name_of(other)]
        ]
        return [link(self.plain, "self", first, title), *alternates]


def here(request: Request, **changes: str | None) -> str:
    """Return the address asked for, with query parameters replaced, added, or left out when None."""
    return Here(request).changed(**changes)


def _written(query: list[tuple[str, str]]) -> str:
    return urlencode(query, safe=",:/")


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
    query = _written([*kept, ("f", name_of(media_type))])
    return urlunsplit(parts._replace(query=query))
