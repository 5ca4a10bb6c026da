"""Explanations as text: quantities, formulas, and what codes mean."""

from typing import Any

import pytest

from service.domain.reasons import REASONS, reason_text
from service.domain.scheme import Indicator
from service.evaluation.figures import formula, quantity, quantity_names
from tests.support.snapshots import Snapshot, indicator, scheme, track

WAN = 1_000_000


def part(**changes: Any) -> dict[str, Any]:
    """Return a stored part: 820 万元 on 45.6 mu against 24.097, weight 30."""
    return {
        "numerator": 820 * WAN,
        "denominator": 3_040_000,
        "value": 17_982_456,
        "benchmark": 24_097_000,
        "weight": 30_000_000,
        "uncapped": 22_387_587,
        "points": 22_387_587,
    } | changes


def of(**changes: Any) -> Indicator:
    """Return the indicator tax per mu."""
    return scheme(track(indicator(**changes))).tracks[0].indicators[0]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "820 万元 ÷ 45.6 亩 = 17.982456 万元/亩; 17.982456 ÷ 24.097 × 30 = 22.387587"),
        ({"points": 0}, "820 万元 ÷ 45.6 亩 = 17.982456 万元/亩; 17.982456 ÷ 24.097 × 30 = 22.387587 → 0"),
        ({"benchmark": 0}, "820 万元 ÷ 45.6 亩 = 17.982456 万元/亩"),
        ({"value": None}, None),
        (
            {"numerator": -1, "value": 0, "uncapped": 0, "points": 0},
            "-0.000001 万元 ÷ 45.6 亩 = 0 万元/亩; 0 ÷ 24.097 × 30 = 0",
        ),
    ],
)
def test_a_formula_shows_its_numbers(changes: dict[str, Any], text: str | None) -> None:
    """In the units of the scheme, and what a cap or a floor made of it."""
    assert formula(of(), part(**changes)) == text


def test_less_is_better_is_shown_the_right_way_round() -> None:
    """Benchmark ÷ value."""
    told = formula(of(direction="lower", cap=2), part())
    assert told is not None
    assert "; 24.097 ÷ 17.982456 × 30" in told


def test_an_area_is_shown_in_square_metres_where_the_unit_has_none() -> None:
    """A ratio of areas is a bare number."""
    density = scheme(track(indicator("density", numerator="floor_area", unit="1"), indicator(weight=0)))
    areas = part(numerator=150_000, denominator=100_000, value=1_500_000, benchmark=1_000_000)
    told = formula(density.tracks[0].indicators[0], areas)
    assert told is not None
    assert told.startswith("1500 m² ÷ 1000 m² = 1.5; 1.5 ÷ 1 × 30")


@pytest.mark.parametrize(
    ("metric", "minor", "text"),
    [
        ("tax", 8_200_000_05, "820.000005 万元"),
        ("energy_equal_supply", 1_850_000, "1850 tce"),
        ("headcount", 1, "0.001 人"),
        ("tax", None, None),
    ],
)
def test_a_quantity_is_exact(metric: str, minor: int | None, text: str | None) -> None:
    """No digit is lost, none is added."""
    assert quantity(metric, minor) == text


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
    codes = {
        code
        for table, column in [
            ("scores", "reason"),
            ("score_parts", "outcome"),
            ("reconciliation", "reason"),
            ("coverage", "reason"),
        ]
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
