"""One vector tile of a collection, made when it is asked for and kept while nothing on it changes."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.features.tiles import MatrixSet, Tile, TileLayer, tile_bytes
from service.negotiation import MVT, choose
from service.ogc.answers import answer, etag, not_modified, nothing
from service.ogc.collections import Collection
from service.ogc.queries.parameters import read_evaluation, read_interval, read_period
from service.ogc.tiles.archives import archived
from service.ogc.tiles.layers import layer_of
from service.ogc.views import viewing

_DIGEST_BYTES = 12
_MAKING = ThreadPoolExecutor(1, "tiles")
"""One tile at a time, all in one thread: several at once only pass the interpreter to each other, and every
thread has to get its own memory from the system first."""


@dataclass(frozen=True)
class _Made:
    """A tile's bytes and what tells them from any others."""

    content: bytes
    digest: str

    @property
    def nbytes(self) -> int:
        return len(self.content)


def tile(
    request: Request, collection: Collection, matrix_set: MatrixSet, matrix: str, row: str, column: str
) -> Response:
    """Answer one tile; 204 where there is nothing, 404 outside the tile matrix set.

    The entity tag is made of the tile's own bytes: it stays while other tiles change.
    """
    media_type = choose(request, MVT)
    wanted = _tile(matrix_set, matrix, row, column)
    asked = read_evaluation(request), read_period(request), read_interval(request)
    with viewing(request) as view:
        edition = view.edition(collection, *asked)
        content = archived(request, view, collection, edition, matrix_set, wanted)
        if content is not None:
            made = _made(content)
        else:
            layer = layer_of(request, view, collection, matrix_set, edition)
            made = view.keep(("tile", layer.key(wanted)), lambda: _made_of(layer, wanted))
    tag = etag(request, media_type, made.digest)
    if (unchanged := not_modified(request, tag)) is not None:
        return unchanged
    return answer(request, made.content, media_type, tag=tag) if made.content else nothing(tag)


def _made_of(layer: TileLayer, tile: Tile) -> _Made:
    return _MAKING.submit(lambda: _made(tile_bytes(layer, tile))).result()


def _made(content: bytes) -> _Made:
    return _Made(content, hashlib.blake2b(content, digest_size=_DIGEST_BYTES).hexdigest())


def _tile(matrix_set: MatrixSet, matrix: str, row: str, column: str) -> Tile:
    numbers = []
    for name, text in (("tileMatrix", matrix), ("tileRow", row), ("tileCol", column)):
        if not re.fullmatch("[0-9]{1,9}", text):
            raise InvalidParameter(
                f"{name} takes a whole number.", f"{name} 需要整数。", place=f"path parameter {name}"
            )
        numbers.append(int(text))
    wanted = Tile(*numbers)
    if not matrix_set.has(wanted):
        finest, rows, columns = matrix_set.finest, matrix_set.rows, matrix_set.columns
        raise NotFound(
            "The tile lies outside the tile matrix set.",
            "瓦片编号超出范围。",
            code="tile-outside",
            place="path",
            action=f"Matrices go from 0 to {finest}, rows from 0 to {rows} × 2^matrix - 1, "
            f"columns from 0 to {columns} × 2^matrix - 1.",
        )
    return wanted
