"""Low-efficiency parcels of evaluations: their scores, and beside these what consolidation says of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from service.features.table import Box, FeatureTable, joined
from service.features.versions import versions_of
from service.jobs.levers.consolidation import reasons_of
from service.ogc.sources.scores import Scores
from service.ogc.sources.source import Edition

if TYPE_CHECKING:
    from service.ogc.views import View

_FLAGGED = Scores("low_efficiency")


@dataclass(frozen=True)
class LowEfficiency:
    """The parcels that the scheme flags; reasons of consolidation come beside, and choose none."""

    chosen_by: Literal["evaluation"] = "evaluation"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the features; their ids are those of the scores."""
        if not edition.runs:
            return _FLAGGED.table(view, edition)
        return joined([_of(view, run) for run in edition.runs], _FLAGGED.table(view, Edition()))

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around them."""
        return _FLAGGED.extent(view, edition)

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when the store last received anything: reasons also look at the years before."""
        return view.received_at()


def _of(view: "View", run: int) -> FeatureTable:
    flagged = _FLAGGED.table(view, Edition((run,)))  # first: it refuses what may not be seen
    return view.remember(("low efficiency", run), lambda: _found(view, flagged, run))


def _found(view: "View", flagged: FeatureTable, run: int) -> FeatureTable:
    told = reasons_of(view.connection, run)
    properties = flagged.properties.join(told, on="parcel_code", how="left", maintain_order="left")
    if not len(flagged):
        nothing = np.empty(0, dtype=np.int64)
        return FeatureTable.of(nothing, [], nothing, pl.Series([], dtype=pl.Binary), properties)
    versions = versions_of(properties, flagged.wkb)
    return FeatureTable(flagged.ids, flagged.keys, versions, flagged.wkb, flagged.bounds, properties)
