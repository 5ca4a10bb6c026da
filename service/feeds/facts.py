"""What rows state and what is kept of them, as frames: a million rows as objects would not fit.

*Kept rows* have the columns of `KEPT`, one line per row of the file in its order. *Facts* have ``@at``, the
position of their row in the file from 0, ``@row``, its number there, the columns of the key, and those of the
content. One line of facts is one fact, with whatever content; of figures each metric is a column, and holds a
fact where it is not null.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from service.domain.hand_overs import AT, FIGURE_KEY, ROW, Feed, HandedRow
from service.feeds.mappings.fields import FIELDS, Field
from service.feeds.records import KEY_FIELDS

KEPT: Mapping[str, Any] = {
    "row": pl.Int64,
    "sheet": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "column": pl.String,
    "detail": pl.String,
    "subject": pl.String,
    "corrects": pl.Int64,
    "match_id": pl.Int64,
    "content": pl.String,
}
"""The columns of kept rows."""

_TYPES: Mapping[str, Any] = {"date": pl.Date, "boolean": pl.Boolean, "count": pl.Int64, "rank": pl.Int64}
_COMPUTED: Mapping[str, Any] = {"geodesic_area_m2": pl.Float64, "geom": pl.Binary}


def key_of(feed: Feed) -> tuple[str, ...]:
    """Return the columns that tell one line of facts from another."""
    return FIGURE_KEY if feed is Feed.FIGURES else KEY_FIELDS[feed]


def schema(feed: Feed, content: Sequence[str]) -> dict[str, Any]:
    """Return the columns of facts with their types.

    :param content: the metrics of figures, else the fields beside the key, in order
    """
    columns: dict[str, Any] = {AT: pl.UInt32, ROW: pl.Int64}
    if feed is Feed.FIGURES:
        return columns | dict.fromkeys(FIGURE_KEY, pl.String) | dict.fromkeys(content, pl.Int64)
    fields = FIELDS[feed]
    for name in (*KEY_FIELDS[feed], *content):
        columns[name] = _COMPUTED[name] if name not in fields else _type(fields[name])
    return columns


def _type(field: Field) -> Any:
    if field.unit is not None or field.kind == "ratio":
        return pl.Float64
    return _TYPES.get(field.kind, pl.String)


def kept(rows: Sequence[HandedRow]) -> pl.DataFrame:
    """Return what is kept of rows."""
    return pl.DataFrame(
        {
            "row": [row.row for row in rows],
            "sheet": [row.sheet for row in rows],
            "verdict": [row.verdict.value for row in rows],
            **{
                name: [getattr(row, name) for row in rows]
                for name in ("reason", "column", "detail", "subject", "corrects", "match_id", "content")
            },
        },
        schema=KEPT,
    )


def stated(feed: Feed, rows: Iterable[tuple[int, HandedRow]], columns: Mapping[str, Any]) -> pl.DataFrame:
    """Return the facts of rows, each given with its position in the file."""
    lines: list[tuple[Any, ...]] = []
    if feed is not Feed.FIGURES:
        lines.extend((at, row.row, *key, *content) for at, row in rows for key, content in row.facts)
        return pl.DataFrame(lines, schema=columns, orient="row")
    place = {name: position for position, name in enumerate(columns)}
    for at, row in rows:
        of_key: dict[Any, list[Any]] = {}
        for key, content in row.facts:
            line = of_key.get(key[:-1])
            if line is None:
                line = of_key[key[:-1]] = [
                    at,
                    row.row,
                    *key[:-1],
                    *[None] * (len(columns) - 2 - len(FIGURE_KEY)),
                ]
            line[place[key[-1]]] = content[0]
        lines.extend(map(tuple, of_key.values()))
    return pl.DataFrame(lines, schema=columns, orient="row")
