"""Why a parcel counts as inefficiently used (低效用地原因): every reason with its evidence and idle hectares.

Idle hectares of a parcel of A m² are ``(norm − actual) / norm × A / 10,000``, never below 0; land that is not
used at all is idle whole. Reasons overlap, so a parcel's are the largest of them and never a sum. What is not
known is no reason: it stands as ``unknown`` with what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from service.levers.consolidation.facts import Year, facts
from service.levers.promises import kept
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

_AREA, _FAR, _COVERAGE = pl.col("land_area_m2"), pl.col("far"), pl.col("coverage")
_BUILT, _BARE = pl.col("built"), pl.col("bare")
_NOTHING = pl.lit(None, pl.String)
_BUILT_DUE, _FIGURES_DUE = pl.col("built_due"), pl.col("figures_due")


def idle_ha(norm: pl.Expr, actual: pl.Expr, area_m2: pl.Expr) -> pl.Expr:
    """Return the equivalent idle hectares (折算闲置面积) of an area below a norm; null without one."""
    return pl.when(norm > 0).then(((norm - actual) / norm).clip(0) * area_m2 / 10_000)


@dataclass(frozen=True)
class _Judgement:
    """A reason by one yardstick; ``holds`` is null where ``missing`` says what is."""

    reason: str
    basis: str
    holds: pl.Expr
    missing: pl.Expr
    measured: pl.Expr
    norm: pl.Expr
    unit: str
    idle: pl.Expr
    rests_on: str = "land"
    verified: pl.Expr = pl.lit(True)  # noqa: RUF009 - an expression does not change


def evidence(year: Year, rules: ConsolidationRules) -> pl.DataFrame:
    """Return the reasons of an evaluation by themselves, `EVIDENCE`; those of years running come after."""
    known = facts(year).join(_floors(rules), on="division", how="left")
    judged = [
        *_unused(),
        *_below_far(),
        *_unoccupied(rules),
        *_below_promises(),
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
        missing=_NOTHING,
        idle_ha=pl.lit(None, pl.Float64),
        rests_on=pl.lit("grade"),
        verified=pl.lit(least.verified and rules.verified),
    )


def _unused() -> Sequence[_Judgement]:
    whole, none = _AREA / 10_000, pl.lit(None, pl.Float64)
    approved, due, day = pl.col("approved_area_m2"), pl.col("completion_due"), pl.col("day")
    not_supplied = (
        pl.when(pl.col("supplied"))
        .then(False)
        .when(pl.col("contracts_known") & approved.is_not_null())
        .then(True)
    )
    begun = (_BUILT | pl.col("completed").fill_null(False)).fill_null(False)
    overdue = due <= day
    not_used = (
        pl.when(begun | (pl.col("contracted") & ~overdue))
        .then(False)
        .when(pl.col("contracted") & overdue & _BARE)
        .then(True)
        .when(~pl.col("supplied"))
        .then(False)
    )
    return (
        _Judgement(
            "granted_not_supplied",
            "approval",
            not_supplied,
            _first_missing(approved=approved, contracts=pl.col("contracts_known").replace(False, None)),
            pl.lit(0.0),
            approved,
            "m²",
            whole,
        ),
        _Judgement(
            "supplied_not_used",
            "completion",
            not_used,
            _first_missing(
                floor_area=_BARE, contract=pl.col("contracted").replace(False, None), complete_by=due
            ),
            (day - due).dt.total_days().cast(pl.Float64),
            none,
            "days overdue 逾期天数",
            whole,
        ),
    )


def _below_far() -> Sequence[_Judgement]:
    floor, promised = pl.col("far_floor"), pl.col("promised_far")
    no_floor = floor.is_null() & pl.col("division").is_not_null()
    by_norm = _Judgement(
        "far_below_norm",
        "far_floor",
        pl.when(no_floor).then(False).otherwise(floor > _FAR),
        _first_missing(industry=pl.col("division"), far=_FAR),
        _FAR,
        floor,
        "1",
        idle_ha(floor, _FAR, _AREA),
        verified=pl.col("floor_verified"),
    )
    by_contract = _Judgement(
        "below_contract_promise",
        "far",
        _broken(_FAR, promised, _BUILT_DUE),
        _first_missing(far=_FAR, complete_by=_BUILT_DUE),
        _FAR,
        promised,
        "1",
        idle_ha(promised, _FAR, _AREA),
    )
    used = (_FAR > 0).fill_null(True) & ~_BARE.fill_null(False)
    return (
        by_norm,
        by_contract,
        replace(by_norm, reason="not_fully_used", holds=used & by_norm.holds),
        replace(by_contract, reason="not_fully_used", basis="far_contract", holds=used & by_contract.holds),
    )


def _unoccupied(rules: ConsolidationRules) -> Sequence[_Judgement]:
    floor, used, holders = pl.col("floor_area_m2"), pl.col("occupied_floor_m2"), pl.col("holders")
    vacant = ((floor - used) / floor).clip(0)
    whole, threshold = _AREA / 10_000, rules.vacant_share
    nothing = pl.col("tax") + pl.col("output") == 0
    return (
        _Judgement(
            "vacancy",
            "occupied_floor",
            pl.when(floor == 0).then(False).otherwise(vacant > threshold.value),
            _first_missing(floor_area=floor, occupancies=holders, occupied_floor=used),
            vacant,
            pl.lit(threshold.value),
            "1",
            idle_ha(floor, used, _AREA),
            "figures",  # how much floor a single firm has, by which its figures are shared out
            pl.lit(threshold.verified),
        ),
        _Judgement(
            "built_not_invested",
            "occupants",
            pl.when(~_BUILT).then(False).otherwise(holders == 0),
            _first_missing(floor_area=_BUILT, occupancies=holders),
            holders.cast(pl.Float64),
            pl.lit(1.0),
            "firms 户",
            whole,
        ),
        _Judgement(
            "built_not_invested",
            "figures",
            pl.when(~_BUILT | (holders == 0)).then(False).otherwise(nothing & (holders > 0)),
            _first_missing(
                floor_area=_BUILT, occupancies=holders, tax=pl.col("tax"), output=pl.col("output")
            ),
            pl.col("tax") + pl.col("output"),
            pl.lit(None, pl.Float64),
            "万元",
            whole,
            "figures",
        ),
    )


def _below_promises() -> Sequence[_Judgement]:
    coverage, energy = pl.col("promised_coverage"), pl.col("promised_energy_per_output")
    used = pl.when(pl.col("output") > 0).then(pl.col("energy_equal_supply") / pl.col("output"))
    found = [
        _Judgement(
            "below_contract_promise",
            "coverage",
            _broken(_COVERAGE, coverage, _BUILT_DUE),
            _first_missing(footprint_area=_COVERAGE, complete_by=_BUILT_DUE),
            _COVERAGE,
            coverage,
            "1",
            idle_ha(coverage, _COVERAGE, _AREA),
        ),
        _Judgement(
            "below_contract_promise",
            "energy_per_output",
            _broken(used, energy, _FIGURES_DUE, "at_most"),
            _first_missing(energy_or_output=used, complete_by=_FIGURES_DUE),
            used,
            energy,
            "tce/万元",
            pl.lit(None, pl.Float64),
            "figures",
        ),
    ]
    for basis, metric in (("tax_per_mu", "tax"), ("output_per_mu", "output")):
        promised, brought = pl.col(f"promised_{basis}"), pl.col(metric) / pl.col("mu")
        target = _Judgement(
            "invested_below_target",
            basis,
            _broken(brought, promised, _FIGURES_DUE),
            _first_missing(
                **{metric: pl.col(metric), "land_area": pl.col("mu"), "complete_by": _FIGURES_DUE}
            ),
            brought,
            promised,
            "万元/亩",
            idle_ha(promised, brought, _AREA),
            "figures",
        )
        found += [target, replace(target, reason="below_contract_promise")]
    return found


def _broken(actual: pl.Expr, promised: pl.Expr, due: pl.Expr, bound: str = "at_least") -> pl.Expr:
    """Return whether a promise is due and not kept; null where one decides and is not known."""
    return pl.when(promised.is_null()).then(False).otherwise(due & ~kept(actual, promised, bound))


def _first_missing(**known: pl.Expr) -> pl.Expr:
    """Return the name of the first that is null."""
    return pl.coalesce(
        *(pl.when(value.is_null()).then(pl.lit(name)) for name, value in known.items()),
        pl.lit("land_area"),
    )


def _floors(rules: ConsolidationRules) -> pl.DataFrame:
    rows = [
        (division, each.far, each.verified)
        for each in rules.far_floors.by_division
        for division in each.divisions
    ]
    schema = {"division": pl.String, "far_floor": pl.Float64, "floor_verified": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _rows(known: pl.DataFrame, each: _Judgement, rules: ConsolidationRules) -> pl.DataFrame:
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
