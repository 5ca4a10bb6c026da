"""Evaluations in the store: saved whole in one transaction, listed, published once, read again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, RowMapping, func, insert, select, update

from service.domain.tables import KEYS
from service.errors import Conflict
from service.store import parts, scores
from service.store.models import Evaluation, Score
from service.store.snapshot import FrozenSnapshot, keep_snapshot

Keys = Mapping[str, Sequence[str]]
Results = Mapping[str, pl.DataFrame]


def save(
    connection: Connection,
    run: Mapping[str, Any],
    frozen: FrozenSnapshot,
    results: Results,
    keys: Keys = KEYS,
) -> int:
    """Store a draft evaluation with all that it read and found; returns its id.

    :param connection: a writing transaction that sees parcels as the snapshot has them
    :param run: the columns of `Evaluation` that identify the run
    :param results: the tables of `service.domain.tables.RESULTS`
    :raises Conflict: when a parcel is not in the store any more
    """
    keep_snapshot(connection, frozen, keys)
    table = results["scores"]
    values = {
        **run,
        "status": "draft",
        "created_at": datetime.now(UTC),
        "parcels": table.height,
        "scored": table.filter(pl.col("status") == "scored").height,
    }
    added = connection.execute(insert(Evaluation).values(values).returning(Evaluation.id))
    evaluation_id = int(added.scalar_one())
    parts.keep(connection, parts.of_evaluation(evaluation_id), results, keys)
    if scores.insert(connection, evaluation_id, run["district"], run["period"], table) != table.height:
        raise inputs_changed()
    return evaluation_id


def inputs_changed() -> Conflict:
    """Return the error for an evaluation that others do not let come to an end."""
    return Conflict(
        "The data changed while it was evaluated; nothing was stored.",
        "评价过程中数据发生了变化，未保存任何结果。",
        code="inputs-changed",
        action="Evaluate again when imports have ended.",
    )


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
    period: str | None = None,
    status: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> Sequence[RowMapping]:
    """Return evaluations, the latest first; ``before`` is the id of the last one seen."""
    query = select(Evaluation.__table__).order_by(Evaluation.id.desc()).limit(limit)
    if district is not None:
        query = query.where(Evaluation.district == district)
    if period is not None:
        query = query.where(Evaluation.period == period)
    if status is not None:
        query = query.where(Evaluation.status == status)
    if before is not None:
        query = query.where(Evaluation.id < before)
    return connection.execute(query).mappings().all()


def latest_published(
    connection: Connection,
    district: str,
    *,
    period: str | None = None,
    after: str | None = None,
    but: int | None = None,
) -> RowMapping | None:
    """Return the evaluation of a district that was published last; None when there is none.

    :param period: of this one alone
    :param after: of the latest period after this one
    :param but: as if this evaluation were not there
    """
    query = select(Evaluation.__table__).where(
        Evaluation.district == district, Evaluation.status == "published"
    )
    if period is not None:
        query = query.where(Evaluation.period == period)
    if after is not None:
        query = query.where(Evaluation.period > after).order_by(Evaluation.period.desc())
    if but is not None:
        query = query.where(Evaluation.id != but)
    query = query.order_by(Evaluation.published_at.desc(), Evaluation.id.desc()).limit(1)
    return connection.execute(query).mappings().one_or_none()


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


def results(connection: Connection, evaluation_id: int) -> dict[str, pl.LazyFrame]:
    """Return all tables of results of an evaluation, decoded when needed; no table when there is none."""
    return parts.tables(connection, parts.of_evaluation(evaluation_id))


def results_table(connection: Connection, evaluation_id: int, name: str) -> pl.LazyFrame | None:
    """Return one table of results, decoded when needed; None when the evaluation has none of this name."""
    return parts.table(connection, parts.of_evaluation(evaluation_id), name)


def results_of(
    connection: Connection, evaluation_id: int, parcel_code: str
) -> dict[str, list[dict[str, Any]]]:
    """Return what an evaluation found about one parcel: its rows of each table of results, as they were kept.

    Tables of enterprises have the rows of its holders, ``benchmarks`` those it was measured by, ``findings``
    those about it and its holders. ``shown`` is the score as the map has it: in square metres and points,
    with town, name and land use. All lists are empty when there is no such parcel.
    """
    owner = parts.of_evaluation(evaluation_id)
    by = parts.sorting(connection, owner)

    def found(values: set[str], *columns: str) -> dict[str, pl.DataFrame]:
        return {
            name: parts.rows(connection, owner, name, column, values)
            for name, column in by.items()
            if column in columns
        }

    tables = found({parcel_code}, "parcel_code")
    involved = set(tables["holdings"]["uscc"]) - {""} if "holdings" in tables else set()
    tables |= found(involved, "uscc") | found({parcel_code, *involved}, "subject_code")
    rows = {name: table.to_dicts() for name, table in tables.items()}
    for score in rows.get("scores", []):
        benchmarks = found({score["track"]} - {None}, "track")
        rows |= {name: _measured_by(score, table) for name, table in benchmarks.items()}
    return {**{name: [] for name in by}, **rows, "shown": _shown(connection, evaluation_id, parcel_code)}


def _measured_by(score: Mapping[str, Any], benchmarks: pl.DataFrame) -> list[dict[str, Any]]:
    rows = benchmarks.to_dicts()
    return [row for row in rows if score.get(f"{row['indicator']}__group", row["group"]) == row["group"]]


def _shown(connection: Connection, evaluation_id: int, parcel_code: str) -> list[dict[str, Any]]:
    columns = (column for column in Score.__table__.c if column.name not in ("id", "evaluation_id", "geom"))
    query = select(*columns).where(Score.evaluation_id == evaluation_id, Score.parcel_code == parcel_code)
    return [dict(row) for row in connection.execute(query).mappings()]
