"""An explanation's own numbers give the points and the grade again, to the last millionth."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.support.everything import everything, park
from tests.support.explaining import explanations
from tests.support.recalculating import differences, explained
from tests.support.snapshots import Snapshot, fixed

Json = dict[str, Any]
Explained = list[Json]


@pytest.fixture(scope="module", params=["merged", "follow_landlord"])
def told(request: pytest.FixtureRequest) -> Explained:
    """Every parcel of a park full of cases, by a scheme that uses every kind of rule."""
    return list(explanations(park(), everything(request.param)))


def test_every_result_follows_from_its_explanation(told: Explained) -> None:
    """Shares, amounts, values, benchmarks, items, total, grade: all as they were told."""
    assert explained(iter(told)) == (60, [])


def test_nothing_of_the_scheme_is_left_out(told: Explained) -> None:
    """The park brings up every outcome, rule, adjustment and basis, so that all of them are calculated."""
    outcomes = {item["outcome"]["code"] for each in told for item in each["calculation"]["indicators"]}
    assert outcomes >= {
        *("scored", "capped", "floored", "not_scored", "shown_only"),
        *("missing_zero", "missing_group_mean", "missing_renormalised"),
    }
    rules = Counter(
        rule["code"]
        for each in told
        for rule in ((each["total"] or {}).get("rules", []) + each["result"].get("adjustments", []))
        if rule["counted"]
    )
    assert set(rules) == {
        *("innovative", "old", "high_tech_bonus", "dense", "sublet", "accident"),
        *("praise", "blame", "illegal", "default", "first"),
    }
    occupants = [occupant for each in told for occupant in each["calculation"]["occupants"]]
    bases = {holding["basis"]["code"] for occupant in occupants for holding in occupant["holdings"]}
    assert bases == {"floor_area", "land_area", "equal", "manual"}
    assert {occupant["problem"]["code"] for occupant in occupants if occupant["problem"]} == {
        "manual_share_over_one"
    }
    assert any(item["benchmark"].get("fell_back") for each in told for item in each["indicators"])
    assert {each["result"]["status"] for each in told} == {"scored", "not_scored", "outside"}


def _first(found: list[Json], holds: Callable[[Json], object]) -> Json:
    return next(each for each in found if holds(each))


def _wrong_share(each: Json) -> None:
    occupant = _first(each["calculation"]["occupants"], lambda o: len(o["holdings"]) > 1)
    occupant["holdings"][0]["weight"] += 1_000_000


def _wrong_reported(each: Json) -> None:
    _first(each["calculation"]["figures"], lambda f: f["metric"] == "tax")["value"] += 1


def _wrong_part(each: Json) -> None:
    _first(each["calculation"]["metrics"], lambda m: m["parts"])["parts"][0]["minor"] += 1


def _wrong(name: str) -> Callable[[Json], None]:
    def change(each: Json) -> None:
        _first(each["calculation"]["indicators"], lambda i: i["minor"][name] is not None)["minor"][name] += 1

    return change


def _wrong_total(name: str) -> Callable[[Json], None]:
    def change(each: Json) -> None:
        each["total"]["minor"][name] += 1

    return change


def _wrong_grade(each: Json) -> None:
    each["result"]["grade"] = {"A": "B"}.get(each["result"]["grade"], "A")


@pytest.mark.parametrize(
    "change",
    [
        *(_wrong_share, _wrong_reported, _wrong_part, _wrong_grade),
        *(_wrong(name) for name in ("numerator", "value", "uncapped", "points", "weight")),
        *(_wrong_total(name) for name in ("items", "correction", "bonus", "deduction", "points")),
    ],
)
def test_a_number_that_does_not_follow_is_found(told: Explained, change: Callable[[Json], None]) -> None:
    """Each kind of number is really calculated, and not taken over."""
    for each in told:
        if each["result"]["status"] != "scored":
            continue
        altered = deepcopy(each)
        try:
            change(altered)
        except StopIteration:
            continue
        assert differences(altered), altered["parcel"]["parcel_code"]
        return
    pytest.fail("no parcel has such a number")


def test_the_remainder_goes_to_the_largest_and_of_equals_to_the_first() -> None:
    """One fen over three equal parcels: the first has it, and its explanation says why."""
    shared = Snapshot().firm("E").reports("E", tax=100)
    for code in ("P1", "P2", "P3"):
        shared.parcel(code).holds("E", code, 50)
    told = list(explanations(shared, fixed(1)))
    amounts = [each["calculation"]["metrics"][0]["minor"] for each in told]
    assert amounts == [34, 33, 33]
    assert explained(iter(told)) == (3, [])
