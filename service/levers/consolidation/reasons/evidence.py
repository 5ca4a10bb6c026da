"""The evidence (判定依据) for every reason, put together of what each yardstick says."""

import polars as pl

from service.levers.consolidation.facts import Year, facts
from service.levers.consolidation.reasons.judgement import Judgement
from service.levers.consolidation.reasons.promises import below_promises
from service.levers.consolidation.reasons.use import below_floor, unoccupied, unused
from service.reference.consolidation import ConsolidationRules

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
    judged = [
        *unused(),
        *below_floor(),
        *unoccupied(rules),
        *below_promises(),
    ]
    parts = [_rows(known, each, rules) for each in judged]
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


def _rows(known: pl.DataFrame, each: Judgement, rules: ConsolidationRules) -> pl.DataFrame:
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
