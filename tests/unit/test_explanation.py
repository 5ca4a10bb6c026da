"""Explanations as text: quantities, formulas, rules, where benchmarks fell back to, and what codes mean."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from service.domain.reasons import REASONS, reason_text
from service.domain.scheme import Indicator, Scheme
from service.evaluation.explain.formulas import formula, steps
from service.evaluation.explain.quantities import quantity, quantity_names, short
from tests.support.explaining import explanation, explanations
from tests.support.snapshots import WAN, Snapshot, fixed, indicator, park_of, rule, scheme, track

Json = dict[str, Any]


def part(**changes: Any) -> dict[str, Any]:
    """Return the columns of an item: 820 万元 on 45.6 mu against 24.097, weight 30."""
    return {
        **dict.fromkeys(("low", "high", "place", "size", "promise")),
        "numerator": 820 * WAN,
        "denominator": 3_040_000,
        "value": 17_982_456,
        "benchmark": 24_097_000,
        "weight": 30_000_000,
        "uncapped": 22_387_587,
        "points": 22_387_587,
        "outcome": "scored",
    } | changes


def of(**changes: Any) -> Indicator:
    """Return the indicator tax per mu, weight 30."""
    rest = indicator("rest", weight=70)
    return scheme(track(indicator(weight=30, **changes), rest)).tracks[0].indicators[0]


def told(one: Indicator, columns: dict[str, Any]) -> str | None:
    """Return the formula of an item that is alone in its track."""
    alone = scheme(track()).tracks[0]
    return formula(steps(one, columns, alone, {"tax_per_mu": columns}))


_VALUE = "820 万元 ÷ 45.6 亩 = 17.982456 万元/亩"
_RATIO = f"{_VALUE}; 17.982456 ÷ 24.097 × 30 = 22.387587"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, _RATIO),
        ({"points": None, "uncapped": None}, _VALUE),
        ({"benchmark": 0, "uncapped": 0, "points": 0}, f"{_VALUE}; 0"),
        ({"value": None, "uncapped": None, "points": 11_000_000}, "11"),
        (
            {"numerator": -1, "value": 0, "uncapped": 0, "points": 0},
            "-0.000001 万元 ÷ 45.6 亩 = 0 万元/亩; 0 ÷ 24.097 × 30 = 0",
        ),
    ],
)
def test_a_formula_shows_its_numbers(changes: dict[str, Any], text: str | None) -> None:
    """In the units of the scheme; what is missing has the points that the policy gave."""
    assert told(of(), part(**changes)) == text


@pytest.mark.parametrize(
    ("scored", "changes", "ending"),
    [
        ({"cap": 0.5}, {"points": 15_000_000, "outcome": "capped"}, " = 22.387587; 0.5 × 30 = 15"),
        ({"floor": 0.9}, {"points": 27_000_000, "outcome": "floored"}, " = 22.387587; 0.9 × 30 = 27"),
        ({"direction": "lower", "cap": 2}, {}, "; 24.097 ÷ 17.982456 × 30 = 22.387587"),
        ({"direction": "lower", "cap": 2}, {"value": 0, "uncapped": 60_000_000}, "; 2 × 30 = 60"),
        (
            {"method": "min_max", "benchmark": {"method": "range"}},
            {"low": 0, "high": 40_000_000},
            "; 30 × (20% + 80% × (17.982456 − 0) ÷ (40 − 0)) = 22.387587",
        ),
        (
            {"method": "min_max", "direction": "lower", "base": 0, "benchmark": {"method": "range"}},
            {"low": 0, "high": 40_000_000},
            "; 30 × (0% + 100% × (40 − 17.982456) ÷ (40 − 0)) = 22.387587",
        ),
        (
            {"method": "min_max", "benchmark": {"method": "range"}},
            {"low": 7, "high": 7, "uncapped": 30_000_000},
            "; 30",
        ),
        (
            {"method": "rank", "benchmark": {"method": "peers"}},
            {"place": 3, "size": 55, "uncapped": 28_909_091},
            "; 30 × (55 − 3 + 1) ÷ 55 = 28.909091",
        ),
        (
            {"benchmark": {"method": "mean", "times": 2, "of": "last_year"}},
            {},
            "; mean (上年度 last year) × 2 = 24.097; 17.982456 ÷ 24.097 × 30 = 22.387587",
        ),
        (
            {
                "method": "attainment",
                "benchmark": {"method": "contract", "promise": "tax_per_mu", "times": 1.1},
            },
            {"promise": 20_000_000, "benchmark": 22_000_000},
            "; 20 × 1.1 = 22; 17.982456 ÷ 22 × 30 = 22.387587",
        ),
    ],
)
def test_each_way_of_scoring_is_written_as_it_is_calculated(
    scored: dict[str, Any], changes: dict[str, Any], ending: str
) -> None:
    """Ratio either way round, min-max, rank, multiples; the cap or the floor that was hit is a step."""
    text = told(of(**scored), part(**changes))
    assert text is not None
    assert text.endswith(ending)


def test_an_area_is_shown_in_square_metres_where_the_unit_has_none() -> None:
    """A ratio of areas is a bare number."""
    density = scheme(
        track(indicator("density", numerator="floor_area", unit="1", weight=30), indicator("x", weight=70))
    )
    areas = part(numerator=150_000, denominator=100_000, value=1_500_000, benchmark=1_000_000)
    text = told(density.tracks[0].indicators[0], areas)
    assert text is not None
    assert text.startswith("1500 m² ÷ 1000 m² = 1.5; 1.5 ÷ 1 × 30")


@pytest.mark.parametrize(
    ("metric", "minor", "text"),
    [
        ("tax", 8_200_000_05, "820.000005 万元"),
        ("energy_equal_supply", 1_850_000, "1850 tce"),
        ("headcount", 1, "0.001 人"),
        ("land_area", 3_040_050, "30400.5 m²"),
        ("something_new", 7, "7"),
        ("tax", None, None),
    ],
)
def test_a_quantity_is_exact(metric: str, minor: int | None, text: str | None) -> None:
    """No digit is lost, none is added."""
    assert quantity(metric, minor) == text


def test_halves_are_rounded_away_from_zero() -> None:
    """As amounts are everywhere."""
    assert [short(Fraction(number, 2), 0) for number in (1, -1, 3)] == ["1", "-1", "2"]


def test_weights_of_missing_items_are_seen_to_go_to_the_others() -> None:
    """The step says by how much a weight was raised."""
    per_tce = {"numerator": "output", "denominator": "energy_equal_supply", "unit": "万元/tce"}
    two = track(indicator(weight=60), indicator("per_tce", **per_tce, weight=40, missing="renormalise"))
    item = explanation(park_of(10, 20), scheme(two), "P0")["calculation"]["indicators"][0]
    assert {"kind": "weight", "text": "60 × 100 ÷ 60 = 100"} in item["steps"]


def test_a_group_that_is_too_small_gives_way_and_says_so() -> None:
    """The level that set the benchmark is told with the one that should have."""
    park = Snapshot()
    for number, town in enumerate(("东", "东", "东", "西", None)):
        park.parcel(f"P{number}", town=town).firm(f"E{number}").holds(f"E{number}", f"P{number}", 1)
        park.reports(f"E{number}", tax=(number + 1) * WAN)
    by_town = scheme(track(indicator(benchmark={"method": "mean", "over": ["town"], "smallest": 2})))
    benchmarks = [each["indicators"][0]["benchmark"] for each in explanations(park, by_town)]
    assert [(b["level"], b["fell_back"], b["size"], b["group"]) for b in benchmarks] == [
        *[(["town"], False, 3, "all · 东")] * 3,
        *[([], True, 5, "all")] * 2,
    ]


def _ruled() -> Scheme:
    return scheme(
        track(
            indicator(benchmark={"method": "fixed", "value": 10}, cap=1.5),
            corrections=[rule("first", factor=1.1), rule("second", factor=2)],
            bonuses=[rule("innovation", "high_tech > 0", points=2, per="high_tech", at_most=3)],
            deductions=[rule("never", "FALSE", points=5)],
            total={"cap": 120},
            adjustments=[rule("default", "credit_default > 0", effect="veto")],
        )
    )


def test_rules_that_counted_are_told_with_what_they_came_to() -> None:
    """Of corrections the first alone; of each rule its sentence, its condition, and the number it counted."""
    park = park_of(100).firm("F", registered_on=date(2020, 1, 1)).holds("F", "P0", 10, role="leased_in")
    park.reports("E0", high_tech=1, credit_default=1).reports("F", high_tech=1, tax=1)
    whole = explanation(park, _ruled(), "P0")
    rules = {each["code"]: each for each in whole["total"]["rules"]}
    assert {code: each["counted"] for code, each in rules.items()} == {
        "first": True,
        "second": False,
        "innovation": True,
        "never": False,
    }
    assert rules["innovation"]["when"] == "high_tech > 0"
    assert whole["calculation"]["total"]["counts"] == [
        {
            "code": "innovation",
            "per": {"code": "high_tech", "zh": "高新技术企业", "en": "High-tech enterprise"},
            "count": 2,
        }
    ]
    assert whole["calculation"]["total"]["formula"] == ("66.66667 × 1.1 + 3 − 0 = 76.333337")
    assert whole["result"]["standing"] == "1 ÷ 1 = 100% → D"
    assert [each["code"] for each in whole["result"]["adjustments"] if each["counted"]] == ["default"]
    assert {
        "code": "high_tech",
        "zh": "高新技术企业",
        "en": "High-tech enterprise",
        "value": 2,
        "mark": True,
    } in (whole["calculation"]["facts"])


def test_an_occupant_is_told_with_all_its_parcels_and_where_its_figures_went() -> None:
    """Shares by weight over this parcel, another and one elsewhere; what went elsewhere is unallocated."""
    park = Snapshot().parcel("P").parcel("Q").firm("E").reports("E", tax=1000)
    park.holds("E", "P", 50).holds("E", "Q", 30).holds("E", "X", 20, elsewhere=True)
    whole = explanation(park, fixed(1), "P")
    occupant = whole["calculation"]["occupants"][0]
    assert [(h["parcel_code"], h["place"], h["share"]) for h in occupant["holdings"]] == [
        ("P", "this_parcel", 0.5),
        ("Q", "this_district", 0.3),
        ("X", "other_district", 0.2),
    ]
    assert occupant["metrics"][0]["minor"] == {
        "reported": 1000,
        "direct": 0,
        "direct_of_all": 0,
        "rest": 1000,
        "allocated": 800,
        "unallocated": 200,
        "here": 500,
        "direct_here": None,
    }
    assert [why["code"] for why in occupant["metrics"][0]["reasons"]] == ["other_district"]


def test_a_contract_is_told_with_the_promises_that_were_used() -> None:
    """Dates, promises in their units, and which indicators are measured against each."""
    promised = scheme(
        track(
            indicator(method="attainment", benchmark={"method": "contract", "promise": "tax_per_mu"}, cap=1)
        )
    )
    park = park_of(100).contract("P0", date(2015, 1, 2), tax_per_mu=8.5, far=1.2)
    contract = explanation(park, promised, "P0")["calculation"]["contract"]
    assert contract["signed_on"] == "2015-01-02"
    assert [(p["promise"]["code"], p["text"], p["used_by"]) for p in contract["promises"]] == [
        ("tax_per_mu", "8.5 万元/亩", ["tax_per_mu"]),
        ("far", "1.2", []),
    ]


def test_what_is_not_verified_is_told_for_the_track_alone() -> None:
    """Values of other tracks do not cast doubt on this one."""
    here = track(
        indicator(weight=100, verified=False, source="heard of"), code="here", when="above_scale = TRUE"
    )
    there = track(indicator(verified=False, source="made up"), code="there")
    whole = explanation(park_of(10), scheme(here, there), "P0")
    assert [each["place"] for each in whole["unverified"]] == ["tracks.here.indicators.tax_per_mu"]
    assert whole["result"]["verified"] is False


def test_public_and_calculation_share_no_figure() -> None:
    """Without surroundings the public part is the same, and no value, benchmark or item is in it."""
    public = explanation(park_of(123.456789, 77), scheme(), "P0")
    calculation = public.pop("calculation")
    text = str(public)
    for item in calculation["indicators"]:
        for name in ("numerator", "value", "benchmark"):
            assert str(item["minor"][name]) not in text


def test_a_cap_that_was_hit_is_for_analysts() -> None:
    """With the public weight it gives the item's points away; to the public the item is just scored."""
    whole = explanation(park_of(1000), fixed(1, cap=1.5), "P0")
    assert whole["indicators"][0]["outcome"]["code"] == "scored"
    assert whole["calculation"]["indicators"][0]["outcome"]["code"] == "capped"


