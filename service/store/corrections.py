"""Held rows that nothing has settled yet, and those that wait for something the store may know by now."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from service.domain.hand_overs import Verdict
from service.store.models import Batch, NameMatch, Parcel, ParcelSuccession, SourceRow

_COLUMNS = ("id", "batch_id", "sheet", "row", "reason", "column", "detail", "content", "subject")


def settled() -> ColumnElement[bool]:
    """Condition on source rows: a later row corrects this one, and is not held itself."""
    later = aliased(SourceRow)
    return exists().where(later.corrects == SourceRow.id, later.verdict != Verdict.HELD.value)


def is_open() -> ColumnElement[bool]:
    """Condition on source rows: held, and nothing has settled it.

    A row that corrects another and is held in its turn is no question of its own: that one stays open.
    """
    return and_(SourceRow.verdict == Verdict.HELD.value, SourceRow.corrects.is_(None), ~settled())


def open_rows(connection: Connection, batch_id: int) -> list[dict[str, Any]]:
    """Return the open rows of a batch in the order of the file."""
    query = select(*(SourceRow.__table__.c[name] for name in _COLUMNS))
    query = query.where(SourceRow.batch_id == batch_id, is_open()).order_by(SourceRow.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def settling(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Return, of held rows, those that are settled, each with the row that settled it."""
    query = select(SourceRow.corrects, func.min(SourceRow.id)).where(
        SourceRow.corrects.in_(ids), SourceRow.verdict != Verdict.HELD.value
    )
    rows = connection.execute(query.group_by(SourceRow.corrects)).all()
    return {held: row for held, row in rows if held is not None}


def answerable(connection: Connection, reasons: Collection[str]) -> dict[int, list[int]]:
    """Return the open rows held for one of these reasons that may be settled now, by batch, the oldest first.

    A row that waits for a parcel is one of them only when there is something to the code that it names.
    """
    known = or_(
        exists().where(Parcel.code == SourceRow.subject),
        exists().where(ParcelSuccession.old_code == SourceRow.subject),
    )
    query = select(SourceRow.batch_id, SourceRow.id).where(
        SourceRow.batch_id.in_(select(Batch.id).where(Batch.held > 0)),  # few of many, by their index
        SourceRow.reason.in_(sorted(reasons)),
        or_(SourceRow.reason != "parcel_unknown", SourceRow.subject.is_(None), known),
        is_open(),
    )
    found: dict[int, list[int]] = {}
    for batch, row in connection.execute(query.order_by(SourceRow.batch_id, SourceRow.id)):
        found.setdefault(batch, []).append(row)
    return found


def known_beside(connection: Connection, batch_id: int) -> str:
    """Return what tells whether the store has learned something since, but for amendments of this batch."""
    amends_it = Batch.corrects.is_not_distinct_from(batch_id)
    others = connection.execute(select(func.max(Batch.id)).where(~amends_it)).scalar_one()
    decided = NameMatch.decided_at.is_not(None)
    count, last = connection.execute(
        select(func.count(), func.max(NameMatch.decided_at)).where(decided)
    ).one()
    return f"{others} {count} {last}"
