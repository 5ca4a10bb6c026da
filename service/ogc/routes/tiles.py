"""The routes of tile matrix sets, tilesets and tiles."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from service.features.tiles import MATRIX_SETS, WEB_MERCATOR_QUAD, MatrixSet
from service.ogc.collections import Collection
from service.ogc.documents import openapi_parts
from service.ogc.documents.openapi_parts import f
from service.ogc.routes.adding import Endpoint, get
from service.ogc.tiles import tilesets
from service.ogc.tiles.tile import tile as answer_tile

TileMatrix = Annotated[str, Path(alias="tileMatrix", description="Zoom level")]
TileRow = Annotated[str, Path(alias="tileRow", description="Row, from the north")]
TileCol = Annotated[str, Path(alias="tileCol", description="Column, from the west")]


def matrix_sets_router() -> APIRouter:
    """Return the routes of the tile matrix sets."""
    router, parts, either = APIRouter(tags=["OGC API"]), openapi_parts, [f("json", "html")]
    get(
        router,
        "/tileMatrixSets",
        tilesets.list_matrix_sets,
        "getTileMatrixSetsList",
        "Tile matrix sets",
        parts.linked("Tile matrix sets", "tileMatrixSets"),
        either,
    )
    for matrix_set in MATRIX_SETS.values():
        get(
            router,
            f"/tileMatrixSets/{matrix_set.id}",
            _showing(matrix_set),
            f"getTileMatrixSet{_of(matrix_set)}",
            matrix_set.id,
            parts.plain("Tile matrix set", html=True),
            either,
        )
    return router


def add_tiles(router: APIRouter, collection: Collection) -> None:
    """Add the routes of a collection's tiles, in every matrix set."""

    def list_tilesets(request: Request) -> Response:
        """The tilesets of the collection."""
        return tilesets.tilesets(request, collection)

    get(
        router,
        "/tiles",
        list_tilesets,
        f"{collection.id}.collection.vector.getTileSetsList",
        f"{collection.title}: tilesets",
        openapi_parts.linked("Tilesets", "tilesets"),
        [f("json", "html"), *openapi_parts.choosing(collection)],
    )
    for matrix_set in MATRIX_SETS.values():
        _add_tileset(router, collection, matrix_set)


def _add_tileset(router: APIRouter, collection: Collection, matrix_set: MatrixSet) -> None:
    """Add the routes of a collection's tiles in a matrix set."""

    def tileset(request: Request) -> Response:
        """What the tileset holds and where its tiles are."""
        return tilesets.tileset(request, collection, matrix_set)

    def tilejson(request: Request) -> Response:
        """The same as TileJSON 3.0."""
        return tilesets.tilejson(request, collection, matrix_set)

    def tile(request: Request, matrix: TileMatrix, row: TileRow, column: TileCol) -> Response:
        """One Mapbox Vector Tile."""
        return answer_tile(request, collection, matrix_set, matrix, row, column)

    parts, path, chosen = openapi_parts, f"/tiles/{matrix_set.id}", openapi_parts.choosing(collection)
    name, about = f"{collection.id}.", f"{collection.title}: {matrix_set.id}, "
    get(
        router,
        path,
        tileset,
        f"{name}collection.vector.getTileSet{_of(matrix_set)}",
        f"{about}tileset",
        parts.linked("Tileset"),
        [f("json", "html"), *chosen],
    )
    get(
        router,
        f"{path}/tilejson",
        tilejson,
        f"{name}tilejson{_of(matrix_set)}",
        f"{about}TileJSON",
        parts.plain("TileJSON 3.0"),
        [f("json"), *chosen],
    )
    get(
        router,
        f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
        tile,
        f"{name}collection.vector.getTile{_of(matrix_set)}",
        f"{about}tile",
        parts.tile(),
        [f("mvt"), *chosen],
    )


def _showing(matrix_set: MatrixSet) -> Endpoint:
    def show(request: Request) -> Response:
        """How the world is cut into tiles."""
        return tilesets.show_matrix_set(request, matrix_set)

    return show


def _of(matrix_set: MatrixSet) -> str:
    """Return what tells the operations of a matrix set from those of the first one."""
    return "" if matrix_set is WEB_MERCATOR_QUAD else f".{matrix_set.id}"
