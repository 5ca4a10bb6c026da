"""Layers of the store as tables in memory (常驻图层): read once, then brought up to date by what has changed.

Rows keep their id and later ones get greater ids, so a listing that goes on behind the last id seen
neither loses nor repeats a feature while others write. Every change of a parcel or building comes with a new
source row, whose id is the version: what is newer than the newest version known is all that has to be read.
"""

import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl
from sqlalchemy import Boolean, ColumnElement, Connection, Date, Float, Integer, Select, func, select

from service.features.changes import updated
from service.features.table import FeatureTable, Ids, joined
from service.store import spatial
from service.store.database import Database
from service.store.layers import SCORES, Layer, Run
from service.store.memory import Memory
from service.store.models import Batch, Score, SourceRow

_AT_ONCE = 20_000
_ROOM = 512 * 1024 * 1024  # for scores


class _Known(NamedTuple):
    version: int
    table: FeatureTable


class Standing:
    """The tables of one store as they were when last looked at."""

    def __init__(self) -> None:
        self._layers: dict[str, _Known] = {}
        self._scores = Memory(_ROOM)
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def layer(self, connection: Connection, version: int, layer: Layer) -> FeatureTable:
        """Return all rows of a layer; ``version`` is that of the data which the connection sees."""
        name = layer.table.name
        with self._locks[name]:
            known = self._layers.get(name)
            if known is not None and known.version == version:
                return known.table
            if known is None or known.version > version:  # a reader that began before the latest change
                table = read(connection, layer)
            else:
                table = _brought_up(connection, layer, known.table)
            if known is None or known.version < version:
                self._layers[name] = _Known(version, table)
            return table

    def known_layer(self, version: int, layer: Layer) -> FeatureTable | None:
        """Return all rows of a layer if they are in memory in this version of the data."""
        known = self._layers.get(layer.table.name)
        return known.table if known is not None and known.version == version else None

    def known_scores(self, version: int, runs: tuple[Run, ...]) -> FeatureTable | None:
        """Return the scores of evaluations if they are in memory in this version of the data."""
        key = _key(version, runs[0]) if len(runs) == 1 else (version, runs)
        found: FeatureTable | None = self._scores.find(key)
        return found

    def scores(self, connection: Connection, version: int, runs: tuple[Run, ...]) -> FeatureTable:
        """Return the scores of evaluations; those of a published one never change and are read once."""
        with self._locks[SCORES.table.name]:
            parts = [self._of(connection, version, run) for run in runs]
            if len(parts) == 1:
                return parts[0]
            return self._scores.get((version, runs), lambda: joined(parts, _empty(SCORES)))

    def _of(self, connection: Connection, version: int, run: Run) -> FeatureTable:
        return self._scores.get(
            _key(version, run), lambda: read(connection, SCORES, Score.evaluation_id == run.id)
        )


def _key(version: int, run: Run) -> Hashable:
    return run if run.status == "published" else (version, run)


_OF_STORES: WeakKeyDictionary[Database, Standing] = WeakKeyDictionary()


def standing(database: Database) -> Standing:
    """Return the tables that stand in memory for a store."""
    return _OF_STORES.setdefault(database, Standing())


def changed_at(connection: Connection, version: int) -> datetime | None:
    """Return when the hand-over came that a row's version stands for."""
    query = select(Batch.received_at).join(SourceRow, SourceRow.batch_id == Batch.id)
    found: datetime | None = connection.execute(query.where(SourceRow.id == version)).scalar_one_or_none()
    return found


def read(connection: Connection, layer: Layer, *among: ColumnElement[bool]) -> FeatureTable:
    """Return the rows of a layer that meet the conditions, as a table."""
    parts = list(_parts(connection, layer, among))
    return joined(parts, _empty(layer))


def _brought_up(connection: Connection, layer: Layer, known: FeatureTable) -> FeatureTable:
    """Return the table with what is newer than its newest row, and without what is gone."""
    own = layer.table.c
    newest = known.newest
    fresh = read(connection, layer, own[layer.version] > newest)
    count = connection.execute(select(func.count()).select_from(layer.table)).scalar_one()
    added = int(np.isin(fresh.ids, known.ids, invert=True).sum())
    gone: Ids = np.empty(0, dtype=np.int64)
    if count != len(known) + added:
        there = np.fromiter(connection.execute(select(own.id)).scalars(), dtype=np.int64)
        gone = np.setdiff1d(known.ids, there)
    return updated(known, fresh, gone)


def _parts(
    connection: Connection, layer: Layer, among: tuple[ColumnElement[bool], ...]
) -> Iterator[FeatureTable]:
    own = layer.table.c
    query = _select(layer).where(*among).order_by(own.id).limit(_AT_ONCE)
    last = -1
    while rows := connection.execute(query.where(own.id > last)).all():
        last = rows[-1][0]
        yield _table(layer, rows)
        if len(rows) < _AT_ONCE:
            return


def _select(layer: Layer) -> Select[Any]:
    own = layer.table.c
    # labelled by place: a column may be part of the key and wanted as a property
    wanted = [own.id, own[layer.version], spatial.wkb(own.geom), *(own[name] for name in layer.shown)]
    return select(*(item.label(f"c{place}") for place, item in enumerate(wanted)))


def _table(layer: Layer, rows: Any) -> FeatureTable:
    ids, versions, wkb, *columns = zip(*rows, strict=True)
    values = dict(zip(layer.shown, columns, strict=True))
    keys = list(values[layer.key[0]])
    if len(layer.key) > 1:
        keys = [
            ":".join(map(str, parts)) for parts in zip(*(values[name] for name in layer.key), strict=True)
        ]
    return FeatureTable.of(
        np.array(ids, dtype=np.int64),
        keys,
        np.array(versions, dtype=np.int64),
        pl.Series([None if shape is None else bytes(shape) for shape in wkb], dtype=pl.Binary),
        pl.DataFrame(values, schema=_schema(layer), orient="col"),
    )


def _empty(layer: Layer) -> FeatureTable:
    nothing: Ids = np.empty(0, dtype=np.int64)
    return FeatureTable.of(
        nothing, [], nothing, pl.Series([], dtype=pl.Binary), pl.DataFrame(schema=_schema(layer))
    )


def _schema(layer: Layer) -> dict[str, type[pl.DataType]]:
    return {name: _type(layer.table.c[name].type) for name in layer.shown}


def _type(kind: object) -> type[pl.DataType]:
    if isinstance(kind, Boolean):
        return pl.Boolean
    if isinstance(kind, Integer):  # BigInteger is one too
        return pl.Int64
    if isinstance(kind, Date):
        return pl.Date
    return pl.Float64 if isinstance(kind, Float) else pl.String
