"""Coordinate systems (坐标系) in which features are given and asked for: URIs, axes, transformations.

Features lie in longitude and latitude of CGCS2000 (EPSG:4490). OGC:CRS84 and EPSG:4326 take the same numbers:
the two realisations agree to decimetres, and PROJ's own transformation between them changes nothing.
Source: EPSG registry as PROJ carries it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from service.errors import InvalidParameter
from service.features.table import Box

Geometries = npt.NDArray[Any]
_STORED = 4490
_SAME = {4490, 4326}
_EDGE_POINTS = 21
_NEAR = (60.0, 150.0)
"""Longitudes that every zone has: one ends 90° from its meridian, and those are 75° to 135°."""


@dataclass(frozen=True)
class Crs:
    """A coordinate system by its URI; ``epsg`` of OGC:CRS84 is that of WGS 84, with longitude first."""

    uri: str
    epsg: int
    title: str

    @cached_property
    def north_first(self) -> bool:
        """Whether the authority names latitude or northing first."""
        if self is CRS84:
            return False
        return CRS.from_epsg(self.epsg).axis_info[0].direction.lower() == "north"

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return self.epsg in _SAME

    @property
    def decimals(self) -> int:
        """How many decimals make a centimetre or less."""
        return 7 if self.is_geographic else 3


def _epsg(code: int, title: str) -> Crs:
    return Crs(f"http://www.opengis.net/def/crs/EPSG/0/{code}", code, title)


CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "WGS 84 longitude-latitude")

STORED = _epsg(_STORED, "CGCS2000 国家大地坐标系")
"""How features are stored, with latitude first as the authority has it."""

SUPPORTED = (
    CRS84,
    STORED,
    _epsg(4326, "WGS 84"),
    _epsg(3857, "Web Mercator"),
    *(
        _epsg(4534 + zone, f"CGCS2000 3° GK {75 + 3 * zone}°E 三度带，中央经线 {75 + 3 * zone}°")
        for zone in range(21)
    ),
    *(_epsg(4513 + zone, f"CGCS2000 3° GK zone {25 + zone} 三度带第 {25 + zone} 带") for zone in range(21)),
)
"""Every coordinate system served, OGC:CRS84 first."""

_BY_URI = {each.uri: each for each in SUPPORTED}


def find_crs(uri: str, place: str) -> Crs:
    """Return the coordinate system of a URI; raises `InvalidParameter` for one that is not served.

    ``place`` is where the request names it.
    """
    found = _BY_URI.get(uri.strip().removeprefix("<").removesuffix(">"))
    if found is None:
        raise InvalidParameter(
            f"The coordinate system {uri[:100]!r} is not served.",
            "不支持该坐标系。",
            code="unsupported-crs",
            place=place,
            action="Use one of the URIs under crs in the collection. 请使用数据集 crs 列出的坐标系。",
        )
    return found


def given_in(geometries: Geometries, crs: Crs) -> Geometries:
    """Return stored geometries in a coordinate system, axes as its authority orders them, not rounded.

    None for one that has no place there, as a pole has none in Web Mercator.
    """
    if crs.is_geographic and not crs.north_first:
        return geometries
    forward = _transformer(crs.epsg)

    def change(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        first, second = points.T if forward is None else forward.transform(*points.T)
        return np.column_stack((second, first) if crs.north_first else (first, second))

    changed: Geometries = shapely.transform(geometries, change)
    changed[~np.isfinite(shapely.bounds(changed)).all(axis=1) & ~shapely.is_empty(changed)] = None
    return changed


def all_have_a_place(bounds: npt.NDArray[np.float64], crs: Crs) -> bool:
    """Tell whether features with these bounds surely lie somewhere in a coordinate system.

    ``bounds`` has rows west, south, east, north in degrees; what is empty is passed over.
    """
    if crs.is_geographic:
        return True
    low, high = _NEAR
    return not ((bounds[0] < low) | (bounds[2] > high)).any()


def stored_from(geometries: Geometries, crs: Crs) -> Geometries:
    """Return geometries as they are stored: longitude and latitude; what has no place there is infinite."""
    if crs.is_geographic and not crs.north_first:
        return geometries
    forward = _transformer(crs.epsg)

    def change(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        first, second = points.T[::-1] if crs.north_first else points.T
        if forward is not None:
            first, second = forward.transform(first, second, direction="INVERSE")
        return np.column_stack((first, second))

    changed: Geometries = shapely.transform(geometries, change)
    return changed


def stored_box(edges: Sequence[float], crs: Crs) -> Box:
    """Return the box in degrees, longitude first, around a box whose edges are in a coordinate system.

    ``edges`` are lower and upper corner, axes as the authority orders them. Of a projected box the edges are
    followed, as they are no lines of longitude and latitude.
    """
    a, b, c, d = edges
    low_x, low_y, high_x, high_y = (b, a, d, c) if crs.north_first else (a, b, c, d)
    forward = _transformer(crs.epsg)
    if forward is None:
        return low_x, low_y, high_x, high_y
    side = np.linspace(0.0, 1.0, _EDGE_POINTS)
    x, y = low_x + (high_x - low_x) * side, low_y + (high_y - low_y) * side
    xs = np.concatenate((x, x, np.full_like(y, low_x), np.full_like(y, high_x)))
    ys = np.concatenate((np.full_like(x, low_y), np.full_like(x, high_y), y, y))
    longitudes, latitudes = forward.transform(xs, ys, direction="INVERSE")
    return (
        float(longitudes.min()),
        float(latitudes.min()),
        float(longitudes.max()),
        float(latitudes.max()),
    )


@lru_cache
def _transformer(epsg: int) -> Transformer | None:
    """Return the way from longitude and latitude as stored, x first; None where the numbers are the same."""
    if epsg in _SAME:
        return None
    return Transformer.from_crs(_STORED, epsg, always_xy=True)
