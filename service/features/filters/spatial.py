"""How geometries lie to each other (DE-9IM), worked out only where envelopes leave it open."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from service.features.table import FeatureTable, Rows

Truths = npt.NDArray[np.bool_]

PREDICATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_disjoint": shapely.disjoint,
    "s_equals": shapely.equals,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_contains": shapely.contains,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
}
CONVERSE = {"s_within": "s_contains", "s_contains": "s_within"}
"""What holds of the second to the first; of the others the same does."""


def compared_with(table: FeatureTable, op: str, literal: shapely.Geometry) -> pl.Series:
    """Tell of each row whether the literal has the relation to its geometry; null without a geometry."""
    if op == "s_disjoint":
        return ~compared_with(table, "s_intersects", literal)
    shapely.prepare(literal)
    truths = np.zeros(len(table), dtype=bool)
    rows = table.near(literal.bounds)
    if op in ("s_intersects", "s_contains") and literal.area:
        within, beyond = _by_envelope(table.bounds[:, rows], literal)
        truths[rows[within]] = True
        rows = rows[~within & ~beyond]
    truths[rows] = _relation(op, literal, table.geometries(rows))
    return _known(table, truths)


def _by_envelope(bounds: npt.NDArray[np.float64], literal: shapely.Geometry) -> tuple[Truths, Truths]:
    """Tell whose envelope lies within the interior of a literal, and whose beyond it, of those near it."""
    box = shapely.box(*literal.bounds)
    if shapely.equals(literal, box):
        west, south, east, north = literal.bounds
        left, bottom, right, top = bounds
        within = (left > west) & (bottom > south) & (right < east) & (top < north)
        return within, np.zeros_like(within)
    envelopes = shapely.box(*bounds)
    return shapely.contains_properly(literal, envelopes), ~shapely.intersects(literal, envelopes)


def compared_with_itself(table: FeatureTable, op: str) -> pl.Series:
    """Tell of each row whether its geometry has the relation to itself; null without a geometry."""
    truths = np.zeros(len(table), dtype=bool)
    rows: Rows = np.flatnonzero(table.wkb.is_not_null().to_numpy())
    geometries = table.geometries(rows)
    truths[rows] = _relation(op, geometries, geometries)
    return _known(table, truths)


def _known(table: FeatureTable, truths: Truths) -> pl.Series:
    here = table.wkb.is_not_null()
    return pl.select(pl.when(here).then(pl.Series(truths))).to_series()


def _relation(op: str, first: Any, geometries: npt.NDArray[Any]) -> Truths:
    predicate = PREDICATES[op]
    try:
        return np.asarray(predicate(first, geometries))
    except shapely.errors.GEOSException:
        # what was handed over is not always valid, and some relations want it to be
        mended = shapely.make_valid(geometries)
        return np.asarray(predicate(mended if first is geometries else first, mended))
