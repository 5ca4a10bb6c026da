"""Schemes: what is shipped holds together, and what does not is refused with the line."""

from pathlib import Path
from typing import Any

import pytest

from service.domain.scheme import Scheme
from service.errors import InvalidScheme, NotFound
from service.reference.scheme_text import read_scheme
from service.reference.schemes import load_scheme, scheme_names, shipped_scheme
from tests.support.snapshots import column, indicator, park_of, rule, scheme, scheme_text, track


def cuts(*ends: int) -> dict[str, Any]:
    """Return grades a, b, c … up to these percentages."""
    return {"cuts": [{"grade": "abcdef"[index], "up_to": end} for index, end in enumerate(ends)]}


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
    doubtful = scheme(
        track(
            indicator(verified=False, source="a guess"),
            indicator("out", numerator="output", weight=0, unverified={"weight": "another table says 5"}),
            grades={**cuts(20, 100), "verified": False, "source": "customary"},
        ),
        unverified={"land_area": "not in the formula"},
        low_efficiency={"rules": [rule("d", "grade = 'b'", verified=False, source="follows the grades")]},
    )
    assert doubtful.unverified_values() == [
        {"place": "land_area", "source": "not in the formula"},
        {"place": "tracks.all.indicators.tax_per_mu", "source": "a guess"},
        {"place": "tracks.all.indicators.out.weight", "source": "another table says 5"},
        {"place": "tracks.all.grades", "source": "customary"},
        {"place": "low_efficiency.rules.d", "source": "follows the grades"},
    ]


@pytest.mark.parametrize(
    ("changes", "verified"),
    [
        ({}, [True, True]),
        ({"unverified": {"land_area": "a guess"}}, [False, False]),
        ({"verified": False}, [False, False]),
        ({"outside": [rule("t", "FALSE", verified=False)]}, [False, False]),
        ({"low_efficiency": {"rules": [rule("d", "FALSE")], "verified": False}}, [True, True]),
        ({"far_uplift": {"rules": [rule("d", "FALSE", verified=False)]}}, [True, True]),
    ],
)
def test_a_score_says_whether_all_that_decides_about_it_is_verified(
    changes: dict[str, Any], verified: list[bool]
) -> None:
    """The whole scheme but for its flags, which hang on the score and do not make it."""
    park = park_of(1, 2)
    park.rows["enterprises"][1]["above_scale"] = False
    tracks = track(when="above_scale = TRUE", code="above"), track(code="below")
    assert column(park.evaluated(scheme(*tracks, **changes)), "verified") == verified


@pytest.mark.parametrize(
    "doubt",
    [
        {"indicators": [indicator(unverified={"weight": "a guess"})]},
        {"indicators": [indicator(benchmark={"method": "mean", "verified": False})]},
        {"ranking": {"verified": False}},
        {"bonuses": [rule("b", points=1, verified=False)]},
        {"adjustments": [rule("b", effect="raise", verified=False)]},
    ],
)
def test_a_doubt_about_one_track_is_none_about_the_other(doubt: dict[str, Any]) -> None:
    """Whatever part of it is not verified."""
    park = park_of(1, 2)
    park.rows["enterprises"][1]["above_scale"] = False
    doubtful = track(when="above_scale = TRUE", code="above") | doubt
    results = park.evaluated(scheme(doubtful, track(code="above_all")))
    assert column(results, "verified") == [False, True]


def test_a_parcel_of_no_track_is_neither() -> None:
    """Nothing decided about it."""
    by = scheme(track(when="above_scale = FALSE"))
    assert column(park_of(1).evaluated(by), "verified") == [None]


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


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    """A scheme is UTF-8."""
    file = tmp_path / "own.yaml"
    file.write_bytes("name: 办法".encode("gbk"))
    with pytest.raises(InvalidScheme, match="UTF-8"):
        load_scheme(str(file))
