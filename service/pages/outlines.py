"""Outlines as a picture that is part of the page: a small map without script, tiles or another host."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_LONG_SIDE = 1000.0
_LOWEST = 320.0
_MARGIN = 12.0
_DEEP = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}

Geometry = Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """The paths of a picture (SVG ``d``), one per geometry, empty without one, and its width and height."""

    paths: list[str]
    width: float
    height: float


def picture(geometries: Iterable[Geometry | None]) -> Picture | None:
    """Return the outlines of GeoJSON geometries in degrees, north up and undistorted; None without any."""
    every = [list(_lines(geometry)) if geometry else [] for geometry in geometries]
    lines = [line for found in every for line in found]
    if not lines:
        return None
    (west, south), (east, north) = (edge(np.concatenate(lines), axis=0) for edge in (np.min, np.max))
    narrowing = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * narrowing, 1e-9), max(north - south, 1e-9)
    scale = (_LONG_SIDE - 2 * _MARGIN) / max(wide, high)
    height = max(high * scale + 2 * _MARGIN, _LOWEST)
    left, top = (_LONG_SIDE - wide * scale) / 2, (height - high * scale) / 2
    paths = []
    for found in every:
        path = []
        for line in found:
            x = (line[:, 0] - west) * narrowing * scale + left
            y = (north - line[:, 1]) * scale + top
            path.append(_path(np.column_stack((x, y))))
        paths.append("".join(path))
    return Picture(paths, _LONG_SIDE, round(height, 1))


def described(geometry: Geometry | None) -> dict[str, Any] | None:
    """Return what a geometry is in figures: its kind, parts, corners, and box in degrees."""
    lines = list(_lines(geometry)) if geometry else []
    if geometry is None or not lines:
        return None
    (west, south), (east, north) = (edge(np.concatenate(lines), axis=0) for edge in (np.min, np.max))
    parts = len(geometry["coordinates"]) if geometry["type"].startswith("Multi") else 1
    return {
        "type": geometry["type"],
        "parts": parts,
        "positions": sum(map(len, lines)),
        "bbox": [round(float(edge), 7) for edge in (west, south, east, north)],
    }


def _lines(geometry: Geometry) -> Iterable[Any]:
    """Yield the lines and rings of a geometry as (n, 2) arrays."""
    if geometry["type"] == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _lines(part)
        return
    depth = _DEEP[geometry["type"]]
    level: Sequence[Any] = [geometry["coordinates"]]
    for _ in range(depth - 1):
        level = [part for parts in level for part in parts]
    for line in [level] if depth == 0 else level:
        if len(line):
            yield np.asarray(line, dtype=np.float64)[:, :2]


def _path(points: Any) -> str:
    """Return a line as a path; corners that fall on the same tenth of a unit are drawn once."""
    points = np.round(points, 1)
    kept = points[np.append(True, np.any(np.diff(points, axis=0) != 0, axis=1))]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept.tolist()) + "Z"
