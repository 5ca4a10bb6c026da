"""Evaluations in the store: saved whole in one transaction, listed, published once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, RowMapping, Table, func, insert, select, update

from service.store import bulk
from service.store.models import (
    Coverage,
    Evaluation,
    Holding,
    Parcel,
    Reconciliation,
    Score,
    ScorePart,
)
from service.store.spatial import wkb
from service.store.tables import append

_TABLES: Mapping[str, Table] = {
    "score_parts": ScorePart.__table__,  # type: ignore[dict-item]
    "holdings": Holding.__table__,  # type: ignore[dict-item]
    "reconciliation": Reconciliation.__table__,  # type: ignore[dict-item]
    "coverage": Coverage.__table__,  # type: ignore[dict-item]
}
_AREAS = ("land_area", "floor_area", "additional_floor_area")
_MILLIONTHS = ("far", "far_limit", "points")

Shape = tuple[str | None, str | None, str | None, bytes]
"""Of a parcel: town, name, land use, geometry as WKB."""


def shapes(connection: Connection, district: str) -> dict[str, Shape]:
    """Return by parcel code what a score copies, so that a published evaluation does not move."""
    query = select(Parcel.code, Parcel.town, Parcel.name, Parcel.land_use, wkb(Parcel.geom))
    rows = connection.execute(query.where(Parcel.district == district))
    return {code: (town, name, land_use, bytes(geometry)) for code, town, name, land_use, geometry in rows}


def save(
    connection: Connection,
    run: Mapping[str, Any],
    results: Mapping[str, pl.DataFrame],
    copied: Mapping[str, Shape],
) -> int:
    """Store a draft evaluation with all its results; returns its id.

    :param connection: a writing transaction
    :param run: the columns of `Evaluation` that identify the run
    :param results: the tables of `service.domain.tables.RESULTS`
    """
    scores = results["scores"]
    values = {
        **run,
        "status": "draft",
        "created_at": datetime.now(UTC),
        "parcels": scores.height,
        "scored": scores.filter(pl.col("status") == "scored").height,
    }
    added = connection.execute(insert(Evaluation).values(values).returning(Evaluation.id))
    evaluation_id = int(added.scalar_one())
    columns, rows = _score_rows(scores, evaluation_id, run, copied)
    bulk.insert(connection, Score.__table__, columns, rows)
    for name, table in _TABLES.items():
        append(connection, table, results[name].with_columns(pl.lit(evaluation_id).alias("evaluation_id")))
    return evaluation_id


def _score_rows(
    scores: pl.DataFrame, evaluation_id: int, run: Mapping[str, Any], copied: Mapping[str, Shape]
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Scores as the store keeps them: areas in m², ratios and points as decimals, with the geometry."""
    names = [f"{name}_m2" if name in _AREAS else name for name in scores.columns]
    same: Callable[[Any], Any] = lambda value: value  # noqa: E731
    shown = [
        _per(100) if name in _AREAS else _per(1_000_000) if name in _MILLIONTHS else same
        for name in scores.columns
    ]
    columns = ["evaluation_id", "district", "period", "town", "name", "land_use", "geom", *names]
    first = (evaluation_id, run["district"], run["period"])
    at = scores.columns.index("parcel_code")
    rows = (
        (*first, *copied[row[at]], *(show(value) for show, value in zip(shown, row, strict=True)))
        for row in scores.iter_rows()
    )
    return columns, rows


def _per(unit: int) -> Callable[[Any], float | None]:
    return lambda value: None if value is None else value / unit


def find(connection: Connection, run_hash: str) -> RowMapping | None:
    """Return the evaluation of the same district, period, scheme, snapshot and code, if there is one."""
    query = select(Evaluation.__table__).where(Evaluation.run_hash == run_hash)
    return connection.execute(query).mappings().one_or_none()


def get(connection: Connection, evaluation_id: int) -> RowMapping | None:
    """Return one evaluation."""
    query = select(Evaluation.__table__).where(Evaluation.id == evaluation_id)
    return connection.execute(query).mappings().one_or_none()


def listing(
    connection: Connection,
    *,
    district: str | None = None,
    status: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> Sequence[RowMapping]:
    """Return evaluations, the latest first; ``before`` is the id of the last one seen."""
    query = select(Evaluation.__table__).order_by(Evaluation.id.desc()).limit(limit)
    if district is not None:
        query = query.where(Evaluation.district == district)
    if status is not None:
        query = query.where(Evaluation.status == status)
    if before is not None:
        query = query.where(Evaluation.id < before)
    return connection.execute(query).mappings().all()


def publish(connection: Connection, evaluation_id: int) -> bool:
    """Turn a draft into a published evaluation; False when there is no such draft."""
    change = (
        update(Evaluation)
        .where(Evaluation.id == evaluation_id, Evaluation.status == "draft")
        .values(status="published", published_at=datetime.now(UTC))
    )
    return bool(connection.execute(change).rowcount)


def grade_counts(connection: Connection, evaluation_id: int) -> dict[str, int]:
    """Return how many parcels got each grade; parcels without one are not counted."""
    query = (
        select(Score.grade, func.count())
        .where(Score.evaluation_id == evaluation_id, Score.grade.is_not(None))
        .group_by(Score.grade)
        .order_by(Score.grade)
    )
    return {str(grade): int(count) for grade, count in connection.execute(query)}


def reason_counts(connection: Connection, evaluation_id: int) -> dict[str, int]:
    """Return how many parcels were not scored, by reason."""
    query = (
        select(Score.reason, func.count())
        .where(Score.evaluation_id == evaluation_id, Score.reason.is_not(None))
        .group_by(Score.reason)
        .order_by(Score.reason)
    )
    return {str(reason): int(count) for reason, count in connection.execute(query)}


def results_of(
    connection: Connection, evaluation_id: int, parcel_code: str
) -> dict[str, list[dict[str, Any]]]:
    """Return the stored rows of one parcel by table; the score comes without its geometry.

    ``reconciliation`` has the rows of the enterprises that brought something.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name, table in {"scores": Score.__table__, **_TABLES}.items():
        if name == "reconciliation":
            continue
        columns = [column for column in table.c if column.name not in ("id", "evaluation_id", "geom")]
        query = select(*columns).where(
            table.c.evaluation_id == evaluation_id, table.c.parcel_code == parcel_code
        )
        rows = connection.execute(query.order_by(table.c.id)).mappings()
        found[name] = [dict(row) for row in rows]
    involved = {row["uscc"] for row in found["holdings"]} - {""}
    query = select(
        *(column for column in Reconciliation.__table__.c if column.name not in ("id", "evaluation_id"))
    ).where(Reconciliation.evaluation_id == evaluation_id, Reconciliation.uscc.in_(sorted(involved)))
    found["reconciliation"] = [dict(row) for row in connection.execute(query).mappings()]
    return found
