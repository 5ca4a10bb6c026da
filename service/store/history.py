"""Figures with their history: what a subject reported, when, in which file and row, and what replaced it."""

from typing import Any

from sqlalchemy import Connection, select

from service.store.models import Batch, Figure, SourceRow

SUBJECT_KINDS = ("enterprise", "parcel", "meter")


def figures(
    connection: Connection,
    subject: str,
    *,
    period: str | None = None,
    metric: str | None = None,
    superseded: bool = False,
    limit: int = 100,
    after: int = 0,
) -> list[dict[str, Any]]:
    """Return figures of a subject, each with where it came from, in the order in which they were handed over.

    :param subject: USCC, parcel code, or kind and number of a meter
    :param superseded: also those that a later hand-over replaced
    :param after: the id of the last one seen
    """
    query = (
        select(
            Figure.id,
            Figure.subject_kind,
            Figure.subject_code.label("subject"),
            Figure.part_of,
            Figure.period,
            Figure.metric,
            Figure.value,
            Figure.superseded_by,
            Figure.batch_id,
            Figure.source_row_id,
            Batch.file_name.label("file"),
            Batch.sha256,
            Batch.received_at,
            SourceRow.sheet,
            SourceRow.row,
        )
        .join(SourceRow, SourceRow.id == Figure.source_row_id)
        .join(Batch, Batch.id == Figure.batch_id)
        .where(Figure.subject_kind.in_(SUBJECT_KINDS), Figure.subject_code == subject, Figure.id > after)
        .order_by(Figure.id)
        .limit(limit)
    )
    if period is not None:
        query = query.where(Figure.period == period)
    if metric is not None:
        query = query.where(Figure.metric == metric)
    if not superseded:
        query = query.where(Figure.superseded_by.is_(None))
    return [dict(row) for row in connection.execute(query).mappings()]
