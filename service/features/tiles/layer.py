"""A table of features made ready for the tiles of a matrix set, and any tile of it as bytes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from service.features.table import FeatureTable, Rows
from service.features.tiles.columns import Column
from service.features.tiles.grid import BUFFER, EXTENT, in_units, to_grid
from service.features.tiles.labels import label_points
from service.features.tiles.matrix_sets import MatrixSet, Tile
from service.features.tiles.mvt import encode_layer
from service.features.tiles.shapes import POINTS, Shapes, merged

LABEL_FROM = 32
"""Grid units that a feature is long at least where it has a label: on less no letter can be read."""

_KEY_BYTES = 16


@dataclass(frozen=True, eq=False)
class Prepared:
    """The geometries of a table on the plane of a matrix set, for all its tiles and whoever looks.

    ``edges`` (4, n) least x, least y, greatest x, greatest y on the plane, NaN without a geometry; ``labels``
    (n, 2) where labels stand, NaN without; ``pointed`` (n,) where points are, which are never too small.
    """

    table: FeatureTable
    matrix_set: MatrixSet
    shapes: Shapes
    edges: npt.NDArray[np.float64]
    labels: npt.NDArray[np.float64]
    pointed: npt.NDArray[np.bool_]
    _columns: dict[str, Column] = field(default_factory=dict)

    @cached_property
    def nbytes(self) -> int:
        """About how many bytes it takes with all its columns, the table aside."""
        arrays = (self.edges, self.labels, self.pointed)
        properties = self.table.properties
        columns = 2 * properties.estimated_size() + 8 * properties.width * properties.height
        return int(self.shapes.nbytes + sum(each.nbytes for each in arrays) + columns)

    def column(self, name: str) -> Column:
        """Return a column of the table as tiles have it; made when it is asked for first."""
        known = self._columns.get(name)
        if known is None:
            known = self._columns[name] = Column.of(self.table.properties[name])
        return known

    def columns(self) -> dict[str, Column]:
        """Return the columns made so far, without values that no row has any more when they are many."""
        most = 2 * len(self.table)
        return {name: each for name, each in self._columns.copy().items() if len(each.values) <= most}

    def near(self, tile: Tile) -> Rows:
        """Return the rows whose envelope meets the tile or the margin around it."""
        side, margin = 2.0**tile.matrix, BUFFER / EXTENT
        left, top, right, bottom = self.edges
        columns = (left <= (tile.column + 1 + margin) / side) & (right >= (tile.column - margin) / side)
        rows = (top <= (tile.row + 1 + margin) / side) & (bottom >= (tile.row - margin) / side)
        return np.flatnonzero(columns & rows)

    def extents(self, rows: Rows, tile: Tile) -> npt.NDArray[np.float64]:
        """Return the longer side of each row's envelope in units of the tile."""
        left, top, right, bottom = self.edges[:, rows]
        longer: npt.NDArray[np.float64] = np.maximum(right - left, bottom - top) * 2.0**tile.matrix * EXTENT
        return longer


@dataclass(frozen=True, eq=False)
class TileLayer:
    """What tiles show: a layer ``name`` with ``columns``, and one of points with ``labels`` if any.

    Labels are on tiles of the matrix ``labels_from`` and finer: on others they would only be carried about.
    """

    name: str
    prepared: Prepared
    columns: Sequence[str]
    labels: Sequence[str] = ()
    labels_from: int = 0

    def key(self, tile: Tile) -> bytes:
        """Return what tells the content of a tile from any other: what is on it, and in which version."""
        table, rows = self.prepared.table, self.prepared.near(tile)
        told = (self.name, tuple(self.columns), tuple(self.labels), self.prepared.matrix_set.id, tile)
        digest = hashlib.blake2b(repr(told).encode(), digest_size=_KEY_BYTES)
        digest.update(table.ids[rows].tobytes())
        digest.update(table.versions[rows].tobytes())
        return digest.digest()


