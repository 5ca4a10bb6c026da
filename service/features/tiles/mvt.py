"""Mapbox Vector Tile 2.1 encoder: features on the tile grid and columns of attributes in, a layer out.

A feature is nothing but variable-length numbers, so all features of a layer are written as one row of numbers
and turned into bytes at once. Specification: https://github.com/mapbox/vector-tile-spec (2.1).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from service.features.tiles.columns import Column
from service.features.tiles.grid import EXTENT
from service.features.tiles.shapes import EXTERIOR, LINE, POINTS, Integers, Shapes
from service.features.tiles.varints import Unsigned, in_a_row, lengths, sizes, varint, varints

_ONE = 1 << 3
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, _ONE | 7
_FEATURE, _ID, _TAGS, _TYPE, _GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22
_LAYER, _NAME, _KEY = 0x1A, 0x0A, 0x1A
_EXTENT_AND_VERSION = b"\x28" + varint(EXTENT) + b"\x78\x02"


def encode_layer(
    name: str, shapes: Shapes, ids: Integers, columns: Mapping[str, Column], rows: Integers
) -> bytes:
    """Return a tile with one layer; empty bytes when nothing is left on the grid.

    ``ids`` and ``rows``, the features' rows in the columns, are as long as there are features in ``shapes``.
    A feature of several kinds is one of each kind with the same id: the format has no collections. A null
    attribute is left out of its feature: the format has no null. Layers one after the other are a tile of
    several layers.
    """
    if not len(shapes.sizes):
        return b""
    kinds = np.minimum(shapes.kinds, EXTERIOR).astype(np.int64)
    starts = np.flatnonzero(np.append(True, np.diff(shapes.feature * 4 + kinds) != 0))
    feature = shapes.feature[starts]
    tags, values = _attributes(columns, rows[feature])
    body = _features(ids[feature].astype(np.uint64), kinds[starts] + 1, tags, _commands(shapes, starts))
    keys = b"".join(_field(_KEY, key.encode()) for key in columns)
    return _field(_LAYER, _field(_NAME, name.encode()) + body + keys + values + _EXTENT_AND_VERSION)


def _commands(shapes: Shapes, starts: Integers) -> tuple[Unsigned, Integers]:
    """Return the command integers of all features in a row and how many belong to each.

    A ring of n vertices is MoveTo, n - 1 × LineTo and ClosePath: 2n + 3 integers; a line is the same without
    the last; n points are n × MoveTo. The cursor stays on a piece's last vertex, so within a feature every
    vertex is told relative to the one before, in whatever piece.
    """
    sizes, kinds, xy = shapes.sizes, shapes.kinds, shapes.xy.astype(np.int64)
    first = shapes.first_vertex
    step = np.diff(xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    step[first[starts]] = xy[first[starts]]
    zigzag = ((step << 1) ^ (step >> 63)).astype(np.uint64)

    points, rings = kinds == POINTS, kinds >= EXTERIOR
    length = 2 * sizes + 1 + (kinds >= LINE) + rings
    begin = np.cumsum(length) - length
    nth = np.arange(len(xy)) - np.repeat(first, sizes)
    place = np.repeat(begin + 1, sizes) + 2 * nth + ((nth > 0) & ~np.repeat(points, sizes))
    stream = np.empty(int(length.sum()), dtype=np.uint64)
    stream[begin] = np.where(points, sizes, 1) << 3 | _MOVE_TO
    stream[begin[~points] + 3] = (sizes[~points] - 1) << 3 | _LINE_TO
    stream[(begin + length - 1)[rings]] = _CLOSE_PATH
    stream[place] = zigzag[:, 0]
    stream[place + 1] = zigzag[:, 1]
    return stream, np.add.reduceat(length, starts)


def _features(
    ids: Unsigned, types: Integers, tags: tuple[Unsigned, Integers], geometry: tuple[Unsigned, Integers]
) -> bytes:
    """Return every Feature message, each as the row of numbers that it is."""
    of_tags, of_geometry = (lengths(*part).astype(np.uint64) for part in (tags, geometry))
    # the numbers named below take a byte each
    inside = sizes(ids) + sizes(of_tags) + sizes(of_geometry) + 5
    message = inside.astype(np.uint64) + of_tags + of_geometry
    row, _ = in_a_row(
        _same(_FEATURE, message, _ID, ids, _TAGS, of_tags),
        tags,
        _same(_TYPE, types, _GEOMETRY, of_geometry),
        geometry,
    )
    return varints(row).tobytes()


def _same(*numbers: int | npt.NDArray[np.uint64] | Integers) -> tuple[Unsigned, Integers]:
    """Return numbers that every feature has as many of, in a row, and how many."""
    size = max(len(each) for each in numbers if not isinstance(each, int))
    table = np.empty((size, len(numbers)), dtype=np.uint64)
    for place, each in enumerate(numbers):
        table[:, place] = each
    return table.ravel(), np.full(size, len(numbers))


def _attributes(columns: Mapping[str, Column], rows: Integers) -> tuple[tuple[Unsigned, Integers], bytes]:
    """Return each feature's tags (pairs of key and value numbers), how many, and the table of values."""
    pairs = np.zeros((len(rows), len(columns), 2), dtype=np.uint64)
    present = np.zeros((len(rows), len(columns)), dtype=bool)
    table, known = [], 0
    # numbered per column: values of two types may be equal, and a tile holds them apart
    for key, column in enumerate(columns.values()):
        number, count, messages = column.among(rows)
        present[:, key] = number >= 0
        pairs[:, key, 0] = key
        pairs[:, key, 1] = (number + known).astype(np.uint64)
        table.append(messages.tobytes())
        known += count
    return (pairs[present].ravel(), 2 * present.sum(axis=1)), b"".join(table)


def _field(head: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field."""
    return bytes((head,)) + varint(len(content)) + content
