"""The same rows on every engine: Polars, DuckDB, Spark; every table, every column, every bit."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from service.domain.scheme import Scheme
from service.jobs.engines import Results
from service.jobs.engines.single import PolarsEngine
from service.jobs.engines.spark import SparkEngine, has_java
from service.reference.schemes import load_scheme, scheme_names
from tests.engines.comparing import differences
from tests.support.duckdb_engine import DuckdbEngine
from tests.support.seeded_park import PERIOD, seeded_tables

EVERYTHING = Path(__file__).parent / "everything.yaml"
SCHEMES = [*scheme_names(), str(EVERYTHING)]
"""Shipped schemes by name, others by file: a scheme is compared by standing here."""

IN_EVERY_RUN = ["parcel", pytest.param(str(EVERYTHING), marks=pytest.mark.nightly)]
"""What Spark compares in every run, since it takes its time."""

QUICK = {
    "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than two thousand rows
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}

_OF_EVERY_RUN = ("parcel", "huangyan-2022", "everything")
OF_DUCKDB = [
    pytest.param(name, marks=[pytest.mark.nightly] * (Path(name).stem not in _OF_EVERY_RUN))
    for name in SCHEMES
]
"""A plain scheme, one of points by ratio, and one with everything in every run; all of them in the night."""

each_scheme = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda name: Path(name).stem, indirect=True)


@pytest.fixture
def scheme(request: pytest.FixtureRequest) -> Scheme:
    """A scheme by name or file."""
    return load_scheme(request.param)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkEngine]:
    """A Spark session for all tests of this module."""
    if not has_java():
        pytest.skip("Spark needs Java: apt-get install openjdk-17-jre-headless")
    with SparkEngine(settings=QUICK) as engine:
        yield engine


def park(parcels: int) -> dict[str, pl.LazyFrame]:
    """Return a seeded park, lazily read."""
    return {name: table.lazy() for name, table in seeded_tables(parcels).items()}


def on_polars(parcels: int, scheme: Scheme) -> Results:
    """Return the results that all others must equal; the park has something for every table."""
    results = PolarsEngine().run(park(parcels), scheme, PERIOD)
    assert all(table.height for table in results.values())
    return results


@pytest.mark.parametrize("scheme", OF_DUCKDB, ids=[Path(name).stem for name in SCHEMES], indirect=True)
def test_duckdb_gives_the_rows_of_polars(scheme: Scheme) -> None:
    """20,000 parcels, every scheme."""
    found = DuckdbEngine().run(park(20_000), scheme, PERIOD)
    assert not differences(on_polars(20_000, scheme), found)


@pytest.mark.parametrize("scheme", IN_EVERY_RUN, ids=["parcel", "everything"], indirect=True)
def test_spark_gives_the_rows_of_polars(spark: SparkEngine, scheme: Scheme) -> None:
    """2,000 parcels in a session on this machine."""
    found = spark.run(park(2_000), scheme, PERIOD)
    assert not differences(on_polars(2_000, scheme), found)


@pytest.mark.nightly
@each_scheme
def test_spark_gives_the_rows_of_polars_for_many_parcels(spark: SparkEngine, scheme: Scheme) -> None:
    """20,000 parcels, every scheme."""
    found = spark.run(park(20_000), scheme, PERIOD)
    assert not differences(on_polars(20_000, scheme), found)


def test_a_park_of_one_seed_is_one_park() -> None:
    """The same seed gives the same tables, another seed others."""
    first, again, other = seeded_tables(100), seeded_tables(100), seeded_tables(100, seed=2)
    assert all(first[name].equals(again[name]) for name in first)
    assert not first["parcels"].equals(other["parcels"])
