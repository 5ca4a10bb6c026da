"""What others are told of when an evaluation is published: which parcels came onto the list, or left it.

The list is the low-efficiency land that the map shows: that of the latest published evaluation of a district.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, RowMapping

from service.domain.events import EVALUATION_PUBLISHED, PARCEL_FLAGGED, PARCEL_UNFLAGGED, Happening
from service.store import evaluations, events, flags


def tell_of_publication(connection: Connection, run: RowMapping) -> int:
    """Write the events of an evaluation that was just published, in its transaction; returns how many."""
    return events.emit(connection, _happenings(connection, run))


def _happenings(connection: Connection, run: RowMapping) -> Iterator[Happening]:
    last = evaluations.latest_published(connection, run["district"], but=run["id"])
    before = None if last is None else last["id"]
    now = flags.flagged(connection, run["id"])
    earlier = {} if before is None else flags.flagged(connection, before)
    came, left = sorted(now.keys() - earlier.keys()), sorted(earlier.keys() - now.keys())
    head = {
        "evaluation": run["id"],
        "district": run["district"],
        "period": run["period"],
        "evaluation_before": before,
    }
    counts = {
        "scheme": run["scheme_name"],
        "parcels": run["parcels"],
        "scored": run["scored"],
        "grades": evaluations.grade_counts(connection, run["id"]),
        "flagged": len(came),
        "unflagged": len(left),
    }
    gone = list(flags.said_of(connection, run["id"], left))
    district = run["district"]
    yield Happening(EVALUATION_PUBLISHED, f"evaluation/{run['id']}", district, head | counts)
    for code in came:
        yield Happening(PARCEL_FLAGGED, f"parcel/{code}", district, head | _told(code, now[code]))
    for code, said in zip(left, gone, strict=True):
        yield Happening(PARCEL_UNFLAGGED, f"parcel/{code}", district, head | _told(code, said))


def _told(code: str, said: Mapping[str, Any]) -> dict[str, Any]:
    reasons = said.get("low_efficiency_reasons") or ""
    return {
        "parcel": code,
        "grade": said.get("grade"),
        "status": said["status"],
        "reason": said.get("reason"),
        "low_efficiency": said.get("low_efficiency"),
        "low_efficiency_reasons": [each for each in reasons.split(",") if each],
    }
