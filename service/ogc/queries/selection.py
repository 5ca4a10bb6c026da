"""Which features of a collection are wanted: equal in properties, meeting a box, passing a filter."""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from service.features.filters import Filter
from service.features.table import Box, FeatureTable, Rows

Value = str | int | float | bool | date


@dataclass(frozen=True)
class Selection:
    """Conditions that all hold; without any, everything is selected."""

    equal: tuple[tuple[str, Value], ...] = ()
    box: Box | None = None
    where: Filter | None = None

    @property
    def key(self) -> bytes:
        """What tells it from others in a memory, however long its conditions are."""
        conditions = (self.equal, self.box, self.where and self.where.canonical)
        return hashlib.blake2b(repr(conditions).encode(), digest_size=16).digest()

    def rows(self, table: FeatureTable) -> Rows:
        """Return the rows of the table that meet every condition."""
        found = [] if self.box is None else [table.meeting(self.box)]
        if self.equal:
            alike = [pl.col(name) == pl.lit(value) for name, value in self.equal]
            meets = table.properties.select(pl.all_horizontal(alike).fill_null(False)).to_series()
            found.append(np.flatnonzero(meets.to_numpy()))
        if self.where is not None:
            found.append(self.where.rows(table))
        if not found:
            return table.everything
        rows = found[0]
        for others in found[1:]:
            rows = np.intersect1d(rows, others, assume_unique=True)
        return rows
