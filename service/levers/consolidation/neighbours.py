"""Which parcels lie together: pairs that touch or are within a distance of each other, no barrier between."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from service.levers.consolidation.barriers import TOUCHING_M, Barriers

Geometries = npt.NDArray[Any]
Places = npt.NDArray[np.int64]


def neighbours(
    metres: Geometries, distance_m: float, barriers: Barriers | None = None
) -> tuple[Places, Places]:
    """Return the places of both parcels of every pair that touches or is no more than a distance apart.

    ``metres`` are outlines in a plane, ``barriers`` lie in the same. The first of a pair comes before the
    second. What has no outline has no neighbours.
    """
    reach = max(distance_m, TOUCHING_M)
    west, south, east, north = shapely.bounds(metres).T
    around = shapely.box(west - reach, south - reach, east + reach, north + reach)
    left, right = shapely.STRtree(metres).query(around)
    once = left < right
    left, right = left[once], right[once]
    together = shapely.dwithin(metres[left], metres[right], reach)
    left, right = left[together], right[together]
    if barriers is None or not len(left):
        return left, right
    joined = ~barriers.part(metres, left, right, reach)
    return left[joined], right[joined]
