"""Longitude and latitude to polygons on a vector tile's integer grid: project, clip, simplify, snap, orient.

All steps work on whole arrays in Shapely and numpy, so both databases share them. Longitudes and latitudes of
CGCS2000 are taken as WGS 84 (they agree to decimetres, far below a pixel) and projected on a sphere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from service.ogc.tiles.matrix_sets import Tile

EXTENT = 4096
"""Grid units along a tile's side."""

BUFFER = 64
"""Units kept around the tile, so that outlines are not drawn along its edges."""

_TOLERANCE, _SPACING = 0.5, 8
_POLYGON, _MULTI = 3, (6, 7)
Geometries = npt.NDArray[Any]


@dataclass(frozen=True)
class GridPolygons:
    """Rings in tile units, y downward; exteriors have a positive area by the surveyor's formula, holes not.

    ``vertices`` (n, 2) int64 without closing vertices; ``rings`` (r,) vertices per ring, holes after their
    exterior; ``feature`` (r,) which input geometry a ring belongs to, ascending.
    """

    vertices: npt.NDArray[np.int64]
    rings: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int64]


def to_grid(geometries: Geometries, tile: Tile) -> GridPolygons:
    """Return what of the polygons lies on the tile and is larger than its grid."""
    feature = np.arange(len(geometries))
    geometries = shapely.transform(geometries, lambda lonlat: _tile_units(lonlat, tile))
    west, north, east, south = shapely.bounds(geometries).T
    low, high = -BUFFER, EXTENT + BUFFER
    seen = (np.maximum(east - west, south - north) >= 1) & (east > low) & (west < high)
    seen &= (south > low) & (north < high)
    crossing = seen & ((west < low) | (north < low) | (east > high) | (south > high))
    geometries[crossing] = shapely.clip_by_rect(geometries[crossing], low, low, high, high)

    polygons, part_of = _polygons(geometries[seen])
    # only where vertices lie so close that some must go
    dense = shapely.get_num_coordinates(polygons) * _SPACING > shapely.length(polygons)
    polygons[dense] = shapely.simplify(polygons[dense], _TOLERANCE, preserve_topology=False)
    simple, kept = _polygons(polygons)
    snapped, kept_again = _snap(simple)
    return _rings(snapped, feature[seen][part_of[kept[kept_again]]])


def _tile_units(lonlat: npt.NDArray[np.float64], tile: Tile) -> npt.NDArray[np.float64]:
    """Project to Web Mercator, in units of the tile from its upper left corner."""
    x = (lonlat[:, 0] + 180.0) / 360.0
    # the projection has no poles: its square ends at 85.0511…°, and so does every tile
    latitude = np.radians(np.clip(lonlat[:, 1], -89.0, 89.0))
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    upper_left = np.array([tile.column, tile.row], dtype=np.float64)
    return (np.column_stack([x, y]) * float(1 << tile.matrix) - upper_left) * EXTENT


def _polygons(geometries: Geometries) -> tuple[Geometries, npt.NDArray[np.int64]]:
    """Take collections apart: their non-empty polygons, and which geometry each came from."""
    parts, index = shapely.get_parts(geometries, return_index=True)
    if np.isin(shapely.get_type_id(parts), _MULTI).any():
        inner, inner_index = shapely.get_parts(parts, return_index=True)
        parts, index = inner, index[inner_index]
    areal = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    return parts[areal], index[areal]


def _snap(polygons: Geometries) -> tuple[Geometries, npt.NDArray[np.int64]]:
    """Round to the grid and keep every polygon valid; those that collapse are gone."""
    rounded = shapely.transform(polygons, np.rint)
    solid = np.flatnonzero(shapely.area(rounded) > 0)
    rounded = rounded[solid]
    broken = np.flatnonzero(~shapely.is_valid(rounded))
    if not broken.size:
        return rounded, solid
    # rounding made rings touch or cross: only these few pay for the slow, always valid way
    repaired, source = _polygons(shapely.set_precision(shapely.make_valid(polygons[solid[broken]]), 1.0))
    whole = np.setdiff1d(np.arange(len(rounded)), broken)
    order = np.argsort(np.concatenate([whole, broken[source]]), kind="stable")
    return (
        np.concatenate([rounded[whole], repaired])[order],
        solid[np.concatenate([whole, broken[source]])[order]],
    )


def _rings(polygons: Geometries, feature: npt.NDArray[np.int64]) -> GridPolygons:
    """Flatten valid polygons on the grid to rings, without closing and repeated vertices."""
    if not polygons.size:
        nothing = np.empty(0, dtype=np.int64)
        return GridPolygons(nothing.reshape(0, 2), nothing, nothing)
    _, coordinates, offsets = shapely.to_ragged_array(shapely.orient_polygons(polygons))
    vertices = coordinates.astype(np.int64)
    ring_starts, polygon_starts = offsets[0], offsets[1]
    repeated = np.zeros(len(vertices), dtype=bool)
    repeated[:-1] = (vertices[1:] == vertices[:-1]).all(axis=1)
    # a ring's last vertex closes it; it may equal the next ring's first by chance, and goes anyway
    repeated[ring_starts[1:] - 1] = True
    sizes = np.add.reduceat(~repeated, ring_starts[:-1], dtype=np.int64)
    return GridPolygons(vertices[~repeated], sizes, np.repeat(feature, np.diff(polygon_starts)))
