"""Engines: where the evaluation core calculates, one machine or a cluster, with the same rows on each."""

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from service.domain.scheme import Scheme
from service.domain.tables import BY_NUMBER, KEYS, NUMBERS

Results = dict[str, pl.DataFrame]


class Engine(Protocol):
    """Runs the evaluation core on the tables of a snapshot.

    An engine decides how long it takes and how much fits, never what comes out: it is no part of a run's
    identity, and a run calculated on one engine is found again on any other.
    """

    def run(self, tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str) -> Results:
        """Return the tables of `service.domain.tables.RESULTS`, each sorted by its `KEYS`."""
        ...


def in_order(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of results as it is kept: sorted by its key, without the numbers of the snapshot."""
    order = BY_NUMBER.get(name, KEYS[name])
    if len(order) > 1 or not table[order[0]].is_sorted():
        table = table.sort(order)
    return table.drop(NUMBERS, strict=False)
