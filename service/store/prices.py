"""Decisions on differential prices and their ledger (台账): added, listed, summed; never changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, case, func, insert, select

from service.store.models import PriceDecision, PriceEntry

_LINE = (PriceEntry.month, PriceEntry.parcel_code, PriceEntry.uscc, PriceEntry.meter)


def add(connection: Connection, decision: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> int:
    """Store a decision with its entries; returns its id."""
    added = connection.execute(insert(PriceDecision).values(decision).returning(PriceDecision.id))
    decision_id = int(added.scalar_one())
    if entries:
        connection.execute(insert(PriceEntry), [{**each, "decision_id": decision_id} for each in entries])
    return decision_id


def decision(connection: Connection, decision_id: int) -> RowMapping | None:
    """Return a decision with ``entries`` and ``amount_fen`` of its own, and counts by kind."""
    return connection.execute(_decisions().where(PriceDecision.id == decision_id)).mappings().one_or_none()


def decisions(
    connection: Connection,
    *,
    district: str | None = None,
    period: str | None = None,
    evaluation_id: int | None = None,
    limit: int = 100,
    before: int | None = None,
) -> Sequence[RowMapping]:
    """Return decisions as `decision` does, the latest first; ``before`` is the id of the last one seen."""
    query = _decisions().order_by(PriceDecision.id.desc()).limit(limit)
    if district is not None:
        query = query.where(PriceDecision.district == district)
    if period is not None:
        query = query.where(PriceDecision.period == period)
    if evaluation_id is not None:
        query = query.where(PriceDecision.evaluation_id == evaluation_id)
    if before is not None:
        query = query.where(PriceDecision.id < before)
    return connection.execute(query).mappings().all()


def overlapping(connection: Connection, district: str, first: str, last: str) -> Sequence[RowMapping]:
    """Return the decisions on a district about any month of a span, the latest first."""
    query = (
        select(PriceDecision.__table__)
        .where(
            PriceDecision.district == district,
            PriceDecision.first_month <= last,
            PriceDecision.last_month >= first,
        )
        .order_by(PriceDecision.id.desc())
    )
    return connection.execute(query).mappings().all()


def standing(connection: Connection, district: str, first: str, last: str) -> Sequence[RowMapping]:
    """Return where every line of the months stands: its last entry; ``balance_fen`` sums them all."""
    of_lines = (
        select(func.max(PriceEntry.id).label("last_id"), func.sum(PriceEntry.amount_fen).label("balance_fen"))
        .join(PriceDecision, PriceDecision.id == PriceEntry.decision_id)
        .where(PriceDecision.district == district, PriceEntry.month.between(first, last))
        .group_by(*_LINE)
        .subquery()
    )
    query = select(PriceEntry.id, *_LINE, PriceEntry.wh, PriceEntry.rate, of_lines.c.balance_fen).join(
        of_lines, of_lines.c.last_id == PriceEntry.id
    )
    return connection.execute(query).mappings().all()


def entries(
    connection: Connection,
    *,
    parcel: str | None = None,
    uscc: str | None = None,
    month: str | None = None,
    decision_id: int | None = None,
    limit: int | None = 100,
    after: int = 0,
) -> Sequence[RowMapping]:
    """Return entries in the order in which they were posted, after the one with this id.

    ``balance_fen`` is the sum of what was asked for up to the entry, ``line_balance_fen`` that of its line.
    """
    by_id = PriceEntry.id
    query = select(
        PriceEntry.__table__,
        func.sum(PriceEntry.amount_fen).over(order_by=by_id).label("balance_fen"),
        func.sum(PriceEntry.amount_fen).over(partition_by=_LINE, order_by=by_id).label("line_balance_fen"),
    )
    for column, wanted in (
        (PriceEntry.parcel_code, parcel),
        (PriceEntry.uscc, uscc),
        (PriceEntry.month, month),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if decision_id is not None:
        query = query.where(PriceEntry.decision_id == decision_id)
    summed = query.subquery()
    found = (
        select(summed, PriceDecision.decided_at)
        .join(PriceDecision, PriceDecision.id == summed.c.decision_id)
        .where(summed.c.id > after)
        .order_by(summed.c.id)
        .limit(limit)
    )
    return connection.execute(found).mappings().all()


def _decisions() -> Select[Any]:
    counts = [
        func.coalesce(func.sum(case((PriceEntry.kind == kind, 1), else_=0)), 0).label(f"{kind}s")
        for kind in ("charge", "refund", "correction")
    ]
    of_entries = (
        select(PriceEntry.decision_id, func.sum(PriceEntry.amount_fen).label("amount_fen"), *counts)
        .group_by(PriceEntry.decision_id)
        .subquery()
    )
    return select(
        PriceDecision.__table__,
        *(
            func.coalesce(of_entries.c[name], 0).label(name)
            for name in ("amount_fen", "charges", "refunds", "corrections")
        ),
    ).outerjoin(of_entries, of_entries.c.decision_id == PriceDecision.id)
