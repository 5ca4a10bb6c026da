"""Quality findings (数据疑点): what the consistency checks find in all of the store, for a period."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from service.access.policy import visible_findings
from service.features.table import Box, FeatureTable
from service.jobs.checking import quality_of_all
from service.ogc.sources.source import Edition
from service.quality.features import feature_table
from service.store.layers import BUILDINGS, PARCELS

if TYPE_CHECKING:
    from service.ogc.views import View


@dataclass(frozen=True)
class Findings:
    """The findings that whoever looks may see: of the others there is nothing, in no count and no extent."""

    chosen_by: Literal["period"] = "period"

    def table(self, view: "View", edition: Edition) -> FeatureTable:
        """Return the findings of the checks that are open to this principal."""
        everything = view.remember(("findings", edition.period), lambda: _found(view, edition))
        codes = visible_findings(view.principal)
        return view.remember(("findings", edition.period, codes), lambda: _of_codes(everything, codes))

    def extent(self, view: "View", edition: Edition) -> Box | None:  # noqa: ARG002 - of any period
        """Return the box around parcels and buildings: every finding lies in it, and it tells of none."""
        boxes = [box for layer in (PARCELS, BUILDINGS) if (box := view.layer(layer).extent()) is not None]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when the store last received or made anything."""
        return view.received_at()


def _found(view: "View", edition: Edition) -> FeatureTable:
    if edition.period is None:
        raise ValueError("findings are of a period")
    report = quality_of_all(view.database, view.connection, edition.period)
    return feature_table(report.findings, report.rules)


def _of_codes(table: FeatureTable, codes: frozenset[str]) -> FeatureTable:
    return table.take(np.flatnonzero(table.properties["code"].is_in(pl.Series(list(codes), dtype=pl.String))))
