"""Which parcels lie together: pairs that touch or are within a distance of each other."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]
Places = npt.NDArray[np.int64]

TOUCHING_M = 0.02
"""How far what touches may gape in the plane: so far bends an edge of a kilometre, straight in degrees."""


def neighbours(metres: Geometries, distance_m: float) -> tuple[Places, Places]:
    """Return the places of both parcels of every pair that touches or is no more than a distance apart.

    ``metres`` are outlines in a plane. The first of a pair comes before the second. What has no outline has
    no neighbours.
    """
    reach = max(distance_m, TOUCHING_M)
    west, south, east, north = shapely.bounds(metres).T
    around = shapely.box(west - reach, south - reach, east + reach, north + reach)
    left, right = shapely.STRtree(metres).query(around)
    once = left < right
    left, right = left[once], right[once]
    together = shapely.dwithin(metres[left], metres[right], reach)
    return left[together], right[together]
