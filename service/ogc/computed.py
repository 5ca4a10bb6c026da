"""Features that no table has: coverage of every parcel, worked out for a period and drawn on its geometry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection

from service.domain.coverage import State
from service.jobs.covering import DEFAULT_SCHEME, Covering, covering
from service.reference.schemes import shipped_scheme
from service.store import sources
from service.store.database import Database
from service.store.layers import Features, Ids, Selection

_NAMED = {"missing_feeds": State.MISSING, "held_feeds": State.HELD, "stale_feeds": State.STALE}


@dataclass(frozen=True)
class Computed:
    """The properties of all features, row by row in the order of ``ids``, the row ids of their parcels."""

    ids: Ids
    properties: pl.DataFrame

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes."""
        return int(self.ids.nbytes + self.properties.estimated_size())

    def matching(self, selection: Selection) -> Ids:
        """Return the row ids of those that are equal in the selection's columns, ascending."""
        if selection.ranges == ():
            return self.ids[:0]
        if not selection.equal:
            return self.ids
        equal = [pl.col(name).cast(_plain(value)) == value for name, value in selection.equal]
        found: Ids = self.ids[
            self.properties.select(pl.all_horizontal(equal).fill_null(False)).to_series().to_numpy()
        ]
        return found

    def on(self, parcels: Features, names: Sequence[str]) -> Features:
        """Return the parcels with these properties in place of their own."""
        if not parcels.rows:
            return Features(tuple(names), [], parcels.key_size)
        rows = self.properties[np.searchsorted(self.ids, parcels.ids)].select(names).rows()
        head = 2 + parcels.key_size
        shown: list[Any] = [(*parcel[:head], *row) for parcel, row in zip(parcels.rows, rows, strict=True)]
        return Features(tuple(names), shown, parcels.key_size)


def _plain(value: object) -> Any:
    return pl.String if isinstance(value, str) else pl.Float64


def coverage_of(database: Database, connection: Connection, selection: Selection) -> Computed:
    """Return the coverage of all parcels by the scheme that coverage is usually counted by."""
    scheme = shipped_scheme(DEFAULT_SCHEME)
    if selection.period is None or selection.as_of is None:
        raise ValueError("coverage is of a period, as of a day")
    tables = [
        _properties(covering(database, connection, name, selection.period, scheme, selection.as_of))
        for name in sources.districts(connection)
    ]
    everything = pl.concat(tables).sort("id") if tables else pl.DataFrame(schema={"id": pl.Int64})
    return Computed(everything["id"].to_numpy(), everything.drop("id"))


def _properties(each: Covering) -> pl.DataFrame:
    states = {feed: each.cells.filter(pl.col("feed") == feed)["state"].cast(pl.String) for feed in each.feeds}
    lists = {
        name: pl.concat_str(
            [pl.when(pl.col(feed) == state.value).then(pl.lit(feed)) for feed in each.feeds],
            separator=",",
            ignore_nulls=True,
        )
        for name, state in _NAMED.items()
    }
    return each.parcels.select(
        "id",
        pl.col("parcel_code").alias("code"),
        "district",
        "town",
        "industry",
        pl.lit(each.period).alias("period"),
        (pl.col("area") / 100).alias("area_m2"),
        pl.col("state").cast(pl.String),
        **states,
    ).with_columns(**lists)
