"""The OpenAPI documents: what is committed is what is served, and what is served is described."""

from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from service.access.policy import ROUTES
from service.cli.serve import openapi_documents
from service.main import create_app
from service.settings import Settings
from service.store.database import Database
from tests.serving import open_client

_COMMITTED = Path(__file__).resolve().parents[2] / "openapi"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The 3.1 document of an application with default settings."""
    return create_app(Settings.model_construct()).openapi()


@pytest.mark.parametrize("name", ["openapi-3.1.json", "openapi-3.0.json"])
def test_the_committed_document_is_the_one_served(name: str) -> None:
    """A change of the interface shows in review; ``make openapi`` writes the documents anew."""
    assert (_COMMITTED / name).read_text(encoding="utf-8") == openapi_documents()[name]


@pytest.mark.parametrize(("path", "version"), [("/openapi.json", "3.1.0"), ("/api", "3.0.3")])
def test_both_documents_are_served_and_valid(geopackage_url: str, path: str, version: str) -> None:
    """Each is valid by its own version's rules."""
    store = Database(geopackage_url)
    with open_client(store) as client:
        served = client.get(path)
    store.dispose()
    assert served.json()["openapi"] == version
    assert served.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    validate(served.json())


def test_every_declared_route_is_described(document: dict[str, Any]) -> None:
    """Nothing is served undescribed but the files of pages."""
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert {route for route in ROUTES if not route[1].startswith(("/console/", "/pages/"))} == described


def test_operations_tell_their_scope_and_their_problems(document: dict[str, Any]) -> None:
    """Each operation names its scope and security, and problem documents as its only errors."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            scope = ROUTES[method.upper(), path]
            assert operation.get("x-scope") == scope
            assert bool(operation["security"]) == (scope is not None)
            assert "HTTPValidationError" not in str(operation["responses"])
            errors = {status: answer for status, answer in operation["responses"].items() if status > "399"}
            assert {"400", "503", "default"} <= errors.keys()
            for answer in errors.values():
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}


def test_the_page_size_is_where_qgis_looks_for_it(document: dict[str, Any]) -> None:
    """``#/components/parameters/limit`` with default and maximum, and items refer to it."""
    limit = document["components"]["parameters"]["limit"]
    assert (limit["schema"]["default"], limit["schema"]["maximum"]) == (1000, 10_000)
    for collection in ("parcels", "scores", "coverage"):
        parameters = document["paths"][f"/collections/{collection}/items"]["get"]["parameters"]
        assert {"$ref": "#/components/parameters/limit"} in parameters
