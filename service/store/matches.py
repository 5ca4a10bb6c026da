"""Questions about names (匹配): asked by imports, decided by people, remembered for later imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
import polars as pl
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from service.domain.hand_overs import Verdict
from service.store.frames import frame
from service.store.models import Enterprise, NameMatch, ParcelSuccession, SourceRow

Status = Literal["open", "decided", "rejected"]


@dataclass(frozen=True, slots=True)
class Question:
    """Whom does this name, or old registration number, mean?"""

    wanted: str
    """The name as it is compared; what a question is known by."""
    name: str
    """As written."""
    candidates: Sequence[Mapping[str, Any]] = ()
    """The most alike, best first: ``uscc``, ``name``, ``similarity`` (0…1)."""


def ask(connection: Connection, questions: Sequence[Question]) -> list[int]:
    """Put questions that were not asked yet and return the ids of all, in order.

    A question that is open gets the present candidates; one that was decided or rejected stays as it is.
    """
    known = _by_wanted(connection, [question.wanted for question in questions])
    ids = []
    for question in questions:
        candidates = orjson.dumps(list(question.candidates)).decode()
        before = known.get(question.wanted)
        if before is None:
            statement = insert(NameMatch).values(
                wanted=question.wanted,
                name=question.name,
                status="open",
                candidates=candidates,
                asked_at=datetime.now(UTC),
            )
            ids.append(int(connection.execute(statement.returning(NameMatch.id)).scalar_one()))
        else:
            ids.append(before["id"])
            if before["status"] == "open":
                change = update(NameMatch).where(NameMatch.id == before["id"])
                connection.execute(change.values(candidates=candidates))
    return ids


def get(connection: Connection, match_id: int) -> RowMapping | None:
    """Return one question, or None."""
    query = select(*NameMatch.__table__.c).where(NameMatch.id == match_id)
    return connection.execute(query).mappings().one_or_none()


def listing(
    connection: Connection, status: Status | None = None, *, limit: int = 100, after: int = 0
) -> Sequence[RowMapping]:
    """Return questions in the order in which they were asked; ``after`` is the id of the last one seen."""
    query = select(*NameMatch.__table__.c).where(NameMatch.id > after).order_by(NameMatch.id).limit(limit)
    if status is not None:
        query = query.where(NameMatch.status == status)
    return connection.execute(query).mappings().all()


def waiting(connection: Connection, match_ids: Sequence[int]) -> dict[int, int]:
    """Return how many held rows wait for each question; those that were corrected since do not."""
    query = select(SourceRow.match_id, func.count()).where(
        SourceRow.match_id.in_(match_ids), SourceRow.verdict == Verdict.HELD.value, ~_is_settled()
    )
    counted = connection.execute(query.group_by(SourceRow.match_id))
    return {match: count for match, count in counted if match is not None}


def held_rows(connection: Connection, match_id: int) -> Sequence[RowMapping]:
    """Return the rows that wait for a question: ``id`` and ``batch_id``, in the order of their arrival."""
    query = select(SourceRow.id, SourceRow.batch_id).where(
        SourceRow.match_id == match_id, SourceRow.verdict == Verdict.HELD.value, ~_is_settled()
    )
    return connection.execute(query.order_by(SourceRow.id)).mappings().all()


def change(
    connection: Connection, match_id: int, status: Status, *, uscc: str | None = None, by: str | None = None
) -> None:
    """Set what became of a question; open again, it forgets who decided what."""
    values = {
        "status": status,
        "uscc": uscc,
        "decided_by": by,
        "decided_at": None if status == "open" else datetime.now(UTC),
    }
    connection.execute(update(NameMatch).where(NameMatch.id == match_id).values(values))


def decisions(connection: Connection) -> dict[str, tuple[Status, str | None]]:
    """Return every question that is decided or rejected: what was wanted → status and USCC."""
    query = select(NameMatch.wanted, NameMatch.status, NameMatch.uscc).where(NameMatch.status != "open")
    found: dict[str, tuple[Status, str | None]] = {}
    for wanted, status, uscc in connection.execute(query):
        found[wanted] = "decided" if status == "decided" else "rejected", uscc
    return found


def enterprise_name(connection: Connection, uscc: str) -> str | None:
    """Return what a registered enterprise is called; None when it is not registered, or has no name."""
    return connection.execute(select(Enterprise.name).where(Enterprise.uscc == uscc)).scalar_one_or_none()


def is_registered(connection: Connection, uscc: str) -> bool:
    """Tell whether the register has the enterprise."""
    return connection.execute(select(Enterprise.id).where(Enterprise.uscc == uscc)).first() is not None


def register(connection: Connection) -> pl.DataFrame:
    """Return the register of enterprises: ``uscc``, ``name``, ``registration_number``, by code."""
    query = select(Enterprise.uscc, Enterprise.name, Enterprise.registration_number)
    columns = {"uscc": "str", "name": "str", "registration_number": "str"}
    return frame(connection, query, columns).sort("uscc")


def successions(connection: Connection) -> pl.DataFrame:
    """Return what became of parcels: ``old_code``, ``new_code``, ``kind``, ``effective_on``."""
    columns = {"old_code": "str", "new_code": "str", "kind": "str", "effective_on": "date"}
    query = select(*(getattr(ParcelSuccession, name) for name in columns))
    return frame(connection, query, columns).sort("old_code", "new_code")


def _is_settled() -> Any:
    later = SourceRow.__table__.alias("later")
    return (
        select(later.c.id)
        .where(later.c.corrects == SourceRow.id, later.c.verdict != Verdict.HELD.value)
        .correlate(SourceRow.__table__)
        .exists()
    )


def _by_wanted(connection: Connection, wanted: Sequence[str]) -> dict[str, RowMapping]:
    found: dict[str, RowMapping] = {}
    for start in range(0, len(wanted), 1000):
        query = select(NameMatch.id, NameMatch.wanted, NameMatch.status).where(
            NameMatch.wanted.in_(wanted[start : start + 1000])
        )
        found |= {row["wanted"]: row for row in connection.execute(query).mappings()}
    return found
