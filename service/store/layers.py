"""The layers a map has, which of their features are wanted, and the features themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, cast

from sqlalchemy import FromClause, Table

from service.features.table import Box, Ids
from service.store.models import Parcel, Score

__all__ = ["PARCELS", "SCORES", "Box", "Features", "Ids", "Layer", "Run", "Selection", "Value"]

Value = str | int | float | bool


@dataclass(frozen=True)
class Layer:
    """A table whose rows are features, and the columns that make a feature's id."""

    source: FromClause
    key: tuple[str, ...]

    @property
    def table(self) -> Table:
        """The table itself."""
        return cast(Table, self.source)

    @property
    def of_evaluations(self) -> bool:
        """Whether every row belongs to an evaluation."""
        return "evaluation_id" in self.table.c


PARCELS = Layer(Parcel.__table__, ("code",))
SCORES = Layer(Score.__table__, ("evaluation_id", "parcel_code"))


class Run(NamedTuple):
    """An evaluation as far as its features need it."""

    id: int
    district: str
    period: str
    status: str


@dataclass(frozen=True)
class Selection:
    """Which features of a layer: in these ranges of row ids, equal in these columns, meeting this box.

    ``ranges`` None means all rows; ``evaluations`` is set only where ranges alone would let others in.
    ``period`` and ``as_of`` are of features that are worked out for a period, as things stand on a day.
    """

    ranges: tuple[tuple[int, int], ...] | None = None
    evaluations: tuple[int, ...] | None = None
    period: str | None = None
    as_of: date | None = None
    equal: tuple[tuple[str, Value], ...] = ()
    box: Box | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether more than ranges decides."""
        return bool(self.equal) or self.box is not None


class Features(NamedTuple):
    """Features as they come from the store, item by item: row id, WKB, key, and the values of the columns."""

    columns: tuple[str, ...]
    rows: Sequence[Any]
    key_size: int

    @property
    def ids(self) -> list[int]:
        """Row ids."""
        return [row[0] for row in self.rows]

    @property
    def geometries(self) -> list[bytes]:
        """WKB, longitude first."""
        return [row[1] for row in self.rows]

    @property
    def keys(self) -> list[str]:
        """Feature ids: the parcel code, or evaluation and parcel code."""
        if self.key_size == 1:
            return [row[2] for row in self.rows]
        return [f"{row[2]}:{row[3]}" for row in self.rows]

    @property
    def values(self) -> list[tuple[Any, ...]]:
        """The values of ``columns``."""
        start = 2 + self.key_size
        return [row[start:] for row in self.rows]
