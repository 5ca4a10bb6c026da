"""Evaluate (评价) and publish (发布): the same inputs, scheme and code are the same evaluation."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl
from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping

from service import __version__
from service.domain.scheme import Scheme
from service.domain.tables import KEYS
from service.errors import Conflict, InvalidParameter, NotFound
from service.evaluation import pipeline
from service.jobs.districts import resolve_district
from service.store import evaluations
from service.store.database import Database
from service.store.snapshot import freeze
from service.store.tables import canonical_hash

_CALCULATES: Mapping[str, tuple[str, ...]] = {
    "service.domain": ("expressions.py", "tables.py"),
    "service.evaluation": (),
    "service.domain.scheme": (),
    "service.reference": ("metrics.yaml", "scheme_checks.py", "units.yaml"),
}
"""The source that a result depends on; an empty row: all modules of the package."""


class EvaluationSummary(BaseModel):
    """An evaluation without its parcels: what ran, on what, and how it came out.

    ``repeated`` is true when the very same run existed and was returned instead of being calculated again;
    ``grades`` counts parcels by grade, ``not_scored`` by reason.
    """

    id: int
    district: str
    period: str
    scheme_name: str
    status: Literal["draft", "published"]
    created_at: datetime
    published_at: datetime | None
    parcels: int
    scored: int
    grades: dict[str, int]
    not_scored: dict[str, int]
    as_of_batch: int
    scheme_hash: str
    snapshot_hash: str
    result_hash: str
    run_hash: str
    code_version: str
    repeated: bool = False


def evaluate(
    database: Database, data_dir: Path, scheme: Scheme, period: str, district: str | None = None
) -> EvaluationSummary:
    """Evaluate a district for a period and store the result as a draft.

    Raises `InvalidParameter` for a period that is none or that the scheme is not for, and for a district that
    must be named; `NotFound` for one without parcels.
    """
    require_period(period, scheme)
    with database.reading() as connection:
        district = resolve_district(connection, district)
        frozen = freeze(connection, district, period, data_dir)
        run = _run(district, period, scheme, frozen.content_hash, frozen.as_of_batch)
        earlier = evaluations.find(connection, run["run_hash"])
        if earlier is not None:
            return _summary(connection, earlier, repeated=True)
        copied = evaluations.shapes(connection, district)
    results = calculate(frozen.tables(), scheme, period)
    run["result_hash"] = canonical_hash(results, KEYS)
    with database.writing() as connection:
        earlier = evaluations.find(connection, run["run_hash"])
        if earlier is not None:  # somebody else was faster
            return _summary(connection, earlier, repeated=True)
        evaluation_id = evaluations.save(connection, run, results, copied)
        return _summary(connection, _found(connection, evaluation_id))


def calculate(tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str) -> dict[str, pl.DataFrame]:
    """Run the evaluation core on Polars; returns the result tables in canonical order."""
    frames = pipeline.evaluate(
        {name: nw.from_native(table) for name, table in tables.items()}, scheme, period
    )
    collected = pl.collect_all([frame.to_native() for frame in frames.values()])
    return {name: table.sort(KEYS[name]) for name, table in zip(frames, collected, strict=True)}


def publish(database: Database, evaluation_id: int) -> EvaluationSummary:
    """Publish a draft, which never changes from then on; raises `NotFound`, `Conflict` when published."""
    with database.writing() as connection:
        found = _found(connection, evaluation_id)
        if not evaluations.publish(connection, evaluation_id):
            raise Conflict(
                f"Evaluation {evaluation_id} was published at {found['published_at']:%Y-%m-%d %H:%M} UTC.",
                f"评价 {evaluation_id} 已于 {found['published_at']:%Y-%m-%d %H:%M}（UTC）发布。",
                code="published",
            )
        return _summary(connection, _found(connection, evaluation_id))


def summary(connection: Connection, evaluation_id: int) -> EvaluationSummary:
    """Return the summary of a stored evaluation; raises `NotFound`."""
    return _summary(connection, _found(connection, evaluation_id))


def summaries(
    connection: Connection,
    *,
    district: str | None = None,
    status: str | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[EvaluationSummary]:
    """Return summaries, the latest first; ``before`` is the id of the last one seen."""
    found = evaluations.listing(connection, district=district, status=status, limit=limit, before=before)
    return [_summary(connection, row) for row in found]


def require_period(period: str, scheme: Scheme | None = None) -> None:
    """Raise `InvalidParameter` unless the period is a year, and one that the scheme is for."""
    if not re.fullmatch(r"(19|20)\d{2}", period):
        raise InvalidParameter(
            f"{period!r} is not a period: a year such as 2023.",
            "所属期须为年份，如 2023。",
            code="invalid-period",
            place="period",
        )
    if scheme is not None and scheme.periods and period not in scheme.periods:
        raise InvalidParameter(
            f"The scheme {scheme.name} is for {', '.join(scheme.periods)}, not for {period}.",
            f"评价办法“{scheme.title.zh}”适用于 {'、'.join(scheme.periods)} 年度，不适用于 {period} 年度。",
            code="scheme-not-for-period",
            place="period",
        )


@cache
def code_version() -> str:
    """Return the release and a hash of the source that calculates."""
    digest = hashlib.sha256()
    for package, names in _CALCULATES.items():
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if entry.name in names or (not names and entry.name.endswith(".py")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:16]}"


def _run(district: str, period: str, scheme: Scheme, snapshot_hash: str, as_of_batch: int) -> dict[str, Any]:
    identity = {
        "district": district,
        "period": period,
        "scheme_hash": scheme.content_hash(),
        "snapshot_hash": snapshot_hash,
        "code_version": code_version(),
    }
    joined = "\0".join(identity.values())
    return {
        **identity,
        "run_hash": hashlib.sha256(joined.encode()).hexdigest(),
        "scheme_name": scheme.name,
        "scheme": scheme.canonical_json(),
        "as_of_batch": as_of_batch,
    }


def _found(connection: Connection, evaluation_id: int) -> RowMapping:
    found = evaluations.get(connection, evaluation_id)
    if found is None:
        raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
    return found


def _summary(connection: Connection, row: RowMapping, *, repeated: bool = False) -> EvaluationSummary:
    known = {name: row[name] for name in EvaluationSummary.model_fields if name in row}
    return EvaluationSummary(
        **known,
        grades=evaluations.grade_counts(connection, row["id"]),
        not_scored=evaluations.reason_counts(connection, row["id"]),
        repeated=repeated,
    )
