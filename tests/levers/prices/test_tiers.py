"""Tiers: the grade, the consecutive years, what ends a run of them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.lineage import Succession
from service.errors import InvalidParameter
from service.jobs.levers.prices import Asked, as_of
from service.levers.prices.tiers import Year, standings
from service.reference import prices as shipped
from service.reference.prices import own_policy, price_policies, shipped_policy

SHANDONG = shipped_policy("shandong", "370000")


def years(*grades: str | None) -> list[Year]:
    """Results of one parcel, the evaluated year 2024 first, then the years before; None for no evaluation."""
    return [
        Year(str(2024 - back), 10 - back, {"P": grade} if grade else {})
        for back, grade in enumerate(grades)
        if grade is not None
    ]


def rate_after(*grades: str | None) -> tuple[int, int, str]:
    """Consecutive years, rate in 1e-6 yuan/kWh and what ended the run."""
    now, *before = years(*grades)
    found = standings(SHANDONG, now, before, looked_back=9)["P"]
    return found.years, found.rate, found.ended_by


@pytest.mark.parametrize(
    ("grades", "expected"),
    [
        ("D", (1, 50_000, "no_evaluation")),
        ("DD", (2, 100_000, "no_evaluation")),
        ("DDD", (3, 150_000, "no_evaluation")),
        ("DDDD", (4, 150_000, "no_evaluation")),
        ("DDCD", (2, 100_000, "other_grade")),
    ],
)
def test_shandong_year_by_year(grades: str, expected: tuple[int, int, str]) -> None:
    """0.05, 0.10, 0.15 yuan/kWh, and 0.15 from then on; another grade ends the run."""
    assert rate_after(*grades) == expected


def test_a_gap_ends_the_run() -> None:
    """A year without an evaluation, and one in which the parcel has no grade, are not bridged."""
    assert rate_after("D", None, "D", "D") == (1, 50_000, "no_evaluation")
    assert rate_after("D", "D", "", "D") == (2, 100_000, "not_graded")


@pytest.mark.parametrize(
    ("rows", "years_running", "ended_by"),
    [
        ([Succession("OLD", "P", "renumbered")], 2, "no_evaluation"),
        ([Succession("OLD", "X", "alias"), Succession("X", "P", "renumbered")], 2, "no_evaluation"),
        ([Succession("OLD", "P", "split", date(2024, 5, 1))], 1, "split"),
        ([Succession("OLD", "P", "merged", date(2024, 5, 1))], 1, "merged"),
        ([Succession("OLD", "P", "split")], 1, "split"),
        ([Succession("OLD", "P", "split", date(2025, 5, 1))], 1, "not_graded"),
        ([], 1, "not_graded"),
    ],
)
def test_a_run_follows_the_land_under_another_code(
    rows: list[Succession], years_running: int, ended_by: str
) -> None:
    """A new number is the same parcel; a part or a union is another one, which begins anew."""
    before = as_of("2024", rows, Year("2023", 1, {"OLD": "D"}))
    found = standings(SHANDONG, Year("2024", 2, {"P": "D"}), [before], 9)["P"]
    assert (found.years, found.ended_by) == (years_running, ended_by)


def test_a_parcel_that_keeps_its_code_when_united_begins_anew() -> None:
    """In the year of the merger; one before the earlier year, or without a day, is no reason."""
    for day, expected in ((date(2024, 5, 1), 1), (date(2023, 5, 1), 2), (None, 2)):
        rows = [Succession("OLD", "P", "merged", day)]
        before = as_of("2024", rows, Year("2023", 1, {"OLD": "A", "P": "D"}))
        assert standings(SHANDONG, Year("2024", 2, {"P": "D"}), [before], 9)["P"].years == expected


def test_grades_without_a_tier_are_not_charged() -> None:
    """C pays nothing in Shandong; a class outside counts as what it is treated as, which the caller says."""
    assert not standings(SHANDONG, Year("2024", 1, {"P": "C"}), [], 9)


def test_years_before_the_policy_do_not_count() -> None:
    """Where the policy says from which year on it counts."""
    policy = SHANDONG.model_copy(update={"counts_from": "2023"})
    now, *before = years("D", "D", "D")
    found = standings(policy, now, before, 9)["P"]
    assert (found.years, found.ended_by, found.ended_in) == (2, "before_policy", "2022")


@given(st.lists(st.sampled_from(["A", "D", "", None]), min_size=1, max_size=8))
def test_a_longer_run_never_costs_less(past: list[str | None]) -> None:
    """Monotone in years: another D before a run of D leaves the rate or raises it."""
    now, *before = years("D", *past)
    later, *since = years("D", "D", *past)
    assert standings(SHANDONG, later, since, 9)["P"].rate >= standings(SHANDONG, now, before, 9)["P"].rate


def test_shipped_policies_say_what_is_not_verified() -> None:
    """Nobody read the documents, so none is verified; amounts are exact."""
    assert not any(each.verified for each in price_policies())
    assert [Decimal(each) for each in SHANDONG.tiers["D"]] == [Decimal(t) for t in ("0.05", "0.1", "0.15")]


def test_a_policy_is_found_by_its_district() -> None:
    """By the beginning of the code; where none holds, or the name is unknown, that is an error."""
    assert shipped_policy(None, "370211").name == "shandong"
    assert shipped_policy(None, "330299").name == "lanpu-demo"
    for name, district in ((None, "440000"), ("no-such", "370211")):
        with pytest.raises(InvalidParameter):
            shipped_policy(name, district)


def test_the_edition_is_that_of_the_months(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest in force in all of them, though a newer one, or one that began among them, is known."""
    old = SHANDONG.model_copy(update={"edition": "old", "valid_to": date(2023, 12, 31)})
    new = SHANDONG.model_copy(update={"edition": "new", "valid_from": date(2024, 1, 1)})
    monkeypatch.setattr(shipped, "price_policies", lambda: (old, new))
    run = {"district": "370211", "period": "2022"}
    asked = {
        name: Asked(None, first, last).settled(run)[0].edition
        for name, first, last in (("usual", None, None), ("later", "2024-01", "2024-03"))
    }
    assert asked == {"usual": "old", "later": "new"}
    with pytest.raises(InvalidParameter) as caught:
        Asked(None, "2023-12", "2024-01").settled(run)
    assert caught.value.code == "price-policy-not-in-force"


@pytest.mark.parametrize(
    "change",
    [
        {"tiers": {"D": ["0.10", "0.05"]}},
        {"tiers": {"D": ["0.0000001"]}},
        {"tiers": {}},
        {"metrics": ["tax"]},
        {"with_others": "add"},
        {"valid_from": "2024-01-01", "valid_to": "2023-01-01"},
        {"exemptions": [{"code": "x", "title": {"en": "x", "zh": "x"}}]},
    ],
)
def test_a_policy_that_does_not_hold_together_is_refused(change: dict[str, object]) -> None:
    """With the place, whatever is wrong: falling rates, no tiers, a metric that counts no electricity."""
    with pytest.raises(InvalidParameter) as caught:
        own_policy({**SHANDONG.model_dump(mode="json"), **change})
    assert caught.value.code == "price-policy-invalid"
