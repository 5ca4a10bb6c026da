"""One vector tile of a collection, made from the store when it is asked for."""

import re
from collections.abc import Sequence

from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.features.table import FeatureTable
from service.negotiation import MVT, choose
from service.ogc.answers import answer, etag, not_modified, nothing
from service.ogc.collections import Collection
from service.ogc.queries.parameters import read_evaluation, read_interval, read_period
from service.ogc.tiles.grid import BUFFER, EXTENT, to_grid
from service.ogc.tiles.matrix_sets import MAX_MATRIX, Tile
from service.ogc.tiles.mvt import encode_layer
from service.ogc.views import properties_for, viewing


def tile(request: Request, collection: Collection, matrix: str, row: str, column: str) -> Response:
    """Answer one tile; 204 where there is nothing, 404 outside the tile matrix set."""
    media_type = choose(request, MVT)
    wanted = _tile(matrix, row, column)
    evaluation = read_evaluation(request)
    asked, interval = read_period(request), read_interval(request)
    names = tuple(
        item.name for item in properties_for(request, collection) if item.name in collection.on_tiles
    )
    with viewing(request) as view:
        edition = view.edition(collection, evaluation, asked, interval)
        table = view.table(collection, edition)
        tag = etag(request, media_type, view.store, table.stamp, names, edition)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        content = view.remember(
            (collection.id, table.stamp, edition, names, wanted),
            lambda: _make(collection, table, names, wanted),
        )
    return answer(request, content, media_type, tag=tag) if content else nothing(tag)


def _make(collection: Collection, table: FeatureTable, names: Sequence[str], tile: Tile) -> bytes:
    rows = table.near(tile.box(BUFFER / EXTENT))
    if not rows.size:
        return b""
    shown = table.properties.select(names)[rows]
    columns = {name: shown[name].to_list() for name in names}
    polygons = to_grid(table.geometries(rows), tile)
    return encode_layer(collection.id, polygons, table.ids[rows].tolist(), columns)


def _tile(matrix: str, row: str, column: str) -> Tile:
    numbers = []
    for name, text in (("tileMatrix", matrix), ("tileRow", row), ("tileCol", column)):
        if not re.fullmatch("[0-9]{1,9}", text):
            raise InvalidParameter(
                f"{name} takes a whole number.", f"{name} 需要整数。", place=f"path parameter {name}"
            )
        numbers.append(int(text))
    wanted = Tile(*numbers)
    side = 1 << min(wanted.matrix, MAX_MATRIX)
    if wanted.matrix > MAX_MATRIX or wanted.row >= side or wanted.column >= side:
        raise NotFound(
            "The tile lies outside the tile matrix set.",
            "瓦片编号超出范围。",
            code="tile-outside",
            place="path",
            action=f"Matrices go from 0 to {MAX_MATRIX}, rows and columns from 0 to 2^matrix - 1.",
        )
    return wanted
