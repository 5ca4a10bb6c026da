"""Schemes: what is shipped holds together, and what does not is refused with the line."""

from pathlib import Path
from typing import Any

import pytest

from service.domain.scheme import Scheme
from service.errors import InvalidScheme, NotFound
from service.reference.scheme_text import read_scheme
from service.reference.schemes import load_scheme, scheme_names, shipped_scheme
from tests.support.snapshots import indicator, scheme, scheme_text, track


@pytest.mark.parametrize("name", scheme_names())
def test_shipped_schemes_are_valid_and_named_after_their_file(name: str) -> None:
    """And they survive the way into the store and back, with the same hash."""
    shipped = shipped_scheme(name)
    again = Scheme.model_validate_json(shipped.canonical_json())
    assert shipped.name == name
    assert again == shipped
    assert again.content_hash() == shipped.content_hash()


def test_the_hash_is_of_the_content_not_of_the_writing() -> None:
    """Comments, order of keys and trailing zeros change nothing; a weight does."""
    text = scheme_text(track(indicator(cap="1.50")))
    same = "# a comment\n" + scheme_text(track(indicator(cap="1.5")))
    other = scheme_text(track(indicator(cap="1.6")))
    first, second, third = (read_scheme(each, "f.yaml").content_hash() for each in (text, same, other))
    assert first == second != third


def test_numbers_are_exact() -> None:
    """A number with a point never passes through a double."""
    weights = [indicator(f"i{number}", weight="33.333333") for number in range(2)]
    read = scheme(track(*weights, indicator("rest", weight="33.333334")))
    assert sum(each.weight for each in read.tracks[0].indicators) == 100


def test_what_is_unverified_is_listed_with_its_source() -> None:
    """The mark travels into explanations."""
    assert shipped_scheme("huangyan-2022").unverified()[0] == {
        "place": "tracks.above_scale.grades",
        "source": "illustrative; the district's own cut-offs were not at hand",
    }


def test_a_scheme_is_loaded_by_name_or_from_a_file(tmp_path: Path) -> None:
    """A name wins over nothing; a file is read as it is."""
    file = tmp_path / "own.yaml"
    file.write_text(scheme_text(), encoding="utf-8")
    assert load_scheme("parcel").name == "parcel"
    assert load_scheme(str(file)).name == "under-test"
    with pytest.raises(NotFound, match="parcel"):
        load_scheme("none-such")


def test_a_name_never_opens_a_file(tmp_path: Path) -> None:
    """What comes over HTTP names shipped schemes only."""
    file = tmp_path / "own.yaml"
    file.write_text(scheme_text(), encoding="utf-8")
    for name in (str(file), "../schemes/parcel", "parcel.yaml"):
        with pytest.raises(NotFound):
            shipped_scheme(name)


def line_of(text: str, part: str) -> int:
    """Return the number of the first line that contains a part."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def refused(text: str) -> InvalidScheme:
    """Return the error with which a text is refused."""
    with pytest.raises(InvalidScheme) as caught:
        read_scheme(text, "own.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"weight": 99}, "- code: all", "sum to 99"),
        ({"wieght": 1}, "wieght", "Extra inputs"),
        ({"weight": "heavy"}, "weight:", "valid decimal"),
        ({"weight": "33.3333333"}, "weight:", "6 decimal"),
        ({"numerator": "profit"}, "numerator:", "Unknown metric 'profit'"),
        ({"unit": "万元/kWh"}, "unit:", "not a unit of land_area"),
        ({"unit": "亩/亩"}, "unit:", "not a unit of tax"),
        ({"unit": "1"}, "unit:", "not a unit"),
        ({"method": "rank"}, "  method: rank", "ratio"),
        ({"direction": "lower"}, "- code: tax_per_mu", "needs a cap"),
        ({"benchmark": {"method": "fixed", "value": 0}}, "value: 0", "greater than 0"),
        ({"benchmark": {"method": "fixed", "value": "0.25"}}, "benchmark:", "seven significant digits"),
        ({"benchmark": {"method": "fixed", "value": "12.3456789"}}, "benchmark:", "not all digits"),
        ({"benchmark": {"method": "median", "over": ["village"]}}, "village", "industry"),
        ({"benchmark": {"method": "promise"}}, "benchmark:", "promise"),
        ({"missing": "guess"}, "missing:", "group_mean"),
        ({"floor": 2}, "floor:", "less than or equal to 1"),
    ],
)
def test_a_faulty_indicator_is_refused_with_its_line(changes: dict[str, Any], line: str, said: str) -> None:
    """The place reads file:line, and the sentence names what is wrong."""
    text = scheme_text(track(indicator(**changes)))
    error = refused(text)
    assert error.place == f"own.yaml:{line_of(text, line)}"
    assert said in error.detail
    assert error.detail_zh


def cuts(*ends: int) -> dict[str, Any]:
    """Return grades a, b, c … up to these percentages."""
    return {"cuts": [{"grade": "abcdef"[index], "up_to": end} for index, end in enumerate(ends)]}


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ({"grades": cuts(60, 20, 100)}, "grades:", "ascend"),
        ({"grades": cuts(20, 20, 100)}, "grades:", "ascend"),
        ({"grades": cuts(20, 60)}, "grades:", "100 percent"),
        ({"grades": {"by": "points", **cuts(100)}}, "by: points", "share"),
        ({"when": "grade = 'A'"}, "when:", "Unknown property 'grade'"),
        ({"when": "above_scale ="}, "when:", "not CQL2 text"),
        ({"indicators": []}, "indicators:", "at least 1"),
    ],
)
def test_a_faulty_track_is_refused_with_its_line(changes: dict[str, Any], line: str, said: str) -> None:
    """Cut-offs that overlap, predicates over what is not known yet."""
    text = scheme_text(track(**changes))
    error = refused(text)
    assert (error.place, said in error.detail) == (f"own.yaml:{line_of(text, line)}", True)


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


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A scheme is UTF-8."""
    file = tmp_path / "own.yaml"
    file.write_bytes("name: 办法".encode("gbk"))
    with pytest.raises(InvalidScheme, match="UTF-8"):
        load_scheme(str(file))
