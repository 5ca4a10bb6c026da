"""Roofs (屋顶面积) from the outlines of buildings: what of each lies on which parcel, on the ellipsoid."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from service.levers.consolidation import central_meridian
from service.levers.planes import geodesic_areas_m2, in_metres

Geometries = npt.NDArray[Any]
ROOFS = {"parcel_code": pl.String, "building_code": pl.String, "roof_m2": pl.Float64}
_LEAST_M2 = 0.01


def roofs(
    codes: Sequence[str], parcels: Geometries, buildings: Sequence[str], outlines: Geometries
) -> pl.DataFrame:
    """Return ``parcel_code building_code roof_m2``, a line for each building and parcel that it stands on.

    A building across a boundary is cut there. Ground that two outlines of a parcel cover counts once, for the
    building with the smaller code. Outlines are longitude and latitude of CGCS2000; invalid ones are made
    valid first.
    """
    if not len(parcels) or not len(outlines):
        return pl.DataFrame(schema=ROOFS)
    land, houses = shapely.make_valid(parcels), shapely.make_valid(outlines)
    house, place = shapely.STRtree(land).query(houses, predicate="intersects")
    if not len(house):
        return pl.DataFrame(schema=ROOFS)
    order = np.lexsort((np.array(buildings)[house], np.array(codes)[place]))
    house, place = house[order], place[order]
    parts = shapely.intersection(houses[house], land[place])
    _once(parts, place)
    there = ~shapely.is_empty(parts)
    house, place, parts = house[there], place[there], parts[there]
    west, _, east, _ = shapely.total_bounds(land)
    meridian = central_meridian(west, east)
    areas = geodesic_areas_m2(parts, in_metres(parts, meridian), meridian)
    found = pl.DataFrame(
        {
            "parcel_code": [codes[at] for at in place.tolist()],
            "building_code": [buildings[at] for at in house.tolist()],
            "roof_m2": np.round(areas, 2),
        },
        schema=ROOFS,
    )
    return found.filter(pl.col("roof_m2") >= _LEAST_M2)


def _once(parts: Geometries, place: npt.NDArray[np.int64]) -> None:
    """Take from each part what earlier parts on the same parcel cover, in place."""
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(place)], strict=True):
        if end - start < 2:
            continue
        tree = shapely.STRtree(parts[start:end])
        later, earlier = tree.query(parts[start:end], predicate="intersects")
        covered: dict[int, list[int]] = {}
        for one, other in zip(later.tolist(), earlier.tolist(), strict=True):
            if other < one:
                covered.setdefault(one, []).append(start + other)
        originals = parts[start:end].copy()
        for one, others in covered.items():
            before = shapely.union_all(originals[[other - start for other in others]])
            parts[start + one] = shapely.difference(originals[one], before)
