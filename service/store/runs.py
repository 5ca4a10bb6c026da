"""The evaluations whose scores are on the map, and when the store last received or made anything."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from service.store.layers import Run
from service.store.models import Batch, Evaluation

_RUNS = select(Evaluation.id, Evaluation.district, Evaluation.period, Evaluation.status)


def last_received(connection: Connection) -> str | None:
    """Return when the latest hand-over came or the latest evaluation was made, RFC 3339; None before any."""
    times = (select(func.max(Batch.received_at)), select(func.max(Evaluation.created_at)))
    return _latest(*(connection.execute(query).scalar_one() for query in times))


def first_received(connection: Connection) -> str:
    """Return when the first hand-over came and the first evaluation was made: what no two stores share."""
    times = (select(func.min(Batch.received_at)), select(func.min(Evaluation.created_at)))
    return " ".join(str(connection.execute(query).scalar_one()) for query in times)


def last_made(connection: Connection, ids: Sequence[int]) -> str | None:
    """Return when the latest of these evaluations was made, RFC 3339; None without any."""
    query = select(func.max(Evaluation.created_at)).where(Evaluation.id.in_(ids))
    return _latest(connection.execute(query).scalar_one())


def _latest(*moments: datetime | None) -> str | None:
    known = [moment for moment in moments if moment is not None]
    return max(known).isoformat().replace("+00:00", "Z") if known else None


def latest_published(connection: Connection) -> tuple[Run, ...]:
    """Return the latest published evaluation of each district, by id."""
    published = _RUNS.where(Evaluation.status == "published")
    latest = {
        row.district: Run(*row)
        for row in connection.execute(published.order_by(Evaluation.published_at, Evaluation.id))
    }
    return tuple(sorted(latest.values()))


def published(connection: Connection) -> tuple[Run, ...]:
    """Return the latest published evaluation of each district and period, by id."""
    query = _RUNS.where(Evaluation.status == "published")
    latest = {
        (row.district, row.period): Run(*row)
        for row in connection.execute(query.order_by(Evaluation.published_at, Evaluation.id))
    }
    return tuple(sorted(latest.values()))


def evaluations(connection: Connection, ids: Sequence[int]) -> tuple[Run, ...]:
    """Return those of the named evaluations that exist, whatever their status, by id."""
    rows = connection.execute(_RUNS.where(Evaluation.id.in_(ids)).order_by(Evaluation.id))
    return tuple(Run(*row) for row in rows)
