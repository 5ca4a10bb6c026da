"""The application's routes as one list that answers as the router does: which one, and what is allowed."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette._utils import get_route_path  # the router's own, so that both read a path the same way
from starlette.routing import BaseRoute
from starlette.types import Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """A route: its path template, the methods it answers, the pattern it matches, the bodies it takes."""

    template: str
    methods: frozenset[str]
    pattern: re.Pattern[str]
    media_types: tuple[str, ...]
    literal: str
    """What every path of the route begins with."""

    def matches(self, path: str) -> bool:
        """Tell whether a path is one of this route; most are told by how they begin."""
        return path.startswith(self.literal) and self.pattern.match(path) is not None


class RouteTable:
    """All routes of an application in the order in which the router tries them."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._entries = [
            # a mounted application (static files) knows no methods of its own
            Entry(
                str(context.path_format),
                frozenset(context.methods or {"GET"}),
                context.path_regex,
                _media_types(getattr(context, "openapi_extra", None)),
                str(context.path_format).partition("{")[0],
            )
            for context in iter_route_contexts(list(routes))
        ]

    def declared(self) -> set[tuple[str, str]]:
        """Return every (method, path template); HEAD goes with GET."""
        return {
            (method, entry.template)
            for entry in self._entries
            for method in entry.methods
            if method != "HEAD"
        }

    def template(self, scope: Scope) -> str | None:
        """Return the path template of the route that will answer, or None when none will."""
        path, method = get_route_path(scope), scope["method"]
        for entry in self._entries:
            if method in entry.methods and entry.matches(path):
                return entry.template
        return None

    def allowed(self, scope: Scope) -> list[str]:
        """Return the methods that this path answers, HEAD and OPTIONS included; empty for an unknown path."""
        path = get_route_path(scope)
        methods = {method for entry in self._entries if entry.matches(path) for method in entry.methods}
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods | {"OPTIONS"}) if methods else []

    def scoped(self, scope: Scope) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return every (method, path template) of this path with the media types that its body may have."""
        path = get_route_path(scope)
        return {
            (method, entry.template): entry.media_types
            for entry in reversed(self._entries)  # of two, the first one answers
            if entry.matches(path)
            for method in entry.methods
        }


def _media_types(openapi_extra: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the media types of a body that a route describes by hand; of others none are known here."""
    return tuple((openapi_extra or {}).get("requestBody", {}).get("content", ()))
