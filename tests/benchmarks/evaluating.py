"""Evaluation: the core beside its peers; from store to store beside SQL in PostgreSQL; growth of the core."""

from pathlib import Path

import polars as pl

from service.store.database import Database
from tests.benchmarks.alone import Taken, Work, alone, available, best, figures, in_turn, kept
from tests.benchmarks.timing import console, show

_TAKEN = ("median s", "least s", "processor s", "peak GiB")
_CORE, _PANDAS, _LIMIT, _SQL = "mujun", "pandas script", "bare skeleton", "SQL inside PostgreSQL"
_LEAST_EQUAL = 0.98


def measure_core(folder: Path, parcels: int, runs: int) -> float:
    """Show the core beside its peers; returns its least seconds."""
    console.print(f"Evaluation core, {parcels:,} parcels")
    snapshot = _snapshot(folder, parcels)
    works = {
        _CORE: Work("tests.benchmarks.core:core", (snapshot,)),
        _PANDAS: Work("tests.benchmarks.pandas_script:pandas_script", (snapshot,)),
        _LIMIT: Work("tests.benchmarks.skeleton:skeleton", (snapshot,)),
    }
    taken = in_turn(works, runs, folder)
    _compare(pl.read_parquet(kept(folder, _CORE)), pl.read_parquet(kept(folder, _PANDAS)), _PANDAS)
    limit, pandas = best(taken[_LIMIT]), best(taken[_PANDAS])
    show(
        f"Evaluation core, {parcels:,} parcels, Parquet in, frames out, {runs} runs",
        ("work", *_TAKEN, f"× {_LIMIT}", f"× {_PANDAS}"),
        [
            (name, *figures(each), f"{best(each) / limit:.1f}", f"{best(each) / pandas:.2f}")
            for name, each in taken.items()
        ],
    )
    return best(taken[_CORE])


def measure_stores(
    stores: dict[str, Database], folder: Path, parcels: int, runs: int, core: float | None
) -> None:
    """Show evaluations from each store to itself, and what SQL inside PostgreSQL takes for the same."""
    console.print(f"Evaluation from store to store, {parcels:,} parcels")
    snapshot = _snapshot(folder, parcels)
    urls = {name: database.url.render_as_string(hide_password=False) for name, database in stores.items()}
    for name, url in urls.items():
        filled = alone(Work("tests.benchmarks.filling:fill", (url, snapshot)))
        console.print(f"  {name} filled in {filled.seconds:.0f} s")
    taken: dict[str, list[Taken]] = {}
    for run in range(runs):
        works = {
            name: Work("tests.benchmarks.store_works:from_store_to_store", (url, run))
            for name, url in urls.items()
        }
        if "PostGIS" in urls:
            works[_SQL] = Work("tests.benchmarks.store_works:inside_postgres", (urls["PostGIS"],))
        for name, work in works.items():
            taken.setdefault(name, []).append(one := alone(work))
            console.print(f"  run {run + 1} of {runs}: {name}: {one.seconds:.2f} s, {one.peak:.2f} GiB")
    if _SQL in taken:
        ours, theirs = (
            Work(f"tests.benchmarks.store_works:{name}", (urls["PostGIS"],))
            for name in ("grades_of_store", "grades_inside_postgres")
        )
        alone(ours, kept(folder, "ours"))
        alone(theirs, kept(folder, "theirs"))
        _compare(pl.read_parquet(kept(folder, "ours")), pl.read_parquet(kept(folder, "theirs")), _SQL)
    inside = best(taken[_SQL]) if _SQL in taken else float("nan")
    show(
        f"Evaluation from store to store, {parcels:,} parcels, {runs} runs",
        ("store", *_TAKEN, "× core", f"× {_SQL}"),
        [
            (
                name,
                *figures(each),
                f"{best(each) / core:.1f}" if core else "not measured",
                f"{best(each) / inside:.2f}",
            )
            for name, each in taken.items()
        ],
    )


def measure_growth(folder: Path, sizes: tuple[int, ...]) -> None:
    """Show the core alone at several sizes, one run each; what would not fit into memory is left out."""
    console.print("Growth of the core")
    lines: list[tuple[str, ...]] = []
    before: tuple[int, float] | None = None
    for parcels in sizes:
        if before and (expected := before[1] / before[0] * parcels) > available():
            lines.append((f"{parcels:,}", "left out", "", f"about {expected:.0f} expected"))
            continue
        taken = alone(Work("tests.benchmarks.core:core", (_snapshot(folder, parcels),)))
        before = parcels, taken.peak
        console.print(f"  {parcels:,} parcels: {taken.seconds:.2f} s, {taken.peak:.2f} GiB")
        per_million = taken.seconds / parcels * 1_000_000
        lines.append((f"{parcels:,}", f"{taken.seconds:.2f}", f"{per_million:.2f}", f"{taken.peak:.2f}"))
    show("Growth of the core, one run each", ("parcels", "s", "s per million", "peak GiB"), lines)


def _snapshot(folder: Path, parcels: int) -> str:
    """Return where the snapshot of a size lies, and write it when it is not there yet."""
    path = folder / f"snapshot-{parcels}"
    if not path.exists():
        taken = alone(Work("tests.benchmarks.snapshot:write", (str(path), parcels)))
        console.print(f"  snapshot of {parcels:,} parcels written in {taken.seconds:.0f} s")
    return str(path)


def _compare(ours: pl.DataFrame, theirs: pl.DataFrame, name: str) -> None:
    """Refuse a comparison unless both graded the same parcels nearly alike: doubles round otherwise."""
    both = ours.join(theirs, on="parcel_code", how="full", suffix="__theirs")
    same = both.select(pl.col("grade").eq_missing(pl.col("grade__theirs")).sum()).item()
    console.print(f"  grades equal to those of {name}: {same:,} of {both.height:,}")
    assert same >= _LEAST_EQUAL * both.height, f"{name} does other work"
