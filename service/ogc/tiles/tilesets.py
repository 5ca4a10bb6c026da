"""What vector tiles a collection has: list, description for OGC clients, TileJSON, tile matrix sets."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from service.features.crs import CRS84
from service.features.table import Box, Property
from service.negotiation import HTML, JSON, MVT, SCHEMA, choose
from service.ogc.answers import json_answer
from service.ogc.collections import Collection
from service.ogc.documents.descriptions import outward
from service.ogc.documents.links import REL, base_url, encodings, here, link
from service.ogc.pages import document_answer
from service.ogc.queries.parameters import read_evaluation, read_interval, read_period
from service.ogc.tiles import matrix_sets
from service.ogc.tiles.matrix_sets import MAX_MATRIX
from service.ogc.views import properties_for, viewing

_JSON_SCHEMA_TO_TILEJSON = {"string": "String", "boolean": "Boolean", "integer": "Number", "number": "Number"}


def tilesets(request: Request, collection: Collection) -> Response:
    """Answer the list of tilesets: one."""
    address = f"{_address(request, collection)}/WebMercatorQuad"
    document = {
        "links": encodings(here(request, f=None), f"{collection.title}: tilesets", JSON, HTML),
        "tilesets": [
            {
                **_tileset(collection),
                "links": [
                    link(f"{address}{choice(request)}", "self", JSON, f"{collection.title}: tileset"),
                    _tiling_scheme(request),
                ],
            }
        ],
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def tileset(request: Request, collection: Collection) -> Response:
    """Answer what the tileset holds and where its tiles are, in the words of OGC API Tiles."""
    media_type = choose(request, JSON, HTML)
    box = _extent(request, collection)
    address = f"{_address(request, collection)}/WebMercatorQuad"
    document: dict[str, Any] = {
        **_tileset(collection),
        "links": [
            *encodings(here(request, f=None), f"{collection.title}: tileset", JSON, HTML),
            link(
                f"{address}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{choice(request)}",
                "item",
                MVT,
                f"{collection.title}: tiles",
                templated=True,
            ),
            link(f"{address}/tilejson{choice(request)}", "describedby", JSON, "TileJSON"),
            _tiling_scheme(request),
        ],
        "layers": [
            {
                "id": collection.id,
                "title": collection.title,
                "dataType": "vector",
                "geometryDimension": 2,
                "minTileMatrix": "0",
                "maxTileMatrix": str(MAX_MATRIX),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {
                        item.name: {"title": item.title, "type": item.type}
                        for item in _on_tiles(request, collection)
                    },
                },
                "links": [
                    link(
                        f"{base_url(request)}/collections/{collection.id}/schema",
                        "describedby",
                        SCHEMA,
                        "Schema",
                    )
                ],
            }
        ],
    }
    if box is not None:
        west, south, east, north = outward(box)
        document["tileMatrixSetLimits"] = matrix_sets.limits(box)
        document["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
    return document_answer(request, document, media_type)


def tilejson(request: Request, collection: Collection) -> Response:
    """Answer the same as TileJSON 3.0, for MapLibre, QGIS and ArcGIS."""
    media_type = choose(request, JSON)
    box = outward(_extent(request, collection) or (-180.0, -85.0, 180.0, 85.0))
    fields = {item.name: _JSON_SCHEMA_TO_TILEJSON[item.type] for item in _on_tiles(request, collection)}
    document = {
        "tilejson": "3.0.0",
        "name": collection.title,
        "description": collection.description,
        "scheme": "xyz",
        "tiles": [f"{_address(request, collection)}/WebMercatorQuad/{{z}}/{{y}}/{{x}}{choice(request)}"],
        "minzoom": 0,
        "maxzoom": MAX_MATRIX,
        "bounds": list(box),
        "center": [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 13],
        "vector_layers": [
            {
                "id": collection.id,
                "description": collection.description,
                "minzoom": 0,
                "maxzoom": MAX_MATRIX,
                "fields": fields,
            }
        ],
    }
    return json_answer(request, document, media_type)


def list_matrix_sets(request: Request) -> Response:
    """Answer the list of tile matrix sets: one."""
    document = {
        "links": encodings(here(request, f=None), "Tile matrix sets", JSON, HTML),
        "tileMatrixSets": [
            {
                "id": "WebMercatorQuad",
                "title": "Google Maps Compatible for the World",
                "uri": matrix_sets.URI,
                "crs": matrix_sets.CRS,
                "links": [
                    link(
                        f"{base_url(request)}/tileMatrixSets/WebMercatorQuad", "self", JSON, "WebMercatorQuad"
                    )
                ],
            }
        ],
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def show_matrix_set(request: Request) -> Response:
    """Answer the definition of WebMercatorQuad."""
    return document_answer(request, matrix_sets.definition(), choose(request, JSON, HTML))


def _on_tiles(request: Request, collection: Collection) -> list[Property]:
    return [item for item in properties_for(request, collection) if item.name in collection.on_tiles]


def _extent(request: Request, collection: Collection) -> Box | None:
    with viewing(request) as view:
        asked = read_evaluation(request), read_period(request), read_interval(request)
        edition = view.edition(collection, *asked)
        return collection.source.extent(view, edition)


def _tileset(collection: Collection) -> dict[str, Any]:
    return {
        "title": collection.title,
        "dataType": "vector",
        "crs": matrix_sets.CRS,
        "tileMatrixSetURI": matrix_sets.URI,
    }


def _tiling_scheme(request: Request) -> dict[str, Any]:
    address = f"{base_url(request)}/tileMatrixSets/WebMercatorQuad"
    return link(address, f"{REL}tiling-scheme", JSON, "WebMercatorQuad")


def _address(request: Request, collection: Collection) -> str:
    return f"{base_url(request)}/collections/{collection.id}/tiles"


def choice(request: Request) -> str:
    """Return the query that chooses evaluations or a period, to go on with in links."""
    given = request.query_params
    chosen = {name: given[name] for name in ("evaluation", "period", "datetime") if name in given}
    return f"?{urlencode(chosen)}" if chosen else ""
