"""OpenAPI 3.1 schemas taken back to 3.0, keyword by keyword, as golden pairs."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from service.ogc.documents.openapi30 import to_openapi_30

REF = {"$ref": "#/components/schemas/Grade"}

PAIRS = [
    pytest.param({"type": ["string", "null"]}, {"type": "string", "nullable": True}, id="null-in-type-list"),
    pytest.param(
        {"type": ["string", "integer"]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        id="several-types",
    ),
    pytest.param(
        {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}], "title": "FAR"},
        {"type": "number", "minimum": 0, "exclusiveMinimum": True, "title": "FAR", "nullable": True},
        id="null-branch",
    ),
    pytest.param(
        {"anyOf": [{"enum": ["A", "B"]}, {"type": "null"}]},
        {"enum": ["A", "B", None], "nullable": True},
        id="null-enum",
    ),
    pytest.param(
        {"anyOf": [REF, {"type": "null"}]}, {"allOf": [REF], "nullable": True}, id="null-or-reference"
    ),
    pytest.param(
        {"oneOf": [REF, {"type": "string"}, {"type": "null"}]},
        {"oneOf": [REF, {"type": "string"}], "nullable": True},
        id="null-and-several",
    ),
    pytest.param({"type": "null"}, {"nullable": True, "enum": [None]}, id="null-alone"),
    pytest.param({"const": "MultiPolygon"}, {"enum": ["MultiPolygon"]}, id="const"),
    pytest.param({"const": None}, {"nullable": True, "enum": [None]}, id="const-null"),
    pytest.param(
        {"type": "integer", "exclusiveMaximum": 10, "maximum": 5},
        {"type": "integer", "maximum": 5},
        id="tighter-inclusive",
    ),
    pytest.param(
        {"type": "integer", "exclusiveMaximum": 5, "maximum": 5},
        {"type": "integer", "maximum": 5, "exclusiveMaximum": True},
        id="tighter-exclusive",
    ),
    pytest.param({"examples": ["a", "b"]}, {"example": "a"}, id="examples"),
    pytest.param(
        {**REF, "description": "d"}, {"description": "d", "allOf": [REF]}, id="reference-with-siblings"
    ),
    pytest.param(
        {"type": "string", "contentMediaType": "application/octet-stream"},
        {"type": "string", "format": "binary"},
        id="binary",
    ),
    pytest.param(
        {"type": "string", "contentEncoding": "base64"}, {"type": "string", "format": "byte"}, id="base64"
    ),
    pytest.param(
        {"type": "array", "prefixItems": [{"type": "number"}, {"type": "number"}], "maxItems": 2},
        {"type": "array", "items": {"type": "number"}, "maxItems": 2},
        id="tuple",
    ),
    pytest.param(
        {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "items": False},
        {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string"}]}},
        id="closed-tuple",
    ),
    pytest.param(
        {"type": "array", "prefixItems": [{"type": "number"}]},
        {"type": "array", "items": {}},
        id="open-tuple",
    ),
    pytest.param({"type": "array"}, {"type": "array", "items": {}}, id="array-of-anything"),
    pytest.param(
        {"type": "object", "properties": {"const": {"const": 1}, "examples": True}},
        {"type": "object", "properties": {"const": {"enum": [1]}, "examples": {}}},
        id="properties-named-like-keywords",
    ),
    pytest.param(
        {
            "type": "object",
            "additionalProperties": {"type": ["integer", "null"]},
            "propertyNames": {"maxLength": 3},
        },
        {"type": "object", "additionalProperties": {"type": "integer", "nullable": True}},
        id="maps",
    ),
]


def document(schema: Any) -> dict[str, Any]:
    """A small document with one component and one parameter of this schema."""
    grade = {"type": "string"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "t",
            "version": "1",
            "summary": "s",
            "license": {"name": "l", "identifier": "Apache-2.0"},
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "paths": {
            "/items": {
                "get": {
                    "parameters": [{"name": "p", "in": "query", "schema": schema}],
                    "responses": {"200": {"description": "ok"}},
                }
            }
        },
        "components": {"schemas": {"Grade": grade, "Thing": schema}},
    }


@pytest.mark.parametrize(("newer", "older"), PAIRS)
def test_a_schema_says_the_same_in_the_older_dialect(newer: dict[str, Any], older: dict[str, Any]) -> None:
    """Each keyword that 3.0 does not know becomes what 3.0 has for it, in components and in parameters."""
    converted = to_openapi_30(document(newer))
    assert converted["components"]["schemas"]["Thing"] == older
    assert converted["paths"]["/items"]["get"]["parameters"][0]["schema"] == older
    OpenAPIV30SpecValidator(converted).validate()


def test_the_given_document_stays_as_it_is() -> None:
    """Conversion does not change the document that the service goes on serving as 3.1."""
    for parameter in PAIRS:
        given = document(parameter.values[0])
        to_openapi_30(given)
        assert given == document(parameter.values[0])


def test_the_document_says_its_version_and_drops_what_only_newer_ones_have() -> None:
    """Summary, licence identifier and schema dialect do not exist in 3.0."""
    converted = to_openapi_30(document({}))
    assert converted["openapi"] == "3.0.3"
    assert converted["info"] == {"title": "t", "version": "1", "license": {"name": "l"}}
    assert "jsonSchemaDialect" not in converted
