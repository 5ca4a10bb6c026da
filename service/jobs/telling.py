"""Events are told (事件投递) at least once, in order, to each subscriber by itself, until it takes them.

What was told is noted after it was told: whoever is interrupted in between tells again, under the same id.
"""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from service.store import events
from service.store.database import Database
from service.webhooks.sending import Attempt
from service.webhooks.subscribers import Subscriber

_AT_ONCE = 100
_JITTER = 0.1
_OURS = 60.0
_LONGEST_AFTER = 86_400.0

Send = Callable[[Mapping[str, Any]], Attempt]


class Telling:
    """Tells one subscriber; only one at a time may do so."""

    def __init__(self, database: Database, subscriber: Subscriber, send: Send) -> None:
        self._database, self._subscriber, self._send = database, subscriber, send
        self.told = 0
        """How many events were taken."""

    def run(self, ending: Callable[[], bool] = lambda: False) -> datetime | None:
        """Tell of what is due, and return when the next attempt is; None: when there is something new."""
        self._begin()
        while not ending():
            due, batch = self._next()
            if due is not None and due > datetime.now(UTC):
                return due
            if not batch:
                return None
            for event, attempts in batch:
                attempt = self._send(event)
                self._note(event, attempts, attempt)
                if not attempt.delivered or ending():
                    break
                self.told += 1
        return None

    def _begin(self) -> None:
        name = self._subscriber.name
        with self._database.reading() as connection:
            if events.subscriber(connection, name) is not None:
                return
        with self._database.writing(unseen=True) as connection:
            at = events.newest(connection) if self._subscriber.begin == "now" else 0
            events.begin(connection, name, at)

    def _next(self) -> tuple[datetime | None, list[tuple[Mapping[str, Any], int]]]:
        """Return what is to be told next, with the attempts that were made, and from when on."""
        name = self._subscriber.name
        with self._database.reading() as connection:
            known = events.subscriber(connection, name)
            if known is None or known["stopped_at"] is not None:
                return None, []
            if (waits := events.waiting(connection, name)) is not None:
                event = events.get(connection, waits["event_id"])
                assert event is not None  # noqa: S101 - a delivery refers to its event
                return waits["next_at"], [(dict(event), waits["attempts"])]
            position, newest = known["position"], events.newest(connection)
            found = events.after(
                connection,
                position,
                types=self._subscriber.types,
                districts=self._subscriber.districts,
                limit=_AT_ONCE,
            )
        if not found and newest > position:
            with self._database.writing(unseen=True) as connection:
                events.advance(connection, name, newest)
        return None, [(dict(event), 0) for event in found]

    def _note(self, event: Mapping[str, Any], attempts: int, attempt: Attempt) -> None:
        name, now = self._subscriber.name, datetime.now(UTC)
        made = attempts if attempt.ours else attempts + 1
        values: dict[str, Any] = {
            "state": "delivered" if attempt.delivered else "waiting",
            "attempts": made,
            "tried_at": now,
            "next_at": None,
            "last_status": attempt.status,
            "last_error": attempt.error,
        }
        if attempt.gone:
            values["attempts"] = 0
        elif not attempt.delivered:
            wait = self._wait(made, attempt)
            if wait is None:
                values["state"] = "failed"
            else:
                values["next_at"] = now + timedelta(seconds=wait)
        with self._database.writing(unseen=True) as connection:
            events.record(connection, name, event["id"], values)
            events.advance(connection, name, event["id"])
            if attempt.gone:
                events.stop(connection, name, now)

    def _wait(self, made: int, attempt: Attempt) -> float | None:
        """Return how many seconds to wait for the next attempt, or None when there is none any more."""
        if attempt.ours:
            return _OURS
        if made > len(self._subscriber.retries):
            return None
        wait = self._subscriber.retries[made - 1] * (1 + _JITTER * random.random())  # noqa: S311 - no secret
        return max(wait, min(attempt.after or 0.0, _LONGEST_AFTER))
