"""What holds of any park: every minor unit accounted for, the same answer again, more never being less."""

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from tests.support.snapshots import (
    WAN,
    Results,
    Snapshot,
    column,
    fixed,
    indicator,
    park_of,
    rule,
    scheme,
    track,
)

METRICS = ("energy_equal_supply", "output", "tax")
BOTH = scheme(
    track(
        indicator(benchmark={"method": "mean", "over": ["town"], "smallest": 2}),
        indicator(
            "output_per_tce",
            numerator="output",
            denominator="energy_equal_supply",
            unit="万元/tce",
            weight=0,
            missing="zero",
        ),
        bonuses=[rule("tech", "high_tech > 0", points=5)],
    )
)

known = st.one_of(st.none(), st.integers(0, 10**5))
HOLDING = st.fixed_dictionaries(
    {
        "floor": known,
        "land": known,
        "electricity": known,
        "role": st.sampled_from(["own", "own", "leased_in", "leased_out"]),
        "share": st.sampled_from([None, None, None, None, 0.25, 0.5, 0.9]),
        "since": st.one_of(st.none(), st.dates(date(2022, 1, 1), date(2024, 6, 30))),
        "until": st.one_of(st.none(), st.dates(date(2022, 7, 1), date(2024, 12, 31))),
    }
)
AMOUNTS = st.dictionaries(st.sampled_from(METRICS), st.integers(-(10**12), 2**50), max_size=3)
METERS = st.dictionaries(st.sampled_from(METRICS), st.integers(0, 10**9), min_size=1, max_size=2)
FIRM = st.tuples(
    AMOUNTS,
    st.lists(st.tuples(st.sampled_from("PQRSUE"), HOLDING), max_size=6),  # U is unknown, E elsewhere
    st.dictionaries(st.sampled_from("PQUE"), METERS, max_size=2),
)
PARKS = st.tuples(
    st.lists(FIRM, min_size=1, max_size=4), st.dictionaries(st.sampled_from("PSU"), METERS, max_size=2)
)

Firms = list[tuple[dict[str, int], list[tuple[str, dict[str, Any]]], dict[str, dict[str, int]]]]


def built(firms: Firms, own: dict[str, dict[str, int]]) -> Snapshot:
    """Return a park of four parcels in two towns with these firms, their meters, and figures of parcels."""
    park = Snapshot()
    for code, town in zip("PQRS", ["east", "east", "west", None], strict=True):
        park.parcel(code, town=town)
    for number, (totals, held, meters) in enumerate(firms):
        uscc, seen = f"F{number}", set()
        park.firm(uscc, above_scale=number % 2 == 0)
        if totals:
            park.reports(uscc, **totals)
        for code, values in held:
            key = (code, values["role"], values["since"])
            if key not in seen:  # the survey's key
                park.holds(uscc, code, elsewhere=code == "E", **values)
            seen.add(key)
        for code, amounts in meters.items():
            park.metered(code, uscc, elsewhere=code == "E", **amounts)
    for code, amounts in own.items():
        park.metered(code, **amounts)
    return park


@settings(max_examples=40, deadline=None, derandomize=True)
@given(PARKS, st.sampled_from(["2022", "2023", "2024"]))
def test_every_minor_unit_is_accounted_for(
    park: tuple[Firms, dict[str, dict[str, int]]], period: str
) -> None:
    """reported = direct + allocated + unallocated, per enterprise, metric and period.

    An enterprise's holdings add up to what it placed, a parcel's to what it counts, each near its share.
    """
    firms, own = park
    results = built(firms, own).evaluated(BOTH, period)
    told = {(row["uscc"], row["metric"]): row for row in results["unallocated"].iter_rows(named=True)}
    by_firm, by_parcel = sums(results, "uscc"), sums(results, "parcel_code")
    reported = {row["uscc"]: row for row in results["reconciliation"].iter_rows(named=True)}
    assert reported.keys() - {""} == {
        f"F{n}" for n, (totals, _, meters) in enumerate(firms) if totals or meters
    }
    left = 0
    for uscc, row in reported.items():
        for m in METRICS:
            given, direct, allocated = (row[f"{m}__{part}"] for part in ("reported", "direct", "allocated"))
            if given is None:
                assert (direct, allocated, by_firm.get((uscc, m), 0)) == (None, None, 0)
                continue
            missing = given - direct - allocated
            assert by_firm.get((uscc, m), 0) == direct + allocated
            assert ((uscc, m) in told) == (missing != 0)
            if missing:
                left += 1
                assert told[uscc, m]["amount"] == missing
                assert told[uscc, m]["reason"]
    assert left == len(told)
    for row in results["scores"].iter_rows(named=True):
        for m in METRICS:
            assert (row[f"{m}__amount"] or 0) == by_parcel.get((row["parcel_code"], m), 0)
    no_part_strays(results, firms)


