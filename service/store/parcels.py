"""Single parcels as they are now, for those who change one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, false, func, or_, select

from service.domain.hand_overs import Feed, Verdict
from service.store.models import Batch, Parcel, SourceRow
from service.store.spatial import wkb


@dataclass(frozen=True, slots=True)
class Current:
    """A parcel in its present version, which is the source row that it comes from."""

    id: int
    version: int
    district: str
    received_at: datetime
    """When the hand-over or edit came that gave it this version."""


def current(connection: Connection, code: str) -> Current | None:
    """Return the present version of a parcel, or None when there is none of this code."""
    if "\0" in code:  # which no text of PostgreSQL holds
        return None
    query = (
        select(Parcel.id, Parcel.source_row_id, Parcel.district, Batch.received_at)
        .join(SourceRow, SourceRow.id == Parcel.source_row_id)
        .join(Batch, Batch.id == SourceRow.batch_id)
        .where(Parcel.code == code)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else Current(*row)


def outline(connection: Connection, id_: int) -> tuple[bytes, float]:
    """Return the outline of a parcel as WKB and its geodesic area."""
    query = select(wkb(Parcel.geom), Parcel.geodesic_area_m2).where(Parcel.id == id_)
    shape, area = connection.execute(query).one()
    return bytes(shape), area


def content(connection: Connection, id_: int) -> dict[str, Any]:
    """Return what the store has of a parcel, but for its outline and the numbers of rows."""
    columns = [c for c in Parcel.__table__.c if c.name not in ("id", "geom", "source_row_id")]
    return dict(connection.execute(select(*columns).where(Parcel.id == id_)).mappings().one())


def history(connection: Connection, code: str) -> list[dict[str, Any]]:
    """Return the rows that a parcel's edits made, its removal too, and the one that it comes from now."""
    now = select(Parcel.source_row_id).where(Parcel.code == code).scalar_subquery()
    edited = and_(
        SourceRow.subject == code,
        SourceRow.verdict == Verdict.ACCEPTED.value,
        Batch.feed == Feed.PARCELS.value,
    )
    query = (
        select(
            SourceRow.id.label("source_row_id"),
            SourceRow.batch_id,
            SourceRow.sheet,
            SourceRow.row,
            Batch.file_name.label("file"),
            Batch.received_at,
            func.coalesce(SourceRow.id == now, false()).label("in_effect"),
        )
        .join(Batch, Batch.id == SourceRow.batch_id)
        .where(or_(edited, SourceRow.id == now))
        .order_by(SourceRow.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def remove(connection: Connection, id_: int) -> None:
    """Remove a parcel; what is known under its code stays."""
    connection.execute(delete(Parcel).where(Parcel.id == id_))
