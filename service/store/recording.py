"""What the rows of a hand-over change: compared with the store in bulk, written after the rows themselves.

Figures keep their history: a new value supersedes the old one by key. Parcels, enterprises, occupancies
and contracts are kept in place, and only in the fields that the hand-over states; what was there before stays
in its own source row.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from geoalchemy2 import WKBElement
from sqlalchemy import Column, Connection, MetaData, Table, and_, bindparam, select, text, update

from service.domain.hand_overs import Fact, Feed, HandedRow, Key, Verdict
from service.store import bulk
from service.store.models import (
    SRID,
    Branch,
    Building,
    Enterprise,
    EnterpriseRating,
    Figure,
    GrantContract,
    InspectionItem,
    Meter,
    Occupancy,
    Parcel,
    ParcelSuccession,
)
from service.store.spatial import wkb

_CHUNK = 1000
_TABLES: dict[Feed, tuple[Any, tuple[str, ...]]] = {
    Feed.PARCELS: (Parcel.__table__, ("code",)),
    Feed.ENTERPRISES: (Enterprise.__table__, ("uscc",)),
    Feed.OCCUPANCIES: (Occupancy.__table__, ("parcel_code", "uscc", "role", "valid_from")),
    Feed.FIGURES: (Figure.__table__, ("subject_kind", "subject_code", "part_of", "period", "metric")),
    Feed.CONTRACTS: (GrantContract.__table__, ("parcel_code",)),
    Feed.BRANCHES: (Branch.__table__, ("uscc",)),
    Feed.RATINGS: (EnterpriseRating.__table__, ("uscc", "period")),
    Feed.METERS: (Meter.__table__, ("kind", "meter", "parcel_code", "uscc")),
    Feed.INSPECTIONS: (InspectionItem.__table__, ("uscc", "parcel_code", "period", "kind", "item")),
    Feed.BUILDINGS: (Building.__table__, ("code",)),
    Feed.SUCCESSIONS: (ParcelSuccession.__table__, ("old_code", "new_code")),
}
"""Where the facts of each feed are kept, and the columns of their key."""

T = TypeVar("T")
Stored = dict[Key, tuple[int, tuple[Any, ...]]]


@dataclass(slots=True)
class Changes:
    """What is to be written once the source rows are: new facts, and those that replace stored ones."""

    feed: Feed
    fields: tuple[str, ...]
    batch_id: int
    new: list[tuple[int, Fact]] = field(default_factory=list)
    changed: list[tuple[int, int, Fact]] = field(default_factory=list)  # id in the store, source row, fact

    def apply(self, connection: Connection) -> None:
        """Write them."""
        table, key = _TABLES[self.feed]
        columns = [*key, *self.fields, "source_row_id"]
        new: Iterable[Sequence[Any]] = ((*k, *content, row) for row, (k, content) in self.new)
        if self.feed is Feed.FIGURES:
            self._supersede(connection, table)
            columns.append("batch_id")
            again = ((*k, *content, row) for _, row, (k, content) in self.changed)
            new = ((*values, self.batch_id) for part in (new, again) for values in part)
        else:
            self._replace(connection, table)
        bulk.insert(connection, table, columns, new)

    def _supersede(self, connection: Connection, table: Table) -> None:
        statement = update(table).values(superseded_by=self.batch_id)
        for chunk in _chunks(stored for stored, _, _ in self.changed):
            connection.execute(statement.where(table.c.id.in_(chunk)))

    def _replace(self, connection: Connection, table: Table) -> None:
        if not self.changed:
            return
        names = [*self.fields, "source_row_id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("stored_id"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        for chunk in _chunks(self.changed):
            connection.execute(
                statement,
                [
                    {
                        "stored_id": stored,
                        **{
                            f"new_{name}": WKBElement(value, SRID) if name == "geom" else value
                            for name, value in zip(names, (*content, row), strict=True)
                        },
                    }
                    for stored, row, (_, content) in chunk
                ],
            )


def record(
    connection: Connection,
    feed: Feed,
    rows: list[HandedRow],
    fields: Sequence[str],
    batch_id: int,
    first_row_id: int,
) -> Changes:
    """Compare what the rows state with the store; complete verdicts in place, return what is to be written.

    :param rows: the rows of one hand-over, settled among themselves: no key is stated twice
    :param first_row_id: the id that the first row will have; the others follow
    """
    changes = Changes(feed, tuple(fields), batch_id)
    stored = _stored(connection, feed, fields, (key for row in rows for key, _ in row.facts))
    for row_id, row in enumerate(rows, start=first_row_id):
        if row.facts:
            _compare(row, row_id, stored, changes)
    return changes


def _compare(row: HandedRow, row_id: int, stored: Stored, changes: Changes) -> None:
    known = [stored.get(key) for key, _ in row.facts]
    if changes.feed is Feed.PARCELS and known[0] is not None:
        at = changes.fields.index("district")
        here, there = row.facts[0][1][at], known[0][1][at]
        if here != there:
            row.hold("district_differs", None, f"The store has this parcel in the district {there}.")
            return
    if all(old is not None and old[1] == content for old, (_, content) in zip(known, row.facts, strict=True)):
        row.verdict, row.reason, row.column, row.detail = Verdict.DUPLICATE, "already_stored", None, None
        return
    for old, fact in zip(known, row.facts, strict=True):
        if old is None:
            changes.new.append((row_id, fact))
        elif old[1] != fact[1]:
            changes.changed.append((old[0], row_id, fact))


def _stored(connection: Connection, feed: Feed, fields: Sequence[str], keys: Iterable[Key]) -> Stored:
    """Return what the store says now of these keys: key → id and content.

    The keys go into a temporary table that one query joins. Lists of values in chunks are as quick while the
    planner sees the right index, and take minutes when it does not.
    """
    table, key_columns = _TABLES[feed]
    selective = [name for name in key_columns if not table.c[name].nullable]
    stage = Table(
        "stated_key",
        MetaData(),
        *(Column(name, table.c[name].type) for name in selective),
        prefixes=["TEMPORARY"],
    )
    stage.create(connection)
    bulk.insert(connection, stage, selective, (key[: len(selective)] for key in keys))
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE stated_key"))
    content: list[Any] = [wkb(table.c.geom) if name == "geom" else table.c[name] for name in fields]
    matches = and_(*(stage.c[name] == table.c[name] for name in selective))
    query = select(table.c.id, *(table.c[name] for name in key_columns), *content)
    query = query.select_from(stage.join(table, matches))
    if feed is Feed.FIGURES:
        query = query.where(table.c.superseded_by.is_(None))
    width = 1 + len(key_columns)
    found: Stored = {
        tuple(row[1:width]): (row[0], tuple(_plain(value) for value in row[width:]))
        for row in connection.execute(query)
    }
    stage.drop(connection)
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk
