"""Measures (跟踪事项) as features: each with the joined outline of its parcels as they lie now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import shapely

from service.features.table import Box, FeatureTable, Ids
from service.features.versions import versions_of
from service.jobs.measures.records import PROPERTIES, many, table
from service.levers.consolidation.outlines import joined
from service.ogc.sources.source import Edition
from service.store import measures as stored
from service.store.layers import PARCELS

if TYPE_CHECKING:
    from service.ogc.views import View


SHOWN = tuple(each for each in PROPERTIES if each.name != "id")
"""The properties of a measure's feature, whose id is the measure's."""


@dataclass(frozen=True)
class Measures:
    """Every measure; one whose parcels are all gone is there without a geometry."""

    chosen_by: None = None

    def table(self, view: "View", edition: Edition) -> FeatureTable:  # noqa: ARG002 - there is one edition
        """Return all measures as they are today."""
        return view.remember(("measures", view.day), lambda: _found(view))

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around all of them."""
        return self.table(view, edition).extent()

    def changed_at(self, view: "View", edition: Edition) -> str | None:  # noqa: ARG002
        """Return when a measure changed last, or the store received something after that."""
        changed = view.remember("measures changed", lambda: stored.last_changed(view.connection))
        if changed is None:
            return view.received_at()
        return max(changed.isoformat().replace("+00:00", "Z"), view.received_at() or "")


def _found(view: "View") -> FeatureTable:
    records = sorted(many(view.connection, view.day), key=lambda each: each["id"])
    ids = np.array([each["id"] for each in records], dtype=np.int64)
    properties = table(records).select(each.name for each in SHOWN)
    wkb = _outlines(view.layer(PARCELS), [each["parcel_codes"] for each in records])
    return FeatureTable.of(
        ids, [str(each) for each in ids.tolist()], versions_of(properties, wkb), wkb, properties
    )


def _outlines(parcels: FeatureTable, codes: list[list[str]]) -> pl.Series:
    """Return for each list of codes the joined outline of those parcels that there are, as WKB."""
    rows = [[parcels.row_of[code] for code in each if code in parcels.row_of] for each in codes]
    there = [place for place, each in enumerate(rows) if each]
    found: list[bytes | None] = [None] * len(codes)
    if there:
        lengths = [len(rows[place]) for place in there]
        starts: Ids = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        flat = np.array([row for place in there for row in rows[place]], dtype=np.int64)
        for place, shape in zip(there, joined(parcels.geometries(flat), starts), strict=True):
            found[place] = shapely.to_wkb(shape)
    return pl.Series(found, dtype=pl.Binary)
