"""Geometries of any type as flat arrays of their pieces: points, lines and rings, many features at once.

Everything a tile needs is then a gather of numbers; Shapely's objects, at microseconds each, are made only of
what has to be clipped or repaired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

POINTS, LINE, EXTERIOR, HOLE = 0, 1, 2, 3
"""Kinds of pieces; a hole belongs to the exterior before it."""

_POINT, _COLLECTIONS = int(shapely.GeometryType.POINT), (4, 5, 6, 7)
_POLYGON = int(shapely.GeometryType.POLYGON)

Geometries = npt.NDArray[Any]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Shapes:
    """Pieces of features, feature by feature; those of a feature points first, then lines, then rings.

    ``xy`` (v, 2) vertices, rings without the closing one; ``sizes`` (p,) vertices of each piece; ``kinds``
    (p,); ``counts`` (n,) pieces of each feature. All points of a feature are one piece.
    """

    xy: npt.NDArray[np.float64]
    sizes: Integers
    kinds: npt.NDArray[np.int8]
    counts: Integers

    @classmethod
    def of(cls, geometries: Geometries) -> "Shapes":
        """Return geometries with collections taken apart; None and what is empty have no pieces."""
        parts, feature = _simple(geometries)
        types = shapely.get_type_id(parts)
        polygons = np.flatnonzero(types == _POLYGON)
        rings, polygon = shapely.get_rings(parts[polygons], return_index=True)
        first = np.ones(len(rings), dtype=bool)
        first[1:] = polygon[1:] != polygon[:-1]
        others = np.flatnonzero(types != _POLYGON)
        kinds = np.concatenate(
            (np.where(types[others] == _POINT, POINTS, LINE), np.where(first, EXTERIOR, HOLE))
        )
        of_feature = np.concatenate((feature[others], feature[polygons][polygon]))
        pieces = np.concatenate((parts[others], rings))

        order = np.argsort(of_feature * 4 + np.minimum(kinds, EXTERIOR), kind="stable")
        kinds, of_feature, pieces = kinds[order], of_feature[order], pieces[order]
        xy, piece_of = shapely.get_coordinates(pieces, return_index=True)
        sizes = np.bincount(piece_of, minlength=len(pieces))
        keep = np.ones(len(xy), dtype=bool)
        keep[np.cumsum(sizes)[kinds >= EXTERIOR] - 1] = False
        # points of one feature become one piece
        goes_on = np.zeros(len(kinds), dtype=bool)
        goes_on[1:] = (kinds[1:] == POINTS) & (kinds[:-1] == POINTS) & (of_feature[1:] == of_feature[:-1])
        starts = np.flatnonzero(~goes_on)
        sizes = sizes - (kinds >= EXTERIOR)
        return cls(
            xy[keep],
            np.add.reduceat(sizes, starts) if starts.size else sizes.astype(np.int64),
            kinds[starts].astype(np.int8),
            np.bincount(of_feature[starts], minlength=len(geometries)).astype(np.int64),
        )

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays take."""
        return self.xy.nbytes + self.sizes.nbytes + self.kinds.nbytes + self.counts.nbytes

    @cached_property
    def first_piece(self) -> Integers:
        """The first piece of each feature."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def first_vertex(self) -> Integers:
        """The first vertex of each piece."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def feature(self) -> Integers:
        """The feature of each piece."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def vertices(self) -> Integers:
        """How many vertices each feature has."""
        return np.bincount(self.feature, self.sizes, len(self.counts)).astype(np.int64)

    @cached_property
    def following(self) -> Integers:
        """The vertex after each, that after the last of a piece being its first."""
        after = np.arange(1, len(self.xy) + 1)
        there = self.sizes > 0
        after[(self.first_vertex + self.sizes - 1)[there]] = self.first_vertex[there]
        return after

    def take(self, features: Integers) -> "Shapes":
        """Return these features, in this order."""
        counts = self.counts[features]
        pieces = ranges(self.first_piece[features], counts)
        sizes = self.sizes[pieces]
        return Shapes(self.xy[ranges(self.first_vertex[pieces], sizes)], sizes, self.kinds[pieces], counts)

    def with_xy(self, xy: npt.NDArray[Any]) -> "Shapes":
        """Return the same pieces with other coordinates."""
        return Shapes(xy, self.sizes, self.kinds, self.counts)

    def thinned(
        self, pieces: npt.NDArray[np.bool_], vertices: npt.NDArray[np.bool_] | None = None
    ) -> "Shapes":
        """Return what is left of them: of these pieces these vertices, or all."""
        own = np.repeat(pieces, self.sizes)
        sizes = self.sizes
        if vertices is not None:
            own &= vertices
            sizes = np.add.reduceat(own, self.first_vertex, dtype=np.int64) if sizes.size else sizes
            pieces = pieces & (sizes > 0)
        counts = np.bincount(self.feature[pieces], minlength=len(self.counts))
        return Shapes(self.xy[own], sizes[pieces], self.kinds[pieces], counts)

    def bounds(self) -> npt.NDArray[np.float64]:
        """Return least x and y, then greatest x and y of every feature, (4, n); NaN of one without pieces."""
        found = np.full((4, len(self)), np.nan)
        there = np.flatnonzero(self.counts)
        if there.size:
            starts = self.first_vertex[self.first_piece[there]]
            found[:2, there] = np.minimum.reduceat(self.xy, starts).T
            found[2:, there] = np.maximum.reduceat(self.xy, starts).T
        return found

    def doubled_areas(self) -> npt.NDArray[np.float64]:
        """Return twice the area of each ring by the surveyor's formula, 0 for other pieces."""
        if not len(self.sizes):
            return np.empty(0)
        # from the first vertex, so that little is lost to large coordinates
        own = self.xy - np.repeat(self.xy[self.first_vertex], self.sizes, axis=0)
        after = own[self.following]
        cross = own[:, 0] * after[:, 1] - own[:, 1] * after[:, 0]
        areas = np.add.reduceat(cross, self.first_vertex)
        return np.where(self.kinds >= EXTERIOR, areas, 0.0)

    def oriented(self) -> "Shapes":
        """Return them with a positive area of every exterior and a negative one of every hole."""
        areas = self.doubled_areas()
        turned = ((areas < 0) & (self.kinds == EXTERIOR)) | ((areas > 0) & (self.kinds == HOLE))
        if not turned.any():
            return self
        place = np.arange(len(self.xy))
        ends = 2 * self.first_vertex + self.sizes - 1
        flipped = np.repeat(turned, self.sizes)
        place[flipped] = np.repeat(ends, self.sizes)[flipped] - place[flipped]
        return self.with_xy(self.xy[place])

    def polygons(self) -> tuple[Geometries, Integers]:
        """Return every polygon as Shapely has it, and which feature it is of."""
        rings = np.flatnonzero(self.kinds >= EXTERIOR)
        if not rings.size:
            return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
        sizes, first = self.sizes[rings], self.first_vertex[rings]
        # every ring with its first vertex once more at the end
        place = ranges(first, sizes + 1)
        place[np.cumsum(sizes + 1) - 1] = first
        exteriors = np.flatnonzero(self.kinds[rings] == EXTERIOR)
        offsets = (np.append(0, np.cumsum(sizes + 1)), np.append(exteriors, len(rings)))
        made = shapely.from_ragged_array(shapely.GeometryType.POLYGON, self.xy[place], offsets)
        return made, self.feature[rings[exteriors]]

    def lines(self) -> tuple[Geometries, Integers]:
        """Return every line of two or more vertices as Shapely has it, and which feature it is of."""
        lines = np.flatnonzero((self.kinds == LINE) & (self.sizes > 1))
        sizes = self.sizes[lines]
        made: Geometries = shapely.linestrings(
            self.xy[ranges(self.first_vertex[lines], sizes)], indices=np.repeat(np.arange(len(lines)), sizes)
        )
        return made, self.feature[lines]


