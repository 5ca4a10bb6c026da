"""Versions of what is worked out: another content, another version, and nothing else."""

import polars as pl

from service.features.versions import versions_of

PROPERTIES = pl.DataFrame({"text": ["x", None, ""], "number": [1.5, None, 2.0], "flag": [True, None, False]})
WKB = pl.Series([b"1", None, b""], dtype=pl.Binary)


def test_a_version_is_of_the_row_alone() -> None:
    """Wherever it stands and whatever stands beside it."""
    versions = versions_of(PROPERTIES, WKB).tolist()
    assert versions_of(PROPERTIES.reverse(), WKB.reverse()).tolist() == versions[::-1]
    assert versions_of(PROPERTIES[1:], WKB[1:]).tolist() == versions[1:]
    assert len(set(versions)) == 3
    assert min(versions) >= 0


def test_any_change_is_another_version() -> None:
    """Of a property as of the geometry; nothing and an empty text are not the same."""
    versions = versions_of(PROPERTIES, WKB).tolist()
    other = PROPERTIES.with_columns(text=pl.Series(["x", "", None]))
    assert [a == b for a, b in zip(versions, versions_of(other, WKB).tolist(), strict=True)] == [
        True,
        False,
        False,
    ]
    moved = versions_of(PROPERTIES, pl.Series([b"1", b"", None], dtype=pl.Binary)).tolist()
    assert [a == b for a, b in zip(versions, moved, strict=True)] == [True, False, False]


def test_nothing_has_no_versions() -> None:
    """An empty table is fine."""
    assert versions_of(PROPERTIES[:0], WKB[:0]).tolist() == []
