"""Measures in the store: as they are now, with their parcels, and every step that made them so."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from service.domain.measures import DONE, MeasureState
from service.store.models import Measure, MeasureParcel, MeasureStep, Parcel

_AT_ONCE = 1000
_NOT_OVERDUE = (*DONE, MeasureState.DROPPED)


def add(connection: Connection, values: Mapping[str, Any], parcels: Sequence[str]) -> int:
    """Write a new measure about these parcels and return its id."""
    added = connection.execute(insert(Measure).values(**values, version=1).returning(Measure.id))
    measure = int(added.scalar_one())
    rows = [{"measure_id": measure, "parcel_code": code} for code in parcels]
    connection.execute(insert(MeasureParcel), rows)
    return measure


def change(connection: Connection, measure_id: int, values: Mapping[str, Any]) -> None:
    """Change a measure, which has another version from then on."""
    changing = update(Measure).where(Measure.id == measure_id)
    connection.execute(changing.values(**values, version=Measure.version + 1))


def add_step(connection: Connection, **values: Any) -> None:
    """Write a step of a measure's history."""
    connection.execute(insert(MeasureStep).values(**values))


def get(connection: Connection, measure_id: int) -> RowMapping | None:
    """Return a measure as it is now."""
    query = select(*Measure.__table__.c).where(Measure.id == measure_id)
    return connection.execute(query).mappings().one_or_none()


def steps(connection: Connection, measure_id: int) -> Sequence[RowMapping]:
    """Return the history of a measure, the first step first."""
    query = select(*MeasureStep.__table__.c).where(MeasureStep.measure_id == measure_id)
    return connection.execute(query.order_by(MeasureStep.id)).mappings().all()


def listing(
    connection: Connection,
    *,
    kind: str | None = None,
    state: str | None = None,
    district: str | None = None,
    office: str | None = None,
    parcel: str | None = None,
    due_before: date | None = None,
    overdue_on: date | None = None,
    before: int | None = None,
    limit: int | None = None,
) -> Sequence[RowMapping]:
    """Return measures, the latest first; ``before`` is the id of the last one seen.

    :param overdue_on: only those that were to be carried out before this day and are not
    """
    query: Select[Any] = select(*Measure.__table__.c).order_by(Measure.id.desc()).limit(limit)
    wanted = {Measure.kind: kind, Measure.state: state, Measure.district: district, Measure.office: office}
    for column, value in wanted.items():
        if value is not None:
            query = query.where(column == value)
    if parcel is not None:
        about = select(MeasureParcel.measure_id).where(MeasureParcel.parcel_code == parcel)
        query = query.where(Measure.id.in_(about))
    if due_before is not None:
        query = query.where(Measure.due_on < due_before)
    if overdue_on is not None:
        query = query.where(Measure.due_on < overdue_on, Measure.state.not_in(_NOT_OVERDUE))
    if before is not None:
        query = query.where(Measure.id < before)
    return connection.execute(query).mappings().all()


def parcels_of(connection: Connection, measure_ids: Sequence[int] | None = None) -> dict[int, list[str]]:
    """Return the codes of the parcels that measures are about, of all without ``measure_ids``."""
    query = select(MeasureParcel.measure_id, MeasureParcel.parcel_code).order_by(
        MeasureParcel.measure_id, MeasureParcel.parcel_code
    )
    queries = [query]
    if measure_ids is not None:
        chunks = [measure_ids[at : at + _AT_ONCE] for at in range(0, len(measure_ids), _AT_ONCE)]
        queries = [query.where(MeasureParcel.measure_id.in_(chunk)) for chunk in chunks]
    found: defaultdict[int, list[str]] = defaultdict(list)
    for each in queries:
        for measure, code in connection.execute(each):
            found[measure].append(code)
    return found


def districts_of(connection: Connection, codes: Sequence[str]) -> dict[str, str]:
    """Return the districts of those parcels that the store has, by code."""
    found: dict[str, str] = {}
    for at in range(0, len(codes), _AT_ONCE):
        query = select(Parcel.code, Parcel.district).where(Parcel.code.in_(codes[at : at + _AT_ONCE]))
        found |= {row.code: row.district for row in connection.execute(query)}
    return found


def last_changed(connection: Connection) -> datetime | None:
    """Return when a measure changed last."""
    return connection.execute(select(func.max(Measure.updated_at))).scalar_one()
