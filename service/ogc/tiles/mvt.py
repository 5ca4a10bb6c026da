"""Mapbox Vector Tile 2.1 encoder: polygons on the tile grid and columns of attributes in, one layer out.

Everything that grows with the number of vertices is done by numpy on the whole layer at once; Python only
joins the finished pieces of each feature. Specification: https://github.com/mapbox/vector-tile-spec (2.1).
"""

import itertools
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from service.ogc.tiles.grid import EXTENT, GridPolygons

Value = str | float | int | bool | None
_Unsigned = npt.NDArray[np.uint64]

_MOVE_TO_ONE = (1 << 3) | 1
_LINE_TO = 2
_CLOSE_PATH = (1 << 3) | 7
_TYPE_POLYGON = b"\x18\x03"
_HEAD = [[bytes((number << 3 | 2, size)) for size in range(128)] for number in range(5)]


def encode_layer(
    name: str, polygons: GridPolygons, ids: Sequence[int], columns: Mapping[str, Sequence[Value]]
) -> bytes:
    """Return a tile with one layer; empty bytes when no polygon is left on the grid.

    ``ids`` and every column are as long as the input the polygons were made of; ``polygons.feature`` says
    which of those each ring belongs to. A null attribute is left out of its feature: the format has no null.
    """
    if not polygons.rings.size:
        return b""
    shown, first_ring = np.unique(polygons.feature, return_index=True)
    geometries = _split(_commands(polygons, first_ring))
    tags, values = _attributes(shown, list(columns.values()))
    id_bytes = _split((np.asarray(ids, dtype=np.uint64)[shown], np.ones(len(shown), dtype=np.int64)))
    layer = [_field(1, name.encode())]
    layer.extend(
        _field(2, b"\x08" + id_ + _field(2, tag) + _TYPE_POLYGON + _field(4, geometry))
        for id_, tag, geometry in zip(id_bytes, tags, geometries, strict=True)
    )
    layer.extend(_field(3, key.encode()) for key in columns)
    layer.extend(_field(4, _value(value)) for value in values)
    layer.append(b"\x28" + _varint(EXTENT) + b"\x78\x02")
    return _field(3, b"".join(layer))


def _commands(polygons: GridPolygons, first_ring: npt.NDArray[np.int64]) -> tuple[_Unsigned, Any]:
    """Return the command integers of all features in a row and how many belong to each.

    A ring of n vertices is MoveTo, n - 1 × LineTo and ClosePath: 2n + 3 integers. The cursor stays on a
    ring's last vertex, so within a feature every vertex is told relative to the one before, in whatever ring.
    """
    sizes, vertices = polygons.rings, polygons.vertices
    starts = np.cumsum(sizes) - sizes
    step = np.diff(vertices, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    step[starts[first_ring]] = vertices[starts[first_ring]]
    zigzag = ((step << 1) ^ (step >> 63)).astype(np.uint64)

    length = 2 * sizes + 3
    begin = np.cumsum(length) - length
    nth = np.arange(len(vertices)) - np.repeat(starts, sizes)
    place = np.repeat(begin, sizes) + 1 + 2 * nth + (nth > 0)
    stream = np.empty(int(length.sum()), dtype=np.uint64)
    stream[begin] = _MOVE_TO_ONE
    stream[begin + 3] = ((sizes - 1) << 3) | _LINE_TO
    stream[begin + length - 1] = _CLOSE_PATH
    stream[place] = zigzag[:, 0]
    stream[place + 1] = zigzag[:, 1]
    return stream, np.add.reduceat(length, first_ring)


def _attributes(
    shown: npt.NDArray[np.int64], columns: Sequence[Sequence[Value]]
) -> tuple[list[bytes], list[Value]]:
    """Return each shown feature's tags (pairs of key and value numbers) and the table of values."""
    values: list[Value] = []
    pairs = np.zeros((len(shown), len(columns), 2), dtype=np.uint64)
    present = np.zeros((len(shown), len(columns)), dtype=bool)
    rows = shown.tolist()
    for key, column in enumerate(columns):
        # numbered per column: Python holds True, 1 and 1.0 for the same value, a tile does not
        seen: dict[Value, int] = {}
        number = [-1 if (value := column[row]) is None else seen.setdefault(value, len(seen)) for row in rows]
        numbers = np.asarray(number, dtype=np.int64)
        present[:, key] = numbers >= 0
        pairs[:, key, 0] = key
        pairs[:, key, 1] = (numbers + len(values)).astype(np.uint64)
        values.extend(seen)
    return _split((pairs[present].ravel(), 2 * present.sum(axis=1))), values


def _split(values_and_counts: tuple[_Unsigned, Any]) -> list[bytes]:
    """Encode all values as varints in one go and cut the bytes into pieces of so many values each."""
    values, counts = values_and_counts
    size = np.ones(len(values), dtype=np.int64)
    for bits in range(7, 64, 7):
        longer = values >= np.uint64(1 << bits)
        if not longer.any():
            break
        size += longer
    begin = np.cumsum(size) - size
    encoded = np.empty(int(size.sum()), dtype=np.uint8)
    for nth in range(int(size.max(initial=0))):
        has = size > nth
        seven = (values[has] >> np.uint64(7 * nth)) & np.uint64(0x7F)
        encoded[begin[has] + nth] = seven | np.where(size[has] > nth + 1, np.uint64(0x80), np.uint64(0))
    blob = encoded.tobytes()
    ends = np.append(begin, len(blob))[np.append(0, np.cumsum(counts))].tolist()
    return [blob[a:b] for a, b in itertools.pairwise(ends)]


def _value(value: Value) -> bytes:
    """Return the Value message of an attribute, typed as the attribute is."""
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, bool):
        return b"\x38\x01" if value else b"\x38\x00"
    if isinstance(value, int):
        return b"\x28" + _varint(value) if value >= 0 else b"\x30" + _varint((-value << 1) - 1)
    return b"\x19" + struct.pack("<d", value)


def _field(number: int, content: bytes) -> bytes:
    """Return a length-delimited protobuf field."""
    size = len(content)
    if size < 128:  # nearly always
        return _HEAD[number][size] + content
    return _HEAD[number][0][:1] + _varint(size) + content


def _varint(value: int) -> bytes:
    """Return one unsigned integer as a protobuf varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
