"""Consolidation blocks (连片低效用地): the low-efficiency parcels of an evaluation that lie together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import shapely

from service.features.table import Box, FeatureTable, Property, joined
from service.features.versions import versions_of
from service.levers.consolidation import FIGURES, blocks, central_meridian
from service.ogc.sources.scores import Scores
from service.ogc.sources.source import Edition
from service.reference.blocks import block_rules

if TYPE_CHECKING:
    from service.ogc.views import View

PROPERTIES = (
    Property("evaluation_id", "integer", "Evaluation 评价编号"),
    Property(
        "first_parcel", "string", "Smallest code of its parcels, after which the block is called 首宗地代码"
    ),
    Property("district", "string", "District 区域"),
    Property("towns", "string", "Towns or subdistricts 镇街"),
    Property("period", "string", "Evaluated period 评价期"),
    Property("parcels", "integer", "Parcels 宗地数"),
    Property("parcel_codes", "string", "Codes of its parcels 宗地代码"),
    Property("area_m2", "number", "Land area that counts, of all its parcels, m² 计算用地面积合计"),
    Property("geodesic_area_m2", "number", "Geodesic area of the geometry, m² 图形椭球面积"),
    Property("compactness", "number", "Compactness 4πA/P²: 1 a circle, 0 a line 紧凑度"),
    Property("grades", "string", "Parcels by grade 各等级宗地数"),
    Property("points", "number", "Mean points, weighted by land area 面积加权平均得分"),
    Property("low_efficiency_reasons", "string", "Reasons for low efficiency 低效原因"),
    Property(
        "verified", "boolean", "All rules of all its parcels read in the document itself 规则均经原文核实"
    ),
    Property("distance_m", "number", "Farthest that neighbours lie apart, m 连片距离"),
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
        return joined([each for each in found if len(each)], _empty())

    def extent(self, view: "View", edition: Edition) -> Box | None:
        """Return the box around all blocks, which is that around their parcels."""
        return _FLAGGED.extent(view, edition)

    def changed_at(self, view: "View", edition: Edition) -> str | None:
        """Return when the latest of the evaluations was made."""
        return view.made_at(edition.runs)


def _of(view: "View", run: int) -> FeatureTable:
    """Return the blocks of an evaluation, found once for its scores."""
    edition = Edition((run,))
    parcels = _FLAGGED.table(view, edition)
    scores = Scores().table(view, edition)
    return view.keep(("blocks", scores.stamp), lambda: _found(parcels, scores.extent()))


def _found(parcels: FeatureTable, district: Box | None) -> FeatureTable:
    """Return the blocks of parcels in a district with this extent, whose zone metres are counted in."""
    if not len(parcels) or district is None:
        return _empty()
    distance = block_rules().distance_m
    figures, shapes = parcels.properties, parcels.geometries(parcels.everything)
    found = blocks(figures.select(*FIGURES), shapes, distance, central_meridian(district[0], district[2]))
    order = np.argsort(parcels.ids[found.first])
    first = found.first[order]
    of_first = figures.select("evaluation_id", "district", "period")[first]
    properties = pl.concat([of_first, found.properties[order]], how="horizontal").with_columns(
        distance_m=pl.lit(distance)
    )
    properties = properties.select(item.name for item in PROPERTIES)
    wkb = pl.Series(shapely.to_wkb(found.outlines[order]).tolist(), dtype=pl.Binary)
    keys = [parcels.keys[row] for row in first.tolist()]
    return FeatureTable.of(parcels.ids[first], keys, versions_of(properties, wkb), wkb, properties)


def _empty() -> FeatureTable:
    none = np.empty(0, dtype=np.int64)
    return FeatureTable.of(none, [], none, pl.Series([], dtype=pl.Binary), pl.DataFrame())
