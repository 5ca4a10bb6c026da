"""Where the numbers of an evaluation came from: its inputs with their source rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from service.store.models import Batch, Enterprise, Figure, Occupancy, Parcel, SourceRow


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


def occupancies(connection: Connection, parcel_code: str) -> list[dict[str, Any]]:
    """Return who holds a parcel, as the store has it now."""
    columns = [column for column in Occupancy.__table__.c if column.name not in ("id", "parcel_code")]
    query = select(*columns).where(Occupancy.parcel_code == parcel_code)
    return _rows(connection, query.order_by(Occupancy.uscc, Occupancy.role, Occupancy.valid_from))


def enterprises(connection: Connection, usccs: Iterable[str]) -> list[dict[str, Any]]:
    """Return the registered enterprises among these, as the store has them now."""
    columns = [Enterprise.uscc, Enterprise.name, Enterprise.industry, Enterprise.above_scale]
    query = select(*columns, Enterprise.source_row_id).where(Enterprise.uscc.in_(sorted(usccs)))
    return _rows(connection, query.order_by(Enterprise.uscc))


def parcel(connection: Connection, parcel_code: str) -> list[dict[str, Any]]:
    """Return the source row of a parcel, or nothing."""
    return _rows(connection, select(Parcel.source_row_id).where(Parcel.code == parcel_code))


def rows(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return source rows by id: batch, feed, file, sheet, row and verdict."""
    query = (
        select(
            SourceRow.id,
            SourceRow.batch_id,
            Batch.feed,
            Batch.file_name.label("file"),
            SourceRow.sheet,
            SourceRow.row,
            SourceRow.verdict,
        )
        .join(Batch, Batch.id == SourceRow.batch_id)
        .where(SourceRow.id.in_(sorted(set(ids))))
    )
    return {row["id"]: dict(row) for row in connection.execute(query).mappings()}


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
