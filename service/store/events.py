"""Events in the store: written with what they tell of, read by receivers, and how far each was told.

Ids are given to the one writer inside its transaction: no event comes to light behind one that was seen.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from service.domain.events import Happening
from service.store import bulk
from service.store.models import Event, EventDelivery, EventSubscriber

_COLUMNS = ("uuid", "type", "subject", "time", "district", "data")


def emit(connection: Connection, happenings: Iterable[Happening]) -> int:
    """Write events in the caller's transaction, in their order; returns how many."""
    now = datetime.now(UTC)
    # all before the first is written: making them may ask the same connection
    rows = [
        (
            str(uuid4()),
            each.type,
            each.subject,
            now,
            each.district,
            json.dumps(each.data, ensure_ascii=False, separators=(",", ":")),
        )
        for each in happenings
    ]
    return bulk.insert(connection, Event.__table__, _COLUMNS, rows)


def after(
    connection: Connection,
    position: int,
    *,
    types: Collection[str] | None = None,
    districts: Collection[str] | None = None,
    limit: int,
) -> Sequence[RowMapping]:
    """Return the events after a position, of these types and districts, in the order of their ids."""
    query: Select[Any] = select(*Event.__table__.c).where(Event.id > position)
    if types is not None:
        query = query.where(Event.type.in_(types))
    if districts is not None:
        query = query.where(Event.district.in_(districts))
    return connection.execute(query.order_by(Event.id).limit(limit)).mappings().all()


def get(connection: Connection, event_id: int) -> RowMapping | None:
    """Return an event."""
    query = select(*Event.__table__.c).where(Event.id == event_id)
    return connection.execute(query).mappings().one_or_none()


def newest(connection: Connection) -> int:
    """Return the id of the latest event; 0 before any."""
    return int(connection.execute(select(func.coalesce(func.max(Event.id), 0))).scalar_one())


def subscriber(connection: Connection, name: str) -> RowMapping | None:
    """Return how far a receiver was told; None before it was first looked after."""
    query = select(*EventSubscriber.__table__.c).where(EventSubscriber.name == name)
    return connection.execute(query).mappings().one_or_none()


def begin(connection: Connection, name: str, position: int) -> None:
    """Tell a receiver of what comes after a position, unless that was settled before."""
    if subscriber(connection, name) is None:
        connection.execute(insert(EventSubscriber).values(name=name, position=position))


def advance(connection: Connection, name: str, position: int) -> None:
    """Note that a receiver was told, or need not be told, of everything up to a position."""
    connection.execute(
        update(EventSubscriber)
        .where(EventSubscriber.name == name, EventSubscriber.position < position)
        .values(position=position)
    )


def stop(connection: Connection, name: str, moment: datetime | None) -> bool:
    """Note since when a receiver wants no more, or with None that it does again; False when there is none."""
    stopping = update(EventSubscriber).where(EventSubscriber.name == name).values(stopped_at=moment)
    return bool(connection.execute(stopping).rowcount)


def waiting(connection: Connection, name: str) -> RowMapping | None:
    """Return the first event that a receiver is to be told of again: ``event_id, attempts, next_at``."""
    query = (
        select(EventDelivery.event_id, EventDelivery.attempts, EventDelivery.next_at)
        .where(EventDelivery.subscriber == name, EventDelivery.state == "waiting")
        .order_by(EventDelivery.event_id)
        .limit(1)
    )
    return connection.execute(query).mappings().one_or_none()


def record(connection: Connection, name: str, event_id: int, values: Mapping[str, Any]) -> None:
    """Write what became of telling a receiver of an event."""
    of = (EventDelivery.subscriber == name, EventDelivery.event_id == event_id)
    if not connection.execute(update(EventDelivery).where(*of).values(**values)).rowcount:
        connection.execute(insert(EventDelivery).values(subscriber=name, event_id=event_id, **values))


def again(connection: Connection, name: str | None = None, event_ids: Sequence[int] = ()) -> int:
    """Have deliveries that failed made again, all or those of these events; returns how many."""
    renewing = update(EventDelivery).where(EventDelivery.state == "failed")
    if name is not None:
        renewing = renewing.where(EventDelivery.subscriber == name)
    if event_ids:
        renewing = renewing.where(EventDelivery.event_id.in_(event_ids))
    return connection.execute(renewing.values(state="waiting", attempts=0, next_at=None)).rowcount


def counts(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many deliveries there are by receiver and state."""
    query = select(EventDelivery.subscriber, EventDelivery.state, func.count())
    found = connection.execute(query.group_by(EventDelivery.subscriber, EventDelivery.state))
    return {(name, state): count for name, state, count in found}


def last_tried(connection: Connection, name: str) -> RowMapping | None:
    """Return the delivery to a receiver that was tried last."""
    query = (
        select(*EventDelivery.__table__.c)
        .where(EventDelivery.subscriber == name, EventDelivery.tried_at.is_not(None))
        .order_by(EventDelivery.tried_at.desc(), EventDelivery.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().one_or_none()
