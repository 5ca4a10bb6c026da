"""What the features of a collection can be filtered by (queryables, 可查询属性), as JSON Schema."""

from typing import Any

from fastapi import Request

from service.features.table import GEOMETRY, Property
from service.ogc.collections import Collection
from service.ogc.documents.links import base_url
from service.ogc.views import properties_for


def queryables(request: Request, collection: Collection) -> dict[str, Any]:
    """Return the queryables that whoever asks may use: the geometry and every property to be seen."""
    geometry = {
        "title": "Geometry 图形",
        "format": "geometry-any",
        "x-ogc-role": "primary-geometry",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base_url(request)}/collections/{collection.id}/queryables",
        "title": collection.title,
        "description": collection.description,
        "type": "object",
        "properties": {
            GEOMETRY: geometry,
            **{item.name: queryable(item) for item in properties_for(request, collection)},
        },
        "additionalProperties": False,
    }


def queryable(item: Property) -> dict[str, Any]:
    """Return the schema of a property's values."""
    described = {"type": "string", "format": "date"} if item.type == "date" else {"type": item.type}
    return {"title": item.title, **described}
