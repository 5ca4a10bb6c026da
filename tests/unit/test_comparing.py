"""Two results beside each other: nothing is lost between them, and each change is counted once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from service.whatif.comparing import Compared
from service.whatif.moves import Which, moves
from service.whatif.pairs import Side
from service.whatif.report import Comparison, Run
from tests.support.snapshots import Snapshot, indicator, scheme, track

WAN = 1_000_000
BOTH = (indicator(weight=50), indicator("output_per_mu", numerator="output", weight=50))
FLAG = {
    "rules": [
        {"code": "grade_d", "title": {"zh": "D", "en": "D"}, "when": "grade = 'D'"},
        {"code": "little_tax", "title": {"zh": "少", "en": "little"}, "when": "points < 20"},
    ]
}
EVEN = scheme(track(*BOTH), low_efficiency=FLAG)
TAX = scheme(track(BOTH[0] | {"weight": 90}, BOTH[1] | {"weight": 10}), low_efficiency=FLAG)


def park_of(*firms: tuple[int | None, int], skip: int = 0) -> Snapshot:
    """Return a parcel per firm with its tax and output; the first ``skip`` parcels are not there."""
    park = Snapshot()
    for number, (tax, output) in enumerate(firms):
        if number < skip:
            continue
        code, firm = f"P{number:03}", f"E{number:03}"
        park.parcel(code, 1000 + number, town="east" if number % 2 else "west", land_use="industrial")
        park.firm(firm).holds(firm, code, 1)
        if tax is not None:
            park.reports(firm, tax=tax * WAN, output=output * WAN)
    return park


def side(park: Snapshot, by: Scheme) -> Side:
    """Return the park evaluated."""
    return Side(by, park.evaluated(by)["scores"], park.tables()["parcels"])


def compared(before: Side, after: Side, which: Which = "moved", **page: Any) -> Comparison:
    """Return the comparison of two sides."""
    both = Compared(before, after)
    run = Run(
        evaluation_id=1,
        district="园区",
        period="2023",
        scheme_name="under-test",
        scheme_title=before.scheme.title,
        scheme_hash="s",
        verified=True,
        for_period=True,
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
    )
    given_page = {"offset": 0, "limit": 1000, "figures": False} | page
    return both.report(run, run, moves(both, which, **given_page))


figures = st.lists(st.tuples(st.none() | st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=12)


@settings(max_examples=10, deadline=None)
@given(firms=figures, skip=st.integers(0, 3))
def test_every_parcel_and_all_land_is_in_one_cell(firms: list[tuple[int | None, int]], skip: int) -> None:
    """The matrix adds up to both sides, its margins are the grades of each, and groups add up to all."""
    before, after = side(park_of(*firms), EVEN), side(park_of(*firms, skip=min(skip, len(firms) - 1)), TAX)
    found = compared(before, after)
    assert sum(cell.parcels for cell in found.grades if cell.from_status != "absent") == before.scores.height
    assert sum(cell.parcels for cell in found.grades if cell.to_status != "absent") == after.scores.height
    for name, total in (("before", found.totals_before), ("after", found.totals_after)):
        land = sum(getattr(cell, f"land_area_{name}_m2") for cell in found.grades)
        assert land == pytest.approx(total.land_area_m2)
        assert sum(grade.parcels for grade in total.grades) == total.parcels
    assert {
        grade.grade: sum(
            c.parcels for c in found.grades if c.to_status != "absent" and c.to_grade == grade.grade
        )
        for grade in found.totals_after.grades
    } == {grade.grade: grade.parcels for grade in found.totals_after.grades}
    assert sum(each.parcels for each in found.tracks) == found.in_both
    assert sum(each.parcels for each in found.towns) == found.in_both
    assert found.in_both + found.only_before.parcels == before.scores.height


@settings(max_examples=6, deadline=None)
@given(firms=figures)
def test_compared_with_itself_nothing_changes(firms: list[tuple[int | None, int]]) -> None:
    """No parcel moved, no flag was gained or lost, and the matrix has its diagonal only."""
    one = side(park_of(*firms), EVEN)
    found = compared(one, one)
    assert found.moves.total == 0
    assert all((c.from_grade, c.from_status) == (c.to_grade, c.to_status) for c in found.grades)
    assert found.totals_before == found.totals_after
    assert found.low_efficiency.gained.parcels == found.low_efficiency.lost.parcels == 0
    assert all(each.raised == each.lowered == each.regraded == 0 for each in found.towns)


@settings(max_examples=6, deadline=None)
@given(firms=figures)
def test_the_other_way_round_everything_is_reversed(firms: list[tuple[int | None, int]]) -> None:
    """Gained is lost, raised is lowered, and every change has the other sign."""
    one, other = side(park_of(*firms), EVEN), side(park_of(*firms, skip=len(firms) > 1), TAX)
    there, back = compared(one, other), compared(other, one)
    cells = {(c.from_status, c.from_grade, c.to_status, c.to_grade): c.parcels for c in there.grades}
    assert cells == {(c.to_status, c.to_grade, c.from_status, c.from_grade): c.parcels for c in back.grades}
    assert (there.low_efficiency.gained, there.only_before) == (back.low_efficiency.lost, back.only_after)
    assert [each.raised for each in there.towns] == [each.lowered for each in back.towns]
    forth = {each.parcel_code: each for each in there.moves.parcels}
    assert forth.keys() == {each.parcel_code for each in back.moves.parcels}
    for each in back.moves.parcels:
        for name in ("points_change", "rank_change", "grade_steps"):
            change = getattr(forth[each.parcel_code], name)
            assert getattr(each, name) == (None if change is None else -change)


FIRMS = ((900, 100), (500, 500), (400, 600), (300, 700), (100, 900))


def test_who_moves_is_told_with_points_ranks_and_grades() -> None:
    """What each change is the difference of; those that moved furthest come first."""
    found = compared(side(park_of(*FIRMS), EVEN), side(park_of(*FIRMS), TAX), "graded")
    listed = [(each.parcel_code, each.grade_before, each.grade_after) for each in found.moves.parcels]
    assert all(before != after for _, before, after in listed)
    steps = [abs(each.grade_steps or 0) for each in found.moves.parcels]
    assert steps == sorted(steps, reverse=True)
    for each in found.moves.parcels:
        assert each.points_change == pytest.approx((each.points_after or 0) - (each.points_before or 0))
        assert each.rank_change == (each.rank_before or 0) - (each.rank_after or 0)
        assert each.amounts is each.items is None


def test_pages_give_each_parcel_once_in_the_same_order() -> None:
    """The total counts them all, whatever the page."""
    before, after = side(park_of(*FIRMS), EVEN), side(park_of(*FIRMS), TAX)
    whole = compared(before, after, "all").moves
    pages = [compared(before, after, "all", offset=at, limit=2).moves for at in (0, 2, 4, 6)]
    assert [each for page in pages for each in page.parcels] == whole.parcels
    assert {page.total for page in pages} == {whole.total, 5}


def test_analysts_see_through_which_figures() -> None:
    """Amounts and values in their units, on both sides; item points of each scheme."""
    year_after = ((1800, 100), *FIRMS[1:])
    found = compared(side(park_of(*FIRMS), EVEN), side(park_of(*year_after), EVEN), figures=True)
    first = next(each for each in found.moves.parcels if each.parcel_code == "P000")
    assert first.amounts is not None
    assert first.items is not None
    assert (first.amounts["tax"].before, first.amounts["tax"].after) == ("900", "1800")
    value = first.items["tax_per_mu"].value
    assert (value.unit, value.before, value.after) == ("万元/亩", "600", "1200")
    assert sum(item.points_after or 0 for item in first.items.values()) == first.points_after


def test_newly_scored_and_no_longer_scored_have_their_reasons() -> None:
    """Why a parcel was not scored before, and why it is not any more."""
    lost, gained = ((None, 0), *FIRMS[1:]), (*FIRMS[:4], (None, 0))
    found = compared(side(park_of(*lost), EVEN), side(park_of(*gained), EVEN))
    assert (found.newly_scored.parcels, found.newly_scored.reasons) == (1, {"no_figures": 1})
    assert (found.no_longer_scored.parcels, found.no_longer_scored.reasons) == (1, {"no_figures": 1})
    assert found.newly_scored.land_area_m2 == 1000


def test_flags_gained_and_lost_are_counted_by_reason() -> None:
    """A parcel that falls to D gains the flag by that rule, and whoever leaves D loses it."""
    worst = ((1, 1), *FIRMS[1:])
    found = compared(side(park_of(*FIRMS), EVEN), side(park_of(*worst), EVEN))
    assert found.low_efficiency.gained.parcels == 1
    assert found.low_efficiency.gained.reasons == {"grade_d": 1, "little_tax": 1}
    assert found.low_efficiency.lost.reasons == {"grade_d": 1}
    assert found.low_efficiency.before == found.low_efficiency.after == 1


def test_grades_of_two_scales_have_no_steps_between_them() -> None:
    """From A–D to three classes nobody was raised or lowered: all are graded anew."""
    cuts = [{"grade": "I", "up_to": 50}, {"grade": "II", "up_to": 100}]
    found = compared(
        side(park_of(*FIRMS), EVEN), side(park_of(*FIRMS), scheme(track(*BOTH, grades={"cuts": cuts})))
    )
    (all_,) = found.tracks
    assert (all_.raised, all_.lowered, all_.regraded, all_.same_grade) == (0, 0, 5, 0)
    assert {each.grade_steps for each in found.moves.parcels} == {None}
