"""Rows of a table in chunks: the many that are written as usual in bulk, the others one by one.

A row goes through in bulk only if every cell it needs is such that the reader of single cells would say
nothing but the value. All others go the way of `figure_rows` and `record_rows`: what is held, skipped or
wanting, and what is written in any unusual way.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from service.domain.hand_overs import AT, ROW, Feed, HandedRow, Verdict
from service.feeds import facts
from service.feeds.converting import Converter, RowHeld
from service.feeds.records import KEY_FIELDS, SPANS, UNKNOWN
from service.feeds.rows import Table, as_received
from service.feeds.rule_readers import Column
from service.feeds.values import bulk_cells
from service.feeds.values.bulk_cells import Mask
from service.feeds.values.cells import Held

CHUNK = 10_000

Numbered = list[tuple[int, list[str]]]
OneByOne = Callable[[Table, Converter], Iterator[HandedRow]]


@dataclass(slots=True)
class Chunk:
    """Some rows of a file: what is kept of them, and what they state."""

    kept: pl.DataFrame
    facts: pl.DataFrame


@dataclass(slots=True)
class _Usual:
    """The rows of a chunk that went in bulk: which, and their facts."""

    rows: Mask
    columns: dict[str, pl.Series] = field(default_factory=dict)


def chunked(feed: Feed, rows: Iterable[HandedRow], columns: dict[str, Any]) -> Iterator[Chunk]:
    """Yield rows that were read one by one as chunks."""
    source, at = iter(rows), 0
    while some := list(islice(source, CHUNK)):
        yield Chunk(facts.kept(some), facts.stated(feed, enumerate(some, at), columns))
        at += len(some)


def table_chunks(
    table: Table, converter: Converter, one_by_one: OneByOne, columns: dict[str, Any]
) -> Iterator[Chunk]:
    """Yield the rows of a table as chunks.

    :param one_by_one: reads rows of the table one by one, each for itself
    :param columns: of the facts, as `facts.schema` gives them
    """
    above = Table(table.sheet, table.header, table.above, [], table.ragged)
    at = 0
    for chunk in chunked(converter.feed, one_by_one(above, converter), columns):
        at += chunk.kept.height
        yield chunk
    below = iter(table.below)
    while some := list(islice(below, CHUNK)):
        yield _chunk(table, converter, one_by_one, columns, some, at)
        at += len(some)


def _chunk(
    table: Table,
    converter: Converter,
    one_by_one: OneByOne,
    columns: dict[str, Any],
    rows: Numbered,
    at: int,
) -> Chunk:
    usual = _usual(table, converter, rows)
    odd = np.flatnonzero(~usual.rows).tolist()
    names = table.header.names
    numbers = [number for number, _ in rows]
    single = list(
        one_by_one(
            Table(table.sheet, table.header, [], [rows[place] for place in odd], table.ragged), converter
        )
    )
    if len(single) == len(rows):
        return Chunk(facts.kept(single), facts.stated(converter.feed, enumerate(single, at), columns))
    found = pl.DataFrame(
        {
            AT: np.arange(at, at + len(rows), dtype=np.uint32)[usual.rows],
            ROW: np.array(numbers, np.int64)[usual.rows],
            **usual.columns,
        }
    ).select(pl.col(name).cast(kind) for name, kind in columns.items())
    silent = np.zeros(len(rows), np.bool_)
    if converter.feed is Feed.FIGURES:
        says = pl.any_horizontal(pl.col(name).is_not_null() for name in converter.metrics)
        silent[usual.rows] = ~found.select(says).to_series().to_numpy()
        found = found.filter(says)
    kept = pl.DataFrame(
        {
            "row": numbers,
            "sheet": pl.repeat(table.sheet, len(rows), eager=True),
            "verdict": pl.Series(np.where(silent, Verdict.SKIPPED.value, Verdict.ACCEPTED.value)),
            "reason": pl.Series(np.where(silent, "no_values", ""), dtype=pl.String).replace("", None),
            "content": [as_received(names, cells) for _, cells in rows],
        }
    ).select(
        pl.col(name).cast(kind)
        if name in ("row", "sheet", "verdict", "reason", "content")
        else pl.lit(None, kind).alias(name)
        for name, kind in facts.KEPT.items()
    )
    if single:
        kept = _put(kept, facts.kept(single), odd)
        by_row = facts.stated(
            converter.feed, ((at + p, row) for p, row in zip(odd, single, strict=True)), columns
        )
        found = pl.concat([found, by_row])
    return Chunk(kept, found)


def _put(kept: pl.DataFrame, single: pl.DataFrame, places: Sequence[int]) -> pl.DataFrame:
    order = np.arange(kept.height)
    order[list(places)] = kept.height + np.arange(single.height)
    return pl.concat([kept, single])[order]


def nothing_usual(rows: Numbered) -> _Usual:
    """Tell that every row is to be read by itself."""
    return _Usual(np.zeros(len(rows), np.bool_))


def _usual(table: Table, converter: Converter, rows: Numbered) -> _Usual:
    """Read in bulk what can be."""
    if (table.ragged and not converter.key_columns) or converter.aside.fills:
        return nothing_usual(rows)  # whether such a row is data at all, only its cells together tell
    width = len(table.header.names)
    usual = _Usual(np.array([len(cells) == width for _, cells in rows], np.bool_))
    if converter.aside:
        usual.rows &= np.array([not converter.aside.skips(cells) for _, cells in rows], np.bool_)
    if not usual.rows.any():
        return usual
    regular = [cells for (_, cells), fine in zip(rows, usual.rows.tolist(), strict=True) if fine]
    cells = _Cells(regular)
    good = np.ones(len(regular), np.bool_)
    if table.ragged:
        for position in converter.key_columns:
            for label in table.header.labels[position] or ("",):
                good &= bulk_cells.visible(cells[position], but=label)
    columns: dict[str, pl.Series] = {}
    for name in (*converter.stated, *converter.metrics):
        columns[name], fine = _column(converter, name, cells)
        good &= fine
    if converter.feed is Feed.FIGURES:
        columns = _of_figures(converter, columns)
        needed: tuple[str, ...] = ("subject_code", "period")
    else:
        for name in KEY_FIELDS[converter.feed]:
            _complete(converter.feed, name, columns, len(regular))
        needed = (*KEY_FIELDS[converter.feed], "district")
        good &= _in_order(columns, len(regular))
    for name in needed:
        if name in columns and UNKNOWN.get((converter.feed, name), "") is not None:
            good &= columns[name].is_not_null().to_numpy()
    usual.rows[usual.rows] = good
    usual.columns = {name: column.filter(good) for name, column in columns.items()}
    return usual


class _Cells:
    """Rows of equal length by column, each made when it is asked for."""

    def __init__(self, rows: Sequence[Sequence[str]]) -> None:
        self.rows = rows
        self._made: dict[int, pl.Series] = {}

    def __getitem__(self, position: int) -> pl.Series:
        if position not in self._made:
            self._made[position] = bulk_cells.texts([cells[position] for cells in self.rows])
        return self._made[position]


def _column(converter: Converter, name: str, cells: _Cells) -> tuple[pl.Series, Mask]:
    """Return the values of a field or metric, and where they are what the reader of single cells gives."""
    everywhere = np.ones(len(cells.rows), np.bool_)
    if name in converter.constants:
        return pl.repeat(converter.constants[name], len(cells.rows), eager=True), everywhere
    column = converter.columns.get(name)
    if column is None:
        return _row_by_row(converter, name, cells)
    given = cells[column.position]
    if column.kind == "uscc":
        return given, bulk_cells.usccs(given)
    if column.kind == "quantity":
        minor, fine = bulk_cells.quantities(
            given, column.factor, signed=column.signed, at_most=column.at_most
        )
        empty = (given == "").to_numpy()
        values = pl.Series(minor if column.divisor is None else minor / column.divisor)
        return values.set(pl.Series(empty), None), fine | empty
    return _text_by_text(column, given)


def _text_by_text(column: Column, cells: pl.Series) -> tuple[pl.Series, Mask]:
    known: dict[str, Any] = {}
    bad: list[str] = []
    texts = cells.to_list()
    for text in set(texts):
        try:
            value = column.read(text)
            known[text] = value if column.divisor is None or value is None else value / column.divisor
        except Held:
            bad.append(text)
    values = pl.Series([known.get(text) for text in texts])
    return values, ~cells.is_in(bad).to_numpy() if bad else np.ones(len(cells), np.bool_)


def _row_by_row(converter: Converter, name: str, cells: _Cells) -> tuple[pl.Series, Mask]:
    values: list[Any] = []
    fine, read = np.ones(len(cells.rows), np.bool_), converter.reader(name)
    for place, row in enumerate(cells.rows):
        try:
            values.append(read(row))
        except RowHeld:
            values.append(None)
            fine[place] = False
    return pl.Series(values), fine


def _of_figures(converter: Converter, columns: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """Return the columns under the names that facts of figures have."""
    kind, subject = converter.subject
    length = len(columns[subject])
    return {
        "subject_kind": pl.repeat(kind, length, eager=True),
        "subject_code": columns[subject],
        "part_of": columns["part_of"].cast(pl.String).fill_null("")
        if "part_of" in columns
        else pl.repeat("", length, eager=True),
        "period": columns["period"],
        **{name: columns[name] for name in converter.metrics},
    }


def _complete(feed: Feed, name: str, columns: dict[str, pl.Series], length: int) -> None:
    """Put what stands for it where a part of the key is left open."""
    columns.setdefault(name, pl.repeat(None, length, eager=True, dtype=pl.Null))
    if (stands_for := UNKNOWN.get((feed, name))) is not None:
        columns[name] = columns[name].cast(pl.String).fill_null(stands_for)


def _in_order(columns: dict[str, pl.Series], length: int) -> Mask:
    fine = np.ones(length, np.bool_)
    for first, last in SPANS:
        if first in columns and last in columns:
            begins, ends = columns[first].cast(pl.Date), columns[last].cast(pl.Date)
            fine &= (ends >= begins).fill_null(True).to_numpy()
    return fine
