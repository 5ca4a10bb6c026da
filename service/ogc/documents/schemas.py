"""The schemas of a collection (模式): what features have, what filters may name, and a feature in GeoJSON.

The first two are logical schemas as OGC 23-058 (Features Part 5) has them; GDAL reads the third.
"""

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from service.features.table import GEOMETRY, Property
from service.ogc.collections import Collection
from service.ogc.documents.links import base_url
from service.ogc.edits import EDITABLE
from service.ogc.edits.documents import is_writable
from service.ogc.views import properties_for

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def logical_schema(request: Request, collection: Collection) -> dict[str, Any]:
    """Return what features have (returnables) and what may be written (receivables), in order.

    What is worked out is read-only; of a collection that is not edited everything is.
    """
    editable = collection.id in EDITABLE
    members = {}
    for place, item in enumerate(properties_for(request, collection)):
        members[item.name] = {**described(item), "x-ogc-propertySeq": place + 1}
        if not editable or not is_writable(item.name):
            members[item.name]["readOnly"] = True
    shape = {**_GEOMETRY, "x-ogc-propertySeq": 0} | ({} if editable else {"readOnly": True})
    return _object(request, collection, "schema", {GEOMETRY: shape, **members})


def queryables(request: Request, collection: Collection) -> dict[str, Any]:
    """Return the queryables that whoever asks may use: the geometry and every property to be seen."""
    members = {item.name: described(item) for item in properties_for(request, collection)}
    return _object(request, collection, "queryables", {GEOMETRY: _GEOMETRY, **members})


def geojson_schema(request: Request, collection: Collection) -> dict[str, Any]:
    """Return the schema of the collection's features in GeoJSON, with titles in English and Chinese.

    It tells the type that a value has where there is one; a list of types, with null, means text to GDAL.
    """
    names = [item.name for item in properties_for(request, collection)]
    return {
        "$schema": _DIALECT,
        "$id": f"{base_url(request)}/collections/{collection.id}/feature-schema",
        **feature_schema(collection, names, with_null=False),
    }


def described(item: Property) -> dict[str, Any]:
    """Return the schema of a property's values."""
    kind = {"format": "date"} if item.type == "date" else {}
    return {"title": item.title, "type": _json_type(item), **kind}


def _json_type(item: Property) -> str:
    return "string" if item.type == "date" else item.type


def feature_schema(collection: Collection, names: Sequence[str], *, with_null: bool) -> dict[str, Any]:
    """Return the schema of a GeoJSON feature with these properties; null is for gaps, and for no place."""
    position = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    shown = {
        item.name: {**described(item), **({"type": [_json_type(item), "null"]} if with_null else {})}
        for item in collection.properties
        if item.name in names
    }
    return {
        "title": collection.title,
        "description": collection.description,
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": {
                "type": ["object", "null"] if with_null else "object",
                "required": ["type", "coordinates"],
                **_shape(position, lines=collection.lines),
            },
            "properties": {"type": "object", "properties": shown}
            | ({"required": list(shown)} if with_null else {}),
        },
    }


def _shape(position: dict[str, Any], *, lines: bool) -> dict[str, Any]:
    """Return what a geometry is: a MultiPolygon, or a MultiLineString where there are any."""

    def nested(kind: str, line: dict[str, Any]) -> dict[str, Any]:
        return {"properties": {"type": {"const": kind}, "coordinates": line}}

    ring = {"type": "array", "items": position, "minItems": 4}
    polygons = {"type": "array", "items": {"type": "array", "items": ring}}
    of_polygons = nested("MultiPolygon", polygons)
    if not lines:
        return of_polygons
    paths = {"type": "array", "items": {"type": "array", "items": position, "minItems": 2}}
    return {"oneOf": [of_polygons, nested("MultiLineString", paths)]}


_GEOMETRY = {"title": "Geometry 图形", "format": "geometry-any", "x-ogc-role": "primary-geometry"}


def _object(request: Request, collection: Collection, name: str, members: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": _DIALECT,
        "$id": f"{base_url(request)}/collections/{collection.id}/{name}",
        "title": collection.title,
        "description": collection.description,
        "type": "object",
        "properties": members,
        "additionalProperties": False,
    }
