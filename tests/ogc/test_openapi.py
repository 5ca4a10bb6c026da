"""The two OpenAPI documents: valid, the same API, and what QGIS looks for in the older one."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from service.store.database import Database
from tests.serving import open_client

pytestmark = pytest.mark.one_store


@pytest.fixture(scope="module")
def older(client: TestClient) -> dict[str, Any]:
    """The 3.0 document."""
    document: dict[str, Any] = client.get("/api").json()
    return document


@pytest.fixture(scope="module")
def newer(client: TestClient) -> dict[str, Any]:
    """The 3.1 document."""
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def parameters(document: dict[str, Any], path: str) -> dict[str, dict[str, Any]]:
    """The parameters of GET on a path, references followed."""
    listed = document["paths"][path]["get"]["parameters"]
    named = [
        document["components"]["parameters"][item["$ref"].rpartition("/")[2]] if "$ref" in item else item
        for item in listed
    ]
    return {item["name"]: item for item in named}


def test_both_documents_are_valid(older: dict[str, Any], newer: dict[str, Any]) -> None:
    """Each by the schema of its own version."""
    OpenAPIV30SpecValidator(older).validate()
    OpenAPIV31SpecValidator(newer).validate()
    assert (older["openapi"], newer["openapi"][:3]) == ("3.0.3", "3.1")


def test_both_documents_describe_the_same_operations(older: dict[str, Any], newer: dict[str, Any]) -> None:
    """Same paths, methods, operation ids, parameters and statuses."""

    def operations(document: dict[str, Any]) -> dict[str, Any]:
        return {
            f"{method} {path}": (
                operation["operationId"],
                sorted(operation["responses"]),
                parameters_of(operation),
            )
            for path, item in document["paths"].items()
            for method, operation in item.items()
        }

    def parameters_of(operation: dict[str, Any]) -> list[str]:
        return [item.get("name") or item["$ref"] for item in operation.get("parameters", [])]

    assert operations(older) == operations(newer)
    names = [entry[0] for entry in operations(older).values()]
    assert len(set(names)) == len(names)


def test_the_page_size_stands_where_qgis_reads_it(older: dict[str, Any]) -> None:
    """`#/components/parameters/limit`, in form style, with default and maximum."""
    limit = older["components"]["parameters"]["limit"]
    assert (limit["name"], limit["in"], limit["style"], limit["explode"]) == ("limit", "query", "form", False)
    assert limit["schema"] == {"type": "integer", "minimum": 1, "default": 1000, "maximum": 10_000}


def test_the_page_size_is_the_configured_one(database: Database) -> None:
    """Other settings give another document."""
    with open_client(database, page_size=7, page_size_limit=70) as client:
        schema = client.get("/api").json()["components"]["parameters"]["limit"]["schema"]
        assert (schema["default"], schema["maximum"]) == (7, 70)


@pytest.mark.parametrize("name", ["parcels", "scores", "coverage"])
def test_filters_stand_on_concrete_paths(older: dict[str, Any], client: TestClient, name: str) -> None:
    """Every property of the items is a described query parameter: form style, not exploded, with its type."""
    described = parameters(older, f"/collections/{name}/items")
    schema = client.get(f"/collections/{name}/feature-schema").json()["properties"]["properties"][
        "properties"
    ]
    for key, value in schema.items():
        assert described[key]["schema"]["type"] == value["type"]
        assert (described[key]["style"], described[key]["explode"]) == ("form", False)
    assert {"limit", "bbox", "datetime", "offset", "token", "f"} <= described.keys()
    assert described["bbox"]["schema"]["type"] == "array"
    assert described["bbox"]["explode"] is False


def test_what_is_described_is_accepted(older: dict[str, Any], client: TestClient) -> None:
    """No described parameter of the standards' resources is unknown to the service."""
    plain = {"array": "120,30,121,31", "boolean": "true", "integer": "1", "number": "1.5", "string": "x"}
    of_formats = {"geometry": {"f": "csv"}, "encoding": {"f": "shp"}}
    special = {"f": "json", "datetime": "2023-01-01", "evaluation": "1", "period": "2023"}
    special |= dict.fromkeys(("crs", "bbox-crs", "filter-crs"), "http://www.opengis.net/def/crs/EPSG/0/4490")
    special |= {"geometry": "wkt", "encoding": "gbk", "filter": "true", "filter-lang": "cql2-text"}
    for path in older["paths"]:
        if path.startswith(("/collections", "/tileMatrixSets")) and "{" not in path:
            for name, parameter in parameters(older, path).items():
                usual = plain[parameter["schema"]["type"]]
                if parameter["schema"].get("format") == "date":
                    usual = "2010-01-02"
                value = special.get(name, usual)
                answered = client.get(path, params={name: value, **of_formats.get(name, {})})
                # an invented token is refused, but not as an unknown parameter
                assert answered.status_code == (400 if name == "token" else 200), (path, name)
                assert answered.status_code == 200 or answered.json()["code"] == "invalid-token"


def test_answers_fit_their_description(newer: dict[str, Any], client: TestClient) -> None:
    """Pages and features validate against the schema that the document promises."""
    from jsonschema import Draft202012Validator

    for path, address in {
        "/collections/parcels/items": "/collections/parcels/items?limit=20",
        "/collections/scores/items": "/collections/scores/items?limit=20",
        "/collections/scores/items/{featureId}": "/collections/scores/items/1:P00009",
    }.items():
        content = newer["paths"][path]["get"]["responses"]["200"]["content"]
        schema = {**content["application/geo+json"]["schema"], "components": newer["components"]}
        Draft202012Validator(schema).validate(client.get(address).json())
