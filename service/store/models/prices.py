"""Differential electricity prices (差别化电价): what was decided, and the ledger that follows."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.store.models.base import Base, Id


class PriceDecision(Base):
    """A decision (决定) to charge the months of a published evaluation by a policy; never changed."""

    __tablename__ = "price_decision"
    __table_args__ = (Index(None, "district", "period"),)
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    district: Mapped[str]
    period: Mapped[str]  # the evaluated year
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    policy_name: Mapped[str]
    policy_edition: Mapped[str]
    policy: Mapped[str]  # the whole policy, canonical JSON
    policy_hash: Mapped[str]
    years: Mapped[str]  # JSON: the evaluations by which years were counted, period → id
    first_month: Mapped[str]
    last_month: Mapped[str]
    as_of_batch: Mapped[int]  # the last hand-over whose readings and surcharges it saw
    decided_at: Mapped[datetime]
    decided_by: Mapped[str]
    note: Mapped[str | None]


class PriceEntry(Base):
    """An entry of the ledger (台账分录); never changed: a refund or a correction is a further one."""

    __tablename__ = "price_entry"
    __table_args__ = (
        Index("ix_price_entry_line", "month", "parcel_code", "uscc", "meter"),
        Index(None, "parcel_code"),
        Index(None, "uscc"),
        Index(None, "decision_id"),
    )
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("price_decision.id"))
    month: Mapped[str]  # 2024-07
    parcel_code: Mapped[str]
    uscc: Mapped[str]
    meter: Mapped[str]  # empty for what was not metered
    kind: Mapped[str]  # charge | refund | correction
    wh: Mapped[int] = mapped_column(BigInteger)  # what the line used, as it stands now
    rate: Mapped[int] = mapped_column(BigInteger)  # 1e-6 yuan/kWh that are booked, as it stands now
    amount_fen: Mapped[int] = mapped_column(BigInteger)  # signed, of this entry alone
    grade: Mapped[str]
    years: Mapped[int]  # consecutive, the evaluated one included
    tier_rate: Mapped[int] = mapped_column(BigInteger)  # what the tier says, 1e-6 yuan/kWh
    other_kind: Mapped[str]  # the highest other surcharge, empty for none
    other_rate: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str]
    corrects: Mapped[int | None] = mapped_column(BigInteger)  # the line's entry before it
