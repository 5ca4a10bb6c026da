"""The evaluation core from Parquet to frames, as a work to be measured."""

from pathlib import Path

import polars as pl

from service.jobs.evaluating import calculate
from service.reference.schemes import shipped_scheme
from tests.benchmarks.snapshot import PERIOD, tables_of


def core(folder: str) -> pl.DataFrame:
    """Evaluate a folder's snapshot; all results are made, the scores returned."""
    results = calculate(tables_of(Path(folder)), shipped_scheme("parcel"), PERIOD)
    return results["scores"].select("parcel_code", "grade", "points")
