"""Tracks, rules and whole schemes that are refused before anything runs, with the line and a sentence why."""

from typing import Any

import pytest

from tests.support.refusals import assert_refused, refused
from tests.support.snapshots import indicator, rule, scheme_text, track


def by_share(*ends: int) -> dict[str, Any]:
    """Return grades a, b, c … up to these percentages."""
    return {"cuts": [{"grade": "abcdef"[index], "up_to": end} for index, end in enumerate(ends)]}


def by_points(*ends: int | None) -> dict[str, Any]:
    """Return grades a, b, c … from these points."""
    cuts = [
        {"grade": "abcdef"[index]} | ({} if end is None else {"at_least": end})
        for index, end in enumerate(ends)
    ]
    return {"by": "points", "cuts": cuts}


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"grades": by_share(60, 20, 100)}, "grades:", "ascend"),
        ({"grades": by_share(20, 20, 100)}, "grades:", "ascend"),
        ({"grades": by_share(20, 60)}, "grades:", "100 percent"),
        ({"grades": by_share(0, 100)}, "up_to: 0", "greater than 0"),
        ({"grades": by_share()}, "cuts:", "at least 1"),
        ({"grades": by_points(60, 80, None)}, "grades:", "descend"),
        ({"grades": by_points(60, 60, None)}, "grades:", "descend"),
        ({"grades": by_points(80, 60)}, "grades:", "the last takes the rest"),
        ({"grades": by_points(80, None, None)}, "grades:", "Every grade but the last"),
        ({"grades": {"by": "points", **by_share(100)}}, "up_to:", "Extra inputs"),
        ({"grades": {"by": "mood", **by_share(100)}}, "grades:", "'share', 'points'"),
        ({"grades": {"cuts": by_share(20, 100)["cuts"] * 2}}, "grades:", "ascend"),
        ({"grades": {"cuts": [{"grade": "A,B", "up_to": 100}]}}, "grade: A,B", "pattern"),
        (
            {"grades": {"cuts": [{"grade": "A", "up_to": 9}, {"grade": "A", "up_to": 100}]}},
            "grades:",
            "twice",
        ),
        ({"when": "grade = 'A'"}, "when:", "Unknown property 'grade'"),
        ({"when": "above_scale ="}, "when:", "not CQL2 text"),
        ({"indicators": []}, "indicators:", "at least 1"),
        ({"indicators": [indicator(weight=50)] * 2}, "- code: all", "'tax_per_mu' is used twice"),
        ({"ranking": {"within": ["village"]}}, "village", "'town'"),
        ({"ranking": {"within": ["town", "town"]}}, "ranking:", "'town' is used twice"),
        ({"ranking": {"base": "most"}}, "base: most", "scored_and_outside"),
        ({"total": {"floor": 10, "cap": 5}}, "total:", "floor of the total lies above its cap"),
    ],
)
def test_a_faulty_track_is_refused_with_its_line(changes: dict[str, Any], line: str, said: str) -> None:
    """Cut-offs that overlap, predicates over what is not known yet."""
    assert_refused(scheme_text(track(**changes)), line, said)


ONCE = [rule("x", points=1)]


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"corrections": [rule("x", factor=0)]}, "factor:", "greater than 0"),
        ({"bonuses": [rule("x", points=-1)]}, "points:", "greater than or equal to 0"),
        ({"bonuses": ONCE, "deductions": ONCE}, "- code: all", "rule code 'x' is used twice"),
        ({"bonuses": ONCE, "adjustments": [rule("x", effect="raise")]}, "- code: all", "'x' is used twice"),
        ({"deductions": [rule("x", points=1, free=1)]}, "- code: x", "need 'per'"),
        ({"deductions": [rule("x", points=1, first=1)]}, "- code: x", "need 'per'"),
        *(
            ({"bonuses": [rule("x", points=1, per=per)]}, "per:", f"'{per}' is nothing that can be counted")
            for per in ("nobel_prize", "land_area", "town", "tax_per_mu", "granted_years")
        ),
        ({"bonuses": [rule("x", "nobel_prize > 0", points=1)]}, "when:", "Unknown property 'nobel_prize'"),
        ({"deductions": [rule("x", "points > 0", points=1)]}, "when:", "Unknown property 'points'"),
        ({"corrections": [rule("x", "items > 0", factor=1)]}, "when:", "Unknown property 'items'"),
        ({"adjustments": [rule("x", "grade = 'A'", effect="raise")]}, "when:", "Unknown property 'grade'"),
        ({"adjustments": [rule("x", "far", effect="raise")]}, "when:", "must be true or false"),
        ({"adjustments": [rule("x", effect="fix")]}, "- code: x", "must say which"),
        ({"adjustments": [rule("x", effect="raise", grade="A")]}, "- code: x", "it has no 'grade'"),
        ({"adjustments": [rule("x", effect="fix", grade="Z")]}, "- code: all", "the grades are A, B, C, D"),
        ({"adjustments": [rule("x", effect="veto", grade="Z")]}, "- code: all", "the grades are A, B, C, D"),
        ({"adjustments": [rule("x", effect="raise", steps=0)]}, "steps:", "greater than or equal to 1"),
    ],
)
def test_a_faulty_rule_of_a_track_is_refused_with_its_line(
    changes: dict[str, Any], line: str, said: str
) -> None:
    """Names that nobody knows here, what cannot be counted, codes that would be ambiguous."""
    assert_refused(scheme_text(track(**changes)), line, said)


