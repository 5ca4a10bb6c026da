"""The canonical hash of tables: the same rows, the same hash, whatever engine, order or chunking gave them.

The layout is fixed here, byte for byte, so that it does not hang on how a library writes files. Numbers are
little-endian. A table is its name, the number of its columns and of its rows, and the digest of each column
in the order of names; rows are sorted by their key, and by everything else where keys repeat. A column is its
name, its kind, its values (nothing is there as zero, or as a text of no bytes), and one bit per row that
tells whether there is a value, from the lowest bit on. Values of a kind are:

- ``int``: 64 bits; ``date``: the days since 1970-01-01, likewise
- ``float``: IEEE 754 with 64 bits, all NaN as 0x7FF8000000000000, both zeros as 0
- ``bool``: one byte
- ``str``: the lengths in bytes of all texts as ``int``, then their UTF-8

Names and kinds are their length and UTF-8. A column's digest is the SHA-256 of its bytes, that of the tables
the SHA-256 of theirs, in the order of names.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat

import numpy as np
import polars as pl
from numpy.typing import NDArray

Buffer = bytes | memoryview
_ROW = "\0row"
_ROWS = 250_000
"""So many texts are joined at a time."""


def canonical_hash(tables: Mapping[str, pl.DataFrame], keys: Mapping[str, Sequence[str]]) -> str:
    """Return the SHA-256 of what the tables say, as hexadecimal digits.

    :param keys: the columns that tell a table's rows apart
    :raises TypeError: for a column of another kind than text, whole or floating number, truth or date
    """
    digest = hashlib.sha256()
    with ThreadPoolExecutor() as pool:  # hashlib and Polars let other threads work
        for name in sorted(tables):
            table = tables[name]
            table = table.with_columns(_plain(name) for name, kind in table.schema.items() if kind.is_float())
            rows, columns = _order(table, keys[name]), sorted(table.columns)
            digest.update(_text(name) + _number(len(columns)) + _number(table.height))
            for found in pool.map(_digest, (table[column] for column in columns), repeat(rows)):
                digest.update(found)
    return digest.hexdigest()


def _order(table: pl.DataFrame, key: Sequence[str]) -> pl.Series | None:
    """Where the rows stand that come first, second …; None when they are in order."""
    by_key = table.select(key).with_row_index(_ROW).sort(key, nulls_last=True, maintain_order=True)
    if by_key.select(_same_as_before(key).any()).item():
        rest = sorted(set(table.columns) - set(key))
        by_key = table.with_row_index(_ROW).sort(*key, *rest, nulls_last=True)
    rows = by_key[_ROW]
    return None if rows.is_sorted() else rows


def _same_as_before(key: Sequence[str]) -> pl.Expr:
    same = (pl.col(name).eq_missing(pl.col(name).shift(1)) for name in key)
    return pl.all_horizontal(same) & (pl.int_range(pl.len()) > 0)


def _plain(name: str) -> pl.Expr:
    value = pl.col(name).cast(pl.Float64)
    one_of_each = pl.when(value.is_nan()).then(float("nan")).when(value == 0).then(0.0).otherwise(value)
    return one_of_each.alias(name)


def _digest(column: pl.Series, rows: pl.Series | None) -> bytes:
    column = column if rows is None else column.gather(rows)
    kind, values = _values(column)
    digest = hashlib.sha256(_text(column.name) + _text(kind))
    for buffer in values:
        digest.update(buffer)
    digest.update(np.packbits(column.is_not_null().to_numpy(), bitorder="little").data)
    return digest.digest()


def _values(column: pl.Series) -> tuple[str, Iterator[Buffer]]:
    if column.dtype == pl.String:
        return "str", _texts(column.fill_null(""))
    if column.dtype == pl.Boolean:
        return "bool", iter([column.fill_null(False).cast(pl.UInt8).to_numpy().data])
    if column.dtype == pl.Date:
        return "date", iter([_whole(column.to_physical()).data])
    if column.dtype.is_integer():
        return "int", iter([_whole(column).data])
    if column.dtype == pl.Float64:
        values = column.fill_null(0.0).to_numpy()
        # written over with the one pattern: which NaN an engine makes is its own affair
        bits = np.where(np.isnan(values), np.uint64(0x7FF8000000000000), values.view(np.uint64))
        return "float", iter([bits.astype("<u8", copy=False).data])
    raise TypeError(f"column {column.name} has the type {column.dtype}, which no table of ours has")


def _whole(column: pl.Series) -> NDArray[np.int64]:
    return column.cast(pl.Int64).fill_null(0).to_numpy().astype("<i8", copy=False)


def _texts(column: pl.Series) -> Iterator[Buffer]:
    yield _whole(column.str.len_bytes()).data
    for start in range(0, len(column), _ROWS):
        yield str(column.slice(start, _ROWS).str.join("").item()).encode()


def _text(text: str) -> bytes:
    encoded = text.encode()
    return _number(len(encoded)) + encoded


def _number(number: int) -> bytes:
    return number.to_bytes(8, "little")
