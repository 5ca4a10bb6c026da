"""One consistent state of the store, as whoever asks may see it."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

import numpy as np
from fastapi import Request
from sqlalchemy import Connection

from service.access.identity import Principal, current_principal
from service.access.policy import visible
from service.errors import NotFound
from service.features.table import Property
from service.jobs.covering import usual_period
from service.jobs.periods import require_period, today
from service.ogc.collections import Collection
from service.ogc.computed import Computed, coverage_of
from service.ogc.queries.bbox import covers
from service.store import features
from service.store.database import Database
from service.store.layers import Box, Features, Ids, Run, Selection
from service.store.memory import Memory, memory_of

T = TypeVar("T")


@dataclass(frozen=True)
class View:
    """A reading connection, the version of the data it sees, and who looks."""

    connection: Connection
    version: int
    principal: Principal
    day: date
    _database: Database
    _memory: Memory

    @property
    def state(self) -> tuple[int, str]:
        """What entity tags hang on: the version, and what tells this store from others that count as far."""
        return self.version, self._memory.get(
            (self.version, "received"), lambda: features.last_received(self.connection)
        )

    def runs(self, collection: Collection, evaluation: int | None = None) -> tuple[Run, ...]:
        """Return the evaluations whose results are shown: the latest published ones, or the named one.

        None for a collection without evaluations. Raises `NotFound` for one that this principal cannot see.
        """
        if not collection.layer.of_evaluations:
            return ()
        if evaluation is not None:
            return self.named((evaluation,))
        return self._memory.get((self.version, "latest"), lambda: features.latest_published(self.connection))

    def named(self, ids: Sequence[int]) -> tuple[Run, ...]:
        """Return the named evaluations; drafts are there only for those who may see them."""
        found = self._memory.get(
            (self.version, "named", tuple(ids)), lambda: features.evaluations(self.connection, ids)
        )
        allowed = [run for run in found if run.status == "published" or self.principal.sees_drafts]
        if len(allowed) != len(set(ids)):
            missing = sorted(set(ids) - {run.id for run in allowed})
            raise NotFound(
                f"There is no evaluation {missing[0]}.",
                f"没有编号为 {missing[0]} 的评价。",
                place="evaluation",
                action="GET /evaluations lists those there are.",
            )
        return tuple(allowed)

    def period(self, collection: Collection, asked: str | None = None) -> str | None:
        """Return the period whose features are shown: the one asked for, or the usual one.

        None for a collection without periods. Raises `InvalidParameter` for what is no year.
        """
        if not collection.of_periods:
            return None
        if asked is not None:
            require_period(asked)
            return asked
        return self._memory.get((self.version, "period", self.day), lambda: usual_period(self.connection))

    def all_of(
        self, collection: Collection, runs: Sequence[Run] = (), period: str | None = None
    ) -> Selection:
        """Return the selection of all features of a collection, of these evaluations or this period."""
        if collection.of_periods:
            return Selection(period=period, as_of=self.day)
        if not collection.layer.of_evaluations:
            return Selection()
        ids = tuple(run.id for run in runs)
        return self._memory.get(
            (self.version, "scores", ids), lambda: features.scores_of(self.connection, ids)
        )

    def within(self, collection: Collection, selection: Selection, box: Box | None) -> Selection:
        """Narrow a selection to a box, unless the box holds all of it anyway."""
        if box is None:
            return selection
        extent = self.extent(collection, selection)
        return selection if extent is None or covers(box, extent) else replace(selection, box=box)

    def matching(self, collection: Collection, selection: Selection) -> Ids:
        """Return the row ids of a narrowed selection; found once per state of the data, for all pages."""
        return self._memory.get(
            (self.version, "matching", collection.id, selection),
            lambda: (
                self._matching_computed(collection, selection)
                if collection.of_periods
                else features.matching(self.connection, collection.layer, selection)
            ),
        )

    def _matching_computed(self, collection: Collection, selection: Selection) -> Ids:
        ids = self._computed(selection).matching(selection)
        if selection.box is None:
            return ids
        inside = Selection(box=selection.box)
        rows = self._memory.get(
            (self.version, "matching", collection.layer, inside),
            lambda: features.matching(self.connection, collection.layer, inside),
        )
        return np.intersect1d(ids, rows, assume_unique=True)

    def _computed(self, selection: Selection) -> Computed:
        everything = Selection(period=selection.period, as_of=selection.as_of)
        return self._memory.get(
            (self.version, "computed", everything),
            lambda: coverage_of(self._database, self.connection, everything),
        )

    def count(self, collection: Collection, selection: Selection) -> int:
        """Return how many features the selection has; counted once per state of the data."""
        if selection.is_narrowed or collection.of_periods:
            return len(self.matching(collection, selection))
        return self._memory.get(
            (self.version, "count", collection.id, selection),
            lambda: features.count(self.connection, collection.layer, selection),
        )

    def page(
        self,
        collection: Collection,
        selection: Selection,
        names: Sequence[str],
        *,
        limit: int,
        after: int,
        offset: int,
    ) -> Features:
        """Return up to ``limit`` features behind row id ``after``, skipping ``offset``."""
        if not selection.is_narrowed and not collection.of_periods:
            return features.page(
                self.connection, collection.layer, selection, names, limit=limit, after=after, offset=offset
            )
        ids = self.matching(collection, selection)
        start = int(np.searchsorted(ids, after, side="right")) + offset
        own = () if collection.of_periods else names
        found = features.by_ids(self.connection, collection.layer, ids[start : start + limit], own)
        return self._with_computed(collection, selection, found, names)

    def everything(self, collection: Collection, selection: Selection, names: Sequence[str]) -> Features:
        """Return all features of a selection, with a few neighbours of its box."""
        stored, own = (selection, names)
        if collection.of_periods:
            stored, own = replace(selection, period=None, as_of=None), ()
        found = features.everything(self.connection, collection.layer, stored, own)
        return self._with_computed(collection, selection, found, names)

    def one(self, collection: Collection, key: Sequence[str | int], names: Sequence[str]) -> Features:
        """Return the feature with this key, or none; of periods, the usual one."""
        own = () if collection.of_periods else names
        found = features.one(self.connection, collection.layer, key, own)
        usual = (
            self.all_of(collection, period=self.period(collection)) if collection.of_periods else Selection()
        )
        return self._with_computed(collection, usual, found, names)

    def _with_computed(
        self, collection: Collection, selection: Selection, found: Features, names: Sequence[str]
    ) -> Features:
        return self._computed(selection).on(found, names) if collection.of_periods else found

    def remember(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what was made for this state of the data, or make it; the key tells what is visible."""
        return self._memory.get((self.state, key), work_out)

    def extent(self, collection: Collection, selection: Selection) -> Box | None:
        """Return the box around everything in the selection's ranges; once per state of the data."""
        everything = replace(selection, equal=(), box=None, period=None, as_of=None)
        return self._memory.get(
            (self.version, "extent", collection.id, everything),
            lambda: features.extent(self.connection, collection.layer, everything),
        )


@contextmanager
def viewing(request: Request) -> Iterator[View]:
    """Give the present state of the store to whoever asks."""
    database: Database = request.app.state.database
    with database.reading() as connection:
        version = database.data_version(connection)
        yield View(connection, version, current_principal(request), today(), database, memory_of(database))


def properties_for(request: Request, collection: Collection) -> tuple[Property, ...]:
    """Return the properties of the collection that whoever asks may see."""
    return collection.shown(visible(current_principal(request), collection.id))
