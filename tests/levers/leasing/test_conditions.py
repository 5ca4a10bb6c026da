"""Every condition on a pair, by hand: what makes it impossible, what fits, what has to be asked."""

from datetime import date
from typing import Any

import pytest

from service.levers.leasing.conditions import CONDITIONS
from service.levers.leasing.options import options
from service.levers.leasing.words import QUESTIONS, REASONS
from tests.levers.leasing.frames import TODAY, premises, projects, rules


def told(
    project: dict[str, Any] | None = None, place: dict[str, Any] | None = None, **park: float
) -> tuple[str, str, str]:
    """Return verdict, reasons and questions of the only option of a pair."""
    (row,) = options(projects(project or {}), premises(place or {}), rules(**park), TODAY).to_dicts()
    return row["verdict"], row["reasons"], row["questions"]


LAND = {"lease_or_land": "land"}

IMPOSSIBLE: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = {
    "floor_not_offered": ({}, {"offers_floor": False}, {}),
    "land_not_offered": (LAND, {"offers_land": False}, {}),
    "floor_too_small": ({"floor_need": 6000.01}, {}, {}),
    "land_too_small": (LAND | {"land_need": 8000.01}, {}, {}),
    "height_too_low": ({"height_need": 6.001}, {}, {}),
    "available_too_late": ({}, {"available_from": date(2024, 7, 2)}, {}),
    "available_no_longer": ({}, {"available_to": date(2024, 6, 30)}, {}),
    "industry_not_listed": ({}, {"industries": "13,3,9"}, {}),
    "contract_excludes": ({}, {"contract_industries": "13,38"}, {}),
    "land_use_excludes": ({}, {"land_use": "物流仓储用地"}, {}),
    "power_too_little": ({"power_need": 1000.001}, {}, {}),
    # 100 tce of 9000 万元 are 0.0111… tce/万元
    "energy_too_much": ({}, {"energy_promise": 0.011111111}, {}),
    # 3000 of 6000 m² floor use 4000 m², 6 亩: 50 万元/亩
    "tax_below_threshold": ({}, {"tax_promise": 50.000001}, {}),
    "output_below_threshold": ({}, {}, {"output_wan_yuan_per_mu": 1500.000001}),
    "investment_below_threshold": ({}, {"investment_promise": 833.333334}, {}),
    "far_exceeded": (LAND | {"floor_need": 8000.01}, {}, {}),
    "leasing_forbidden": ({}, {"leasing_clause": "forbidden"}, {}),
}
"""Reason → project, premises, rules of the park."""

FITTING: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = {
    "all floor": ({"floor_need": 6000}, {}, {}),
    "all land": (LAND | {"land_need": 8000}, {}, {}),
    "the same height": ({"height_need": 6}, {}, {}),
    "no height asked of none known": ({}, {"height": None}, {}),
    "land has no height": (LAND | {"height_need": 9}, {}, {}),
    "free on the day": ({}, {"available_from": date(2024, 7, 1), "available_to": date(2024, 7, 1)}, {}),
    "no day asked": ({"needed_by": None}, {"available_from": None}, {}),
    "a list with the division": ({}, {"industries": "38,39"}, {}),
    "a contract's list with it": ({}, {"contract_industries": "39"}, {}),
    "all power": ({"power_need": 1000}, {}, {}),
    "energy at the limit": ({"energy": 99}, {"energy_promise": 0.011}, {}),
    "tax at the promise": ({}, {"tax_promise": 50}, {}),
    "tax at the park's threshold": ({}, {}, {"tax_wan_yuan_per_mu": 50}),
    "a promise before the park's threshold": ({}, {"tax_promise": 10}, {"tax_wan_yuan_per_mu": 60}),
    "floor up to the limit": (LAND | {"floor_need": 8000}, {}, {}),
    "land whatever the contract says of letting": (LAND, {"leasing_clause": "forbidden"}, {}),
}

OPEN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, float]]] = {
    "need_unknown": ({"floor_need": None}, {}, {}),
    "floor_unknown": ({}, {"floor": None}, {}),
    "land_unknown": (LAND, {"land": None}, {}),
    "height_unknown": ({"height_need": 5}, {"height": None}, {}),
    "availability_unknown": ({}, {"available_from": None}, {}),
    "project_industry_unknown": ({"division": None}, {"industries": "13"}, {}),
    "industries_unknown": ({}, {"industries": None}, {}),
    "contract_industries_unknown": ({}, {"contract_unread": True}, {}),
    "land_use_unknown": ({}, {"land_use": "混合用地"}, {}),
    "power_unknown": ({"power_need": 5}, {"power": None}, {}),
    "energy_unknown": ({"energy": None}, {"energy_promise": 1}, {}),
    "contract_unknown": ({}, {"contract": False}, {}),
    "tax_per_mu_unknown": ({"tax": None}, {"tax_promise": 1}, {}),
    "output_per_mu_unknown": ({}, {"ground": None}, {"output_wan_yuan_per_mu": 1}),
    "investment_per_mu_unknown": ({"investment": None}, {"investment_promise": 1}, {}),
    "far_limit_unknown": (LAND, {"far_limit": None}, {}),
    "leasing_clause_unknown": ({}, {"leasing_clause": None}, {}),
    "leasing_consent": ({}, {"leasing_clause": "with_consent"}, {}),
    "still_occupied": ({}, {"kind": "low_efficiency"}, {}),
}


