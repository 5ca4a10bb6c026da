"""How land is used (土地利用): not at all, less than its industry should, or by nobody."""

from collections.abc import Sequence

import polars as pl

from service.levers.consolidation.reasons.judgement import (
    AREA,
    BARE,
    BUILT,
    FAR,
    Judgement,
    first_missing,
    idle_ha,
    not_fully_used,
)
from service.reference.consolidation import ConsolidationRules


def unused() -> Sequence[Judgement]:
    """Return how land is judged that was not supplied, or not used since."""
    whole, none = AREA / 10_000, pl.lit(None, pl.Float64)
    approved, due, day = pl.col("approved_area_m2"), pl.col("completion_due"), pl.col("day")
    not_supplied = (
        pl.when(pl.col("supplied"))
        .then(False)
        .when(pl.col("contracts_known") & approved.is_not_null())
        .then(True)
    )
    begun = (BUILT | pl.col("completed").fill_null(False)).fill_null(False)
    overdue = due < day
    not_used = (
        pl.when(begun | (pl.col("contracted") & ~overdue))
        .then(False)
        .when(pl.col("contracted") & overdue & BARE)
        .then(True)
        .when(~pl.col("supplied"))
        .then(False)
    )
    return (
        Judgement(
            "granted_not_supplied",
            "approval",
            not_supplied,
            first_missing(approved=approved, contracts=pl.col("contracts_known").replace(False, None)),
            pl.lit(0.0),
            approved,
            "m²",
            whole,
        ),
        Judgement(
            "supplied_not_used",
            "completion",
            not_used,
            first_missing(
                floor_area=BARE, contract=pl.col("contracted").replace(False, None), complete_by=due
            ),
            (day - due).dt.total_days().cast(pl.Float64),
            none,
            "days overdue 逾期天数",
            whole,
        ),
    )


def below_floor() -> Sequence[Judgement]:
    """Return how the floor-area ratio is judged by the least of the industry (容积率控制值)."""
    floor = pl.col("far_floor")
    no_floor = floor.is_null() & pl.col("division").is_not_null()
    by_norm = Judgement(
        "far_below_norm",
        "far_floor",
        pl.when(no_floor).then(False).otherwise(floor > FAR),
        first_missing(industry=pl.col("division"), far=FAR),
        FAR,
        floor,
        "1",
        idle_ha(floor, FAR, AREA),
        verified=pl.col("floor_verified"),
    )
    return by_norm, not_fully_used(by_norm, "far_floor")


def unoccupied(rules: ConsolidationRules) -> Sequence[Judgement]:
    """Return how built land is judged by who is there, and by what they bring."""
    floor, used, holders = pl.col("floor_area_m2"), pl.col("occupied_floor_m2"), pl.col("holders")
    vacant = ((floor - used) / floor).clip(0)
    whole, threshold = AREA / 10_000, rules.vacant_share
    nothing = pl.col("tax") + pl.col("output") == 0
    return (
        Judgement(
            "vacancy",
            "occupied_floor",
            pl.when(floor == 0).then(False).otherwise(vacant > threshold.value),
            first_missing(floor_area=floor, occupancies=holders, occupied_floor=used),
            vacant,
            pl.lit(threshold.value),
            "1",
            idle_ha(floor, used, AREA),
            "figures",  # how much floor a single firm has, by which its figures are shared out
            pl.lit(threshold.verified),
        ),
        Judgement(
            "built_not_invested",
            "occupants",
            pl.when(~BUILT).then(False).otherwise(holders == 0),
            first_missing(floor_area=BUILT, occupancies=holders),
            holders.cast(pl.Float64),
            pl.lit(1.0),
            "firms 户",
            whole,
        ),
        Judgement(
            "built_not_invested",
            "figures",
            pl.when(~BUILT | (holders == 0)).then(False).otherwise(nothing & (holders > 0)),
            first_missing(floor_area=BUILT, occupancies=holders, tax=pl.col("tax"), output=pl.col("output")),
            pl.col("tax") + pl.col("output"),
            pl.lit(None, pl.Float64),
            "万元",
            whole,
            "figures",
        ),
    )
