"""What a publication tells: which parcels came onto the list of low-efficiency land, and which left it."""

import json
from typing import Any

from sqlalchemy import update

from service.domain.events import EVALUATION_PUBLISHED, PARCEL_FLAGGED, PARCEL_UNFLAGGED
from service.jobs.evaluating import publish
from service.store import events
from service.store.database import Database
from service.store.models import Score
from tests.support.features import add_scores


def draft(database: Database, count: int, period: str, *, but: dict[str, bool | None] | None = None) -> int:
    """A draft with so many parcels, every third of the scored flagged; ``but`` sets some otherwise."""
    with database.writing() as connection:
        evaluation = add_scores(connection, count, period=period, published=None)
        for code, flag in (but or {}).items():
            own = (Score.evaluation_id == evaluation, Score.parcel_code == code)
            connection.execute(update(Score).where(*own).values(low_efficiency=flag))
    return evaluation


def told(database: Database, after: int = 0) -> list[tuple[str, str, dict[str, Any]]]:
    """The events that there are: type, subject, data."""
    with database.reading() as connection:
        rows = events.after(connection, after, limit=100_000)
    return [(row["type"], row["subject"], json.loads(row["data"])) for row in rows]


def test_the_first_publication_tells_of_all_that_are_flagged(database: Database) -> None:
    """First the evaluation itself, then its parcels by code, with grade and reasons and nothing else."""
    evaluation = draft(database, 10, "2023")
    assert told(database) == []
    publish(database, evaluation)
    (first, *parcels) = told(database)
    assert first[:2] == (EVALUATION_PUBLISHED, f"evaluation/{evaluation}")
    assert (first[2]["flagged"], first[2]["unflagged"], first[2]["evaluation_before"]) == (3, 0, None)
    assert [each[:2] for each in parcels] == [(PARCEL_FLAGGED, f"parcel/P{n:05}") for n in (0, 3, 6)]
    assert parcels[0][2] == {
        "evaluation": evaluation,
        "district": "园区",
        "period": "2023",
        "evaluation_before": None,
        "parcel": "P00000",
        "grade": "A",
        "status": "scored",
        "reason": None,
        "low_efficiency": True,
        "low_efficiency_reasons": ["vacant"],
    }


def test_the_next_one_tells_what_changed(database: Database) -> None:
    """Who came and who left, whatever the reason: a receiver that mirrors the list has the list."""
    before = draft(database, 10, "2023", but={"P00001": True})
    publish(database, before)
    seen = len(told(database))
    after = draft(database, 6, "2024", but={"P00000": False, "P00002": True, "P00003": None})
    publish(database, after)
    changed = told(database)[seen:]
    assert changed[0][2]["evaluation_before"] == before
    assert [
        (kind, data["parcel"], data["low_efficiency"], data["status"]) for kind, _, data in changed[1:]
    ] == [
        (PARCEL_FLAGGED, "P00002", True, "scored"),
        (PARCEL_UNFLAGGED, "P00000", False, "scored"),
        (PARCEL_UNFLAGGED, "P00001", False, "scored"),
        (PARCEL_UNFLAGGED, "P00003", None, "scored"),
        (PARCEL_UNFLAGGED, "P00006", None, "absent"),
    ]
    mirrored = set()
    for kind, _, data in told(database):
        if kind == PARCEL_FLAGGED:
            mirrored.add(data["parcel"])
        elif kind == PARCEL_UNFLAGGED:
            mirrored.remove(data["parcel"])
    assert mirrored == {"P00002"}


def test_other_districts_are_not_compared(database: Database) -> None:
    """Each district has its own list."""
    publish(database, draft(database, 10, "2023"))
    with database.writing() as connection:
        other = add_scores(connection, 4, district="别处", prefix="Z", published=None)
    publish(database, other)
    assert [each[1] for each in told(database)[4:]] == [
        f"evaluation/{other}",
        "parcel/Z00000",
        "parcel/Z00003",
    ]


def test_many_parcels_are_told_of_at_once(database: Database) -> None:
    """Thousands of flagged parcels are as many events, each with an id of its own."""
    count = 9_000
    publish(database, draft(database, count, "2023"))
    with database.reading() as connection:
        rows = events.after(connection, 0, types=[PARCEL_FLAGGED], limit=count)
    flagged = [number for number in range(count) if number % 10 != 9 and number % 3 == 0]
    assert [row["subject"] for row in rows] == [f"parcel/P{number:05}" for number in flagged]
    assert len({row["uuid"] for row in rows}) == len(rows) == len(flagged) > 2_500
