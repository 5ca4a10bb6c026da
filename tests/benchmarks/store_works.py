"""An evaluation from a store to the store: ours, and the same written by hand as SQL inside PostgreSQL."""

import re
from importlib.resources import files
from pathlib import Path

import polars as pl
from sqlalchemy import text

from service.jobs.evaluating import evaluate
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.benchmarks.alone import peak_of
from tests.benchmarks.snapshot import PERIOD


def from_store_to_store(url: str, run: int) -> None:
    """Evaluate the only district of a store; each run cites itself, or it would be a repetition."""
    scheme = shipped_scheme("parcel").model_copy(update={"citation": f"Run {run}."})
    database = Database(url)
    summary = evaluate(database, scheme, PERIOD)
    assert not summary.repeated
    database.dispose()


def inside_postgres(url: str) -> float:
    """Run ``in_postgres.sql`` in one transaction; returns the peak of the server's process in GiB."""
    script = (files("tests.benchmarks") / "in_postgres.sql").read_text()
    database = Database(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS peer_score, peer_holding, peer_reconciliation")
        connection.exec_driver_sql("SET LOCAL work_mem = '256MB'")
        for statement in re.split(r";\s*\n", script):
            if statement.strip():
                connection.exec_driver_sql(statement)
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        peak = peak_of(process) if Path(f"/proc/{process}").exists() else float("nan")  # a server elsewhere
    database.dispose()
    return peak


def grades_of_store(url: str) -> pl.DataFrame:
    """Return the grades of the newest evaluation of a store."""
    return _grades(
        url, "SELECT parcel_code, grade FROM score WHERE evaluation_id = (SELECT max(id) FROM evaluation)"
    )


def grades_inside_postgres(url: str) -> pl.DataFrame:
    """Return the grades that the statements inside PostgreSQL gave."""
    return _grades(url, "SELECT code, grade FROM peer_score")


def _grades(url: str, query: str) -> pl.DataFrame:
    database = Database(url)
    with database.engine.connect() as connection:
        rows = connection.execute(text(query)).fetchall()
    database.dispose()
    return pl.DataFrame([tuple(row) for row in rows], ["parcel_code", "grade"], orient="row")
