"""Hand-overs in the store: batches and their rows as received, and the queries on them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from service.domain.hand_overs import Feed, HandedRow, Verdict
from service.store import bulk
from service.store.models import Batch, Figure, SourceRow
from service.store.recording import record

_ROW_COLUMNS = (
    "id",
    "batch_id",
    "sheet",
    "row",
    "verdict",
    "reason",
    "column",
    "detail",
    "content",
    "subject",
)


@dataclass(frozen=True, slots=True)
class HandOver:
    """What identifies a hand-over: the same four again are the same hand-over."""

    feed: Feed
    district: str | None
    sha256: str
    mapping: str  # the mapping and options as applied, canonical JSON
    file_name: str


def write(connection: Connection, hand_over: HandOver, rows: list[HandedRow], fields: Sequence[str]) -> int:
    """Store a hand-over with all its rows and what the accepted ones state; return the batch's id.

    :param connection: a writing transaction; nothing is visible before it commits
    :param rows: verdicts are completed in place by what the store holds already
    :param fields: the columns that the content of the rows' facts fills, in order
    """
    batch_id = bulk.reserve_ids(connection, Batch.__table__, 1)
    first = bulk.reserve_ids(connection, SourceRow.__table__, len(rows))
    changes = record(connection, hand_over.feed, rows, fields, batch_id, first)
    counts = Counter(row.verdict for row in rows)
    connection.execute(
        insert(Batch).values(
            id=batch_id,
            feed=hand_over.feed.value,
            district=hand_over.district,
            file_name=hand_over.file_name,
            sha256=hand_over.sha256,
            mapping=hand_over.mapping,
            received_at=datetime.now(UTC),
            read=len(rows),
            **{verdict.value: counts[verdict] for verdict in Verdict},
        )
    )
    text = {verdict: verdict.value for verdict in Verdict}
    bulk.insert(
        connection,
        SourceRow.__table__,
        _ROW_COLUMNS,
        (
            (
                first + index,
                batch_id,
                row.sheet,
                row.row,
                text[row.verdict],
                row.reason,
                row.column,
                row.detail,
                row.content,
                row.subject,
            )
            for index, row in enumerate(rows)
        ),
    )
    changes.apply(connection)
    return batch_id


def find(connection: Connection, hand_over: HandOver) -> RowMapping | None:
    """Return the batch of the same hand-over, if it was received before."""
    query = select(*Batch.__table__.c).where(
        Batch.sha256 == hand_over.sha256,
        Batch.feed == hand_over.feed.value,
        Batch.mapping == hand_over.mapping,
        Batch.district.is_not_distinct_from(hand_over.district),
    )
    return connection.execute(query.order_by(Batch.id).limit(1)).mappings().one_or_none()


def batches(
    connection: Connection, feed: Feed | None = None, *, limit: int = 100, before: int | None = None
) -> Sequence[RowMapping]:
    """Return batches, the latest first; ``before`` is the id of the last one seen."""
    query = select(*Batch.__table__.c).order_by(Batch.id.desc()).limit(limit)
    if feed is not None:
        query = query.where(Batch.feed == feed.value)
    if before is not None:
        query = query.where(Batch.id < before)
    return connection.execute(query).mappings().all()


def batch(connection: Connection, batch_id: int, feed: Feed | None = None) -> RowMapping | None:
    """Return one batch, or None when there is none of this id (and feed)."""
    query = select(*Batch.__table__.c).where(Batch.id == batch_id)
    if feed is not None:
        query = query.where(Batch.feed == feed.value)
    return connection.execute(query).mappings().one_or_none()


def rows_of(
    connection: Connection,
    batch_id: int,
    *,
    verdict: Verdict | None = None,
    limit: int = 100,
    after: int = 0,
) -> Sequence[RowMapping]:
    """Return rows of a batch in the order of the file; ``after`` is the id of the last one seen."""
    query = (
        select(*SourceRow.__table__.c)
        .where(SourceRow.batch_id == batch_id, SourceRow.id > after)
        .order_by(SourceRow.id)
        .limit(limit)
    )
    if verdict is not None:
        query = query.where(SourceRow.verdict == verdict.value)
    return connection.execute(query).mappings().all()


def reasons_of(connection: Connection, batch_id: int) -> dict[str, int]:
    """Return how many rows of a batch were not accepted, by reason code."""
    query = (
        select(SourceRow.reason, func.count())
        .where(
            SourceRow.batch_id == batch_id,
            SourceRow.verdict != Verdict.ACCEPTED.value,
            SourceRow.reason.is_not(None),
        )
        .group_by(SourceRow.reason)
        .order_by(SourceRow.reason)
    )
    return {str(reason): int(count) for reason, count in connection.execute(query)}


def superseded_since(connection: Connection, batch_id: int) -> int:
    """Return how many figures of a batch are no longer in effect."""
    query = select(func.count()).where(Figure.batch_id == batch_id, Figure.superseded_by.is_not(None))
    return connection.execute(query).scalar_one()


def source_rows(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return source rows by id with the file they came from, for explanations."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(ids), 1000):
        query = (
            select(*(SourceRow.__table__.c[name] for name in ("id", "sheet", "row", "batch_id")))
            .add_columns(Batch.file_name, Batch.feed)
            .join(Batch, Batch.id == SourceRow.batch_id)
            .where(SourceRow.id.in_(ids[start : start + 1000]))
        )
        found.update({row["id"]: dict(row) for row in connection.execute(query).mappings()})
    return found