def label_layer(name: str) -> str:
    """Return the name of the layer of labels that goes with a layer."""
    return f"{name}_labels"


def prepare(table: FeatureTable, matrix_set: MatrixSet, before: Prepared | None = None) -> Prepared:
    """Return the table ready for tiles; what has not changed since ``before`` is taken over from there."""
    known = np.empty(0, dtype=np.int64)
    kept = np.zeros(len(table), dtype=bool)
    if before is not None and len(before.table) and len(table):
        known = np.minimum(np.searchsorted(before.table.ids, table.ids), len(before.table) - 1)
        kept = before.table.ids[known] == table.ids
        kept &= before.table.versions[known] == table.versions
    fresh = np.flatnonzero(~kept)
    geometries = table.geometries(fresh)
    made = _on_plane(Shapes.of(geometries), matrix_set)
    labels = np.full((len(table), 2), np.nan)
    labels[fresh] = matrix_set.plane(label_points(geometries))
    columns: dict[str, Column] = {}
    if before is not None and kept.any():
        old = before.shapes.take(known[kept])
        made = merged([old, made], [np.flatnonzero(kept), fresh], len(table))
        labels[kept] = before.labels[known[kept]]
        old_rows, places = known[kept], np.flatnonzero(kept)
        columns = {
            name: column.with_rows(old_rows, places, table.properties[name][fresh], fresh)
            for name, column in before.columns().items()
        }
    pointed = np.zeros(len(table), dtype=bool)
    pointed[made.feature[made.kinds == POINTS]] = True
    return Prepared(table, matrix_set, made, _edges(table, matrix_set), labels, pointed, columns)


def tile_bytes(layer: TileLayer, tile: Tile) -> bytes:
    """Return a Mapbox Vector Tile, the same bytes for the same features; empty where there is nothing."""
    prepared = layer.prepared
    rows = prepared.near(tile)
    extents = prepared.extents(rows, tile)
    shown = (extents >= 1) | prepared.pointed[rows]
    rows, extents = rows[shown], extents[shown]
    if not rows.size:
        return b""
    outlines = to_grid(prepared.shapes.take(rows), prepared.edges[:, rows], tile)
    content = _encoded(layer, layer.name, outlines, rows, layer.columns)
    if not layer.labels or tile.matrix < layer.labels_from:
        return content
    return content + _labels(layer, rows[extents >= LABEL_FROM], tile)


def _labels(layer: TileLayer, rows: Rows, tile: Tile) -> bytes:
    """Return the layer of labels whose place is on the tile itself, without a margin."""
    places = layer.prepared.labels[rows]
    own = (np.floor(places * 2.0**tile.matrix) == (tile.column, tile.row)).all(axis=1)
    if not own.any():
        return b""
    rows = rows[own]
    one = np.ones(len(rows), dtype=np.int64)
    points = Shapes(
        np.floor(in_units(places[own], tile)), one, np.full(len(rows), POINTS, dtype=np.int8), one
    )
    return _encoded(layer, label_layer(layer.name), points, rows, layer.labels)


def _encoded(layer: TileLayer, name: str, shapes: Shapes, rows: Rows, columns: Sequence[str]) -> bytes:
    prepared = layer.prepared
    named = {each: prepared.column(each) for each in columns}
    return encode_layer(name, shapes, prepared.table.ids[rows], named, rows)


def _on_plane(shapes: Shapes, matrix_set: MatrixSet) -> Shapes:
    return shapes.with_xy(matrix_set.plane(shapes.xy)).oriented()


def _edges(table: FeatureTable, matrix_set: MatrixSet) -> npt.NDArray[np.float64]:
    """Return the edges of every envelope on the plane: both axes grow or fall as degrees do."""
    west, south, east, north = table.bounds
    upper_left = matrix_set.plane(np.column_stack((west, north)))
    lower_right = matrix_set.plane(np.column_stack((east, south)))
    return np.ascontiguousarray(np.concatenate((upper_left.T, lower_right.T)))
