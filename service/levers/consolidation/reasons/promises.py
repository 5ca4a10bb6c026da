"""Below what the contract promises (低于合同约定), once that is due."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from service.levers.consolidation.reasons.judgement import (
    AREA,
    COVERAGE,
    FAR,
    Judgement,
    first_missing,
    idle_ha,
    not_fully_used,
)
from service.levers.promises import is_kept
from service.reference.contracts import Bound

_YEARLY, _BUILT = pl.col("yearly_due"), pl.col("built_due")


def below_promises() -> Sequence[Judgement]:
    """Return how land is judged by what its contract promises of every year and of what is built.

    Promises of investment are totals over years and are judged by `service.levers.contracts`.
    """
    far, coverage = pl.col("promised_far"), pl.col("promised_coverage")
    energy = pl.col("promised_energy_per_output")
    used = pl.when(pl.col("output") > 0).then(pl.col("energy_equal_supply") / pl.col("output"))
    by_far = Judgement(
        "below_contract_promise",
        "far",
        _broken(far, FAR, _BUILT),
        first_missing(far=FAR, complete_by=_BUILT),
        FAR,
        far,
        "1",
        idle_ha(far, FAR, AREA),
    )
    found = [
        by_far,
        not_fully_used(by_far, "far_contract"),
        Judgement(
            "below_contract_promise",
            "coverage",
            _broken(coverage, COVERAGE, _BUILT),
            first_missing(footprint_area=COVERAGE, complete_by=_BUILT),
            COVERAGE,
            coverage,
            "1",
            idle_ha(coverage, COVERAGE, AREA),
        ),
        Judgement(
            "below_contract_promise",
            "energy_per_output",
            _broken(energy, used, _YEARLY, "at_most"),
            first_missing(energy_or_output=used, complete_by=_YEARLY),
            used,
            energy,
            "tce/万元",
            pl.lit(None, pl.Float64),
            "figures",
        ),
    ]
    for basis, metric in (("tax_per_mu", "tax"), ("output_per_mu", "output")):
        promised, brought = pl.col(f"promised_{basis}"), pl.col(metric) / pl.col("mu")
        target = Judgement(
            "invested_below_target",
            basis,
            _broken(promised, brought, _YEARLY),
            first_missing(**{metric: pl.col(metric), "land_area": pl.col("mu"), "complete_by": _YEARLY}),
            brought,
            promised,
            "万元/亩",
            idle_ha(promised, brought, AREA),
            "figures",
        )
        found += [target, replace(target, reason="below_contract_promise")]
    return found


def _broken(promised: pl.Expr, actual: pl.Expr, due: pl.Expr, bound: Bound = "at_least") -> pl.Expr:
    """Return whether a promise is due and not kept; null where one decides and is not known."""
    return pl.when(promised.is_null()).then(False).otherwise(due & ~is_kept(actual, promised, bound))
