"""Mapbox Vector Tile 2.1 encoder: features on the tile grid and columns of attributes in, a layer out.

A feature is nothing but variable-length numbers, so all features of a layer are written as one row of numbers
and turned into bytes at once. Specification: https://github.com/mapbox/vector-tile-spec (2.1).
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.selectors as cs

from service.features.tiles.grid import EXTENT
from service.features.tiles.shapes import EXTERIOR, LINE, POINTS, Integers, Shapes, ranges

Unsigned = npt.NDArray[np.uint64]

_ONE = 1 << 3
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, _ONE | 7
_FEATURE, _ID, _TAGS, _TYPE, _GEOMETRY = 0x12, 0x08, 0x12, 0x18, 0x22
_SEVEN, _MORE = np.uint64(0x7F), np.uint64(0x80)
_VALUE, _TEXT, _DOUBLE, _UINT, _SINT, _BOOL = 0x22, 0x0A, 0x19, 0x28, 0x30, 0x38


def encode_layer(name: str, shapes: Shapes, ids: Integers, columns: pl.DataFrame) -> bytes:
    """Return a tile with one layer; empty bytes when nothing is left on the grid.

    ``ids`` and ``columns`` are as long as there are features in ``shapes``. A feature of several kinds is one
    of each kind with the same id: the format has no collections. A null attribute is left out of its feature:
    the format has no null. Layers one after the other are a tile of several layers.
    """
    if not len(shapes.sizes):
        return b""
    kinds = np.minimum(shapes.kinds, EXTERIOR).astype(np.int64)
    starts = np.flatnonzero(np.append(True, np.diff(shapes.feature * 4 + kinds) != 0))
    feature = shapes.feature[starts]
    geometry, geometry_length = _commands(shapes, starts)
    tags, tags_length, values = _attributes(columns[feature])
    body = _features(
        ids[feature].astype(np.uint64), kinds[starts] + 1, (tags, tags_length), (geometry, geometry_length)
    )
    keys = b"".join(_field(3, key.encode()) for key in columns.columns)
    layer = _field(1, name.encode()) + body + keys + values + b"\x28" + _varint(EXTENT) + b"\x78\x02"
    return _field(3, layer)


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
    message = _in_a_row(
        _same(_ID, ids, _TAGS, _lengths(*tags)),
        tags,
        _same(_TYPE, types, _GEOMETRY, _lengths(*geometry)),
        geometry,
    )
    return _varints(_in_a_row(_same(_FEATURE, _lengths(*message)), message)[0]).tobytes()


def _same(*numbers: int | npt.NDArray[Any]) -> tuple[Unsigned, Integers]:
    """Return numbers that every feature has as many of, in a row, and how many."""
    table = np.stack(np.broadcast_arrays(*numbers), axis=1).astype(np.uint64)
    return table.ravel(), np.full(len(table), len(numbers))


def _in_a_row(*parts: tuple[npt.NDArray[Any], Integers]) -> tuple[npt.NDArray[Any], Integers]:
    """Return for each feature its numbers of every part, one part after the other, and how many they are."""
    total = np.sum([count for _, count in parts], axis=0)
    at = np.cumsum(total) - total
    row = np.empty(int(total.sum()), dtype=parts[0][0].dtype)
    for numbers, count in parts:
        row[ranges(at, count)] = numbers
        at = at + count
    return row, total


def _lengths(numbers: Unsigned, counts: Integers) -> Unsigned:
    """Return how many bytes each feature's numbers take."""
    ends = np.append(0, np.cumsum(_sizes(numbers)))[np.append(0, np.cumsum(counts))]
    lengths: Unsigned = np.diff(ends).astype(np.uint64)
    return lengths


