"""Evaluate (评价) and publish (发布): the same inputs, scheme and code are the same evaluation."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel
from sqlalchemy import Connection, RowMapping

from service import __version__
from service.domain.scheme import Scheme
from service.domain.tables import KEYS
from service.errors import Conflict, NotFound
from service.jobs.differences import Repetition, differences
from service.jobs.districts import resolve_district
from service.jobs.engines import Engine, Results
from service.jobs.engines.single import PolarsEngine
from service.jobs.flagging import tell_of_publication
from service.jobs.periods import require_in_force, require_period
from service.store import evaluations
from service.store.database import Database
from service.store.hashing import canonical_hash
from service.store.snapshot import FrozenSnapshot, freeze, snapshot_tables

_CALCULATES: Mapping[str, tuple[str, ...]] = {
    "service.domain": ("expressions.py", "tables.py"),
    "service.evaluation": (),
    "service.domain.scheme": (),
    "service.reference": ("metrics.yaml", "scheme_checks.py", "units.yaml"),
}
"""The source that a result depends on; an empty row: all modules of the package."""

_ATTEMPTS = 3
"""So often an evaluation is calculated when others change its inputs meanwhile."""


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


ON_THIS_MACHINE = PolarsEngine()


def evaluate(
    database: Database,
    scheme: Scheme,
    period: str,
    district: str | None = None,
    engine: Engine = ON_THIS_MACHINE,
) -> EvaluationSummary:
    """Evaluate a district for a period and store the result as a draft.

    The engine is no part of the run's identity, since the rows are the same on each: what was calculated on
    one is found again on any other.

    Others may write while it calculates. If they did, the inputs are read again as the only writer; if they
    differ, all is calculated anew. So snapshot, results and copied parcels are of one state.

    Raises `InvalidParameter` for a period that is none or that the scheme is not for, for a scheme that is
    not in force yet, and for a district that must be named; `NotFound` for one without parcels; `Conflict`
    when its inputs change again and again.
    """
    require_period(period, scheme)
    require_in_force(scheme)
    with database.reading() as connection:
        district = resolve_district(connection, district)
        frozen = freeze(connection, district, period, year_before=scheme.reads_last_year)
        version = database.data_version(connection)
    for _ in range(_ATTEMPTS):
        run = _run(district, period, scheme, frozen)
        with database.reading() as connection:
            earlier = evaluations.find(connection, run["run_hash"])
            if earlier is not None:
                return _summary(connection, earlier, repeated=True)
        results = calculate(frozen.tables(), scheme, period, engine)
        run["result_hash"] = canonical_hash(results, KEYS)
        with database.writing() as connection:
            earlier = evaluations.find(connection, run["run_hash"])
            if earlier is not None:  # somebody else was faster
                return _summary(connection, earlier, repeated=True)
            current = database.data_version(connection)
            now = frozen
            if current != version:
                now = freeze(connection, district, period, year_before=scheme.reads_last_year)
            if now.content_hash == frozen.content_hash:
                run["as_of_batch"] = now.as_of_batch
                evaluation_id = evaluations.save(connection, run, now, results)
                return _summary(connection, _found(connection, evaluation_id))
            frozen, version = now, current + 1  # this transaction counts, too
    raise evaluations.inputs_changed()


def repeat(database: Database, evaluation_id: int, engine: Engine = ON_THIS_MACHINE) -> Repetition:
    """Calculate an evaluation again from its frozen snapshot and stored scheme, and compare; stores nothing.

    Raises `NotFound` when there is no such evaluation.
    """
    with database.reading() as connection:
        run = _found(connection, evaluation_id)
        tables = snapshot_tables(connection, run["snapshot_hash"])
        stored = {
            name: table.collect() for name, table in evaluations.results(connection, evaluation_id).items()
        }
    scheme = Scheme.model_validate_json(run["scheme"])
    again = calculate(tables, scheme, run["period"], engine)
    return Repetition(
        evaluation_id=evaluation_id,
        stored_hash=run["result_hash"],
        repeated_hash=canonical_hash(again, KEYS),
        stored_code=run["code_version"],
        code=code_version(),
        differences=differences(stored, again, KEYS),
    )


def calculate(
    tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str, engine: Engine = ON_THIS_MACHINE
) -> Results:
    """Run the evaluation core on an engine; returns the result tables in canonical order."""
    return engine.run(tables, scheme, period)


def publish(database: Database, evaluation_id: int) -> EvaluationSummary:
    """Publish a draft, which never changes from then on, and write the events that tell of it.

    Raises `NotFound`, `Conflict` when published.
    """
    with database.writing() as connection:
        found = _found(connection, evaluation_id)
        if not evaluations.publish(connection, evaluation_id):
            raise Conflict(
                f"Evaluation {evaluation_id} was published at {found['published_at']:%Y-%m-%d %H:%M} UTC.",
                f"评价 {evaluation_id} 已于 {found['published_at']:%Y-%m-%d %H:%M}（UTC）发布。",
                code="published",
            )
        published = _found(connection, evaluation_id)
        tell_of_publication(connection, published)
        return _summary(connection, published)


def summary(connection: Connection, evaluation_id: int) -> EvaluationSummary:
    """Return the summary of a stored evaluation; raises `NotFound`."""
    return _summary(connection, _found(connection, evaluation_id))


def stored_scheme(connection: Connection, evaluation_id: int) -> Scheme:
    """Return the scheme by which a stored evaluation was made; raises `NotFound`."""
    return Scheme.model_validate_json(_found(connection, evaluation_id)["scheme"])


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


@cache
def code_version() -> str:
    """Return the release and a hash of the source that calculates."""
    digest = hashlib.sha256()
    for package, names in _CALCULATES.items():
        for entry in sorted(files(package).iterdir(), key=lambda entry: entry.name):
            if entry.name in names or (not names and entry.name.endswith(".py")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()[:16]}"


def _run(district: str, period: str, scheme: Scheme, frozen: FrozenSnapshot) -> dict[str, Any]:
    identity = {
        "district": district,
        "period": period,
        "scheme_hash": scheme.content_hash(),
        "snapshot_hash": frozen.content_hash,
        "code_version": code_version(),
    }
    joined = "\0".join(identity.values())
    return {
        **identity,
        "run_hash": hashlib.sha256(joined.encode()).hexdigest(),
        "scheme_name": scheme.name,
        "scheme": scheme.canonical_json(),
        "as_of_batch": frozen.as_of_batch,
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
