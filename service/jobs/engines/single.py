"""Polars: the evaluation inside this process, the default."""

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import polars as pl

from service.domain.scheme import Scheme
from service.evaluation import pipeline
from service.jobs.engines import Results, in_order


class PolarsEngine:
    """Calculates with all cores of this machine; what is settled is held in memory."""

    def run(self, tables: Mapping[str, pl.LazyFrame], scheme: Scheme, period: str) -> Results:
        """Return the result tables in canonical order."""
        frames = {name: nw.from_native(table) for name, table in tables.items()}
        results = pipeline.evaluate(frames, scheme, period)
        done: Results = {}
        for name in list(results):  # each forgotten when it is computed: less is held at once
            table: pl.LazyFrame = results.pop(name).to_native()
            done[name] = in_order(name, table.collect())
        return done
