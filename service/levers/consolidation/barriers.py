"""Barriers (阻隔) between parcels: rivers, railways and whatever else parts what is near on the map.

Two parcels that touch or are within the distance are joined when a connection between their outlines,
straight and no longer than the distance, keeps clear of every barrier. Connections are tried from points of
both outlines, each the shortest to the other outline: from every corner, and between corners at equal steps
of no more than `Barriers.step_m`; and the shortest of all. A railway along the whole side that two parcels
face each other with parts them; one that ends half-way does not, nor does one that only meets a corner. A
barrier along a shared boundary parts what touches. A barrier within a parcel does not part that parcel from
its neighbours.

Connections do not depend on the distance or on barriers, so a barrier more never joins and a larger distance
never parts.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]
Places = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

TOUCHING_M = 0.02
"""How far what touches may gape in the plane: so far bends an edge of a kilometre, straight in degrees.

As far as that around its line a barrier is one.
"""


_AT_ONCE = 2_000
"""Pairs whose outlines are followed together."""


class Barriers:
    """Barriers in a plane, ready to be looked up: their edges in a tree, and the areas among them."""

    def __init__(self, metres: Geometries, step_m: float) -> None:
        """Take lines and polygons in metres; ``step_m`` is between points of an outline that are tried."""
        self.step_m = step_m
        there = metres[~(shapely.is_missing(metres) | shapely.is_empty(metres))]
        parts = shapely.get_parts(there)
        areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        self._areas: Geometries = parts[areal]
        shapely.prepare(self._areas)
        self._boxes = shapely.bounds(self._areas)
        self._edges = _edges(np.concatenate((parts[~areal], shapely.get_rings(self._areas))))
        self._tree = shapely.STRtree(self._edges)

    def part(self, metres: Geometries, left: Places, right: Places, reach_m: float) -> Marks:
        """Return of every pair of outlines, no more than ``reach_m`` apart, whether barriers part it."""
        parted = np.zeros(len(left), dtype=bool)
        if not len(self._edges):
            return parted
        boxes = _between(metres, left, right, reach_m)
        pair, edge = self._tree.query(boxes)
        centres = shapely.get_coordinates(shapely.centroid(boxes))
        # a box that meets no edge is inside an area as a whole or outside of it
        concerned = np.union1d(np.unique(pair), np.flatnonzero(self._within(centres)))
        if not concerned.size:
            return parted
        near = np.full(len(concerned), shapely.MultiLineString(), dtype=object)
        order = np.argsort(pair, kind="stable")
        met, nth = np.unique(pair[order], return_inverse=True)
        near[np.searchsorted(concerned, met)] = shapely.multilinestrings(
            self._edges[edge[order]], indices=nth
        )
        one, other = metres[left[concerned]], metres[right[concerned]]
        nearest = shapely.shortest_line(one, other)
        shut = shapely.dwithin(nearest, near, TOUCHING_M)
        shut |= self._within(shapely.get_coordinates(shapely.get_point(nearest, 0)))
        unsure = np.flatnonzero(shut)
        for some in np.array_split(unsure, len(unsure) // _AT_ONCE + 1):
            shut[some] = ~(
                self._see(one[some], other[some], near[some], reach_m)
                | self._see(other[some], one[some], near[some], reach_m)
            )
        parted[concerned] = shut
        return parted

    def _see(self, from_: Geometries, to: Geometries, near: Geometries, reach_m: float) -> Marks:
        """Return of every pair of outlines whether a connection from a point of the one is free."""
        places, pair = _points(from_, self.step_m)
        edges = shapely.bounds(to)[pair]
        around = (places >= edges[:, :2] - reach_m).all(axis=1) & (places <= edges[:, 2:] + reach_m).all(
            axis=1
        )
        places, pair = places[around], pair[around]
        points = shapely.points(places)
        reached = shapely.dwithin(points, to[pair], reach_m)
        reached[reached] = ~self._within(places[reached])
        points, pair = points[reached], pair[reached]
        free = ~shapely.dwithin(shapely.shortest_line(points, to[pair]), near[pair], TOUCHING_M)
        return np.bincount(pair[free], minlength=len(from_)) > 0

    def _within(self, points: npt.NDArray[np.float64]) -> Marks:
        """Return of points (n, 2) whether they are in an area."""
        found = np.zeros(len(points), dtype=bool)
        if not len(self._areas) or not len(points):
            return found
        x, y = np.ascontiguousarray(points.T)
        for area, (west, south, east, north) in zip(self._areas, self._boxes.tolist(), strict=True):
            if west > x.max() or east < x.min() or south > y.max() or north < y.min():
                continue
            inside = np.flatnonzero((x >= west) & (x <= east) & (y >= south) & (y <= north))
            if inside.size:
                found[inside] |= shapely.intersects_xy(area, x[inside], y[inside])
        return found


def _edges(lines: Geometries) -> Geometries:
    """Return every edge of lines as a line of its own."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    found: Geometries = shapely.linestrings(np.stack((points[follows], points[follows + 1]), axis=1))
    return found


def _between(metres: Geometries, left: Places, right: Places, reach_m: float) -> Geometries:
    """Return for every pair the box that holds all connections: they are within the reach of both.

    It has no less than the room that a barrier takes, where what touches leaves none.
    """
    edges = shapely.bounds(metres)
    one, other = edges[left], edges[right]
    margin = reach_m + TOUCHING_M
    low = np.maximum(one[:, :2], other[:, :2]) - margin
    high = np.minimum(one[:, 2:], other[:, 2:]) + margin
    found: Geometries = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    return found


def _points(outlines: Geometries, step_m: float) -> tuple[npt.NDArray[np.float64], Places]:
    """Return the corners (n, 2) of outlines with points between them at equal steps, and whose they are."""
    polygons, outline = shapely.get_parts(outlines, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    follows = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = points[follows], points[follows + 1]
    steps = np.maximum(np.ceil(np.hypot(*(end - start).T) / step_m), 1).astype(np.int64)
    nth = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
    share = (nth / np.repeat(steps, steps))[:, np.newaxis]
    found = np.repeat(start, steps, axis=0) * (1 - share) + np.repeat(end, steps, axis=0) * share
    return found, np.repeat(outline[polygon[ring[follows]]], steps)
