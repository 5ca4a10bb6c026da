"""Changes to a scheme, by the codes that it uses; a mistake is placed by the path of the change."""

from typing import Any

import pytest

from service.errors import InvalidScheme
from service.reference.scheme_changes import MOST, changed
from service.reference.schemes import shipped_scheme
from tests.support.snapshots import indicator, scheme, track

BONUS = {"title": {"zh": "上市", "en": "Listed"}, "when": "tax_per_mu > 10", "points": 2}
TAX = "tracks.above.indicators.tax_per_mu"
TWO = scheme(
    track(indicator(weight=60), indicator("output_per_mu", numerator="output", weight=40), code="above"),
    low_efficiency={"rules": [{"code": "d", "title": {"zh": "D", "en": "D"}, "when": "grade = 'D'"}]},
)


def test_values_are_replaced_where_the_codes_lead() -> None:
    """Weights, cut-offs by their grade, whole parts; what is not named stays."""
    new = changed(
        TWO,
        {
            TAX + ".weight": 55.5,
            "tracks.above.indicators.output_per_mu.weight": "44.5",
            "tracks.above.grades.cuts.A.up_to": 15,
            TAX + ".benchmark": {"method": "median"},
        },
    )
    first, second = new.tracks[0].indicators
    assert (str(first.weight), str(second.weight), first.benchmark.method) == ("55.5", "44.5", "median")
    assert new.tracks[0].grades.model_dump(mode="json")["cuts"][0] == {"grade": "A", "up_to": "15"}
    assert changed(TWO, {}) == TWO
    assert changed(TWO, {"tracks.0.indicators.0.cap": 2}).tracks[0].indicators[0].cap == 2


def test_rules_are_added_and_taken_away() -> None:
    """A code that is not there yet adds to its list; null takes away."""
    new = changed(TWO, {"tracks.above.bonuses.listed": BONUS, "low_efficiency": None})
    assert [each.code for each in new.tracks[0].bonuses] == ["listed"]
    assert new.low_efficiency is None
    assert changed(new, {"tracks.above.bonuses.listed": None}).tracks[0].bonuses == ()


@pytest.mark.parametrize("name", ["parcel", "huangyan-2022"])
def test_no_change_is_the_same_scheme(name: str) -> None:
    """To the hash."""
    known = shipped_scheme(name)
    assert changed(known, {}).content_hash() == known.content_hash()


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        (
            {"tracks.below.indicators.tax_per_mu.weight": 1},
            "tracks.below.indicators.tax_per_mu.weight",
            "above",
        ),
        (
            {"tracks.above.indicators.tax.weight": 1},
            "tracks.above.indicators.tax.weight",
            "tax_per_mu, output",
        ),
        ({TAX + ".weight": 61}, "tracks.above", "sum to 101"),
        ({TAX + ".weight": "many"}, TAX + ".weight", ""),
        ({TAX + ".weight": None}, TAX + ".weight", "required"),
        ({TAX + ".colour": 1}, TAX + ".colour", ""),
        ({"tracks.above.grades.cuts.A.up_to": 70}, "tracks.above.grades", "ascend"),
        ({"tracks.above.grades.cuts.E.up_to": 70}, "tracks.above.grades.cuts.E.up_to", "A, B, C, D"),
        ({"low_efficiency.rules.d.when": "nonsense = 1"}, "low_efficiency.rules.d.when", "nonsense"),
        ({TAX + ".numerator": "luck"}, TAX + ".numerator", ""),
        ({TAX + ".weight.x": 1}, TAX + ".weight.x", ""),
        ({"tracks.above.indicators.9.weight": 1}, "tracks.above.indicators.9.weight", ""),
        ({"tracks.above.indicators.new": 1}, "tracks.above.indicators.new", ""),
        ({"": 1}, "", ""),
        ({"..": 1}, "..", ""),
        ({"name": float("nan")}, "name", ""),
        ({"citation": "x" * 70_000}, "", "too long"),
        ({f"name{n}": 1 for n in range(MOST + 1)}, "", "At most"),
    ],
)
def test_a_mistake_is_placed_by_its_path(changes: dict[str, Any], place: str, said: str) -> None:
    """Where the change leads nowhere, or where the changed scheme does not hold together."""
    with pytest.raises(InvalidScheme) as refused:
        changed(TWO, changes)
    assert refused.value.place in {f"/changes/{place}", "/changes"}
    assert not place or refused.value.place == f"/changes/{place}"
    assert said in refused.value.detail
