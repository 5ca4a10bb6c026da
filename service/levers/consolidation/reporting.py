"""Consolidation as a report: blocks ranked, parcels with reasons, what is not known, evidence, rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from service.levers.consolidation import columns
from service.levers.consolidation.bases import bases
from service.levers.consolidation.blocks import Blocks
from service.levers.consolidation.lasting import ENDED_BY, Past
from service.levers.report import Report, Section, Total
from service.reference.blocks import BlockRules
from service.reference.consolidation import ConsolidationRules
from service.reference.contracts import ContractRules

_TITLE = ("Consolidation of inefficiently used land", "低效用地资源整合")


@dataclass(frozen=True, eq=False)
class Found:
    """What the lever found of an evaluation.

    ``parcels`` by code: the columns of `service.levers.consolidation.columns.PARCELS`, those with a reason or
    flagged by the scheme; ``blocks`` in the order of ``ranked``, which has
    `service.levers.consolidation.columns.BLOCKS`; ``evidence`` with what
    `service.levers.consolidation.lasting` tells of its years.
    """

    parcels: pl.DataFrame
    blocks: Blocks
    ranked: pl.DataFrame
    evidence: pl.DataFrame
    judged: int
    distance_m: float
    barriers: int
    past: Past


def report(
    found: Found,
    head: Mapping[str, Any],
    rules: ConsolidationRules,
    near: BlockRules,
    contracts: ContractRules,
) -> Report:
    """Return the report; by the rules of ``contracts`` promises are due."""
    told = {
        "distance_m": found.distance_m,
        "barriers": found.barriers,
        "years_before": ", ".join(each.period for each in found.past.years) or None,
        "no_published_evaluation": found.past.gap,
    }
    sections = (_blocks(found), _parcels(found), _unknown(found), _evidence(found))
    rests_on = bases(found.distance_m, rules, near, contracts)
    return Report("consolidation", _TITLE, {**head, **told}, sections, rests_on)


def _blocks(found: Found) -> Section:
    rows = found.ranked.sort("rank").select(each.name for each in columns.BLOCKS)
    area = None if rows["area_m2"].null_count() else _sum(rows["area_m2"])
    return Section(
        "blocks",
        ("Blocks by gain of tax", "连片图斑（按增税潜力）"),
        "consolidation_blocks",
        columns.BLOCKS,
        rows,
        (
            Total("blocks", ("Blocks", "图斑数"), rows.height),
            Total("block_parcels", ("Parcels in blocks", "图斑内宗地数"), int(rows["parcels"].sum())),
            Total("block_area_m2", ("Land in blocks", "图斑用地面积"), area, "m²"),
            Total(
                "block_idle_land_ha", ("Idle land in them", "其中折算闲置"), _sum(rows["idle_land_ha"]), "ha"
            ),
            Total("block_tax_gain", ("Tax to be gained", "增税潜力"), _sum(rows["tax_gain"]), "万元"),
            Total(
                "block_output_gain", ("Output to be gained", "增产潜力"), _sum(rows["output_gain"]), "万元"
            ),
        ),
    )


def _parcels(found: Found) -> Section:
    order = pl.col("idle_land_ha").fill_null(-1), pl.col("parcel_code")
    rows = found.parcels.sort(*order, descending=[True, False])
    reasoned = rows["reasons"].is_not_null() | rows["figure_reasons"].is_not_null()
    return Section(
        "parcels",
        ("Parcels by idle land", "低效宗地（按折算闲置面积）"),
        "consolidation_parcels",
        columns.PARCELS,
        rows.select(each.name for each in columns.PARCELS),
        (
            Total("judged", ("Parcels judged", "参与判定宗地数"), found.judged),
            Total("by_land", ("With a reason by land", "按土地判定低效"), len(rows["reasons"].drop_nulls())),
            Total("by_any", ("With any reason", "按任一类型判定低效"), int(reasoned.sum())),
            Total(
                "flagged", ("Flagged by the scheme", "评价办法认定低效"), int(rows["low_efficiency"].sum())
            ),
            Total("land_idle_ha", ("Idle land", "折算闲置（土地）"), _sum(rows["idle_land_ha"]), "ha"),
            Total(
                "all_idle_ha", ("Idle land, all reasons", "折算闲置（全部类型）"), _sum(rows["idle_ha"]), "ha"
            ),
        ),
    )


def _unknown(found: Found) -> Section:
    open_ = found.evidence.filter(pl.col("state") == "unknown")
    rows = open_.group_by("reason", "missing").agg(parcels=pl.col("parcel_code").n_unique().cast(pl.Int64))
    return Section(
        "unknown",
        ("What cannot be told", "无法判定"),
        "consolidation_unknown",
        columns.UNKNOWN,
        rows.sort("parcels", "reason", "missing", descending=[True, False, False]).select(
            each.name for each in columns.UNKNOWN
        ),
    )


def _evidence(found: Found) -> Section:
    words = {code: f"{chinese} {english}" for code, (english, chinese) in ENDED_BY.items()}
    why = pl.col("ended_by").replace_strict(words, return_dtype=pl.String)
    rows = found.evidence.filter(pl.col("state") == "holds").sort("parcel_code", "reason", "basis")
    rows = rows.with_columns(ended_why=pl.concat_str("ended_in", why, separator=": "))
    return Section(
        "evidence",
        ("Evidence", "判定依据"),
        "consolidation_evidence",
        columns.EVIDENCE,
        rows.select(each.name for each in columns.EVIDENCE),
    )


def _sum(values: pl.Series) -> float | None:
    return round(float(values.sum()), 6) if len(values.drop_nulls()) else None
