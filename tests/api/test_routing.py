"""Routes are found as if each were tried in turn, however they are grouped for speed."""

import re

import pytest
from fastapi import FastAPI
from starlette.types import Scope

from service.access.policy import ROUTES
from service.access.routes import RouteTable
from service.main import create_app
from service.ogc.collections import COLLECTIONS
from service.settings import Settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The application; nothing is opened."""
    return create_app(Settings.model_construct())


def scope(method: str, path: str, root: str = "") -> Scope:
    """What a server tells of a request."""
    return {
        "type": "http",
        "method": method,
        "path": root + path,
        "root_path": root,
        "query_string": b"",
        "headers": [],
    }


def found(app: FastAPI, asked: Scope) -> str | None:
    """Return the template of the route that the router itself chooses, or None."""
    for route in app.router.routes:
        match, _ = route.matches(dict(asked))
        if match.value == 2:
            _, _, _, context = route._match(dict(asked))  # type: ignore[attr-defined]
            return str(context.path_format)
    return None


@pytest.mark.parametrize("root", ["", "/mujun"])
def test_every_route_is_reachable(app: FastAPI, root: str) -> None:
    """Of every declared route the router and the gate find the same, under a prefix of a proxy too."""
    table: RouteTable = app.state.routes
    for method, template in sorted(ROUTES):
        path = re.sub(r"\{[^}]+\}", "1", template)
        asked = scope(method, path, root)
        assert table.template(asked) == found(app, asked), (method, path)
        assert table.template(asked) is not None


def test_what_looks_alike_is_not_taken_for_it(app: FastAPI) -> None:
    """A path that only begins like a collection's leads nowhere, for the router and for the gate."""
    table: RouteTable = app.state.routes
    for collection in COLLECTIONS:
        base = f"/collections/{collection.id}"
        for path in (
            f"{base}-x",
            f"{base}x/items",
            f"{base}/",
            f"{base}/itemsx",
            f"/x{base}",
            f"{base}//items",
        ):
            for method in METHODS:
                assert found(app, scope(method, path)) is None, path
                assert table.template(scope(method, path)) is None, path


def test_the_methods_of_a_path_are_all_known(app: FastAPI) -> None:
    """Whoever asks by a method that a path does not take is told those it takes."""
    table: RouteTable = app.state.routes
    templates = {template for _, template in ROUTES}
    for template in templates:
        asked = scope("TRACE", re.sub(r"\{[^}]+\}", "1", template))
        own = {method for method, other in ROUTES if other == template}
        assert own | {"OPTIONS"} <= set(table.allowed(asked)), template
