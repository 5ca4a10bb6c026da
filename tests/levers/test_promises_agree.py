"""The study of contracts and consolidation judge what both know of a contract alike."""

from datetime import date
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.tables import PROMISES
from service.levers.consolidation.reasons import evidence
from service.levers.promises import is_kept
from service.reference.consolidation import consolidation_rules
from tests.levers.consolidation.test_reasons import year as parcel_of
from tests.levers.contracts.making import contract, rows, studied
from tests.levers.contracts.making import year as year_of

LAND_M2 = 30_000.0
CLAUSES = {
    # basis here: clause and column of the study
    "tax_per_mu": ("tax_per_mu", "tax_wan_yuan_per_mu"),
    "output_per_mu": ("output_per_mu", "output_wan_yuan_per_mu"),
    "energy_per_output": ("energy_per_output", "energy_tce_per_wan_yuan"),
    "far": ("far_min", "far"),
    "coverage": ("coverage_min", "coverage"),
}
FIGURES = ("tax", "output", "energy_equal_supply", "footprint_area_m2", "far")
PROMISED = st.integers(1, 20_000).map(lambda number: number / 100)
DAYS = st.none() | st.dates(date(2021, 12, 30), date(2024, 1, 2))
HUNDREDTHS = st.none() | st.integers(0, 2_000_000).map(lambda number: number / 100)


@st.composite
def _dates(draw: st.DrawFn) -> dict[str, date | None]:
    complete_by = draw(DAYS)
    names = ("extended_to", "reach_by", "completed_on")
    return {"complete_by": complete_by, **{name: draw(DAYS) for name in names}}


def _by_contracts(
    promised: dict[str, float], days: dict[str, Any], figures: dict[str, Any]
) -> dict[str, bool | None]:
    """Of every promise whether it is broken by the study; None where that is not known."""
    of_year = year_of(2023, {"land_area_m2": LAND_M2, **figures})
    terms = {column: promised[basis] for basis, (_, column) in CLAUSES.items()}
    found = studied([contract(**{**days, **terms})], of_year)
    told = {}
    for basis, (clause, _) in CLAUSES.items():
        (row,) = rows(found, "attainment", clause)
        due, kept = row["due"], row["kept"]
        told[basis] = False if due is False or kept is True else None if None in (due, kept) else True
        assert bool(rows(found, "breaches", clause)) is (told[basis] is True)
    return told


def _by_consolidation(
    promised: dict[str, float], days: dict[str, Any], figures: dict[str, Any], reason: str
) -> dict[str, bool | None]:
    minor = {basis: round(amount * PROMISES[basis][1]) for basis, amount in promised.items()}
    of = parcel_of({"land_area_m2": LAND_M2, **figures}, contract={**minor, **days})
    found = evidence(of, consolidation_rules()).filter(pl.col("reason") == reason)
    states = dict(found.select("basis", "state").iter_rows())
    return {basis: {None: False, "holds": True, "unknown": None}[states.get(basis)] for basis in CLAUSES}


@settings(max_examples=30, deadline=None)
@given(
    promised=st.fixed_dictionaries(dict.fromkeys(CLAUSES, PROMISED)),
    days=_dates(),
    figures=st.fixed_dictionaries(dict.fromkeys(FIGURES, HUNDREDTHS)),
)
@example(  # kept exactly, but for the last bit of a division
    promised=dict.fromkeys(CLAUSES, 0.07),
    days={"complete_by": date(2020, 1, 1)},
    figures={"tax": 3.15, "output": 3.15, "energy_equal_supply": 0.2205, "footprint_area_m2": 2100.0},
)
@example(  # due from the next year on
    promised=dict.fromkeys(CLAUSES, 5.0),
    days={"complete_by": date(2023, 12, 31)},
    figures=dict.fromkeys(FIGURES, 1.0),
)
@example(  # put off
    promised=dict.fromkeys(CLAUSES, 5.0),
    days={"complete_by": date(2020, 1, 1), "extended_to": date(2023, 1, 2)},
    figures=dict.fromkeys(FIGURES, 1.0),
)
@example(  # built already, in full production later
    promised=dict.fromkeys(CLAUSES, 5.0),
    days={"complete_by": date(2020, 1, 1), "reach_by": date(2024, 1, 1)},
    figures=dict.fromkeys(FIGURES, 1.0),
)
@example(  # completed on no promised day
    promised=dict.fromkeys(CLAUSES, 5.0),
    days={"complete_by": None, "completed_on": date(2020, 1, 1)},
    figures=dict.fromkeys(FIGURES, 1.0),
)
def test_both_levers_call_the_same_a_breach(
    promised: dict[str, float], days: dict[str, Any], figures: dict[str, Any]
) -> None:
    """Whatever was promised, delivered and put off: broken, not broken and not known are the same."""
    figures = {**dict.fromkeys(FIGURES), **figures}
    by_contracts = _by_contracts(promised, {"reach_by": None, **days}, figures)
    assert _by_consolidation(promised, days, figures, "below_contract_promise") == by_contracts
    for basis in ("tax_per_mu", "output_per_mu"):
        here = _by_consolidation(promised, days, figures, "invested_below_target")
        assert here[basis] == by_contracts[basis]


@settings(deadline=None)
@given(st.floats(1e-6, 1e9), st.floats(-1e-10, 1e-10))
def test_the_last_bits_of_a_division_break_no_promise(promised: float, off: float) -> None:
    """From above and from below; a millionth less is less."""

    def kept(actual: float, bound: str) -> bool:
        return bool(pl.select(is_kept(pl.lit(actual), pl.lit(promised), bound)).item())  # type: ignore[arg-type]

    assert kept(promised * (1 + off), "at_least")
    assert kept(promised * (1 + off), "at_most")
    assert not kept(promised * (1 - 1e-6), "at_least")
    assert not kept(promised * (1 + 1e-6), "at_most")
