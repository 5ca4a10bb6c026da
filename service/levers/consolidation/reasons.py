"""Why a parcel counts as inefficiently used (低效用地原因): every reason with its evidence and idle hectares.

Idle hectares of a parcel of A m² are ``(norm − actual) / norm × A / 10,000``, never below 0; land that is not
used at all is idle whole. Reasons overlap, so a parcel's are the largest of them and never a sum. What is not
known is no reason: it stands as ``unknown`` with what is missing.
"""

import polars as pl

from service.levers.consolidation.facts import Year, facts
from service.levers.consolidation.yardsticks import Yardstick, yardsticks
from service.reference.consolidation import ConsolidationRules

REASONS: dict[str, tuple[str, str]] = {
    "granted_not_supplied": ("Approved, not supplied", "批而未供"),
    "supplied_not_used": ("Supplied, not used", "供而未用"),
    "not_fully_used": ("Not fully used", "用而未尽"),
    "built_not_invested": ("Built, not invested in", "建而未投"),
    "invested_below_target": ("Invested, below target", "投而未达标"),
    "grade_d_years": ("Graded D for years running", "连续评为D档"),
    "far_below_norm": ("Floor-area ratio below the industry's floor", "容积率低于行业控制值"),
    "vacancy": ("Vacant", "空置"),
    "below_contract_promise": ("Below what the contract promises", "低于合同约定"),
}
"""Code → English and Chinese, in the order in which they are read."""
KINDS = tuple(REASONS)[:5]
"""The five kinds of the notices on low-efficiency land."""

EVIDENCE = {
    "parcel_code": pl.String,
    "reason": pl.String,
    "basis": pl.String,
    "state": pl.String,
    "measured": pl.Float64,
    "norm": pl.Float64,
    "unit": pl.String,
    "missing": pl.String,
    "idle_ha": pl.Float64,
    "rests_on": pl.String,
    "verified": pl.Boolean,
}
"""Evidence: ``state`` is ``holds`` or ``unknown``; ``rests_on`` is ``land``, ``grade`` or
``figures``, what single firms hold or reported."""


def evidence(year: Year, rules: ConsolidationRules) -> pl.DataFrame:
    """Return the reasons of an evaluation by themselves, `EVIDENCE`; those of years running come after."""
    known = facts(year).join(_floors(rules), on="division", how="left")
    parts = [_rows(known, each, rules) for each in yardsticks(rules)]
    return pl.concat(parts).sort("parcel_code", "reason", "basis")


def graded_d(runs: pl.DataFrame, rules: ConsolidationRules) -> pl.DataFrame:
    """Return the evidence for D in years running; ``runs`` has ``parcel_code`` and ``d_years``."""
    least = rules.grade_d_years
    long = runs.filter(pl.col("d_years") >= least.value)
    return long.select(
        "parcel_code",
        reason=pl.lit("grade_d_years"),
        basis=pl.lit("grade"),
        state=pl.lit("holds"),
        measured=pl.col("d_years").cast(pl.Float64),
        norm=pl.lit(least.value, pl.Float64),
        unit=pl.lit("年"),
        missing=pl.lit(None, pl.String),
        idle_ha=pl.lit(None, pl.Float64),
        rests_on=pl.lit("grade"),
        verified=pl.lit(least.verified and rules.verified),
    )


def _floors(rules: ConsolidationRules) -> pl.DataFrame:
    rows = [
        (division, each.far, each.verified)
        for each in rules.far_floors.by_division
        for division in each.divisions
    ]
    schema = {"division": pl.String, "far_floor": pl.Float64, "floor_verified": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rows(known: pl.DataFrame, each: Yardstick, rules: ConsolidationRules) -> pl.DataFrame:
    holds = each.holds
    of_contract = each.reason == "below_contract_promise"
    judged = known.select(
        "parcel_code",
        reason=pl.lit(each.reason),
        basis=pl.lit(each.basis),
        state=pl.when(holds).then(pl.lit("holds")).when(holds.is_null()).then(pl.lit("unknown")),
        measured=each.measured.cast(pl.Float64),
        norm=each.norm.cast(pl.Float64),
        unit=pl.lit(each.unit),
        missing=pl.when(holds.is_null()).then(each.missing),
        idle_ha=pl.when(holds).then(each.idle.round(6)),
        rests_on=pl.lit(each.rests_on),
        verified=each.verified.fill_null(True) & pl.lit(of_contract or rules.verified),
    )
    return judged.filter(pl.col("state").is_not_null()).cast(EVIDENCE)  # type: ignore[arg-type]
