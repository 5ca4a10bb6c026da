"""Coverage of every parcel (数据覆盖), worked out for a period and drawn on the parcel's geometry."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from service.domain.coverage import State
from service.features.table import Box, FeatureTable
from service.features.versions import versions_of
from service.jobs.covering import DEFAULT_SCHEME, Covering, covering
from service.ogc.sources.source import Edition
from service.reference.schemes import shipped_scheme
from service.store import sources
from service.store.layers import PARCELS

if TYPE_CHECKING:
    from service.ogc.views import View

_NAMED = {"missing_feeds": State.MISSING, "held_feeds": State.HELD, "stale_feeds": State.STALE}


@dataclass(frozen=True)
class Coverage:
    """All parcels with their coverage by the scheme that coverage is usually counted by."""

    chosen_by: Literal["period"] = "period"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the parcels with the state of every feed, as of today."""
        return view.remember(("coverage", edition.period, view.day), lambda: _covered(view, edition))

    def extent(self, view: "View", edition: Edition) -> Box | None:  # noqa: ARG002 - parcels are the same
        """Return the box around all parcels."""
        return _parcels(view).extent()

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when the store last received or made anything."""
        return view.received_at()


def _parcels(view: "View") -> FeatureTable:
    return view.layer(PARCELS)


def _covered(view: "View", edition: Edition) -> FeatureTable:
    if edition.period is None:
        raise ValueError("coverage is of a period")
    scheme, parcels = shipped_scheme(DEFAULT_SCHEME), _parcels(view)
    tables = [
        _properties(covering(view.database, view.connection, name, edition.period, scheme, view.day))
        for name in sources.districts(view.connection)
    ]
    if not tables:
        return parcels
    everything = pl.concat(tables).sort("id")
    there = parcels.take(np.searchsorted(parcels.ids, everything["id"].to_numpy()))
    properties = everything.drop("id")
    versions = versions_of(properties, there.wkb)
    return FeatureTable(there.ids, there.keys, versions, there.wkb, there.bounds, properties)


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
