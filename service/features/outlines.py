"""The outline (图形) that somebody gives to a feature, in a coordinate system of their choice."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from service.features.crs import Crs, given_in, stored_from


@dataclass(frozen=True, eq=False)
class Outline:
    """A geometry as it was sent: axes in the order of ``crs``, coordinates as written."""

    shape: shapely.Geometry
    crs: Crs

    @cached_property
    def wkb(self) -> bytes:
        """The same in longitude and latitude as stored; what has no place there is infinite."""
        (moved,) = stored_from(np.array([self.shape], dtype=object), self.crs)
        return bytes(shapely.to_wkb(moved))

    def repeats(self, stored: bytes) -> bool:
        """Tell whether it is what the service gives of a stored geometry, and so changes nothing.

        Answers are rounded to a centimetre. Whoever reads a feature, corrects a name and sends the whole back
        has not moved its boundary.
        """
        (given,) = given_in(np.array([shapely.from_wkb(stored)], dtype=object), self.crs)
        mine, theirs = _points(self.shape), _points(given)
        if [len(ring) for ring in mine] != [len(ring) for ring in theirs]:
            return False
        sent, given_points = np.vstack(mine), np.round(np.vstack(theirs), self.crs.decimals)
        return bool(np.array_equal(sent, given_points))


def _points(shape: shapely.Geometry) -> list[np.ndarray]:
    """Return the points of every ring, the rings of an outline in their order and turned the same way."""
    oriented = shapely.orient_polygons(shape)
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(oriented))]
