"""Flags: low-efficiency land and FAR uplift, with the codes of the rules that held or forbade a judgement."""

from typing import Any

import polars as pl

from service.domain.scheme import Scheme
from tests.support.snapshots import WAN, Snapshot, column, indicator, park_of, rule, scheme, track

UPLIFT = {
    "rules": [rule("below_limit", "land_use = 'industrial' AND far < far_limit")],
    "unless": [rule("far_limit_zero", "far_limit = 0"), rule("land_area_zero", "land_area = 0")],
}


def flagged(by: Scheme, **values: Any) -> dict[str, Any]:
    """Return the score of one parcel of 1,000 m² with these recorded values."""
    park = Snapshot().parcel("P", **{"land": 1000, "land_use": "industrial"} | values)
    park.firm("E", industry="C3411").holds("E", "P", 1).reports("E", tax=WAN)
    return park.evaluated(by)["scores"].row(by_predicate=pl.col("parcel_code") == "P", named=True)


def uplift(**values: Any) -> tuple[bool | None, str, int | None]:
    """Return whether a parcel is a candidate, why, and the additional floor area in 0.01 m²."""
    score = flagged(scheme(far_uplift=UPLIFT), **values)
    return score["far_uplift"], score["far_uplift_reasons"], score["additional_floor_area"]


def test_room_below_the_limit_makes_a_candidate() -> None:
    """(limit − FAR) × area: half of 1,000 m²."""
    assert uplift(far=1_000_000, far_limit=1_500_000) == (True, "below_limit", 50_000)


def test_no_room_makes_none() -> None:
    """At the limit, above it, or of another land use."""
    assert uplift(far=1_500_000, far_limit=1_500_000) == (False, "", None)
    assert uplift(far=1_600_000, far_limit=1_500_000) == (False, "", None)
    assert uplift(far=1_000_000, far_limit=1_500_000, land_use="office") == (False, "", None)


def test_exceptions_leave_the_flag_unknown_and_say_why() -> None:
    """A limit of zero and an area of zero are explained, not divided by; both at once are both named."""
    assert uplift(far=1_000_000, far_limit=0) == (None, "far_limit_zero", None)
    assert uplift(land=0, far=0, far_limit=1_500_000) == (None, "land_area_zero", None)
    assert uplift(land=0, far=0, far_limit=0) == (None, "far_limit_zero,land_area_zero", None)


def test_what_depends_on_something_unknown_is_undetermined() -> None:
    """Without a limit nobody knows; of another land use the answer is no all the same."""
    assert uplift(far=1_000_000) == (None, "undetermined", None)
    assert uplift(far=1_000_000, land_use="office") == (False, "", None)


def test_the_recorded_ratio_counts_before_the_calculated_one() -> None:
    """Without a record it is floor area ÷ land area."""
    assert uplift(floor_area=120_000, far_limit=1_500_000) == (True, "below_limit", 30_000)
    assert uplift(floor_area=120_000, far=1_400_000, far_limit=1_500_000) == (True, "below_limit", 10_000)


def test_the_target_limits_the_gain() -> None:
    """min(target, limit) − FAR, never below zero."""
    aimed = scheme(far_uplift=UPLIFT | {"target": "1.2"})
    for far, gain in [(1_000_000, 20_000), (1_300_000, 0)]:
        assert flagged(aimed, far=far, far_limit=1_500_000)["additional_floor_area"] == gain


def test_all_rules_that_hold_are_named() -> None:
    """Several reasons stand side by side, in the order of the scheme."""
    by = scheme(
        low_efficiency={
            "rules": [
                rule("sparse", "division = '34' AND far < 0.7"),
                rule("graded_d", "grade = 'D'"),
                rule("tiny", "land_area < 500"),
            ]
        }
    )
    score = flagged(by, far=699_999)
    assert (score["low_efficiency"], score["low_efficiency_reasons"]) == (True, "sparse,graded_d")
    assert flagged(by, far=700_000)["low_efficiency_reasons"] == "graded_d"


def test_a_scheme_without_a_flag_leaves_it_unknown() -> None:
    """No rule, no judgement."""
    score = flagged(scheme())
    assert (score["low_efficiency"], score["low_efficiency_reasons"]) == (None, None)


def test_a_parcel_that_is_not_scored_can_still_be_flagged() -> None:
    """FAR uplift by FAR alone needs no score."""
    park = Snapshot().parcel("P", land_use="industrial", far=500_000, far_limit=1_000_000)
    score = park.evaluated(scheme(far_uplift=UPLIFT))["scores"].row(0, named=True)
    assert (score["status"], score["far_uplift"]) == ("not_scored", True)


def test_a_flag_may_read_points_and_grades_of_any_track() -> None:
    """What a parcel's own track does not measure is unknown to the rule."""
    by = scheme(
        track(indicator("large_tax"), code="large", when="land_area > 5000"),
        track(indicator("small_tax"), code="small"),
        low_efficiency={"rules": [rule("low", "large_tax < 5"), rule("few", "points < 50 AND rank > 1")]},
    )
    results = park_of(15, 285).parcel("Q", 100).holds("E0", "Q", 0).evaluated(by)
    assert column(results, "low_efficiency") == [True, False, None]
    assert column(results, "low_efficiency_reasons") == ["low,few", "", "undetermined"]


def test_marks_and_building_coverage_are_read_by_flags() -> None:
    """建筑系数 below 30 percent, and what a list names."""
    by = scheme(
        low_efficiency={
            "rules": [rule("sparse", "building_coverage < 0.3"), rule("illegal", "illegal_building > 0")]
        }
    )
    park = Snapshot().parcel("P", footprint=299).parcel("Q", footprint=300).parcel("R", footprint=900)
    results = park.metered("R", illegal_building=1).evaluated(by)
    assert column(results, "low_efficiency_reasons") == ["sparse", "", "illegal"]
