"""A small table of features with every kind of property and gaps in each."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import shapely

from service.features.crs import CRS84, Crs
from service.features.filters import Language, parse_filter
from service.features.table import FeatureTable, Property

QUERYABLES = {
    item.name: item
    for item in (
        Property("name", "string", "Name"),
        Property("alias", "string", "Alias"),
        Property("rank", "integer", "Rank"),
        Property("points", "number", "Points"),
        Property("low", "boolean", "Low"),
        Property("since", "date", "Since"),
        Property("until", "date", "Until"),
    )
}

Row = tuple[str, dict[str, Any], shapely.Geometry | None]

_NAMES = ("name", "alias", "rank", "points", "low", "since", "until")
_SCHEMA = {
    "name": pl.String,
    "alias": pl.String,
    "rank": pl.Int64,
    "points": pl.Float64,
    "low": pl.Boolean,
    "since": pl.Date,
    "until": pl.Date,
}


def _row(key: str, geometry: shapely.Geometry | None, *values: Any) -> Row:
    return key, dict(zip(_NAMES, values, strict=True)), geometry


ROWS: Sequence[Row] = (
    _row(
        "a", shapely.box(0, 0, 1, 1), "Straße", "STRASSE", 1, 1.5, True, date(2020, 1, 1), date(2020, 12, 31)
    ),
    _row("b", shapely.box(2, 0, 3, 1), "50%_off", "x", 2, -2.0, False, date(2021, 1, 1), date(2021, 6, 30)),
    _row("c", shapely.box(1, 0, 2, 1), "København", "Kobenhavn", 3, 3.0, None, date(2022, 4, 16), None),
    _row("d", None, "papá", "papa", 2**53 + 1, None, True, None, date(2022, 4, 16)),
    _row(
        "e", shapely.Point(0.5, 0.5), "it's", "it's", -1, 1e300, False, date(2022, 4, 16), date(2022, 4, 16)
    ),
    _row("f", shapely.LineString([(0, 2), (3, 2)]), "亩均", None, None, float("nan"), None, None, None),
    _row("g", shapely.box(0.2, 0.2, 0.4, 0.4), "", "", 0, 0.0, True, date(1999, 12, 31), date(2030, 1, 1)),
    _row(
        "h",
        shapely.Polygon(),
        "line\nbreak",
        "back\\slash",
        7,
        7.0,
        False,
        date(2020, 2, 29),
        date(2020, 3, 1),
    ),
)


def table_of(rows: Sequence[Row] = ROWS) -> FeatureTable:
    """The rows as a table."""
    properties = pl.DataFrame([values for _, values, _ in rows], schema=_SCHEMA)
    wkb = [None if geometry is None else shapely.to_wkb(geometry) for _, _, geometry in rows]
    ids = np.arange(len(rows))
    return FeatureTable.of(ids, [key for key, _, _ in rows], ids, pl.Series(wkb, dtype=pl.Binary), properties)


TABLE = table_of()


def keys(text: str, language: Language = "cql2-text", crs: Crs = CRS84, table: FeatureTable = TABLE) -> str:
    """The keys of the rows that a filter selects, one letter each."""
    rows = parse_filter(text, language, QUERYABLES, crs).rows(table)
    return "".join(table.keys[row] for row in rows.tolist())