def _attributes(columns: pl.DataFrame) -> tuple[Unsigned, Integers, bytes]:
    """Return each feature's tags (pairs of key and value numbers), how many, and the table of values."""
    height, width = columns.shape
    pairs = np.zeros((height, width, 2), dtype=np.uint64)
    present = np.zeros((height, width), dtype=bool)
    texts = cs.date() | cs.datetime()
    columns = columns.with_columns(texts.cast(pl.String))
    # numbered per column: values of two types may be equal, and a tile holds them apart
    ranks = columns.with_columns(cs.boolean().cast(pl.UInt8)).select(pl.all().rank("dense").cast(pl.Int64))
    table, known = [], 0
    for key, (column, rank) in enumerate(zip(columns, ranks, strict=True)):
        number = rank.fill_null(0).to_numpy() - 1
        there = np.flatnonzero(number >= 0)
        first = np.empty(int(number.max(initial=-1)) + 1, dtype=np.int64)
        first[number[there]] = there
        present[:, key] = number >= 0
        pairs[:, key, 0] = key
        pairs[:, key, 1] = (number + known).astype(np.uint64)
        table.append(_values(column[first]))
        known += len(first)
    return pairs[present].ravel(), 2 * present.sum(axis=1), b"".join(table)


def _values(values: pl.Series) -> bytes:
    """Return the Value messages of a column without nulls, typed as the column is."""
    if not len(values):
        return b""
    if values.dtype == pl.String:
        return _texts(values)
    messages = np.zeros((len(values), 4), dtype=np.uint64)
    messages[:, 0] = _VALUE
    if values.dtype.is_float():
        doubles = np.empty((len(values), 11), dtype=np.uint8)
        doubles[:, :3] = (_VALUE, 9, _DOUBLE)
        doubles[:, 3:] = values.to_numpy().astype("<f8").view(np.uint8).reshape(-1, 8)
        return doubles.tobytes()
    numbers = values.cast(pl.Int64).to_numpy()
    messages[:, 2] = _BOOL if values.dtype == pl.Boolean else np.where(numbers < 0, _SINT, _UINT)
    messages[:, 3] = np.where(numbers < 0, (numbers << 1) ^ (numbers >> 63), numbers).astype(np.uint64)
    messages[:, 1] = 1 + _sizes(messages[:, 3])
    return _varints(messages.ravel()).tobytes()


def _texts(values: pl.Series) -> bytes:
    """Return the Value messages of texts."""
    size = values.str.len_bytes().to_numpy().astype(np.uint64)
    inner = 1 + _sizes(size).astype(np.uint64) + size
    head = np.stack((np.full_like(size, _VALUE), inner, np.full_like(size, _TEXT), size), axis=1)
    length = _sizes(head.ravel()).reshape(-1, 4).sum(axis=1)
    letters = np.frombuffer("".join(values.to_list()).encode(), dtype=np.uint8)
    return _in_a_row((_varints(head.ravel()), length), (letters, size.astype(np.int64)))[0].tobytes()


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field."""
    size = len(content)
    if size < 128:  # nearly always
        return bytes((number << 3 | 2, size)) + content
    return bytes((number << 3 | 2,)) + _varint(size) + content


def _varint(value: int) -> bytes:
    """Return one unsigned integer as a protobuf varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _sizes(numbers: Unsigned) -> Integers:
    """Return how many bytes each number takes as a varint."""
    size = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 64, 7):
        longer = numbers >= np.uint64(1 << bits)
        if not longer.any():
            break
        size += longer
    return size


def _varints(numbers: Unsigned) -> npt.NDArray[np.uint8]:
    """Return all numbers as varints, one after the other."""
    size = _sizes(numbers)
    begin = np.cumsum(size) - size
    encoded = np.empty(int(size.sum()), dtype=np.uint8)
    more = np.arange(len(numbers))
    encoded[begin] = (numbers & _SEVEN) | np.where(size > 1, _MORE, np.uint64(0))
    for nth in range(1, int(size.max(initial=0))):
        more = more[size[more] > nth]
        seven = (numbers[more] >> np.uint64(7 * nth)) & _SEVEN
        encoded[begin[more] + nth] = seven | np.where(size[more] > nth + 1, _MORE, np.uint64(0))
    return encoded
