"""Features on a vector tile's grid of whole numbers: clipped, simplified, snapped, and valid.

Most features lie within the tile and stay valid when their vertices are rounded, and that is decided for all
of them at once. Shapely gets the rest: what crosses the tile's edge, has more vertices than can be seen, or
has become invalid.
"""

import numpy as np
import numpy.typing as npt
import shapely

from service.features.tiles.matrix_sets import Tile
from service.features.tiles.shapes import (
    EXTERIOR,
    HOLE,
    LINE,
    POINTS,
    Geometries,
    Integers,
    Shapes,
    merged,
)

EXTENT = 4096
"""Grid units along a tile's side."""

BUFFER = 64
"""Units kept around the tile, so that outlines are not drawn along its edges."""

_LOW, _HIGH = -BUFFER, EXTENT + BUFFER
_TOLERANCE, _SPACING, _FEW = 0.5, 8, 6


def in_units(plane: npt.NDArray[np.float64], tile: Tile) -> npt.NDArray[np.float64]:
    """Return places on a matrix set's plane in units of the tile, from its upper left corner, y downward."""
    upper_left = np.array([tile.column, tile.row], dtype=np.float64)
    units: npt.NDArray[np.float64] = (plane * float(1 << tile.matrix) - upper_left) * EXTENT
    return units


def to_grid(shapes: Shapes, tile: Tile) -> Shapes:
    """Return what of features given on a matrix set's plane lies on the tile and is larger than its grid.

    Vertices are whole numbers; exteriors have a positive area by the surveyor's formula (y downward), holes a
    negative one; nothing is repeated; polygons are valid. Features stay in their places, empty or not.
    """
    shapes = shapes.with_xy(in_units(shapes.xy, tile))
    if not len(shapes.xy):
        return shapes
    west, north, east, south = _bounds(shapes)
    inside = (west >= _LOW) & (north >= _LOW) & (east <= _HIGH) & (south <= _HIGH)
    crossing = ~inside & (east > _LOW) & (west < _HIGH) & (south > _LOW) & (north < _HIGH)
    dense = _dense(shapes)
    plain = np.flatnonzero(inside & ~dense)
    rounded, broken = _rounded(shapes.take(plain))
    hard = np.union1d(np.flatnonzero((inside & dense) | crossing), plain[broken])
    if not hard.size:
        return merged([rounded], [plain], len(shapes))
    done = _worked_out(shapes.take(hard), crossing[hard], dense[hard])
    return merged([rounded, done], [plain, hard], len(shapes))


def _bounds(shapes: Shapes) -> npt.NDArray[np.float64]:
    """Return west, north, east, south of every feature, (4, n); of one without pieces the far side first."""
    found = np.full((4, len(shapes)), np.nan)
    there = np.flatnonzero(shapes.counts)
    starts = shapes.first_vertex[shapes.first_piece[there]]
    found[:2, there] = np.minimum.reduceat(shapes.xy, starts).T
    found[2:, there] = np.maximum.reduceat(shapes.xy, starts).T
    return found


