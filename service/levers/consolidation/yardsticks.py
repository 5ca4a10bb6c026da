"""By what each reason is judged: columns of `service.levers.consolidation.facts`, compared with a norm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from service.levers.promises import kept
from service.reference.consolidation import ConsolidationRules

_AREA, _FAR, _COVERAGE = pl.col("land_area_m2"), pl.col("far"), pl.col("coverage")
_BUILT, _BARE = pl.col("built"), pl.col("bare")
_BUILT_DUE, _FIGURES_DUE = pl.col("built_due"), pl.col("figures_due")


def idle_ha(norm: pl.Expr, actual: pl.Expr, area_m2: pl.Expr) -> pl.Expr:
    """Return the equivalent idle hectares (折算闲置面积) of an area below a norm; null without one."""
    return pl.when(norm > 0).then(((norm - actual) / norm).clip(0) * area_m2 / 10_000)


@dataclass(frozen=True)
class Yardstick:
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


def yardsticks(rules: ConsolidationRules) -> Sequence[Yardstick]:
    """Return every yardstick of every reason but that of grades, in the order in which they are read."""
    return (*_unused(), *_below_far(), *_unoccupied(rules), *_below_promises())


def _unused() -> Sequence[Yardstick]:
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
        Yardstick(
            "granted_not_supplied",
            "approval",
            not_supplied,
            _first_missing(approved=approved, contracts=pl.col("contracts_known").replace(False, None)),
            pl.lit(0.0),
            approved,
            "m²",
            whole,
        ),
        Yardstick(
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


def _below_far() -> Sequence[Yardstick]:
    floor, promised = pl.col("far_floor"), pl.col("promised_far")
    no_floor = floor.is_null() & pl.col("division").is_not_null()
    by_norm = Yardstick(
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
    by_contract = Yardstick(
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


def _unoccupied(rules: ConsolidationRules) -> Sequence[Yardstick]:
    floor, used, holders = pl.col("floor_area_m2"), pl.col("occupied_floor_m2"), pl.col("holders")
    vacant = ((floor - used) / floor).clip(0)
    whole, threshold = _AREA / 10_000, rules.vacant_share
    nothing = pl.col("tax") + pl.col("output") == 0
    return (
        Yardstick(
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
        Yardstick(
            "built_not_invested",
            "occupants",
            pl.when(~_BUILT).then(False).otherwise(holders == 0),
            _first_missing(floor_area=_BUILT, occupancies=holders),
            holders.cast(pl.Float64),
            pl.lit(1.0),
            "firms 户",
            whole,
        ),
        Yardstick(
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


def _below_promises() -> Sequence[Yardstick]:
    coverage, energy = pl.col("promised_coverage"), pl.col("promised_energy_per_output")
    used = pl.when(pl.col("output") > 0).then(pl.col("energy_equal_supply") / pl.col("output"))
    found = [
        Yardstick(
            "below_contract_promise",
            "coverage",
            _broken(_COVERAGE, coverage, _BUILT_DUE),
            _first_missing(footprint_area=_COVERAGE, complete_by=_BUILT_DUE),
            _COVERAGE,
            coverage,
            "1",
            idle_ha(coverage, _COVERAGE, _AREA),
        ),
        Yardstick(
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
        target = Yardstick(
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