def test_every_code_of_a_result_has_a_text() -> None:
    """Whatever a park full of gaps brings up is told in both languages."""
    park = Snapshot().parcel("A").parcel("B", None).parcel("C", 0).parcel("D").parcel("E").parcel("F")
    park.firm("X").holds("X", "D", 1).reports("X", tax=5).holds("Y", "E", share=0.9).holds(
        "Y", "F", share=0.9
    )
    park.reports("Y", tax=1, output=1).holds("Z", "D", 1, role="leased_in").metered("D", "X", tax=9)
    per_tce = indicator(
        "output_per_tce",
        numerator="output",
        denominator="energy_equal_supply",
        unit="万元/tce",
        missing="not_scored",
        weight=40,
    )
    results = park.evaluated(scheme(track(indicator(weight=60), per_tce)))
    columns = [("scores", "reason"), ("unallocated", "reason"), ("findings", "code")]
    columns += [("scores", name) for name in results["scores"].columns if name.endswith("__outcome")]
    columns += [("coverage", name) for name in results["coverage"].columns if name.endswith("__reason")]
    codes = {
        code
        for table, column in columns
        for text in results[table][column].drop_nulls()
        for code in text.split(",")
    }
    assert {"land_area_zero", "output_missing", "not_placed", "manual_share_over_one"} <= codes
    names = quantity_names()
    for code in codes | set(REASONS):
        english, chinese = reason_text(code, names)
        assert english != code
        assert chinese != code


def test_an_unknown_code_is_its_own_text() -> None:
    """Results of a later version stay readable."""
    assert reason_text("something_new", quantity_names()) == ("something_new", "something_new")
