"""Parcels on top of each other (宗地重叠), and outlines that stand twice (图形重复)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from service.domain.quality import Rules
from service.quality.findings import Finding, Subject
from service.quality.measuring import areas_m2, in_metres, polygonal, widths_m
from service.quality.tables import Tables

_AT_ONCE = 100_000
"""Pairs whose intersections are in memory together."""


def check(tables: Tables, rules: Rules) -> Iterator[Finding]:
    """Yield ``geometry_duplicate``, ``parcels_overlap`` and ``parcels_overlap_thinly``.

    Of outlines that are equal point by point the first code stands for all: the others are duplicates of it,
    and only its overlaps with third parcels are told.
    """
    codes = sorted({**tables.neighbours, **tables.outlines})
    here = {code: code in tables.outlines for code in codes}
    shapes = np.array(
        [tables.outlines[code] if here[code] else tables.neighbours[code] for code in codes], dtype=object
    )
    first, again = _alike(shapes)
    for index, of in again:
        if here[codes[index]] or here[codes[of]]:
            area = float(areas_m2(shapes[[index]])[0])
            measured = {"area_m2": area, "share": 1.0}
            yield _finding("geometry_duplicate", codes[of], codes[index], measured, shapes[index])
    codes, shapes = [codes[index] for index in first], shapes[first]
    is_here = np.array([here[code] for code in codes], dtype=bool)
    one, other = _pairs(shapes, is_here)
    for start in range(0, len(one), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        yield from _overlaps(codes, shapes, one[some], other[some], rules)


def _alike(shapes: Any) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the first of each set of equal outlines, and the others with the first that they repeat."""
    known: dict[bytes, int] = {}
    first, again = [], []
    for index, blob in enumerate(shapely.to_wkb(shapely.normalize(shapes)) if len(shapes) else ()):
        of = known.setdefault(blob, index)
        if of == index:
            first.append(index)
        else:
            again.append((index, of))
    return first, again


def _pairs(shapes: Any, here: Any) -> tuple[Any, Any]:
    """Return the pairs that share more than their boundary, at least one of each here."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    chosen = (one < other) & (here[one] | here[other])
    one, other = one[chosen], other[chosen]
    shapely.prepare(shapes)
    within = ~shapely.touches(shapes[one], shapes[other])
    return one[within], other[within]


def _overlaps(codes: list[str], shapes: Any, one: Any, other: Any, rules: Rules) -> Iterator[Finding]:
    common = polygonal(shapely.intersection(shapes[one], shapes[other]))
    metric = in_metres(common)
    areas, widths = shapely.area(metric), widths_m(metric)
    both = np.column_stack((areas_m2(shapes[one]), areas_m2(shapes[other])))
    of_smaller = areas / np.maximum(both.min(axis=1), 1e-9)
    of_larger = areas / np.maximum(both.max(axis=1), 1e-9)
    least = rules.tolerance("parcels_overlap", "area_m2")
    thin = rules.tolerance("parcels_overlap", "width_m")
    same = 1 - rules.tolerance("geometry_duplicate", "share")
    for index in np.flatnonzero(areas > least).tolist():
        if of_larger[index] >= same:
            code = "geometry_duplicate"
        else:
            code = "parcels_overlap" if widths[index] > thin else "parcels_overlap_thinly"
        measured = {
            "area_m2": float(areas[index]),
            "share": float(min(1.0, of_smaller[index])),
            "width_m": float(widths[index]),
        }
        yield _finding(code, codes[one[index]], codes[other[index]], measured, common[index])


def _finding(code: str, one: str, other: str, measured: dict[str, Any], place: Any) -> Finding:
    return Finding(code, Subject("parcel", one), measured, Subject("parcel", other), geometry=place)