GROUP = {"code": "g", "title": {"zh": "g", "en": "g"}, "divisions": ["34"]}
SECOND = {**GROUP, "code": "h"}


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"outside": [rule("t", "nobel_prize > 0")]}, "when:", "Unknown property 'nobel_prize'"),
        ({"outside": [rule("t", "tax_per_mu > 0")]}, "when:", "Unknown property 'tax_per_mu'"),
        ({"outside": [rule("t"), rule("t")]}, "name:", "outside code 't' is used twice"),
        ({"low_efficiency": {"rules": [rule("t", "nobel > 0")]}}, "when:", "Unknown property 'nobel'"),
        ({"far_uplift": {"rules": [rule("t", "TRUE")], "unless": []}, "fra": 1}, "fra:", "Extra inputs"),
        ({"far_uplift": {"rules": [rule("t", "far >")]}}, "when:", "not CQL2 text"),
        ({"low_efficiency": {"rules": []}}, "rules:", "at least 1"),
        ({"low_efficiency": {"rules": [rule("t")] * 2}}, "low_efficiency:", "rule code 't' is used twice"),
        ({"industry_groups": [{**GROUP, "divisions": ["C34"]}]}, "- C34", "pattern"),
        ({"industry_groups": [GROUP, SECOND]}, "name:", "division code '34' is used twice"),
        (
            {"industry_groups": [GROUP, {**GROUP, "divisions": ["35"]}]},
            "name:",
            "group code 'g' is used twice",
        ),
        ({"tenants": {"treatment": "ignored"}}, "treatment:", "follow_landlord"),
        ({"land_area": ["rumoured"]}, "- rumoured", "surveyed"),
        ({"land_area": ["surveyed", "surveyed"]}, "name:", "'surveyed' is used twice"),
        ({"land_area": []}, "land_area:", "at least 1"),
        ({"valid_to": "2019-12-31"}, "name:", "ends before it begins"),
        ({"periods": ["23"]}, "- '23'", "pattern"),
        ({"unverified": {"moon": "a guess"}}, "name:", "'moon', which is no field"),
        ({"name": "Ünder"}, "name:", "pattern"),
    ],
)
def test_a_faulty_scheme_is_refused_with_its_line(changes: dict[str, Any], line: str, said: str) -> None:
    """What is said of the whole scheme."""
    assert_refused(scheme_text(**changes), line, said)


def test_a_rule_reads_the_indicators_of_its_own_track_only() -> None:
    """Another track's value is never known here."""
    tracks = (
        track(indicator("a"), code="one", when="above_scale", bonuses=[rule("x", "b > 1", points=1)]),
        track(indicator("b"), code="two"),
    )
    assert_refused(scheme_text(*tracks), "when: b > 1", "Unknown property 'b'")


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("name: [", "own.yaml:1", "expected"),
        ("", "own.yaml:1", "object"),
        ("- a\n- b", "own.yaml:1", "object"),
        ("name: x\nname: y", "own.yaml:2", "stands here twice"),
        ("name: &a [*a]", "own.yaml:1", "nested too deeply"),
        ("name: \x00", "own.yaml:1", "special characters"),
    ],
)
def test_what_is_no_scheme_is_refused(text: str, place: str, said: str) -> None:
    """Broken YAML, nothing at all, a list, a key twice, a loop, a control character: each with its line."""
    error = refused(text)
    assert (error.place, said in error.detail) == (place, True)


def test_a_scheme_without_any_metric_is_refused() -> None:
    """Areas alone say nothing about anybody."""
    density = indicator(numerator="floor_area", unit="1")
    assert "at least one metric" in refused(scheme_text(track(density))).detail


def test_two_tracks_of_one_code_are_refused() -> None:
    """Codes are how results name things."""
    assert "used twice" in refused(scheme_text(track(when="above_scale"), track())).detail


def test_a_track_that_takes_all_must_be_the_last() -> None:
    """Nothing would reach the one behind it."""
    assert "must be the last" in refused(scheme_text(track(), track(code="rest"))).detail