def merged(parts: Sequence[Shapes], features: Sequence[Integers], total: int) -> Shapes:
    """Return pieces of ``total`` features that several have parts of; ``features`` says which theirs are."""
    of_feature = np.concatenate([own[part.feature] for part, own in zip(parts, features, strict=True)])
    kinds = np.concatenate([part.kinds for part in parts])
    xy = np.concatenate([part.xy for part in parts])
    sizes = np.concatenate([part.sizes for part in parts])
    order = np.argsort(of_feature * 4 + np.minimum(kinds, EXTERIOR), kind="stable")
    first = np.cumsum(sizes) - sizes
    return Shapes(
        xy[ranges(first[order], sizes[order])],
        sizes[order],
        kinds[order],
        np.bincount(of_feature, minlength=total),
    )


def ranges(starts: Integers, counts: Integers) -> Integers:
    """Return ``counts[i]`` numbers on from ``starts[i]``, for all i in a row."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    return np.repeat(starts - ends + counts, counts) + np.arange(total)


def _simple(geometries: Geometries) -> tuple[Geometries, Integers]:
    """Return points, lines and polygons that are not empty, and which geometry each came from."""
    parts, index = geometries, np.arange(len(geometries))
    while np.isin(shapely.get_type_id(parts), _COLLECTIONS).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    there = ~shapely.is_empty(parts) & ~shapely.is_missing(parts)
    return parts[there], index[there]
