"""Thin parts of parcels (细碎图斑) and small holes between them (宗地缝隙): how bad joins look."""

from collections.abc import Iterator

import numpy as np
import shapely

from service.domain.quality import Amount, Rules
from service.quality.findings import Finding, Subject
from service.quality.measuring import compactness, in_metres, widths_m
from service.quality.tables import Tables


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield ``parcel_sliver`` for parts that are both thin (4πA/P²) and narrow, and ``parcels_gap``.

    A gap is a hole that at least two parcels enclose together, larger than what rounding leaves and
    smaller than what could be land of its own.
    """
    yield from _slivers(tables, rules)
    yield from _gaps(tables, rules)


def _slivers(tables: Tables, rules: Rules) -> Iterator[Finding]:
    codes = sorted(tables.outlines)
    parts, owner = shapely.get_parts([tables.outlines[code] for code in codes], return_index=True)
    metric = in_metres(parts)
    thinness, widths, areas = compactness(metric), widths_m(metric), shapely.area(metric)
    thin = rules.tolerance("parcel_sliver", "compactness")
    narrow = rules.tolerance("parcel_sliver", "width_m")
    for index in np.flatnonzero((thinness < thin) & (widths < narrow)).tolist():
        measured = {
            "compactness": float(thinness[index]),
            "width_m": float(widths[index]),
            "area_m2": float(areas[index]),
        }
        subject = Subject("parcel", codes[owner[index]])
        yield Finding("parcel_sliver", subject, measured, geometry=parts[index])


def _gaps(tables: Tables, rules: Rules) -> Iterator[Finding]:
    everything = {**tables.neighbours, **tables.outlines}
    codes = sorted(everything)
    shapes = np.array([everything[code] for code in codes], dtype=object)
    whole = shapely.get_parts(shapely.union_all(shapes))
    whole = whole[shapely.get_num_interior_rings(whole) > 0]
    if not len(whole):
        return
    rings = shapely.get_rings(whole)
    outer = np.cumsum(np.concatenate(([0], shapely.get_num_interior_rings(whole)[:-1] + 1)))
    holes = shapely.polygons(np.delete(rings, outer))
    areas = shapely.area(in_metres(holes))
    least = rules.tolerance("parcels_gap", "area_m2")
    most = rules.tolerance("parcels_gap", "largest_area_m2")
    holes = holes[(areas > least) & (areas < most)]
    metric = in_metres(holes)
    around, hole = shapely.STRtree(shapes).query(holes, predicate="intersects")[::-1]
    for index in range(len(holes)):
        names = sorted(codes[one] for one in around[hole == index])
        if len(names) < 2 or not any(name in tables.outlines for name in names):
            continue
        measured: dict[str, Amount] = {
            "area_m2": float(shapely.area(metric[index])),
            "width_m": float(widths_m(metric[[index]])[0]),
            "parcels": "、".join(names),
        }
        yield Finding(
            "parcels_gap",
            Subject("parcel", names[0]),
            measured,
            Subject("parcel", names[1]),
            geometry=holes[index],
        )
