"""Columns of attributes as a vector tile has them: different values once, as bytes, and who has which.

A value is turned into bytes once for all tiles; for a tile its numbers and bytes are only gathered.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from service.features.tiles.shapes import Integers, ranges
from service.features.tiles.varints import Unsigned, in_a_row, sizes, varints

_VALUE, _TEXT, _DOUBLE, _UINT, _SINT, _BOOL = 0x22, 0x0A, 0x19, 0x28, 0x30, 0x38
_KNOWN, _NUMBER = "value", "number"


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    ``number`` (n,) which of ``values`` a row has, -1 for null; ``messages`` their Value messages in a row,
    of ``lengths`` bytes each.
    """

    number: Integers
    values: pl.Series
    messages: npt.NDArray[np.uint8]
    lengths: Integers

    @cached_property
    def begins(self) -> Integers:
        """Where the message of each value begins."""
        begins: Integers = np.cumsum(self.lengths) - self.lengths
        return begins

    @classmethod
    def of(cls, column: pl.Series) -> "Column":
        """Return the column of a table."""
        nothing = np.empty(0, dtype=np.int64)
        empty = cls(nothing, column.clear(), np.empty(0, dtype=np.uint8), nothing)
        return empty.with_rows(nothing, nothing, column, np.arange(len(column)))

    def with_rows(self, kept: Integers, kept_at: Integers, fresh: pl.Series, fresh_at: Integers) -> "Column":
        """Return the column of a table that has old rows ``kept`` and ``fresh`` ones, each at its places."""
        found = fresh.alias(_KNOWN).to_frame()
        known = self.values.alias(_KNOWN).to_frame().with_row_index(_NUMBER)
        strange = found.drop_nulls().unique(maintain_order=True).join(known, on=_KNOWN, how="anti")
        values = pl.concat([self.values.alias(_KNOWN), strange[_KNOWN]])
        everything = values.to_frame().with_row_index(_NUMBER)
        joined = found.join(everything, on=_KNOWN, how="left", maintain_order="left")
        number = np.empty(len(kept) + len(fresh), dtype=np.int64)
        number[kept_at] = self.number[kept]
        number[fresh_at] = joined[_NUMBER].cast(pl.Int64).fill_null(-1).to_numpy()
        messages, lengths = _messages(strange[_KNOWN])
        return Column(
            number,
            values,
            np.concatenate((self.messages, messages)),
            np.concatenate((self.lengths, lengths)),
        )

    def among(self, rows: Integers) -> tuple[Integers, int, npt.NDArray[np.uint8]]:
        """Return for each row which of the rows' values it has, how many those are, and their messages.

        They are numbered as they come first, whatever else is in the table.
        """
        number = self.number[rows]
        place = np.arange(len(rows))
        first = np.empty(len(self.values) + 1, dtype=np.int64)
        first[number[::-1]] = place[::-1]  # of several writes to one place the last stays
        used = number[(first[number] == place) & (number >= 0)]
        first[used] = np.arange(len(used))
        first[-1] = -1
        lengths = self.lengths[used]
        return first[number], len(used), self.messages[ranges(self.begins[used], lengths)]


def _messages(values: pl.Series) -> tuple[npt.NDArray[np.uint8], Integers]:
    """Return the Value messages of values that are not null, typed as they are, and how long each is."""
    if not values.dtype.is_numeric() and values.dtype != pl.Boolean:
        return _texts(values.cast(pl.String))
    if values.dtype.is_float():
        doubles = np.empty((len(values), 11), dtype=np.uint8)
        doubles[:, :3] = (_VALUE, 9, _DOUBLE)
        doubles[:, 3:] = values.to_numpy().astype("<f8").view(np.uint8).reshape(-1, 8)
        return doubles.ravel(), np.full(len(values), 11)
    numbers = values.cast(pl.Int64).to_numpy()
    messages = np.empty((len(values), 4), dtype=np.uint64)
    messages[:, 0] = _VALUE
    messages[:, 2] = _BOOL if values.dtype == pl.Boolean else np.where(numbers < 0, _SINT, _UINT)
    messages[:, 3] = np.where(numbers < 0, (numbers << 1) ^ (numbers >> 63), numbers).astype(np.uint64)
    inner = 1 + sizes(messages[:, 3])
    messages[:, 1] = inner
    return varints(messages.ravel()), 2 + inner


def _texts(values: pl.Series) -> tuple[npt.NDArray[np.uint8], Integers]:
    """Return the Value messages of texts."""
    size = values.str.len_bytes().to_numpy().astype(np.uint64)
    inner = 1 + sizes(size).astype(np.uint64) + size
    head: Unsigned = np.stack((np.full_like(size, _VALUE), inner, np.full_like(size, _TEXT), size), axis=1)
    length = sizes(head.ravel()).reshape(-1, 4).sum(axis=1)
    letters = np.frombuffer("".join(values.to_list()).encode(), dtype=np.uint8)
    return in_a_row((varints(head.ravel()), length), (letters, size.astype(np.int64)))
