"""What vector tiles a collection has: list, description for OGC clients, TileJSON, tile matrix sets."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from service.features.crs import CRS84
from service.features.table import Box
from service.features.tiles import MATRIX_SETS, MatrixSet
from service.negotiation import HTML, JSON, MVT, SCHEMA, choose
from service.ogc.answers import json_answer
from service.ogc.collections import Collection
from service.ogc.documents.descriptions import outward
from service.ogc.documents.links import REL, base_url, encodings, here, link
from service.ogc.pages import document_answer
from service.ogc.queries.parameters import read_evaluation, read_interval, read_period
from service.ogc.tiles.layers import layers, on_labels, on_tiles, vector_layers
from service.ogc.views import viewing


def tilesets(request: Request, collection: Collection) -> Response:
    """Answer the list of tilesets: one for each tile matrix set; refuses what the tilesets would refuse."""
    _extent(request, collection)
    document = {
        "links": encodings(here(request, f=None), f"{collection.title}: tilesets", JSON, HTML),
        "tilesets": [
            {
                **_tileset(collection, each),
                "links": [
                    link(
                        f"{_address(request, collection, each)}{choice(request)}",
                        "self",
                        JSON,
                        f"{collection.title}: {each.id}",
                    ),
                    _tiling_scheme(request, each),
                ],
            }
            for each in MATRIX_SETS.values()
        ],
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def tileset(request: Request, collection: Collection, matrix_set: MatrixSet) -> Response:
    """Answer what the tileset holds and where its tiles are, in the words of OGC API Tiles."""
    media_type = choose(request, JSON, HTML)
    box = _extent(request, collection)
    address = _address(request, collection, matrix_set)
    document: dict[str, Any] = {
        **_tileset(collection, matrix_set),
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
            _tiling_scheme(request, matrix_set),
        ],
        "layers": [
            {
                "id": each.name,
                "title": each.title,
                "dataType": "vector",
                **({} if each.dimension is None else {"geometryDimension": each.dimension}),
                "minTileMatrix": str(each.since),
                "maxTileMatrix": str(matrix_set.finest),
                "propertiesSchema": {
                    "type": "object",
                    "properties": {
                        item.name: {"title": item.title, "type": item.type} for item in each.properties
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
            for each in layers(
                collection, matrix_set, on_tiles(request, collection), on_labels(request, collection)
            )
        ],
    }
    if box is not None:
        west, south, east, north = outward(box)
        document["tileMatrixSetLimits"] = matrix_set.limits(box)
        document["boundingBox"] = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84.uri}
    return document_answer(request, document, media_type)


def tilejson(request: Request, collection: Collection, matrix_set: MatrixSet) -> Response:
    """Answer the same as TileJSON 3.0, for MapLibre, QGIS and ArcGIS."""
    media_type = choose(request, JSON)
    box = outward(_extent(request, collection) or (-180.0, -85.0, 180.0, 85.0))
    template = f"{_address(request, collection, matrix_set)}/{{z}}/{{y}}/{{x}}{choice(request)}"
    document = {
        "tilejson": "3.0.0",
        "name": collection.title,
        "description": collection.description,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": matrix_set.finest,
        "bounds": list(box),
        "center": [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 13],
        "vector_layers": vector_layers(
            collection, matrix_set, on_tiles(request, collection), on_labels(request, collection)
        ),
    }
    if not matrix_set.is_mercator:
        # TileJSON is of Web Mercator alone; who reads the name of another set knows better
        document["crs"] = matrix_set.crs
        document["tileMatrixSet"] = matrix_set.id
    return json_answer(request, document, media_type)


def list_matrix_sets(request: Request) -> Response:
    """Answer the list of tile matrix sets."""
    document = {
        "links": encodings(here(request, f=None), "Tile matrix sets", JSON, HTML),
        "tileMatrixSets": [
            {
                "id": each.id,
                "title": each.title,
                **({} if each.uri is None else {"uri": each.uri}),
                "crs": each.crs,
                "links": [link(f"{base_url(request)}/tileMatrixSets/{each.id}", "self", JSON, each.id)],
            }
            for each in MATRIX_SETS.values()
        ],
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def show_matrix_set(request: Request, matrix_set: MatrixSet) -> Response:
    """Answer the definition of a tile matrix set."""
    return document_answer(request, matrix_set.definition(), choose(request, JSON, HTML))


def _extent(request: Request, collection: Collection) -> Box | None:
    with viewing(request) as view:
        asked = read_evaluation(request), read_period(request), read_interval(request)
        edition = view.edition(collection, *asked)
        return collection.source.extent(view, edition)


def _tileset(collection: Collection, matrix_set: MatrixSet) -> dict[str, Any]:
    return {
        "title": collection.title,
        "dataType": "vector",
        "crs": matrix_set.crs,
        **({} if matrix_set.uri is None else {"tileMatrixSetURI": matrix_set.uri}),
    }


def _tiling_scheme(request: Request, matrix_set: MatrixSet) -> dict[str, Any]:
    address = f"{base_url(request)}/tileMatrixSets/{matrix_set.id}"
    return link(address, f"{REL}tiling-scheme", JSON, matrix_set.id)


def _address(request: Request, collection: Collection, matrix_set: MatrixSet) -> str:
    return f"{base_url(request)}/collections/{collection.id}/tiles/{matrix_set.id}"


def choice(request: Request) -> str:
    """Return the query that chooses evaluations or a period, to go on with in links."""
    given = request.query_params
    chosen = {name: given[name] for name in ("evaluation", "period", "datetime") if name in given}
    return f"?{urlencode(chosen)}" if chosen else ""
