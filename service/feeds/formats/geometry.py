"""The verdict on every geometry: a 2D MultiPolygon in CGCS2000 with its geodesic area, or held.

Where lines are taken too, they become MultiLineStrings, whose area is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from service.feeds.formats.crs import GEOD, Conversion

MAX_VERTICES = 2_000_000
"""Of one parcel: a boundary traced by machine may have a million, and checking it takes two seconds."""

_DECIMALS = 9  # of a degree: a tenth of a millimetre, so that the same file gives the same bytes everywhere
_LINES = (1, 5)
_POLYGONS = (3, 6)


@dataclass(slots=True)
class Judged:
    """Per feature: ``wkb`` (None when held), ``area`` in m², why it is held, what was repaired."""

    wkb: list[bytes | None]
    area: list[float]
    problem: list[tuple[str, str] | None]
    repaired: list[str | None] = field(default_factory=list)


class _Judging:
    def __init__(self, count: int) -> None:
        self.problem: list[tuple[str, str] | None] = [None] * count
        self.open = np.ones(count, dtype=bool)

    def hold(self, where: np.ndarray, reason: str, detail: str | Sequence[str]) -> None:
        """Hold the features of a mask that are still open."""
        for index in np.flatnonzero(where & self.open).tolist():
            self.problem[index] = (reason, detail if isinstance(detail, str) else detail[index])
        self.open &= ~where


def decode(wkb: np.ndarray) -> np.ndarray:
    """Return shapely geometries, None where there is none or it cannot be decoded."""
    with np.errstate(invalid="ignore"):
        return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)


def sample(geometries: np.ndarray) -> np.ndarray:
    """Return some finite coordinates of the layer, the outermost among them, to choose a path by."""
    with np.errstate(invalid="ignore"):
        bounds = shapely.bounds(geometries[~shapely.is_missing(geometries)])
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return np.empty((0, 2))
    corners = np.vstack((bounds[:, :2], bounds[:, 2:]))
    extremes = np.unique(np.concatenate((corners.argmin(axis=0), corners.argmax(axis=0), [0])))
    return np.asarray(corners[extremes], dtype=float)


def judge(
    wkb: np.ndarray,
    geometries: np.ndarray,
    conversion: Conversion | str,
    *,
    repair: bool,
    lines: bool = False,
) -> Judged:
    """Judge a layer.

    :param wkb: the geometries as read, None where a feature has none
    :param geometries: the same, decoded by `decode`
    :param conversion: the path to CGCS2000, or the sentence why there is none, which holds every feature
    :param repair: mend invalid geometries (their polygonal part) instead of holding them
    :param lines: take lines as well as polygons
    """
    count = len(wkb)
    judging = _Judging(count)
    absent = np.array([one is None for one in wkb], dtype=bool)
    judging.hold(absent, "geometry_missing", "The feature has no geometry.")
    judging.hold(shapely.is_missing(geometries), "geometry_unreadable", "The geometry cannot be decoded.")
    judging.hold(shapely.is_empty(geometries), "geometry_empty", "The geometry has no points.")
    kinds = shapely.get_type_id(geometries)
    names = [one.geom_type if one is not None else "" for one in geometries]
    if lines:
        judging.hold(~np.isin(kinds, (*_LINES, *_POLYGONS)), "not_a_line_or_polygon", names)
    else:
        judging.hold(~np.isin(kinds, _POLYGONS), "not_a_polygon", names)
    if isinstance(conversion, str):
        judging.hold(judging.open, "crs_not_transformable", conversion)
        return Judged([None] * count, [0.0] * count, judging.problem, [None] * count)
    vertices = shapely.get_num_coordinates(geometries)
    judging.hold(vertices > MAX_VERTICES, "too_many_vertices", [f"{n} vertices" for n in vertices])
    projected = _converted(geometries, conversion, judging)
    repaired = _check_validity(geometries, projected, judging, repair=repair)
    return _finished(projected, repaired, judging)


def _converted(geometries: np.ndarray, conversion: Conversion, judging: _Judging) -> np.ndarray:
    """Return the open geometries in CGCS2000, holding those that leave the CRS's range."""
    result = np.full(len(geometries), None, dtype=object)
    chosen = np.flatnonzero(judging.open)
    coordinates, owner = shapely.get_coordinates(geometries[chosen], return_index=True)
    lonlat = np.round(conversion.apply(coordinates), _DECIMALS) if len(coordinates) else coordinates
    outside = np.zeros(len(geometries), dtype=bool)
    outside[chosen[np.unique(owner[np.isnan(lonlat).any(axis=1)])]] = True
    judging.hold(outside, "coordinates_out_of_range", f"Coordinates outside {conversion.crs.name}.")
    inside = ~outside[chosen][owner] if len(owner) else np.zeros(0, dtype=bool)
    kept = chosen[~outside[chosen]]
    if len(kept):
        copies = np.array(geometries[kept], dtype=object)
        result[kept] = shapely.set_coordinates(copies, lonlat[inside])
    return result


