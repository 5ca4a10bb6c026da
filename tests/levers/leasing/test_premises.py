"""Premises: what is listed, what low-efficiency land gives, and lists of industries as people write them."""

from datetime import date
from typing import Any

import pytest

from service.levers.industries import division, divisions
from service.levers.leasing.premises import premises

SINCE = date(2024, 1, 1)


def parcel(code: str, **more: Any) -> dict[str, Any]:
    """Return a low-efficiency parcel of 1 ha with 8000 m² of floor, half of it held."""
    common = {"low_efficiency": True, "land": 1_000_000, "floor": 800_000, "held": 400_000}
    common |= {"land_use": "工业用地", "far_limit": 2_000_000, "contract": True, "leasing_clause": "allowed"}
    common |= dict.fromkeys(("tax_promise", "output_promise", "investment_promise", "energy_promise"))
    return {"parcel_code": code, "contract_industries": None, **common, **more}


def listed(code: str, at: str, **more: Any) -> dict[str, Any]:
    """Return a row of the committee's list that says nothing else."""
    names = ("building_code", "floor", "land", "height", "power", "available_from", "available_to", "rent")
    return {"code": code, "parcel_code": at, "industries": None, **dict.fromkeys(names), **more}


def found(*args: Any) -> dict[str, dict[str, Any]]:
    """Return the premises by code."""
    return {row["premises"]: row for row in premises(*args, SINCE).to_dicts()}


def test_floor_that_nobody_holds_is_free_from_the_next_year() -> None:
    """Half the floor, with half the land; a parcel whose holders do not say how much gives none."""
    parcels = [
        parcel("A"),
        parcel("B", held=None),
        parcel("C", held=900_000),
        parcel("D", low_efficiency=False),
    ]
    rows = found([], parcels, [])
    assert set(rows) == {"A/vacant", "A/whole", "B/whole", "C/whole"}
    vacant = rows["A/vacant"]
    assert (vacant["floor"], vacant["ground"], vacant["land"]) == (400_000, 500_000, None)
    assert (vacant["available_from"], vacant["offers_land"], vacant["basis"]) == (
        SINCE,
        False,
        "unheld_floor",
    )
    whole = rows["A/whole"]
    assert (whole["floor"], whole["land"], whole["ground"], whole["available_from"]) == (
        *(800_000, 1_000_000, 1_000_000),
        None,
    )


def test_the_list_knows_better_than_what_is_derived() -> None:
    """Where something is listed no vacant floor stands beside; what is not said stays unknown."""
    rows = found(
        [listed("F", "A", floor=200_000), listed("L", "A", land=300_000), listed("N", "A")], [parcel("A")], []
    )
    assert set(rows) == {"F", "L", "N", "A/whole"}
    offers = {name: (rows[name]["offers_floor"], rows[name]["offers_land"]) for name in "FLN"}
    assert offers == {"F": (True, False), "L": (False, True), "N": (None, None)}
    assert [rows[name]["ground"] for name in "FLN"] == [250_000, 300_000, None]


def test_a_block_asks_for_the_strictest_of_its_parcels() -> None:
    """Sums, the highest promise, the worst clause; one that is not known makes all unknown."""
    parcels = [
        parcel(
            "A", tax_promise=5, energy_promise=9, leasing_clause="with_consent", contract_industries="38,39"
        ),
        parcel("B", tax_promise=7, energy_promise=4, far_limit=1_000_000, contract_industries="39-41"),
    ]
    block = found([], parcels, [["B", "A"], ["A"]])["A/block"]
    assert (block["parcel_codes"], block["floor"], block["land"]) == ("A,B", 1_600_000, 2_000_000)
    assert (block["tax_promise"], block["energy_promise"], block["far_limit"]) == (7, 4, 1_500_000)
    assert (block["leasing_clause"], block["contract_industries"]) == ("with_consent", "39")
    parcels[1] |= {
        "floor": None,
        "leasing_clause": None,
        "far_limit": 0,
        "land_use": "仓储用地",
        "contract": False,
    }
    block = found([], parcels, [["A", "B"]])["A/block"]
    assert (block["floor"], block["leasing_clause"], block["far_limit"]) == (None, None, None)
    assert (block["land_use"], block["contract"]) == (None, False)
    parcels[0] |= {"leasing_clause": "forbidden"}
    assert found([], parcels, [["A", "B"]])["A/block"]["leasing_clause"] == "forbidden"


def test_contracts_that_have_no_industry_in_common_take_none() -> None:
    """Which is not the same as a list that names none."""
    parcels = [parcel("A", contract_industries="38"), parcel("B", contract_industries="39")]
    assert found([], parcels, [["A", "B"]])["A/block"]["contract_industries"] == "-"


@pytest.mark.parametrize(
    ("said", "industries", "unread"),
    [
        ("电子信息", None, True),
        ("39、电子信息", None, True),
        ("39", "39", False),
        ("不限", None, False),
        (" ", None, False),
    ],
)
def test_a_contract_whose_list_cannot_be_read_is_not_one_that_names_none(
    said: str, industries: str | None, unread: bool
) -> None:
    """By itself, and in a block beside a contract that names none."""
    rows = found([], [parcel("A", contract_industries=said), parcel("B")], [["A", "B"]])
    for name in ("A/whole", "A/vacant", "A/block"):
        assert (rows[name]["contract_industries"], rows[name]["contract_unread"]) == (industries, unread)
    assert rows["B/whole"]["contract_unread"] is False


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("39、40", "39,40"),
        ("C39，C40", "39,40"),
        ("C3940;13", "13,39"),
        ("38-40", "38,39,40"),
        ("３８～３９", "38,39"),
        ("不限", ""),
        ("any", ""),
        ("电子信息", None),
        ("39、电子信息", None),
        ("40-38", None),
        ("", None),
        (None, None),
    ],
)
def test_lists_of_industries_are_read_or_left_open(said: str | None, meant: str | None) -> None:
    """What is no list of divisions is not guessed."""
    assert divisions(said) == meant


def test_a_code_has_its_division() -> None:
    """With or without the letter, at every level."""
    assert [division(code) for code in ("C39", "3940", "39", "C", None, "电子")] == [
        "39",
        "39",
        "39",
        *[None] * 3,
    ]
