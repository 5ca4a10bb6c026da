"""Where two calculations of one evaluation differ: which tables, how many rows, the first cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

_SHOWN = 5
_SIDES = ("\0stored", "\0repeated")

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value that came out otherwise."""

    key: tuple[Any, ...]
    column: str
    stored: Any
    repeated: Any


@dataclass(frozen=True, slots=True)
class TableDifference:
    """How a table differs: rows of equal key with other values, rows of one side only, and the first cells.

    ``columns`` are those that only one side has.
    """

    table: str
    changed: int
    gone: int
    added: int
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """An evaluation calculated again (复算), beside what was stored."""

    evaluation_id: int
    stored_hash: str
    repeated_hash: str
    stored_code: str
    code: str
    differences: tuple[TableDifference, ...]

    @property
    def is_same(self) -> bool:
        """Whether it gave the same rows."""
        return self.stored_hash == self.repeated_hash and not self.differences


def differences(
    stored: Tables, repeated: Tables, keys: Mapping[str, Sequence[str]]
) -> tuple[TableDifference, ...]:
    """Return the tables that differ, by name; the order of rows and of columns does not count."""
    nothing = pl.DataFrame()
    found = (
        _table(name, stored.get(name, nothing), repeated.get(name, nothing), keys[name])
        for name in sorted({*stored, *repeated})
    )
    return tuple(each for each in found if each is not None)


def _table(
    name: str, stored: pl.DataFrame, repeated: pl.DataFrame, key: Sequence[str]
) -> TableDifference | None:
    of_one = sorted(set(stored.columns) ^ set(repeated.columns))
    if not (stored.width and repeated.width):  # a whole table is missing
        return TableDifference(name, 0, stored.height, repeated.height, tuple(of_one), ())
    values = sorted(set(stored.columns) & set(repeated.columns) - set(key))
    left, right = (
        table.select(*key, *values, pl.lit(True).alias(side))
        for table, side in zip((stored, repeated), _SIDES, strict=True)
    )
    both = left.join(right, on=key, how="full", coalesce=True, nulls_equal=True, suffix=_SIDES[1])
    gone, added = (both[side].null_count() for side in reversed(_SIDES))
    common = both.drop_nulls(_SIDES).sort(key)
    differing = {column: common[column].ne_missing(common[f"{column}{_SIDES[1]}"]) for column in values}
    changed = common.select(pl.any_horizontal(list(differing.values()) or [pl.lit(False)]).sum()).item()
    if not (changed or gone or added or of_one):
        return None
    return TableDifference(name, changed, gone, added, tuple(of_one), tuple(_cells(common, key, differing)))


def _cells(common: pl.DataFrame, key: Sequence[str], differing: Mapping[str, pl.Series]) -> list[Cell]:
    places = sorted(
        (int(row), column) for column, mask in differing.items() for row in mask.arg_true().head(_SHOWN)
    )
    return [
        Cell(common.select(key).row(row), column, common[column][row], common[f"{column}{_SIDES[1]}"][row])
        for row, column in places[:_SHOWN]
    ]
