"""What has to hold before a measure is proposed, changed or moved; each refusal says what to do."""

from datetime import date

from sqlalchemy import Connection, RowMapping

from service.domain.measures import MeasureState, moves
from service.errors import Conflict, InvalidParameter, NotFound, PreconditionFailed
from service.jobs.periods import today
from service.store import evaluations
from service.store import measures as stored

Versions = frozenset[int] | None
"""The versions that a change may be made of; None: any."""


def found(connection: Connection, measure_id: int) -> RowMapping:
    """Return a measure; raises `NotFound`."""
    row = stored.get(connection, measure_id)
    if row is None:
        raise NotFound(f"There is no measure {measure_id}.", f"没有事项 {measure_id}。")
    return row


def read(connection: Connection, measure_id: int, versions: Versions) -> RowMapping:
    """Return a measure that is to be changed; raises `NotFound`, `PreconditionFailed`."""
    row = found(connection, measure_id)
    if versions is not None and row["version"] not in versions:
        raise PreconditionFailed(
            f"Measure {measure_id} is no longer as you read it; nothing was changed.",
            f"事项 {measure_id} 已被他人更改，本次操作未保存。",
            place="header If-Match",
            action="GET it again, and make the change there. 请重新读取后再修改。",
        )
    return row


def district_of(connection: Connection, codes: list[str]) -> str:
    """Return the one district of all parcels; raises `InvalidParameter`."""
    districts = stored.districts_of(connection, codes)
    for place, code in enumerate(codes):
        if code not in districts:
            raise InvalidParameter(
                f"There is no parcel {code}.",
                f"没有宗地 {code}。",
                code="parcel-not-found",
                place=f"/parcels/{place}",
            )
    if len(set(districts.values())) > 1:
        raise InvalidParameter(
            f"The parcels lie in several districts: {', '.join(sorted(set(districts.values())))}.",
            f"宗地分属不同区域：{'、'.join(sorted(set(districts.values())))}。",
            code="parcels-of-several-districts",
            place="/parcels",
            action="Propose a measure for each district. 请按区域分别提出事项。",
        )
    return districts[codes[0]]


def require_published(connection: Connection, evaluation_id: int | None, district: str) -> None:
    """Raise `InvalidParameter` for an evaluation that is not a published one of the district."""
    if evaluation_id is None:
        return
    run = evaluations.get(connection, evaluation_id)
    if run is None or run["status"] != "published" or run["district"] != district:
        raise InvalidParameter(
            f"There is no published evaluation {evaluation_id} of {district}.",
            f"{district} 没有编号为 {evaluation_id} 的已发布评价。",
            place="/evaluation_id",
            action="GET /evaluations lists those there are. 可查询 /evaluations。",
        )


def not_later_than_today(day: date, place: str) -> date:
    """Return the day; raises `InvalidParameter` if it is still to come."""
    if day > today():
        raise InvalidParameter(
            f"{day} is still to come.", f"{day} 尚未到来。", place=place, action="Name a day that was."
        )
    return day


def not_allowed(state: MeasureState, english: str, chinese: str) -> Conflict:
    """Return the refusal of a move, which names the states where the measure can go."""
    allowed = moves(state)
    names = ", ".join(each.value for each in allowed)
    return Conflict(
        english,
        chinese,
        code="move-not-allowed",
        place="/to",
        action=f"From {state.value} it may go to: {names}. 可变更为：{names}。" if allowed else None,
    )
