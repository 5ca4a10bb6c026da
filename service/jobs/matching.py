"""Deciding whom a name means (认定): a person's word, remembered for later imports until it is revoked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping

from service.domain.codes import InvalidCode, normalise_uscc
from service.errors import Conflict, InvalidParameter, NotFound
from service.store import matches
from service.store.database import Database
from service.store.matches import Status


class Candidate(BaseModel):
    """An enterprise of the register that a name may mean; ``similarity`` is 0…1."""

    uscc: str
    name: str | None
    similarity: float


class Match(BaseModel):
    """A question whom a name means, what was decided, and how many held rows wait for it."""

    id: int
    wanted: str
    name: str
    status: Status
    candidates: list[Candidate]
    uscc: str | None
    registered: bool | None
    """Whether the register has the enterprise that was decided on; None while nothing is decided."""
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    waiting: int


def listing(
    database: Database, status: Status | None = None, *, limit: int = 100, after: int = 0
) -> list[Match]:
    """Return questions in the order in which they were asked; ``after`` is the id of the last one seen."""
    with database.reading() as connection:
        rows = matches.listing(connection, status, limit=limit, after=after)
        return _told(connection, rows)


def question(database: Database, match_id: int) -> Match:
    """Return one question; raises `NotFound`."""
    with database.reading() as connection:
        return _one(connection, match_id)


def decide(database: Database, match_id: int, uscc: str, by: str) -> Match:
    """Decide that a name means an enterprise.

    The same decision again changes nothing. The enterprise need not be in the register yet: codes join.
    Rows that wait stay held until they are replayed (`held_rows`).

    :param by: who decides, as the key is called
    :raises NotFound: when there is no such question
    :raises InvalidParameter: when the code is no USCC
    :raises Conflict: when somebody decided otherwise, or rejected it, before
    """
    try:
        code = normalise_uscc(uscc)
    except InvalidCode as error:
        raise InvalidParameter(str(error), "统一社会信用代码无效。", place="uscc") from None
    return _change(database, match_id, "decided", code, by)


def reject(database: Database, match_id: int, by: str) -> Match:
    """Decide that a name is nobody's of the register; it is not asked again. Raises as `decide`."""
    return _change(database, match_id, "rejected", None, by)


def revoke(database: Database, match_id: int) -> Match:
    """Take a decision back: the question is open again, and later imports ask it.

    What was imported by the decision stays; a hand-over that says otherwise supersedes it.
    Raises `NotFound`.
    """
    with database.writing() as connection:
        _one(connection, match_id)
        matches.change(connection, match_id, "open")
        return _one(connection, match_id)


def held_rows(database: Database, match_id: int) -> list[tuple[int, int]]:
    """Return the rows that wait for a question, as (batch, source row), in the order of their arrival.

    Rows that were settled by a correction are none of them. Raises `NotFound`.
    """
    with database.reading() as connection:
        _one(connection, match_id)
        return [(row["batch_id"], row["id"]) for row in matches.held_rows(connection, match_id)]


def _change(database: Database, match_id: int, status: Status, uscc: str | None, by: str) -> Match:
    # one writer at a time: of two who decide, the second sees the first
    with database.writing() as connection:
        before = _one(connection, match_id)
        if before.status == "open":
            matches.change(connection, match_id, status, uscc=uscc, by=by)
        elif (before.status, before.uscc) != (status, uscc):
            what = before.uscc or "nobody of the register"
            raise Conflict(
                f"{before.decided_by} decided already that {before.name} is {what}.",
                f"“{before.name}”已由 {before.decided_by} 认定为 {before.uscc or '名录外企业'}。",
                code="decided-already",
                place="status",
                action="Revoke that decision first. 请先撤销原认定。",
            )
        return _one(connection, match_id)


def _one(connection: Connection, match_id: int) -> Match:
    row = matches.get(connection, match_id)
    if row is None:
        raise NotFound(f"There is no question {match_id}.", f"没有待认定事项 {match_id}。")
    (match,) = _told(connection, [row])
    return match


def _told(connection: Connection, rows: Sequence[RowMapping]) -> list[Match]:
    waiting = matches.waiting(connection, [row["id"] for row in rows])
    found = []
    for row in rows:
        known: dict[str, Any] = {**row, "candidates": orjson.loads(row["candidates"])}
        uscc = row["uscc"]
        registered = None if uscc is None else matches.is_registered(connection, uscc)
        found.append(Match(**known, registered=registered, waiting=waiting.get(row["id"], 0)))
    return found
