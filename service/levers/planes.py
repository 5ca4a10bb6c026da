"""Metres from degrees: the 3° Gauss-Kruger zone (三度带) of a central meridian, east first.

A zone is 3° wide; at its edge, some 130 km from the meridian, lengths are too great by 2 in 10,000: a
centimetre of thirty metres. Source: GB/T 17278; EPSG 4534 … 4554 of CGCS2000.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Proj, Transformer

Geometries = npt.NDArray[Any]

_WIDTH = 3
_FIRST, _LAST = 75, 135
_EPSG = 4534  # of the first
_ELSEWHERE = "+proj=tmerc +lat_0=0 +lon_0={} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"


def central_meridian(west: float, east: float) -> int:
    """Return the central meridian of the zone in whose middle a district lies, in degrees.

    Edges are those of the district's envelope, so that the order of its parcels is nothing.
    """
    return round((west + east) / 2 / _WIDTH) * _WIDTH


def in_metres(geometries: Geometries, meridian: int) -> Geometries:
    """Return geometries (longitude and latitude) in the zone of a central meridian.

    Where no zone of CGCS2000 is defined, outside of China, the same projection is taken all the same.
    """
    forward = _transformer(meridian)

    def change(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(forward.transform(*points.T))

    changed: Geometries = shapely.transform(geometries, change)
    return changed


def geodesic_areas_m2(geometries: Geometries, metres: Geometries, meridian: int) -> npt.NDArray[np.float64]:
    """Return the areas on the ellipsoid in m², of geometries that are also given in the zone.

    The plane area over the zone's scale at the centroid: off by less than 1e-7 for what is five kilometres
    across, in a tenth of the time that following the ellipsoid takes.
    """
    if not len(geometries):
        return np.zeros(0)
    centres = shapely.centroid(geometries)
    scale = Proj(_zone(meridian)).get_factors(shapely.get_x(centres), shapely.get_y(centres)).areal_scale
    areas: npt.NDArray[np.float64] = shapely.area(metres) / scale
    return areas


@lru_cache
def _transformer(meridian: int) -> Transformer:
    return Transformer.from_crs(4490, _zone(meridian), always_xy=True)


def _zone(meridian: int) -> CRS:
    known = _FIRST <= meridian <= _LAST
    return CRS.from_user_input(
        _EPSG + (meridian - _FIRST) // _WIDTH if known else _ELSEWHERE.format(meridian)
    )
