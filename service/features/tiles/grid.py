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


def to_grid(shapes: Shapes, edges: npt.NDArray[np.float64], tile: Tile) -> Shapes:
    """Return what of features given on a matrix set's plane lies on the tile and is larger than its grid.

    ``edges`` (4, n) are least x and y, then greatest x and y of each feature there. The answer has whole
    numbers, a positive area of exteriors by the surveyor's formula (y downward) and a negative one of holes,
    no repeated vertices, and valid polygons. Features stay in their places, empty or not.
    """
    shapes = shapes.with_xy(in_units(shapes.xy, tile))
    if not len(shapes.xy):
        return shapes
    west, north = in_units(edges[:2].T, tile).T
    east, south = in_units(edges[2:].T, tile).T
    inside = (west >= _LOW) & (north >= _LOW) & (east <= _HIGH) & (south <= _HIGH)
    crossing = ~inside & (east > _LOW) & (west < _HIGH) & (south > _LOW) & (north < _HIGH)
    dense = _dense(shapes, np.maximum(east - west, south - north))
    plain = np.flatnonzero(inside & ~dense)
    rounded, broken = _rounded(shapes.take(plain))
    hard = np.union1d(np.flatnonzero((inside & dense) | crossing), plain[broken])
    if not hard.size:
        return merged([rounded], [plain], len(shapes))
    done = _worked_out(shapes.take(hard), crossing[hard], dense[hard])
    return merged([rounded, done], [plain, hard], len(shapes))


def _dense(shapes: Shapes, extents: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell of which features vertices lie so close that some must go."""
    # a line is at least as long as its envelope
    dense = (shapes.vertices > _FEW * shapes.counts) & (shapes.vertices * _SPACING > extents)
    rows = np.flatnonzero(dense)
    if rows.size:
        some = shapes.take(rows)
        step = some.xy[some.following] - some.xy
        length = np.bincount(np.repeat(some.feature, some.sizes), np.hypot(*step.T), len(some))
        dense[rows] = some.vertices * _SPACING > length
    return dense


def _rounded(shapes: Shapes) -> tuple[Shapes, Integers]:
    """Return features with their vertices on the grid, and which are not valid there and left out."""
    snapped = _without_repeats(shapes.with_xy(np.rint(shapes.xy)))
    areas, simple = _turning(snapped)
    rings = snapped.kinds >= EXTERIOR
    solid = ~rings | (areas != 0)
    # with an exterior go its holes
    solid &= solid[np.maximum.accumulate(np.where(snapped.kinds == HOLE, 0, np.arange(len(rings))))]
    turned = np.where(snapped.kinds == HOLE, areas > 0, areas < 0)
    unsure = solid & rings & (turned | ~simple | (snapped.kinds == HOLE))
    broken = _broken(snapped, solid, np.unique(snapped.feature[unsure]), snapped.feature[turned & unsure])
    kept = solid & ~np.isin(snapped.feature, broken) if broken.size else solid
    return (snapped if kept.all() else snapped.thinned(kept)), broken


def _broken(shapes: Shapes, solid: npt.NDArray[np.bool_], unsure: Integers, turned: Integers) -> Integers:
    """Return which of the unsure features have a polygon that is not valid, or has turned over."""
    if not unsure.size:
        return unsure
    polygons, feature = shapes.thinned(solid).take(unsure).polygons()
    return np.union1d(unsure[feature[~shapely.is_valid(polygons)]], turned)


def _without_repeats(shapes: Shapes) -> Shapes:
    """Leave out vertices that repeat the one before, of a ring also the first; and lines that are a point.

    Of a ring that is a point one vertex stays, so that its holes are known for its own.
    """
    repeated = (shapes.xy[shapes.following] == shapes.xy).all(axis=1)
    if not repeated.any():
        return shapes
    ends = shapes.first_vertex + shapes.sizes - 1
    whole = np.logical_and.reduceat(repeated, shapes.first_vertex)
    repeated[ends[(shapes.kinds <= LINE) | whole]] = False
    left = np.add.reduceat(~repeated, shapes.first_vertex, dtype=np.int64)
    return shapes.thinned((shapes.kinds != LINE) | (left > 1), ~repeated)


def _turning(shapes: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return twice the area of every piece by the surveyor's formula, and which are surely simple.

    Those are rings that turn left, once, around the mean of their vertices.
    """
    if not len(shapes.sizes):
        return np.empty(0), np.empty(0, dtype=bool)
    starts = shapes.first_vertex
    middle = np.add.reduceat(shapes.xy, starts) / shapes.sizes[:, np.newaxis]
    # a place between grid lines, on which the products below are exact
    x, y = (shapes.xy - np.repeat(np.rint(middle * 16) / 16, shapes.sizes, axis=0)).T
    cross = x * y[shapes.following] - y * x[shapes.following]
    upper = (y > 0) | ((y == 0) & (x > 0))
    rounds = np.add.reduceat(~upper & upper[shapes.following], starts, dtype=np.int64)
    areas: npt.NDArray[np.float64] = np.add.reduceat(cross, starts)
    return areas, np.logical_and.reduceat(cross > 0, starts) & (rounds == 1)


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
    return shapes.with_xy(xy).thinned(shapes.kinds == POINTS, within)


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
