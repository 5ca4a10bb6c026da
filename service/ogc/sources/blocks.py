"""Consolidation blocks (连片低效用地): the low-efficiency parcels of an evaluation that lie together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import shapely

from service.features.table import Box, FeatureTable, Property, joined
from service.features.versions import versions_of
from service.jobs.levers.consolidation import blocks_among, worth_of
from service.levers.consolidation.columns import OF_PLACE, OF_WORTH
from service.ogc.sources.scores import Scores
from service.ogc.sources.source import Edition
from service.reference.blocks import block_rules

if TYPE_CHECKING:
    from service.ogc.views import View

PROPERTIES = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    OF_PLACE[0],
    Property("district", "string", "District 区域"),
    OF_PLACE[1],
    Property("period", "string", "Evaluated period 评价期"),
    *OF_PLACE[2:],
    Property("distance_m", "number", "Farthest that neighbours lie apart, m 连片距离"),
    *OF_WORTH,
)
"""The columns of the table."""

_FLAGGED = Scores("low_efficiency")


@dataclass(frozen=True)
class Blocks:
    """The blocks of the evaluations of an edition, each evaluation by itself."""

    chosen_by: Literal["evaluation"] = "evaluation"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the blocks; their ids are the evaluation and the smallest parcel code."""
        found = (_of(view, run) for run in edition.runs)
        return joined(found)

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around all blocks, which is that around their parcels."""
        return _FLAGGED.extent(view, edition)

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when the store last received anything: barriers, titles and years before count too."""
        return view.received_at()


def _of(view: "View", run: int) -> FeatureTable:
    """Return the blocks of an evaluation, found once for a state of the data."""
    edition = Edition((run,))
    parcels = _FLAGGED.table(view, edition)  # first: it refuses what may not be seen
    scores = Scores().table(view, edition)
    return view.remember(("blocks", run), lambda: _found(view, run, parcels, scores.extent()))


def _found(view: "View", run: int, parcels: FeatureTable, district: Box | None) -> FeatureTable:
    """Return the blocks of parcels in a district with this extent, whose zone metres are counted in."""
    if not len(parcels) or district is None:
        return FeatureTable.none()
    distance = block_rules().distance_m
    figures, shapes = parcels.properties, parcels.geometries(parcels.everything)
    found = blocks_among(view.connection, figures, shapes, distance, district[0], district[2])
    told = worth_of(view.connection, run, found.properties)
    order = np.argsort(parcels.ids[found.first])
    first = found.first[order]
    of_first = figures.select("evaluation_id", "district", "period")[first]
    properties = pl.concat([of_first, told[order]], how="horizontal").with_columns(
        distance_m=pl.lit(distance)
    )
    properties = properties.select(item.name for item in PROPERTIES)
    wkb = pl.Series(shapely.to_wkb(found.outlines[order]).tolist(), dtype=pl.Binary)
    keys = [parcels.keys[row] for row in first.tolist()]
    return FeatureTable.of(parcels.ids[first], keys, versions_of(properties, wkb), wkb, properties)
