"""Freshness of sources (数据源时效): how the last pull of each went, and when the next is due."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel

from service.domain.hand_overs import Feed
from service.jobs.pulling import Order, Sources
from service.outbound.reach import origin_of
from service.pulling.fetching import Cursor
from service.pulling.schedule import next_due
from service.store import pulls
from service.store.database import Database

State = Literal["never", "fresh", "due", "failing"]

_KEPT = ("succeeded_at", "failed_at", "error", "rows")


class SourceStatus(BaseModel):
    """A source and how it is: ``failing`` when the last attempt failed; no secrets, no whole addresses."""

    name: str
    title: str
    kind: str
    feed: Feed
    district: str | None
    host: str
    state: State
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None
    rows: int = 0
    next_due: datetime | None = None
    unfinished_pages: int | None = None
    """Pages that wait for an unfinished pull to go on."""


def statuses(database: Database, sources: Sources, now: datetime | None = None) -> list[SourceStatus]:
    """Return how every source is, in the order of the sources file."""
    now = now or datetime.now(UTC)
    with database.reading() as connection:
        known = pulls.states(connection)
    return [_status(order, dict(known.get(name, {})), now) for name, order in sources.orders.items()]


def due(database: Database, sources: Sources, now: datetime | None = None) -> list[Order]:
    """Return the sources that are due now by their schedule, the longest due first."""
    now = now or datetime.now(UTC)
    waiting = [each for each in statuses(database, sources, now) if each.next_due and each.next_due <= now]
    return [sources.get(each.name) for each in sorted(waiting, key=lambda each: each.next_due or now)]


def _status(order: Order, known: dict[str, object], now: datetime) -> SourceStatus:
    source = order.source
    succeeded, failed = known.get("succeeded_at"), known.get("failed_at")
    assert succeeded is None or isinstance(succeeded, datetime)  # noqa: S101 - as the table has it
    assert failed is None or isinstance(failed, datetime)  # noqa: S101
    next_ = next_due(source.schedule, succeeded, failed, now)
    cursor = known.get("cursor")
    state: State = "never" if succeeded is None else "fresh"
    if known.get("error"):
        state = "failing"
    elif succeeded is not None and next_ is not None and next_ <= now:
        state = "due"
    origin = origin_of(source.url)
    return SourceStatus(
        name=source.name,
        title=source.title,
        kind=source.kind,
        feed=source.feed,
        district=source.district,
        host=origin[1] if origin else "",
        state=state,
        next_due=next_,
        unfinished_pages=Cursor.model_validate_json(str(cursor)).pages if cursor else None,
        **{key: known[key] for key in ("succeeded_at", "failed_at", "error", "rows") if key in known},
    )
