"""Evaluation: the core beside pandas and the bare relational skeleton; and from store to store."""

import resource
from pathlib import Path

import polars as pl

from service.jobs.evaluating import calculate, evaluate
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from service.store.snapshot import FrozenSnapshot, freeze
from tests.benchmarks.importing import DISTRICT
from tests.benchmarks.peers import pandas_evaluation
from tests.benchmarks.timing import seconds, show, side_by_side

PERIOD = "2023"


def skeleton(folder: Path) -> pl.DataFrame:
    """Scan, join, sum, rank: what any evaluation of this data has to do at least."""
    figures = pl.scan_parquet(folder / "enterprise_figures.parquet")
    held = pl.scan_parquet(folder / "occupancies.parquet").join(figures, on="uscc")
    weights = held.group_by("uscc").agg(pl.col("floor_area").sum().alias("all"))
    share = pl.col("floor_area") / pl.col("all")
    sums = (
        held.join(weights, on="uscc")
        .group_by("parcel_code")
        .agg((pl.col(name) * share).sum() for name in ("tax", "output", "energy_equal_supply"))
    )
    parcels = pl.scan_parquet(folder / "parcels.parquet").join(sums, on="parcel_code", how="left")
    per_mu = pl.col("tax") / pl.col("registered_area")
    return parcels.with_columns(per_mu.rank("min", descending=True).alias("rank")).collect()


def measure_core(database: Database, folder: Path, parcels: int) -> FrozenSnapshot:
    """Show the core from a frozen snapshot, in turn with its peers."""
    scheme = shipped_scheme("parcel")
    with database.reading() as connection:
        frozen = freeze(connection, DISTRICT, PERIOD)
    for name, table in frozen.frames.items():
        table.write_parquet(folder / f"{name}.parquet")
    tables = {name: pl.scan_parquet(folder / f"{name}.parquet") for name in frozen.frames}
    ours, theirs = calculate(tables, scheme, PERIOD)["scores"], pandas_evaluation(folder)
    graded = dict(ours.filter(pl.col("grade").is_not_null()).select("parcel_code", "grade").iter_rows())
    same = sum(
        graded.get(code) == grade for code, grade in theirs[["parcel_code", "grade"]].itertuples(index=False)
    )
    assert same >= 0.98 * len(graded), "the peer does other work"
    best = side_by_side(
        {
            "mujun, core": lambda: calculate(tables, scheme, PERIOD),
            "peer: pandas script": lambda: pandas_evaluation(folder),
            "limit: relational skeleton": lambda: skeleton(folder),
        }
    )
    limit = best["limit: relational skeleton"]
    show(
        f"Evaluation core, {parcels:,} parcels, Parquet in, frames out",
        ("work", "s", "× limit"),
        [(name, f"{took:.3f}", f"{took / limit:.1f}") for name, took in best.items()],
    )
    return frozen


def measure_whole(name: str, database: Database, parcels: int) -> None:
    """Show one evaluation from the store to the store."""
    scheme = shipped_scheme("parcel")
    took = seconds(lambda: evaluate(database, scheme, PERIOD))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    show(
        f"Evaluation from store to store, {name}",
        ("parcels", "s", "peak of this process so far, GiB"),
        [(f"{parcels:,}", f"{took:.2f}", f"{peak:.2f}")],
    )
