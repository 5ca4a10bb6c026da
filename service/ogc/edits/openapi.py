"""How edits stand in the OpenAPI document: bodies, headers and answers."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from service.access.policy import PROPERTIES
from service.negotiation import GEOJSON
from service.ogc.collections import Collection
from service.ogc.edits.documents import ID, is_writable

Responses = dict[int | str, dict[str, Any]]

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_REFUSALS = {
    400: "The request is not valid",
    404: "Not found",
    409: "There is one of this code already",
    412: "Changed in the meantime: the precondition does not hold",
    413: "Too large",
    415: "Unsupported media type",
    422: "The content cannot be accepted: a hand-over would have held it",
    428: "The change must be conditional",
}


class Described(NamedTuple):
    """An operation: what is added to its description, and its answers."""

    request: dict[str, Any]
    responses: Responses


def creating(collection: Collection, media_types: Sequence[str]) -> Described:
    """Describe the creation of a feature."""
    body = _body(_feature(collection, ["type", "geometry", "properties"]), media_types)
    headers = _headers("Location", "ETag", "Last-Modified")
    content = {GEOJSON: {"schema": {"type": "object"}}}
    answers: Responses = {201: {"description": "Created", "headers": headers, "content": content}}
    request = {"requestBody": body, "parameters": [_CONTENT_CRS, _PREFER]}
    return Described(request, answers | _refused(400, 409, 413, 415, 422))


def replacing(collection: Collection, media_types: Sequence[str]) -> Described:
    """Describe the replacement of a feature."""
    body = _body(_feature(collection, ["type", "geometry", "properties"]), media_types)
    return _changing(body)


def updating(collection: Collection, media_types: Sequence[str]) -> Described:
    """Describe the change of a feature by a merge patch."""
    return _changing(_body(_feature(collection, []), media_types))


def removing() -> Described:
    """Describe the removal of a feature."""
    answers: Responses = {204: {"description": "Removed"}}
    return Described({"parameters": [*_CONDITIONS]}, answers | _refused(404, 412, 428))


def _changing(body: dict[str, Any]) -> Described:
    headers = _headers("ETag", "Last-Modified")
    answers: Responses = {
        200: {
            "description": "Changed, and the feature as it is now",
            "headers": headers,
            "content": {GEOJSON: {"schema": {"type": "object"}}},
        },
        204: {"description": "Changed", "headers": headers},
    }
    request = {"requestBody": body, "parameters": [*_CONDITIONS, _CONTENT_CRS, _PREFER]}
    return Described(request, answers | _refused(400, 404, 412, 413, 415, 422, 428))


def _feature(collection: Collection, required: Sequence[str]) -> dict[str, Any]:
    """Return the schema of a feature as it is sent; what is worked out is read only."""
    public = PROPERTIES[collection.id]
    properties = {
        item.name: {"title": item.title, "type": [item.type, "null"]}
        | ({} if is_writable(item.name) else {"readOnly": True})
        for item in collection.properties
        if public.get(item.name) == "public"
    }
    position = {"type": "array", "items": {"type": "number"}, "minItems": 2}
    rings = {"type": "array", "items": {"type": "array", "items": position, "minItems": 4}}
    geometries = [
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"enum": [kind]}, "coordinates": coordinates},
        }
        for kind, coordinates in (("Polygon", rings), ("MultiPolygon", {"type": "array", "items": rings}))
    ]
    named = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        named["required"] = [ID, "district"]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "type": {"enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"oneOf": geometries},
            "properties": named,
        },
    }
    return schema | ({"required": list(required)} if required else {})


def _body(schema: dict[str, Any], media_types: Sequence[str]) -> dict[str, Any]:
    return {"required": True, "content": {each: {"schema": schema} for each in media_types}}


def _refused(*statuses: int) -> Responses:
    return {status: {"description": _REFUSALS[status], "content": _PROBLEM} for status in statuses}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"schema": {"type": "string"}} for name in names}


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": {"type": "string"},
    }


_CONTENT_CRS = _header(
    "Content-Crs", "URI of the coordinate system of the body, in angle brackets or without; default CRS84."
)
_PREFER = _header(
    "Prefer",
    "`return=representation` or `minimal`; `handling=lenient` passes over what the collection does not have "
    "and names it in `Mujun-Ignored`, `strict` and the default refuse it.",
)
_CONDITIONS = (
    _header("If-Match", "Entity tags of the version that the change is made of, or `*`."),
    _header("If-Unmodified-Since", "`Last-Modified` of it, to the second; not looked at beside If-Match."),
)
