"""The list of low-efficiency land (低效用地) of evaluations: who is on it, and what was said of whom."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select

from service.store.models import Score

_AT_ONCE = 1000
_ABOUT = ("grade", "status", "reason", "low_efficiency", "low_efficiency_reasons")


def flagged(connection: Connection, evaluation_id: int) -> dict[str, dict[str, Any]]:
    """Return what an evaluation says of its low-efficiency land, by parcel code."""
    query = _of(evaluation_id).where(Score.low_efficiency.is_(True))
    return {row["parcel_code"]: dict(row) for row in connection.execute(query).mappings()}


def said_of(connection: Connection, evaluation_id: int, codes: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield what an evaluation says of each of these parcels; status ``absent`` of one that it has not."""
    for at in range(0, len(codes), _AT_ONCE):
        some = codes[at : at + _AT_ONCE]
        query = _of(evaluation_id).where(Score.parcel_code.in_(some))
        found = {row["parcel_code"]: dict(row) for row in connection.execute(query).mappings()}
        yield from (found.get(code, {"status": "absent"}) for code in some)


def _of(evaluation_id: int) -> Select[Any]:
    columns = (getattr(Score, name) for name in _ABOUT)
    return select(Score.parcel_code, *columns).where(Score.evaluation_id == evaluation_id)