def _dense(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Tell of which features vertices lie so close that some must go."""
    many = shapes.vertices > _FEW * shapes.counts
    if not many.any():
        return many
    step = shapes.xy[shapes.following] - shapes.xy
    length = np.bincount(np.repeat(shapes.feature, shapes.sizes), np.hypot(*step.T), len(shapes))
    dense: npt.NDArray[np.bool_] = many & (shapes.vertices * _SPACING > length)
    return dense


def _rounded(shapes: Shapes) -> tuple[Shapes, Integers]:
    """Return features with their vertices on the grid, and which are not valid there and left out."""
    snapped = _without_repeats(_without_specks(shapes.with_xy(np.rint(shapes.xy))))
    broken = _broken(snapped)
    if not broken.size:
        return snapped, broken
    whole = np.ones(len(snapped), dtype=bool)
    whole[broken] = False
    return snapped.thinned(np.ones(len(snapped.xy), dtype=bool), whole[snapped.feature]), broken


def _without_specks(shapes: Shapes) -> Shapes:
    """Leave out rings without an area, holes with their exterior."""
    solid = (shapes.kinds < EXTERIOR) | (shapes.doubled_areas() != 0)
    if solid.all():
        return shapes
    own = np.maximum.accumulate(np.where(shapes.kinds == HOLE, 0, np.arange(len(shapes.kinds))))
    return shapes.thinned(np.ones(len(shapes.xy), dtype=bool), solid & solid[own])


def _without_repeats(shapes: Shapes) -> Shapes:
    """Leave out vertices that repeat the one before, of a ring also the first; and lines that are a point."""
    repeated = (shapes.xy[shapes.following] == shapes.xy).all(axis=1)
    if not repeated.any():
        return shapes
    # of what does not close the last vertex stays, wherever it is
    ends = shapes.first_vertex + shapes.sizes - 1
    repeated[ends[shapes.kinds <= LINE]] = False
    left = np.add.reduceat(~repeated, shapes.first_vertex, dtype=np.int64)
    return shapes.thinned(~repeated, (shapes.kinds != LINE) | (left > 1))


def _broken(shapes: Shapes) -> Integers:
    """Return the features with a polygon that is not valid, or has turned over."""
    areas = shapes.doubled_areas()
    turned = ((areas < 0) & (shapes.kinds == EXTERIOR)) | ((areas > 0) & (shapes.kinds == HOLE))
    unsure = np.zeros(len(shapes), dtype=bool)
    unsure[shapes.feature[(shapes.kinds >= EXTERIOR) & ~_seen_whole(shapes)]] = True
    unsure[shapes.feature[shapes.kinds == HOLE]] = True
    rows = np.flatnonzero(unsure)
    if not rows.size:
        return rows
    polygons, feature = shapes.take(rows).polygons()
    return np.union1d(rows[feature[~shapely.is_valid(polygons)]], shapes.feature[turned])


def _seen_whole(shapes: Shapes) -> npt.NDArray[np.bool_]:
    """Tell which pieces turn left, once, around the mean of their vertices: rings that do so are simple."""
    if not len(shapes.sizes):
        return np.empty(0, dtype=bool)
    starts = shapes.first_vertex
    middle = np.add.reduceat(shapes.xy, starts) / shapes.sizes[:, np.newaxis]
    # a place between grid lines, on which the products below are exact
    middle = np.rint(middle * 16) / 16
    own = shapes.xy - np.repeat(middle, shapes.sizes, axis=0)
    after = own[shapes.following]
    onward = own[:, 0] * after[:, 1] - own[:, 1] * after[:, 0] > 0
    upper = (own[:, 1] > 0) | ((own[:, 1] == 0) & (own[:, 0] > 0))
    rounds = np.add.reduceat(~upper & upper[shapes.following], starts, dtype=np.int64)
    whole: npt.NDArray[np.bool_] = np.logical_and.reduceat(onward, starts) & (rounds == 1)
    return whole


def _worked_out(shapes: Shapes, crossing: npt.NDArray[np.bool_], dense: npt.NDArray[np.bool_]) -> Shapes:
    """Return features clipped where they cross, thinned where they are dense, and valid on the grid."""
    polygons, polygon_of = shapes.polygons()
    polygons, polygon_of = _clipped(polygons, polygon_of, crossing, dense)
    polygons, source = _snap(polygons)
    areas = Shapes.of(shapely.transform(polygons, np.rint)).oriented()
    lines, line_of = shapes.lines()
    lines, line_of = _clipped(lines, line_of, crossing, dense)
    paths = Shapes.of(lines)
    return merged(
        [
            _points(shapes),
            _without_repeats(paths.with_xy(np.rint(paths.xy))),
            _without_repeats(areas),
        ],
        [np.arange(len(shapes)), line_of, polygon_of[source]],
        len(shapes),
    )


def _points(shapes: Shapes) -> Shapes:
    """Return the points within the window."""
    xy = np.rint(shapes.xy)
    within = np.logical_and.reduce((xy >= _LOW) & (xy <= _HIGH), axis=1)
    return shapes.with_xy(xy).thinned(within, shapes.kinds == POINTS)


def _clipped(
    geometries: Geometries, feature: Integers, crossing: npt.NDArray[np.bool_], dense: npt.NDArray[np.bool_]
) -> tuple[Geometries, Integers]:
    """Return lines or polygons within the window, thinned, and which feature each is of."""
    if not geometries.size:
        return geometries, feature
    dimension = shapely.get_dimensions(geometries[0])
    cut = crossing[feature]
    geometries[cut] = shapely.clip_by_rect(geometries[cut], _LOW, _LOW, _HIGH, _HIGH)
    geometries, feature = _parts(geometries, feature, dimension)
    thin = dense[feature]
    geometries[thin] = shapely.simplify(geometries[thin], _TOLERANCE, preserve_topology=False)
    return _parts(geometries, feature, dimension)


def _parts(geometries: Geometries, feature: Integers, dimension: int) -> tuple[Geometries, Integers]:
    """Take collections apart: what of them has the dimension, and which feature it is of."""
    while shapely.get_num_geometries(geometries).max(initial=0) > 1 or np.any(
        shapely.get_type_id(geometries) > shapely.GeometryType.POLYGON
    ):
        geometries, inner = shapely.get_parts(geometries, return_index=True)
        feature = feature[inner]
    kept = (shapely.get_dimensions(geometries) == dimension) & ~shapely.is_empty(geometries)
    return geometries[kept], feature[kept]


def _snap(polygons: Geometries) -> tuple[Geometries, Integers]:
    """Round to the grid and keep every polygon valid; those that collapse are gone."""
    rounded = shapely.transform(polygons, np.rint)
    solid = np.flatnonzero(shapely.area(rounded) > 0)
    rounded = rounded[solid]
    broken = np.flatnonzero(~shapely.is_valid(rounded))
    if not broken.size:
        return rounded, solid
    # rounding made rings touch or cross: only these few pay for the slow, always valid way
    mended = shapely.set_precision(shapely.make_valid(polygons[solid[broken]]), 1.0)
    repaired, source = _parts(mended, broken, 2)
    whole = np.setdiff1d(np.arange(len(rounded)), broken)
    order = np.argsort(np.concatenate([whole, source]), kind="stable")
    return np.concatenate([rounded[whole], repaired])[order], solid[np.concatenate([whole, source])[order]]
