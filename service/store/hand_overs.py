"""Hand-overs in the store: batches and their rows as received, and the queries on them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from service.domain.hand_overs import AT, Feed, Verdict
from service.store import bulk
from service.store.models import Batch, Figure, SourceRow
from service.store.recording import record

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class HandOver:
    """What identifies a hand-over: the same four again are the same hand-over."""

    feed: Feed
    district: str | None
    sha256: str
    mapping: str  # the mapping and options as applied, canonical JSON
    file_name: str
    profile: str | None = None
    corrects: int | None = None
    """The batch whose held rows it settles."""
    pulled_from: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a hand-over: what is kept of them, what they state, and how that is to be written."""

    count: int
    kept: Iterable[pl.DataFrame]
    """All rows in their order, with the columns of `SourceRow`, as they were first judged."""
    facts: pl.DataFrame
    later: pl.DataFrame
    """Verdicts that replace the first ones (`service.store.recording.LATER`)."""
    fields: Sequence[str]
    """The columns that the content of the facts fills, in order."""


@dataclass(slots=True)
class Written:
    """What became of a hand-over's rows: its batch, and how many rows have each verdict and reason."""

    batch_id: int
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of rows that were not accepted."""
    noted: Counter[str] = field(default_factory=Counter)
    """Of rows that were."""


def write(
    connection: Connection, hand_over: HandOver, rows: Rows, progress: Progress | None = None
) -> Written:
    """Store a hand-over with all its rows and what the accepted ones state; return what became of them.

    :param connection: a writing transaction; nothing is visible before it commits
    :param progress: is told the rows written and all rows
    """
    batch_id = bulk.reserve_ids(connection, Batch.__table__, 1)
    first = bulk.reserve_ids(connection, SourceRow.__table__, rows.count)
    changes = record(connection, hand_over.feed, rows.facts, rows.fields, batch_id, first)
    written = Written(batch_id)
    connection.execute(
        insert(Batch).values(
            id=batch_id,
            feed=hand_over.feed.value,
            district=hand_over.district,
            file_name=hand_over.file_name,
            sha256=hand_over.sha256,
            mapping=hand_over.mapping,
            received_at=datetime.now(UTC),
            read=rows.count,
            profile=hand_over.profile,
            corrects=hand_over.corrects,
            pulled_from=hand_over.pulled_from,
            **{verdict.value: 0 for verdict in Verdict},
        )
    )
    later = pl.concat([rows.later, changes.later], how="diagonal")
    bulk.append(connection, SourceRow.__table__, _source_rows(rows, later, first, written, progress))
    counts = {verdict.value: written.verdicts[verdict.value] for verdict in Verdict}
    connection.execute(update(Batch).where(Batch.id == batch_id).values(counts))
    changes.apply(connection)
    return written


def _source_rows(
    rows: Rows, later: pl.DataFrame, first: int, written: Written, progress: Progress | None
) -> Iterator[pl.DataFrame]:
    at = 0
    for kept in rows.kept:
        judged = _judged(at, kept, later)
        for verdict, reason, count in judged.group_by("verdict", "reason").len().iter_rows():
            written.verdicts[verdict] += count
            if reason is not None:
                (written.noted if verdict == Verdict.ACCEPTED else written.reasons)[reason] += count
        yield judged.with_columns(
            id=pl.int_range(first + at, first + at + kept.height), batch_id=pl.lit(written.batch_id)
        )
        at += kept.height
        if progress is not None:
            progress(at, rows.count)


def _judged(start: int, kept: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Return kept rows, the first of which is at ``start`` in the file, with their later verdicts."""
    theirs = later.filter(pl.col(AT).is_between(start, start + kept.height - 1))
    if theirs.is_empty():
        return kept
    placed = kept.with_columns(pl.int_range(start, start + kept.height, dtype=pl.UInt32).alias(AT))
    placed = placed.join(theirs, on=AT, how="left", suffix="@", maintain_order="left")
    given = pl.col("verdict@").is_not_null()
    replaced = (
        pl.when(given).then(pl.col(f"{name}@")).otherwise(pl.col(name)).alias(name)
        for name in later.columns
        if name not in (AT, "subject")
    )
    subject = pl.coalesce("subject@", "subject").alias("subject")
    return placed.with_columns(*replaced, subject).select(kept.columns)


def find(connection: Connection, hand_over: HandOver) -> RowMapping | None:
    """Return the batch of the same hand-over, if it was received before."""
    query = select(*Batch.__table__.c).where(
        Batch.sha256 == hand_over.sha256,
        Batch.feed == hand_over.feed.value,
        Batch.mapping == hand_over.mapping,
        Batch.district.is_not_distinct_from(hand_over.district),
    )
    return connection.execute(query.order_by(Batch.id).limit(1)).mappings().one_or_none()


def last_batch(connection: Connection) -> int:
    """Return the number of the latest hand-over; 0 when there is none."""
    return connection.execute(select(func.coalesce(func.max(Batch.id), 0))).scalar_one()


def first_of(connection: Connection, feed: Feed, sha256: str, *, after: int) -> RowMapping | None:
    """Return the first batch of this file that came after a batch."""
    query = select(*Batch.__table__.c).where(
        Batch.feed == feed.value, Batch.sha256 == sha256, Batch.id > after
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
