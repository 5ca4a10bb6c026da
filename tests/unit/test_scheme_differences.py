"""Differences of schemes, and the words of their fields."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from service.domain.scheme import Scheme
from service.domain.scheme_differences import Change, PartDifference, PartKey, scheme_differences
from service.domain.scheme_words import FIELDS, VALUES, field_text
from service.reference.schemes import scheme_names, shipped_scheme
from tests.support.snapshots import indicator, rule, scheme, track


def only(old: Scheme, new: Scheme) -> PartDifference:
    """Return the one part that differs."""
    (difference,) = scheme_differences(old, new)
    return difference


@pytest.mark.parametrize("name", scheme_names())
def test_a_scheme_does_not_differ_from_itself(name: str) -> None:
    """Nor from what the store gives back of it."""
    shipped = shipped_scheme(name)
    assert scheme_differences(shipped, Scheme.model_validate_json(shipped.canonical_json())) == []


def test_a_changed_benchmark_is_told_at_its_indicator() -> None:
    """Track, kind and code of the part, both titles, and the field in words with both values."""
    old = scheme(track(indicator(benchmark={"method": "fixed", "value": 10})))
    new = scheme(
        track(indicator(benchmark={"method": "fixed", "value": "12.5"}, title={"zh": "税", "en": "T"}))
    )
    found = only(old, new)
    assert (found.part, found.change) == (PartKey("all", "indicators", "tax_per_mu"), "changed")
    assert (found.en, found.zh) == ("T", "税")
    assert Change("benchmark.value", "benchmark: value", "标杆值：值", "10", "12.5") in found.fields


def test_what_is_equal_as_a_number_is_no_difference() -> None:
    """1.50 and 1.5 are one cap."""
    assert scheme_differences(scheme(track(indicator(cap="1.50"))), scheme(track(indicator(cap="1.5")))) == []


def test_an_added_and_a_removed_part_are_told_as_such() -> None:
    """With everything that they state; the others did not move."""
    old = scheme(track(bonuses=[rule("a", points=1), rule("b", points=2)]))
    new = scheme(track(bonuses=[rule("c", points=3), rule("b", points=2)]))
    found = scheme_differences(old, new)
    assert [(each.part.code, each.change) for each in found] == [("c", "added"), ("a", "removed")]
    points = [change for change in found[0].fields if change.field == "points"]
    assert points == [Change("points", "points", "分值", None, "3")]


def test_another_order_is_a_difference() -> None:
    """The first correction that holds counts, so their order decides."""
    first, second = rule("a", factor="1.1"), rule("b", factor="1.2")
    old, new = scheme(track(corrections=[first, second])), scheme(track(corrections=[second, first]))
    assert only(old, new).fields == (
        Change("corrections.order", "correction: order", "修正系数：顺序", "a, b", "b, a"),
    )


def test_cut_offs_flags_and_tenants_are_told_where_they_stand() -> None:
    """Cut-offs in one line at the track, a flag's rule by its code, what is of the whole scheme first."""
    low = {"rules": [rule("worst", "grade = 'D'")]}
    cuts = [{"grade": "A", "up_to": 30}, {"grade": "B", "up_to": 100}]
    old = scheme(track(), low_efficiency=low)
    new = scheme(track(grades={"cuts": cuts}), tenants={"treatment": "follow_landlord"})
    found = {each.part: each for each in scheme_differences(old, new)}
    assert list(found) == [
        PartKey("", "scheme", ""),
        PartKey("", "low_efficiency.rules", "worst"),
        PartKey("all", "track", ""),
    ]
    cut_offs = found[PartKey("all", "track", "")].fields[0]
    assert (cut_offs.old, cut_offs.new) == ("A 20, B 60, C 95, D 100", "A 30, B 100")


def test_evidence_comes_last() -> None:
    """Whether a value is verified is told after what it is."""
    old = scheme(track(indicator(cap=1)))
    new = scheme(track(indicator(verified=False, source="heard of", cap=2)))
    assert [change.field for change in only(old, new).fields] == ["cap", "verified", "source"]


def models(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    """Yield a model and every model inside it, once."""
    if model in seen:
        return
    seen.add(model)
    yield model
    for field in model.model_fields.values():
        for part in parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from models(part, seen)


def parts(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation is made of, literals whole."""
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield annotation
    else:
        assert get_origin(annotation) is not None
        for each in get_args(annotation):
            yield from parts(each)


def test_every_field_and_every_choice_has_words() -> None:
    """A field or a value that is new in the format cannot be forgotten here."""
    every = list(models(Scheme, set()))
    assert {model.__name__ for model in every} >= {"Track", "Indicator", "Promised", "PointCut", "FarUplift"}
    names = {name for model in every for name in model.model_fields}
    assert names <= FIELDS.keys()
    assert FIELDS.keys() - names == {"order"}
    for model in every:
        for name, field in model.model_fields.items():
            for part in parts(field.annotation):
                if get_origin(part) is Literal:
                    known = VALUES["group" if name in {"over", "within"} else name]
                    assert set(get_args(part)) <= known.keys(), (model, name)


def test_a_path_is_told_part_by_part() -> None:
    """In both languages."""
    assert field_text("benchmark.times") == ("benchmark: times", "标杆值：倍数")