def _check_validity(
    geometries: np.ndarray, projected: np.ndarray, judging: _Judging, *, repair: bool
) -> list[str | None]:
    """Hold invalid geometries, or mend them in place in ``projected``; return what was mended."""
    repaired: list[str | None] = [None] * len(projected)
    fine = shapely.is_valid(projected) & shapely.is_valid(geometries)
    for index in np.flatnonzero(judging.open & ~fine):
        # the reason in the file's own coordinates, where the place can be found again
        reason = str(shapely.is_valid_reason(geometries[index]))
        if reason == "Valid Geometry":
            reason = str(shapely.is_valid_reason(projected[index]))
        if repair:
            mended = shapely.make_valid(projected[index], method="structure", keep_collapsed=False)
            if mended.geom_type in ("Polygon", "MultiPolygon") and not mended.is_empty:
                before = abs(GEOD.geometry_area_perimeter(projected[index])[0])
                after = abs(GEOD.geometry_area_perimeter(shapely.orient_polygons(mended))[0])
                projected[index] = mended
                repaired[index] = f"{reason}; area {before:.2f} m² as handed over, {after:.2f} m² as repaired"
                continue
        only = np.zeros(len(projected), dtype=bool)
        only[index] = True
        judging.hold(only, "geometry_invalid", reason)
    west, _, east, _ = shapely.bounds(projected).T
    with np.errstate(invalid="ignore"):
        judging.hold(east - west > 180.0, "crosses_antimeridian", "Wider than half the globe.")
    return repaired


def _finished(projected: np.ndarray, repaired: list[str | None], judging: _Judging) -> Judged:
    wkb: list[bytes | None] = [None] * len(projected)
    areas = [0.0] * len(projected)
    chosen = np.flatnonzero(judging.open)
    oriented = shapely.orient_polygons(projected[chosen], exterior_cw=False)
    parts, owner = shapely.get_parts(oriented, return_index=True)
    shapes = np.empty(len(chosen), dtype=object)
    linear = np.isin(shapely.get_type_id(parts), _LINES)
    for some, made in ((linear, shapely.multilinestrings), (~linear, shapely.multipolygons)):
        if some.any():
            whose, nth = np.unique(owner[some], return_inverse=True)
            shapes[whose] = made(parts[some], indices=nth)
    parts, owner = parts[~linear], owner[~linear]
    measured = np.round(_geodesic_areas(parts, owner, len(chosen)), 2)
    for index, blob, area in zip(
        chosen.tolist(), shapely.to_wkb(shapes, byte_order=1), measured.tolist(), strict=True
    ):
        wkb[index], areas[index] = blob, area
    return Judged(wkb, areas, judging.problem, repaired)


def _geodesic_areas(parts: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """Return the area of each owner of oriented polygons in m²: holes run clockwise and count negative."""
    rings, part = shapely.get_rings(parts, return_index=True)
    ends = np.cumsum(shapely.get_num_coordinates(rings)).tolist()
    longitude, latitude = np.ascontiguousarray(shapely.get_coordinates(rings).T)
    areas = np.zeros(count)
    start = 0
    for end, whose in zip(ends, owner[part].tolist(), strict=True):
        areas[whose] += GEOD.polygon_area_perimeter(longitude[start:end], latitude[start:end])[0]
        start = end
    return areas
