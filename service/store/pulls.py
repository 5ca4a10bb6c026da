"""How far sources have been pulled (汇聚): one row a source, with the cursor of an unfinished pull."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from service.errors import Conflict
from service.store.models import Batch, PullState


def state(connection: Connection, source: str) -> RowMapping | None:
    """Return the state of a source, or None before its first pull."""
    query = select(*PullState.__table__.c).where(PullState.source == source)
    return connection.execute(query).mappings().one_or_none()


def states(connection: Connection) -> dict[str, RowMapping]:
    """Return the states of all sources by name."""
    rows = connection.execute(select(*PullState.__table__.c)).mappings()
    return {row["source"]: row for row in rows}


def save(connection: Connection, source: str, values: Mapping[str, Any]) -> None:
    """Write values of the state of a source, which is made if there is none."""
    done = connection.execute(update(PullState).where(PullState.source == source).values(**values))
    if not done.rowcount:
        connection.execute(insert(PullState).values(source=source, **{"rows": 0, **values}))


def move(connection: Connection, source: str, before: str | None, cursor: str | None) -> None:
    """Put a cursor in the place of another; raises `Conflict` when a third one is there."""
    done = connection.execute(
        update(PullState)
        .where(PullState.source == source, PullState.cursor.is_not_distinct_from(before))
        .values(cursor=cursor)
    )
    if done.rowcount != 1:
        raise Conflict(
            "Another pull of this source has gone on meanwhile.",
            "该数据源已由另一任务继续汇聚。",
            code="pull-running",
            place=source,
            action="Wait until it has ended. 请等待其结束。",
        )


def finish(
    connection: Connection, source: str, cursor: str, watermark: str | None, rows: int, moment: datetime
) -> None:
    """Take note of a success: the watermark moves and the cursor goes, at once."""
    move(connection, source, cursor, None)
    connection.execute(
        update(PullState)
        .where(PullState.source == source)
        .values(watermark=watermark, succeeded_at=moment, error=None, rows=PullState.rows + rows)
    )


def batch_of(connection: Connection, source: str, file_name: str) -> int | None:
    """Return the batch that a pull made of a file, which has the moment of the pull in its name."""
    query = select(Batch.id).where(Batch.pulled_from == source, Batch.file_name == file_name)
    return connection.execute(query.order_by(Batch.id.desc()).limit(1)).scalar_one_or_none()
