"""Where the numbers of an evaluation came from: its inputs with their source rows."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from service.store.models import (
    Batch,
    Enterprise,
    EnterpriseRating,
    Figure,
    GrantContract,
    Occupancy,
    Parcel,
    SourceRow,
)


def districts(connection: Connection) -> list[str]:
    """Return every district that has parcels."""
    return list(connection.execute(select(Parcel.district).distinct().order_by(Parcel.district)).scalars())


def figures(
    connection: Connection, period: str, as_of_batch: int, kind: str, codes: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the figures of subjects (``enterprise`` or ``parcel``) that were in effect after a hand-over."""
    columns = [Figure.subject_code, Figure.part_of, Figure.metric, Figure.value, Figure.source_row_id]
    query = select(*columns).where(
        Figure.subject_kind == kind,
        Figure.subject_code.in_(sorted(codes)),
        Figure.period == period,
        Figure.batch_id <= as_of_batch,
        Figure.superseded_by.is_(None) | (Figure.superseded_by > as_of_batch),
    )
    return _rows(connection, query.order_by(Figure.subject_code, Figure.part_of, Figure.metric))


def occupancies(connection: Connection, usccs: Iterable[str]) -> list[dict[str, Any]]:
    """Return what enterprises hold, by the key of an occupancy, as the store has it now."""
    columns = [Occupancy.parcel_code, Occupancy.uscc, Occupancy.role, Occupancy.valid_from]
    query = select(*columns, Occupancy.source_row_id).where(Occupancy.uscc.in_(sorted(usccs)))
    return _rows(connection, query)


def enterprises(connection: Connection, usccs: Iterable[str]) -> list[dict[str, Any]]:
    """Return the registered enterprises among these with their names, as the store has them now."""
    query = select(Enterprise.uscc, Enterprise.name, Enterprise.source_row_id)
    return _rows(connection, query.where(Enterprise.uscc.in_(sorted(usccs))))


def ratings(connection: Connection, period: str, usccs: Iterable[str]) -> list[dict[str, Any]]:
    """Return what the enterprise evaluation of a period made of enterprises, as the store has it now."""
    columns = [
        EnterpriseRating.uscc,
        EnterpriseRating.period,
        EnterpriseRating.grade,
        EnterpriseRating.points,
        EnterpriseRating.rank,
        EnterpriseRating.ranked,
        EnterpriseRating.source_row_id,
    ]
    chosen = EnterpriseRating.uscc.in_(sorted(usccs)) & (EnterpriseRating.period == period)
    return _rows(connection, select(*columns).where(chosen))


def parcels(connection: Connection, codes: Iterable[str]) -> list[dict[str, Any]]:
    """Return parcels by code, as the store has them now."""
    query = select(Parcel.code, Parcel.source_row_id).where(Parcel.code.in_(sorted(codes)))
    return _rows(connection, query)


def contracts(connection: Connection, codes: Iterable[str]) -> list[dict[str, Any]]:
    """Return the grant contracts of parcels by the parcels' code, as the store has them now."""
    query = select(GrantContract.parcel_code, GrantContract.source_row_id)
    return _rows(connection, query.where(GrantContract.parcel_code.in_(sorted(codes))))


def rows(connection: Connection, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Return source rows by id: batch, feed, file, sheet, row, verdict, and the content as received.

    What a reader added to the row's own columns begins with ``@`` (a geometry), and is left out.
    """
    query = (
        select(
            SourceRow.id,
            SourceRow.batch_id,
            Batch.feed,
            Batch.file_name.label("file"),
            SourceRow.sheet,
            SourceRow.row,
            SourceRow.verdict,
            SourceRow.content,
        )
        .join(Batch, Batch.id == SourceRow.batch_id)
        .where(SourceRow.id.in_(sorted(set(ids))))
    )
    return {row["id"]: row | {"content": _content(row["content"])} for row in _rows(connection, query)}


def _content(text: str) -> dict[str, Any]:
    return {name: value for name, value in json.loads(text).items() if not name.startswith("@")}


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
