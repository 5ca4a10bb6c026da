"""Geometry literals of a filter: GeoJSON geometries and boxes, checked, as features are stored."""

import math
from typing import Any

import numpy as np
import orjson
import shapely

from service.features.crs import Crs, given_in, stored_from
from service.features.filters.limits import invalid

_LEVELS = {
    "Point": 0,
    "LineString": 1,
    "MultiPoint": 1,
    "Polygon": 2,
    "MultiLineString": 2,
    "MultiPolygon": 3,
}
_EDGE_PARTS = 20
_AS_DRAWN = 1e-6
"""How far, relative to the coordinate, a position may come back from degrees elsewhere than it was."""


def shape(tree: dict[str, Any], crs: Crs) -> shapely.Geometry:
    """Return the geometry of a GeoJSON object in a coordinate system, in longitude and latitude, flat.

    Raises `InvalidFilter` for what is no valid geometry or lies outside the coordinate system.
    """
    try:
        drawn = shapely.from_geojson(orjson.dumps(_flat(tree)))
    except shapely.errors.GEOSException as error:
        raise _refused(f"it cannot be built: {_sentence(error)}") from None
    if not shapely.is_valid(drawn):
        raise _refused(f"it is not valid: {shapely.is_valid_reason(drawn)}")
    return _stored(drawn, crs)


def box(edges: Any, crs: Crs) -> shapely.Geometry:
    """Return the box between two corners of two or three numbers each, axes in the order of the system.

    Across the antimeridian, the western edge greater than the eastern, it is two boxes.
    """
    if not isinstance(edges, list) or len(edges) not in (4, 6) or not all(_finite(edge) for edge in edges):
        raise invalid("BBOX takes four or six finite numbers.", "BBOX 需要 4 个或 6 个数值。")
    half = len(edges) // 2
    low, high = edges[:half], edges[half:]
    east = 1 if crs.north_first else 0
    north = 1 - east
    if low[north] > high[north] or (half == 3 and low[2] > high[2]):
        raise invalid("A lower edge of BBOX lies above the upper one.", "BBOX 的下边界大于上边界。")
    if low[east] <= high[east]:
        return _stored(_between(low, high), crs)
    if not crs.is_geographic:
        raise invalid("The western edge of BBOX lies east of the eastern one.", "BBOX 的西边界大于东边界。")
    before, behind = list(high), list(low)
    before[east], behind[east] = 180.0, -180.0
    return shapely.union(_stored(_between(low, before), crs), _stored(_between(behind, high), crs))


def _between(low: list[float], high: list[float]) -> shapely.Geometry:
    (a, b), (c, d) = low[:2], high[:2]
    if (a, b) == (c, d):
        return shapely.Point(a, b)
    if a == c or b == d:
        return shapely.LineString([(a, b), (c, d)])
    return shapely.box(a, b, c, d)


def _stored(drawn: shapely.Geometry, crs: Crs) -> shapely.Geometry:
    if not crs.is_geographic:
        # straight lines there are none in degrees
        west, south, east, north = drawn.bounds
        longest = max(east - west, north - south) / _EDGE_PARTS
        drawn = shapely.segmentize(drawn, longest) if longest > 0 else drawn
    stored = stored_from(drawn, crs)
    positions = shapely.get_coordinates(stored)
    inside = np.isfinite(positions).all() and (np.abs(positions) <= (180.0, 90.0)).all()
    if inside and not crs.is_geographic:
        # beyond its zone a projection may answer with a place somewhere else
        returned = given_in(np.array([stored], dtype=object), crs)
        there, back = shapely.get_coordinates(drawn), shapely.get_coordinates(returned)
        inside = there.shape == back.shape and np.allclose(there, back, rtol=_AS_DRAWN, atol=1.0)
    if not inside:
        raise invalid(
            "A geometry in the filter lies outside its coordinate system.",
            "过滤条件中的图形坐标超出坐标系范围。",
            f"Coordinates are read as {crs.uri}; name another with filter-crs. 坐标系可用 filter-crs 指定。",
        )
    return shapely.make_valid(stored) if not shapely.is_valid(stored) else stored


def _flat(tree: dict[str, Any]) -> dict[str, Any]:
    """Return the geometry with nothing but its type and positions of two finite numbers."""
    match tree:
        case {"type": "GeometryCollection", "geometries": [_, *_] as members}:
            return {"type": "GeometryCollection", "geometries": [_single(member) for member in members]}
    return _single(tree)


def _single(tree: Any) -> dict[str, Any]:
    match tree:
        case {"type": str(name), "coordinates": coordinates} if name in _LEVELS:
            return {"type": name, "coordinates": _positions(coordinates, _LEVELS[name])}
    raise _refused("it is no GeoJSON geometry")


def _positions(coordinates: Any, levels: int) -> list[Any]:
    if not isinstance(coordinates, list) or not coordinates:
        raise _refused("coordinates are missing")
    if levels:
        return [_positions(each, levels - 1) for each in coordinates]
    if not 2 <= len(coordinates) <= 4 or not all(_finite(number) for number in coordinates):
        raise _refused("a position is two or three finite numbers")
    return coordinates[:2]


def _finite(number: Any) -> bool:
    return isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)


def _refused(why: str) -> Exception:
    return invalid(f"A geometry in the filter cannot be used: {why}.", "过滤条件中的图形无效。")


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
