"""The outline of a block: its parcels as one multipolygon, joined only where they touch."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[Any]


def joined(outlines: Geometries, starts: npt.NDArray[np.int64]) -> Geometries:
    """Return a MultiPolygon for every run of outlines that begins at one of ``starts``.

    What lies between the parcels of a block is no part of it. A run of one parcel is that parcel, point by
    point.
    """
    ends = np.append(starts[1:], len(outlines))
    found = np.empty(len(starts), dtype=object)
    found[:] = outlines[starts]
    for block in np.flatnonzero(ends - starts > 1).tolist():
        found[block] = _union(outlines[starts[block] : ends[block]])
    single = np.flatnonzero(shapely.get_type_id(found) == shapely.GeometryType.POLYGON)
    for block in single.tolist():
        found[block] = shapely.MultiPolygon([found[block]])
    return found


def _union(parts: Geometries) -> Any:
    whole = shapely.union_all(parts)
    # parcels that are not valid may leave lines behind
    if whole.geom_type == "GeometryCollection":
        whole = shapely.union_all([part for part in whole.geoms if "Polygon" in part.geom_type])
    return whole


def compactness(metres: Geometries) -> npt.NDArray[np.float64]:
    """Return 4πA/P² (Polsby-Popper) of outlines in metres: 1 for a circle, 0 for a line.

    A street between two parcels counts twice in the perimeter: a block in pieces is not compact.
    """
    perimeter = np.maximum(shapely.length(metres), 1e-9)
    found: npt.NDArray[np.float64] = 4 * np.pi * shapely.area(metres) / perimeter**2
    return found
