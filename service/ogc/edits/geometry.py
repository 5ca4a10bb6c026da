"""The geometry of a feature as somebody sent it: every fault has the JSON pointer of its place."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import shapely

from service.errors import InvalidParameter, Unprocessable

_LEAST = 4  # positions of a ring that encloses anything


def read_geometry(value: Any, pointer: str) -> shapely.Geometry:
    """Return a Polygon or MultiPolygon of GeoJSON; heights are left out.

    Raises `InvalidParameter` for what is no geometry, `Unprocessable` for one that is no outline of a parcel.
    Whether it crosses itself, and where on earth it lies, is for the rules of the feed.
    """
    if not isinstance(value, dict):
        raise _bad("A geometry is an object with type and coordinates.", "图形应为对象。", pointer)
    kind = value.get("type")
    if not isinstance(kind, str):
        raise _bad("A geometry has a type.", "图形缺少 type。", f"{pointer}/type")
    if kind not in ("Polygon", "MultiPolygon"):
        raise Unprocessable(
            f"A parcel is a Polygon or MultiPolygon, not {kind[:40]!r}.",
            "宗地图形应为 Polygon 或 MultiPolygon。",
            code="not_a_polygon",
            place=f"{pointer}/type",
        )
    place = f"{pointer}/coordinates"
    coordinates = _array(value.get("coordinates"), place)
    if kind == "Polygon":
        return _polygon(coordinates, place) if coordinates else shapely.Polygon()
    return shapely.MultiPolygon([_polygon(each, at) for at, each in _arrays(coordinates, place)])


def _polygon(rings: Sequence[Any], place: str) -> shapely.Polygon:
    if not rings:
        raise _bad("A polygon has an outer ring.", "面缺少外环。", place)
    outer, *holes = (_ring(ring, at) for at, ring in _arrays(rings, place))
    return shapely.Polygon(outer, holes)


def _ring(positions: Sequence[Any], place: str) -> np.ndarray:
    """Return a ring as an array of x and y, without a loop in Python unless something is wrong."""
    if len(positions) < _LEAST:
        raise _bad(f"A ring has at least {_LEAST} positions.", "环的坐标点过少。", place)
    if set(map(type, positions)) != {list} or min(map(len, positions)) < 2:
        raise _position(positions, place)
    numbers = list(chain.from_iterable(position[:2] for position in positions))
    if not set(map(type, numbers)) <= {int, float}:
        raise _position(positions, place)
    try:
        points = np.array(numbers, dtype=float).reshape(-1, 2)
    except OverflowError:
        raise _position(positions, place) from None
    if (points[0] != points[-1]).any():
        raise _bad("A ring ends where it begins.", "环未闭合：首尾坐标不同。", place)
    return points


def _position(positions: Sequence[Any], place: str) -> InvalidParameter:
    """Return the fault of the first position that is none."""
    for number, position in enumerate(positions):
        fine = (
            isinstance(position, list)
            and len(position) >= 2
            and all(type(part) in (int, float) and abs(part) < 1e300 for part in position[:2])
        )
        if not fine:
            return _bad("A position is an array of numbers.", "坐标应为数值数组。", f"{place}/{number}")
    return _bad("A position is an array of numbers.", "坐标应为数值数组。", place)


def _arrays(values: Sequence[Any], place: str) -> Iterator[tuple[str, Sequence[Any]]]:
    for number, value in enumerate(values):
        at = f"{place}/{number}"
        yield at, _array(value, at)


def _array(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _bad("Coordinates are arrays within arrays.", "坐标应为嵌套数组。", place)
    return value


def _bad(detail: str, detail_zh: str, place: str) -> InvalidParameter:
    return InvalidParameter(detail, detail_zh, place=place)
