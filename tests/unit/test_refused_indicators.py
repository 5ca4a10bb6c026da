"""Indicators and benchmarks that are refused before anything runs, with the line and a sentence why."""

from typing import Any

import pytest

from service.reference.scheme_text import read_scheme
from tests.support.refusals import assert_refused, refused
from tests.support.snapshots import indicator, scheme_text, track


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"weight": 99}, "- code: all", "sum to 99"),
        ({"wieght": 1}, "wieght", "Extra inputs"),
        ({"weight": "heavy"}, "weight:", "valid decimal"),
        ({"weight": "33.3333333"}, "weight:", "6 decimal"),
        ({"weight": "NaN"}, "weight:", "finite"),
        ({"cap": "Infinity"}, "cap:", "finite"),
        ({"numerator": "goodwill"}, "numerator:", "Unknown metric 'goodwill'"),
        ({"denominator": "goodwill"}, "denominator:", "Unknown metric 'goodwill'"),
        ({"numerator": "high_tech"}, "numerator:", "Unknown metric 'high_tech'"),
        ({"unit": "万元/kWh"}, "unit:", "not a unit of land_area"),
        ({"unit": "亩/亩"}, "unit:", "not a unit of tax"),
        ({"unit": "1"}, "unit:", "not a unit"),
        ({"scale": 10**13}, "scale:", "less than or equal"),
        ({"method": "guess"}, "method: guess", "ratio"),
        ({"direction": "lower"}, "- code: tax_per_mu", "needs a cap"),
        ({"partial": "missing"}, "- code: tax_per_mu", "ratio of two metrics"),
        ({"missing": "guess"}, "missing:", "group_mean"),
        ({"floor": 2}, "floor:", "less than or equal to 1"),
        ({"cap": "0.5", "floor": "0.6"}, "- code: tax_per_mu", "floor lies above the cap"),
        ({"unverified": {"wieght": "a guess"}}, "- code: tax_per_mu", "'wieght', which is no field"),
        ({"code": "far"}, "name:", "'far' has the name of a property"),
        ({"code": "points"}, "name:", "'points' has the name of a property"),
        ({"code": "high_tech"}, "- code: high_tech", "'high_tech' has the name of a mark"),
    ],
)
def test_a_faulty_indicator_is_refused_with_its_line(changes: dict[str, Any], line: str, said: str) -> None:
    """The place reads file:line, and the sentence names what is wrong."""
    assert_refused(scheme_text(track(indicator(**changes))), line, said)


OWN = "- code: tax_per_mu"


def method(name: str, **benchmark: Any) -> dict[str, Any]:
    """Return the changes that make an indicator of this method and benchmark."""
    return {"method": name, "benchmark": benchmark}


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        (method("ratio", method="fixed", value=0), "value: 0", "greater than 0"),
        (method("ratio", method="fixed", value="0.25"), "benchmark:", "seven significant digits"),
        (method("ratio", method="fixed", value="12.3456789"), "benchmark:", "not all digits"),
        (method("ratio", method="fixed"), "benchmark:", "Field required"),
        (method("ratio", method="promise"), "benchmark:", "promise"),
        (method("ratio", method="median", over=["village"]), "village", "industry"),
        (method("ratio", method="mean", over=["town", "town"]), "benchmark:", "'town' is used twice"),
        (method("ratio", method="mean", times=0), "times:", "greater than 0"),
        (method("ratio", method="mean", smallest=0), "smallest:", "greater than or equal to 1"),
        (method("ratio", method="mean", of="yesterday"), "of: yesterday", "last_year"),
        (method("ratio", method="quantile"), "benchmark:", "goes with the method quantile"),
        (method("ratio", method="mean", quantile="0.5"), "benchmark:", "goes with the method quantile"),
        (method("ratio", method="quantile", quantile="1.1"), "quantile: '1.1'", "less than or equal to 1"),
        (
            method("ratio", method="mean", unverified={"value": "?"}),
            "benchmark:",
            "'value', which is no field",
        ),
        (method("ratio", method="range"), OWN, "need a benchmark by fixed"),
        (
            method("ratio", method="contract", promise="tax_per_mu"),
            "- code: tax_per_mu",
            "need a benchmark by fixed",
        ),
        (method("min_max", method="mean"), OWN, "need a benchmark by range, not mean"),
        (method("rank", method="range"), OWN, "need a benchmark by peers, not range"),
        (
            method("attainment", method="fixed", value=10),
            "- code: tax_per_mu",
            "need a benchmark by contract",
        ),
        (method("attainment", method="contract", promise="jobs"), "benchmark:", "'jobs' is none of them"),
        (method("attainment", method="contract", promise="far"), "promise: far", "promise far in 1"),
        (method("min_max", method="range") | {"cap": 1}, OWN, "no cap or floor"),
        (method("rank", method="peers") | {"floor": 0}, OWN, "no cap or floor"),
        (method("min_max", method="range") | {"base": 100}, "base:", "less than 100"),
        (method("min_max", method="range", of="last_year"), "benchmark:", "this year's group"),
        (method("rank", method="peers", times=2), "benchmark:", "without a multiple"),
    ],
)
def test_a_benchmark_that_does_not_fit_is_refused(changes: dict[str, Any], line: str, said: str) -> None:
    """Each method has its own, and each promise its unit."""
    assert_refused(scheme_text(track(indicator(**changes))), line, said)


def test_one_mistake_is_told_as_one() -> None:
    """A list is not too short because its only member is wrong."""
    assert "more after this one" not in refused(scheme_text(track(indicator(missing="guess")))).detail
    two = refused(scheme_text(track(indicator(missing="guess", direction="up"))))
    assert "(1 more after this one)" in two.detail


@pytest.mark.parametrize("changes", [{"numerator": "output"}, {"scale": 10**9}, {"unit": "元/m²"}])
def test_an_indicator_code_with_two_meanings_is_refused(changes: dict[str, Any]) -> None:
    """Results have one column of it for all tracks; its weight, cap or benchmark may differ."""
    tracks = track(when="above_scale"), track(indicator(**changes), code="rest")
    assert "different things in different tracks" in refused(scheme_text(*tracks)).detail
    tracks = track(when="above_scale"), track(indicator(cap=2, missing="renormalise"), code="rest")
    assert read_scheme(scheme_text(*tracks), "own.yaml")
