"""One consistent state of the store, as whoever asks may see it."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import polars as pl
from fastapi import Request
from sqlalchemy import Connection

from service.access.identity import Principal, current_principal
from service.access.policy import visible
from service.errors import NotFound
from service.features.table import TYPES, FeatureTable, Property, Rows
from service.jobs.covering import usual_period
from service.jobs.periods import require_period, today
from service.ogc.collections import Collection
from service.ogc.queries.datetimes import Interval, meets
from service.ogc.queries.selection import Selection
from service.ogc.sources.source import Edition
from service.store import runs
from service.store.database import Database
from service.store.layers import Layer, Run
from service.store.memory import Memory, memory_of
from service.store.moments import moments_of
from service.store.standing import standing
from service.store.version import VERSION

T = TypeVar("T")


class NotInMemory(LookupError):
    """What a view of memory alone was asked for is not there: ask again with a connection."""


@dataclass(frozen=True)
class View:
    """A version of the data, who looks, and a reading connection that sees it; without one, memory alone."""

    _connection: Connection | None
    version: int
    principal: Principal
    day: date
    database: Database
    _memory: Memory

    @property
    def connection(self) -> Connection:
        """The connection; raises `NotInMemory` where there is none."""
        if self._connection is None:
            raise NotInMemory
        return self._connection

    @property
    def store(self) -> str:
        """What tells this store from another in which as much has happened."""
        return self.remember("store", lambda: runs.first_received(self.connection))

    def received_at(self) -> str | None:
        """Return when the store last received a hand-over or made an evaluation; RFC 3339."""
        return self.remember("received", lambda: runs.last_received(self.connection))

    def came_at(self, row: int) -> datetime | None:
        """Return when the hand-over or edit came that a row of it stands in; None for no such row."""
        known = moments_of(self.database)
        moment = known.find(row)
        return known.ask(self.connection, row) if moment is None else moment

    def made_at(self, ids: Sequence[int]) -> str | None:
        """Return when the latest of these evaluations was made; RFC 3339."""
        return self.remember(("made", tuple(ids)), lambda: runs.last_made(self.connection, ids))

    def latest(self) -> tuple[Run, ...]:
        """Return the latest published evaluation of each district, by id."""
        return self.remember("latest", lambda: runs.latest_published(self.connection))

    def published(self) -> tuple[Run, ...]:
        """Return the latest published evaluation of each district and period, by id."""
        return self.remember("published", lambda: runs.published(self.connection))

    def named(self, ids: Sequence[int]) -> tuple[Run, ...]:
        """Return the named evaluations; drafts are there only for those who may see them.

        Raises `NotFound` for one that this principal cannot see.
        """
        found = self.remember(("named", tuple(ids)), lambda: runs.evaluations(self.connection, ids))
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

    def edition(
        self,
        collection: Collection,
        evaluation: int | None = None,
        period: str | None = None,
        interval: Interval | None = None,
    ) -> Edition:
        """Return what a listing shows: the evaluation or period asked for, else the usual ones.

        The usual evaluations are the latest published of each district; with an interval, the latest
        published of each district and each period that meets it. An evaluation outside of it shows nothing.

        Raises `NotFound` for an evaluation that this principal cannot see, `InvalidParameter` for no year.
        """
        if collection.source.chosen_by == "evaluation":
            if evaluation is not None:
                shown = self.named((evaluation,))
            elif interval is None:
                shown = self.latest()
            else:
                shown = self.published()
            return Edition(tuple(run.id for run in shown if interval is None or meets(interval, run.period)))
        if collection.source.chosen_by == "period":
            if period is None:
                return Edition(
                    period=self.remember(("period", self.day), lambda: usual_period(self.connection))
                )
            require_period(period)
            return Edition(period=period)
        return Edition()

    def periods(self, collection: Collection) -> list[str]:
        """Return the periods that the features of a collection are of, whether shown unasked or not."""
        if collection.source.chosen_by == "evaluation":
            return [run.period for run in self.published()]
        usual = self.edition(collection).period
        return [] if usual is None else [usual]

    def layer(self, layer: Layer) -> FeatureTable:
        """Return all rows of a stored layer."""
        known = standing(self.database).known_layer(self.version, layer)
        if known is not None:
            return known
        return standing(self.database).layer(self.connection, self.version, layer)

    def scores(self, ids: Sequence[int]) -> FeatureTable:
        """Return the scores of evaluations; raises `NotFound` for one that this principal cannot see."""
        named = self.named(ids)
        known = standing(self.database).known_scores(self.version, named)
        if known is not None:
            return known
        return standing(self.database).scores(self.connection, self.version, named)

    def table(self, collection: Collection, edition: Edition) -> FeatureTable:
        """Return the features of a collection; without any there are still its columns."""
        table = collection.source.table(self, edition)
        if len(table):
            return table
        schema = {item.name: TYPES[item.type] for item in collection.properties}
        return FeatureTable.of(table.ids, [], table.versions, table.wkb, pl.DataFrame(schema=schema))

    def chosen(self, collection: Collection, table: FeatureTable, selection: Selection) -> Rows:
        """Return the rows that are selected; found once per state of the features, for all pages."""
        if selection == Selection():
            return table.everything
        return self._memory.get(
            ("rows", collection.id, table.stamp, selection.key), lambda: selection.rows(table)
        )

    def keep(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what was made of features, or make it; true in every state in which the key is the same."""
        return self._memory.get(key, work_out)

    def remember(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what was made for this state of the data, or make it; the key tells what is visible."""
        return self._memory.get((self.version, key), work_out)


@contextmanager
def viewing(request: Request, *, from_memory: bool = False) -> Iterator[View]:
    """Give the present state of the store to whoever asks.

    :param from_memory: open no transaction, and take the version that was asked when the request came; what
        is not remembered of it raises `NotInMemory`
    """
    database: Database = request.app.state.database
    principal, memory = current_principal(request), memory_of(database)
    if from_memory:
        version: int | None = getattr(request.state, VERSION, None)
        if version is None:
            raise NotInMemory
        yield View(None, version, principal, today(), database, memory)
        return
    with database.reading() as connection:
        version = database.data_version(connection)
        yield View(connection, version, principal, today(), database, memory)


def properties_for(request: Request, collection: Collection) -> tuple[Property, ...]:
    """Return the properties of a collection that whoever asks may see."""
    return collection.shown(visible(current_principal(request), collection.id))