@pytest.mark.parametrize("reason", IMPOSSIBLE)
def test_a_condition_that_fails_makes_the_pair_impossible(reason: str) -> None:
    """By a hundredth of a square metre, a millimetre, a day."""
    project, place, park = IMPOSSIBLE[reason]
    assert told(project, place, **park)[:2] == ("impossible", reason)


@pytest.mark.parametrize("case", FITTING)
def test_what_just_fits_is_possible(case: str) -> None:
    """The limit itself is allowed, and what nobody asks for is no condition."""
    project, place, park = FITTING[case]
    assert told(project, place, **park) == ("possible", "", "")


@pytest.mark.parametrize("question", OPEN)
def test_what_is_not_known_is_asked_and_not_allowed(question: str) -> None:
    """The pair is neither possible nor impossible."""
    project, place, park = OPEN[question]
    assert told(project, place, **park) == ("open", "", question)


def test_a_list_that_excludes_does_so_beside_one_that_cannot_be_read() -> None:
    """Whatever the other contract of the block says."""
    place = {"contract_industries": "13", "contract_unread": True}
    assert told({}, place) == ("impossible", "contract_excludes", "")


@pytest.mark.parametrize("needed_by", [None, date(2023, 12, 1)])
def test_premises_whose_last_day_has_passed_are_given_to_nobody(needed_by: date | None) -> None:
    """Also where the project names no day, or one that lies before it; on its last day it is still free."""
    over = {"available_from": date(2023, 1, 1), "available_to": date(2023, 12, 31)}
    assert told({"needed_by": needed_by}, over)[1] == "available_no_longer"
    last = over | {"available_to": TODAY}
    assert told({"needed_by": needed_by}, last) == ("possible", "", "")


def test_who_names_no_day_is_asked_about_what_is_free_only_later() -> None:
    """From today on it is free."""
    no_day = {"needed_by": None}
    assert told(no_day, {"available_from": TODAY})[0] == "possible"
    assert told(no_day, {"available_from": date(2024, 1, 2)}) == ("open", "", "availability_unknown")


def test_every_reason_and_question_is_tried() -> None:
    """A condition that is new needs its case here, and its words."""
    assert set(IMPOSSIBLE) == set(REASONS) == {each.reason for each in CONDITIONS} - {None}
    told_elsewhere = {"lease_or_land_unknown"}
    assert set(OPEN) | told_elsewhere == set(QUESTIONS)
    assert {each.question for each in CONDITIONS} - {None} == set(QUESTIONS)


def test_all_reasons_are_told() -> None:
    """Not the first alone."""
    verdict, reasons, questions = told(
        {"height_need": 8, "division": "59"}, {"leasing_clause": None, "available_from": date(2025, 1, 1)}
    )
    assert (verdict, reasons) == ("impossible", "height_too_low,available_too_late,land_use_excludes")
    assert questions == "leasing_clause_unknown"


def test_who_does_not_say_gets_both_ways() -> None:
    """A project that takes either has two options; one that says nothing has them with a question."""
    found = options(
        projects({"lease_or_land": "either"}, {"lease_or_land": None}), premises({}), rules(), TODAY
    )
    assert [(row["way"], row["verdict"], row["questions"]) for row in found.to_dicts()] == [
        ("land", "possible", ""),
        ("lease", "possible", ""),
        ("land", "open", "lease_or_land_unknown"),
        ("lease", "open", "lease_or_land_unknown"),
    ]


def test_a_lease_uses_the_land_that_goes_with_its_floor() -> None:
    """Half the floor on 8000 m² uses 4000 m², 6 亩: 300 万元 are 50 万元/亩; half stays unused."""
    (row,) = options(projects({}), premises({}), rules(), TODAY).to_dicts()
    assert (row["land_used"], row["tax_per_mu"], row["waste"]) == (400_000, 50_000_000, 0.5)
    assert row["output_per_mu"] == 1_500_000_000


def test_amounts_beyond_64_bits_are_compared_exactly() -> None:
    """A project of a billion 万元 on a thousand hectares."""
    large = {"tax": 10**9, "floor_need": 10**7}
    verdict, reasons, _ = told(large, {"floor": 10**7, "ground": 10**7, "tax_promise": 66_666.666667})
    assert (verdict, reasons) == ("impossible", "tax_below_threshold")
    assert told(large, {"floor": 10**7, "ground": 10**7, "tax_promise": 66_666.666666})[0] == "possible"
