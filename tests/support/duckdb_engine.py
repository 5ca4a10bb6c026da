"""DuckDB as a third engine, for tests: it shows in seconds and without Java what only Polars can do."""

from collections.abc import Mapping
from itertools import count

import duckdb
import narwhals.stable.v2 as nw
import polars as pl

from service.domain.scheme import Scheme
from service.evaluation import pipeline
from service.evaluation.frames import Frame
from service.jobs.engines import Results, in_order


class DuckdbEngine:
    """Calculates in a database in memory; what is settled becomes a temporary table."""

    def run(self, tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str) -> Results:
        """Return the result tables in canonical order."""
        names = (f"settled_{number}" for number in count())
        with duckdb.connect() as connection:

            def settle(frame: Frame) -> Frame:
                return stored(next(names), frame.to_native())

            def stored(name: str, relation: duckdb.DuckDBPyRelation) -> Frame:
                relation.create(name)
                return nw.from_native(connection.table(name))

            frames = {
                name: stored(name, connection.from_arrow(table.collect().to_arrow()))
                for name, table in tables.items()
            }
            results = pipeline.evaluate(frames, scheme, period, settle)
            return {name: in_order(name, frame.to_native().pl()) for name, frame in results.items()}