def no_part_strays(results: Results, firms: Firms) -> None:
    """Assert that flooring and the remainder move a part by no more units than a firm has holdings."""
    for row in results["holdings"].filter(pl.col("basis") != "direct").iter_rows(named=True):
        totals, held, meters = firms[int(row["uscc"][1:])]
        for m in METRICS:
            if row[f"{m}__amount"] is None:
                continue
            metered = [amounts[m] for amounts in meters.values() if m in amounts]
            rest = totals.get(m, 0) - sum(metered)
            rest = max(rest, 0) if metered else rest
            assert abs(row[f"{m}__amount"] - Fraction(row["share"]) * rest) <= len(held) + 1


def sums(results: Results, key: str) -> dict[tuple[str, str], int]:
    """Return the sum of the holdings' amounts per key and metric, in Python's unlimited integers."""
    found: dict[tuple[str, str], int] = {}
    for row in results["holdings"].iter_rows(named=True):
        for m in METRICS:
            found[row[key], m] = found.get((row[key], m), 0) + (row[f"{m}__amount"] or 0)
    return found


@settings(max_examples=8, deadline=None, derandomize=True)
@given(PARKS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(
    park: tuple[Firms, dict[str, dict[str, int]]], random: Any
) -> None:
    """Shuffled hand-overs give identical results, and so does a second run."""
    snapshot = built(*park)
    first = snapshot.evaluated(BOTH)
    for rows in snapshot.rows.values():
        random.shuffle(rows)
    again = snapshot.evaluated(BOTH)
    assert all(first[name].equals(again[name]) for name in first)


TAXES = st.lists(st.integers(-(10**6), 10**9), min_size=2, max_size=8)


def by_rank(**changes: Any) -> Scheme:
    """Return tax per mu by rank among the park."""
    return scheme(track(indicator(method="rank", benchmark={"method": "peers"}, **changes)))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(TAXES, st.integers(0, 10**9), st.data())
def test_more_tax_never_lowers_a_parcels_points(taxes: list[int], more: int, data: st.DataObject) -> None:
    """Against a fixed benchmark, points follow the tax, and nobody else's change."""
    raised = data.draw(st.integers(0, len(taxes) - 1))
    capped = fixed(10, cap="1.5", floor=0)
    before = column(park_of(*taxes).evaluated(capped), "points")
    taxes[raised] += more
    after = column(park_of(*taxes).evaluated(capped), "points")
    assert after[raised] >= before[raised]
    assert [p for i, p in enumerate(after) if i != raised] == [p for i, p in enumerate(before) if i != raised]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(TAXES, st.integers(0, 10**9), st.data())
def test_more_tax_never_lowers_a_rank(taxes: list[int], more: int, data: st.DataObject) -> None:
    """Measured against each other, who pays more does not fall behind."""
    raised = data.draw(st.integers(0, len(taxes) - 1))
    before = column(park_of(*taxes).evaluated(by_rank()), "points")
    taxes[raised] += more
    assert column(park_of(*taxes).evaluated(by_rank()), "points")[raised] >= before[raised]


@settings(max_examples=8, deadline=None, derandomize=True)
@given(TAXES, st.integers(0, 300), st.integers(0, 300))
def test_a_higher_cap_never_lowers_points(taxes: list[int], one: int, other: int) -> None:
    """Of two caps the higher gives everybody at least as much."""
    low, high = (str(cap / 100) for cap in sorted((one, other)))
    park = park_of(*taxes)
    before, after = (column(park.evaluated(fixed(10, cap=cap)), "points") for cap in (low, high))
    assert all(b <= a for b, a in zip(before, after, strict=True))


LIFTS = {
    "bonus": {"bonuses": [rule("lift", "high_tech > 0", points=30)]},
    "factor": {"corrections": [rule("lift", "high_tech > 0", factor="1.3")]},
    "raise": {"adjustments": [rule("lift", "high_tech > 0", effect="raise")]},
}


@pytest.mark.parametrize("what", LIFTS)
@settings(max_examples=5, deadline=None, derandomize=True)
@given(taxes=st.lists(st.integers(0, 40), min_size=2, max_size=9), lifted=st.sets(st.integers(0, 8)))
def test_what_lifts_somebody_never_lowers_their_grade(what: str, taxes: list[int], lifted: set[int]) -> None:
    """A bonus, a factor, a grade up: others may fall behind, who is lifted does not."""
    park = park_of(*taxes)
    for number in lifted:
        park.reports(f"E{number}", high_tech=1)
    without, with_it = (park.evaluated(scheme(track(**changes))) for changes in ({}, LIFTS[what]))
    for number, grades in enumerate(zip(column(without, "grade"), column(with_it, "grade"), strict=True)):
        assert number not in lifted or grades[1] <= grades[0]


def test_a_second_evaluation_of_the_same_is_the_same() -> None:
    """Row by row, with everything a scheme can say."""
    park = park_of(5, 7, 7, WAN).reports("E1", high_tech=1)
    assert all(
        a.equals(b) for a, b in zip(park.evaluated(BOTH).values(), park.evaluated(BOTH).values(), strict=True)
    )
