"""Entity tags of features: one for each representation, all of one version."""

import pytest

from service.entity_tags import feature_tag, versions_in
from service.errors import InvalidParameter


def test_a_tag_tells_its_version_whatever_the_representation() -> None:
    """Each representation has a tag of its own, and If-Match takes any of them for the same version."""
    one, other = feature_tag(7, "geojson"), feature_tag(7, "html")
    assert one != other
    assert versions_in(one) == versions_in(other) == frozenset({7})
    assert versions_in(feature_tag(8, "geojson")) == frozenset({8})


@pytest.mark.parametrize(
    ("header", "versions"),
    [
        ("*", None),
        (" * ", None),
        ('"v1-a", "v2-b"', {1, 2}),
        ('"v1-a",,"v2-b" ,', {1, 2}),
        ('W/"v1-a"', set()),
        ('W/"v1-a", "v2-b"', {2}),
        ('"of,another", "v3-c"', {3}),
        ('"v9"', set()),
        ('""', set()),
        ('"v01-a"', set()),
        ('"v1-a-gzip"', {1}),
        ("", set()),
    ],
)
def test_if_match_allows_the_versions_of_its_strong_tags(header: str, versions: set[int] | None) -> None:
    """Weak tags and tags that the service did not make allow nothing; commas in a tag do not divide it."""
    assert versions_in(header) == versions


@pytest.mark.parametrize("header", ["v1-a", '"v1-a', '"v1-a" "v2-b"', '*, "v1-a"', 'w/"v1-a"', '"a b"'])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    """Where If-Match cannot be read, nothing is written on a guess."""
    with pytest.raises(InvalidParameter) as raised:
        versions_in(header)
    assert raised.value.place == "header If-Match"
