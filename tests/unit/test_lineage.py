"""What became of a parcel's code: followed while it is the same land, and no further."""

from datetime import date

import pytest

from service.domain.codes import parcel_of_unit
from service.domain.lineage import Lineage, Succession, Traced

DAY = date(2023, 5, 1)


def _lineage(*rows: tuple[str, str, str | None, date | None]) -> Lineage:
    return Lineage(Succession(*row) for row in rows)


def test_other_numbers_of_the_same_land_are_followed_on_any_day() -> None:
    """A renumbering of 2023 also tells what a code of 2021 means."""
    lineage = _lineage(("a", "b", "renumbered", DAY), ("b", "c", "alias", None))
    assert lineage.trace("a", date(2021, 12, 31)) == Traced("c", 2)
    assert lineage.trace("c") == Traced("c")
    assert ("a" in lineage, "c" in lineage) == (True, False)


@pytest.mark.parametrize(
    ("until", "split"),
    [(date(2023, 4, 30), ()), (DAY, ("b", "c")), (date(2024, 1, 1), ("b", "c")), (None, ("b", "c"))],
)
def test_a_split_counts_from_its_day_on(until: date | None, split: tuple[str, ...]) -> None:
    """What is said of an earlier time means the whole parcel; without a day it may mean a part."""
    lineage = _lineage(("a", "b", "split", DAY), ("a", "c", "split", DAY))
    assert lineage.trace("a", until).split == split


def test_a_merger_is_told_and_not_followed() -> None:
    """The parcel that swallowed it holds more land than what was spoken of."""
    lineage = _lineage(("x", "a", "alias", None), ("a", "c", "merged", DAY), ("b", "c", "merged", DAY))
    assert lineage.trace("x", DAY) == Traced("a", 1, merged_into="c")
    assert lineage.trace("x", date(2022, 12, 31)) == Traced("a", 1)


def test_several_successors_of_unknown_kind_are_parts() -> None:
    """One successor is another number; two cannot both be."""
    assert _lineage(("a", "b", None, None)).trace("a").code == "b"
    assert _lineage(("a", "b", None, None), ("a", "c", None, None)).trace("a").split == ("b", "c")
    assert _lineage(("a", "b", "alias", None), ("a", "c", "alias", None)).trace("a").split == ("b", "c")


def test_codes_in_a_circle_are_found_out() -> None:
    """However long it is; a code that succeeds itself says nothing."""
    lineage = _lineage(
        ("a", "b", None, None), ("b", "c", None, None), ("c", "a", None, None), ("d", "d", None, None)
    )
    assert all(lineage.trace(code).circular for code in "abc")
    assert lineage.trace("d") == Traced("d")


@pytest.mark.parametrize(
    ("code", "parcel"),
    [
        ("330203001001GB00012F00010001", "330203001001GB00012"),
        ("330203001001JC00012W00000000", "330203001001JC00012"),
        ("330203001001GB00012", "330203001001GB00012"),
        ("330203001001GB00012X00010001", "330203001001GB00012X00010001"),
        ("1234567890123456789012345678", "1234567890123456789012345678"),
    ],
)
def test_a_real_estate_unit_names_its_parcel(code: str, parcel: str) -> None:
    """28 characters by GB/T 37346; any other long code is somebody's own and stays."""
    assert parcel_of_unit(code) == parcel
