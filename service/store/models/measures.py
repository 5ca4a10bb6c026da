"""Follow-up: measures with parcels and history, events to be told, and how far each receiver was told."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id


class Measure(Base):
    """A measure (跟踪事项) as it is now; how it came to be so is in its steps."""

    __tablename__ = "measure"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    district: Mapped[str] = mapped_column(index=True)
    # of the evaluation that it comes from
    origin_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"))
    title: Mapped[str]
    office: Mapped[str | None]  # responsible 责任部门
    due_on: Mapped[date | None]
    carried_out_on: Mapped[date | None]
    # areas in m², money in fen, energy in kgce
    expected_area_released_m2: Mapped[float | None]
    expected_floor_area_added_m2: Mapped[float | None]
    expected_tax_gained: Mapped[int | None] = mapped_column(BigInteger)
    expected_output_gained: Mapped[int | None] = mapped_column(BigInteger)
    expected_energy_saved: Mapped[int | None] = mapped_column(BigInteger)
    achieved_area_released_m2: Mapped[float | None]
    achieved_floor_area_added_m2: Mapped[float | None]
    achieved_tax_gained: Mapped[int | None] = mapped_column(BigInteger)
    achieved_output_gained: Mapped[int | None] = mapped_column(BigInteger)
    achieved_energy_saved: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    updated_at: Mapped[datetime]
    version: Mapped[int]  # counted up by every change


class MeasureParcel(Base):
    """A parcel that a measure is about; several are a block."""

    __tablename__ = "measure_parcel"
    __table_args__ = (Index("uq_measure_parcel", "measure_id", "parcel_code", unique=True),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"))
    parcel_code: Mapped[str] = mapped_column(index=True)


class MeasureStep(Base):
    """A step of a measure's history; none is ever changed or removed."""

    __tablename__ = "measure_step"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    measure_id: Mapped[int] = mapped_column(ForeignKey("measure.id"), index=True)
    from_state: Mapped[str | None]  # none: it was proposed
    to_state: Mapped[str]
    happened_on: Mapped[date]
    at: Mapped[datetime]
    by: Mapped[str]
    note: Mapped[str | None]
    changes: Mapped[str]  # JSON: column → [before, after]


class Event(Base):
    """Something to tell other systems (事件), written with what it tells of in one transaction."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    uuid: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    subject: Mapped[str]
    time: Mapped[datetime]
    district: Mapped[str]
    data: Mapped[str]  # JSON


class EventSubscriber(Base):
    """How far a receiver was told: to the event ``position``; ``stopped_at`` when it wants no more."""

    __tablename__ = "event_subscriber"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(BigInteger)
    stopped_at: Mapped[datetime | None]


class EventDelivery(Base):
    """What became of telling one receiver of one event: waiting for another attempt, delivered, or failed."""

    __tablename__ = "event_delivery"
    __table_args__ = (
        Index("uq_event_delivery", "subscriber", "event_id", unique=True),
        Index(None, "subscriber", "state"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    subscriber: Mapped[str]
    state: Mapped[str]  # waiting | delivered | failed
    attempts: Mapped[int]
    next_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    last_status: Mapped[int | None]
    last_error: Mapped[str | None]
