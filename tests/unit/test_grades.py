"""Tracks, ranking and grades."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from tests.support.snapshots import Snapshot, by_parcel, indicator, scheme, track

WAN = 1_000_000


def park_of(*taxes: int, **values: object) -> Snapshot:
    """Return parcels in the order of these taxes, of one firm each."""
    park = Snapshot()
    for number, tax in enumerate(taxes):
        park.parcel(f"P{number:03}", 10_000, **values).firm(f"E{number}").holds(
            f"E{number}", f"P{number:03}", 1
        )
        park.reports(f"E{number}", tax=tax * WAN)
    return park


def counts(park: Snapshot, by: Scheme) -> dict[str, int]:
    """Return how many parcels got each grade."""
    grades = [grade for grade in park.evaluated(by)["scores"]["grade"] if grade]
    return {grade: grades.count(grade) for grade in sorted(set(grades))}


def test_a_hundred_units_at_20_60_95_give_the_published_quotas() -> None:
    """A 20, B 40, C 35, D 5, as Jining Hi-tech published for its below-scale units of 2023."""
    assert counts(park_of(*range(1, 101)), scheme()) == {"A": 20, "B": 40, "C": 35, "D": 5}


def test_equal_points_share_the_better_grade() -> None:
    """Minimum rank: five at the top of ten are all rank 1, which is within the first 20 percent."""
    results = park_of(9, 9, 9, 9, 9, 5, 4, 3, 2, 1).evaluated(scheme())
    assert results["scores"]["rank"].to_list() == [1, 1, 1, 1, 1, 6, 7, 8, 9, 10]
    assert results["scores"]["grade"].to_list() == ["A"] * 5 + ["B"] + ["C"] * 3 + ["D"]


def test_a_share_exactly_at_the_cut_off_is_within() -> None:
    """Rank 1 of 5 is 20 percent: an A; 3 of 5 is 60 percent: a B."""
    assert park_of(5, 4, 3, 2, 1).evaluated(scheme())["scores"]["grade"].to_list() == [
        "A",
        "B",
        "B",
        "C",
        "D",
    ]


@pytest.mark.parametrize(("base", "ranked", "grade"), [("scored", 1, "D"), ("all", 5, "A")])
def test_the_scheme_says_whether_unscored_parcels_count_in_the_share(
    base: str, ranked: int, grade: str
) -> None:
    """One of five scored: first of one, or first of five."""
    park = park_of(5).parcel("Q").parcel("R").parcel("S").parcel("T")
    scores = park.evaluated(scheme(track(ranking={"base": base})))["scores"].row(0, named=True)
    assert (scores["ranked"], scores["grade"]) == (ranked, grade)


def test_towns_are_ranked_apart_where_the_scheme_says_so() -> None:
    """Each group has its own first."""
    park = Snapshot()
    for number, town in enumerate(["east", "east", "west"]):
        park.parcel(f"P{number}", 10_000, town=town).firm(f"E{number}").holds(f"E{number}", f"P{number}", 1)
        park.reports(f"E{number}", tax=number * WAN)
    results = park.evaluated(scheme(track(ranking={"within": ["town"]})))
    assert by_parcel(results, "scores", "rank") == {"P0": 2, "P1": 1, "P2": 1}
    assert by_parcel(results, "scores", "ranking_group") == {
        "P0": "all · east",
        "P1": "all · east",
        "P2": "all · west",
    }


ABOVE_AND_BELOW = scheme(
    track(indicator("above_tax"), code="above", when="above_scale = TRUE"),
    track(indicator("below_tax"), code="below", when="above_scale = FALSE"),
)


class TestTracks:
    """Which rule a parcel is judged by."""

    def test_a_parcel_is_above_scale_if_any_occupant_is(self) -> None:
        """A small tenant does not take the parcel out of the track."""
        park = Snapshot().parcel("P").firm("L", above_scale=True).firm("T", above_scale=False)
        park.holds("L", "P", 1).holds("T", "P", 99).reports("T", tax=1)
        assert by_parcel(park.evaluated(ABOVE_AND_BELOW), "scores", "track") == {"P": "above"}

    def test_without_any_the_parcel_is_below(self) -> None:
        """All occupants are known to be below scale."""
        park = Snapshot().parcel("P").firm("T", above_scale=False).holds("T", "P", 1).reports("T", tax=1)
        assert by_parcel(park.evaluated(ABOVE_AND_BELOW), "scores", "track") == {"P": "below"}

    def test_an_unknown_scale_fits_no_track(self) -> None:
        """Neither above nor below is guessed."""
        park = Snapshot().parcel("P").holds("T", "P", 1).reports("T", tax=1)
        results = park.evaluated(ABOVE_AND_BELOW)
        assert by_parcel(results, "scores", "reason") == {"P": "no_track"}
        assert results["score_parts"].height == 0

    def test_tracks_rank_apart(self) -> None:
        """The first above scale and the first below scale are both first."""
        park = Snapshot()
        for code, above in [("P", True), ("Q", False)]:
            park.parcel(code).firm(code, above_scale=above).holds(code, code, 1).reports(code, tax=5)
        results = park.evaluated(ABOVE_AND_BELOW)
        assert by_parcel(results, "scores", "rank") == {"P": 1, "Q": 1}
        assert by_parcel(results, "score_parts", "indicator") == {"P": "above_tax", "Q": "below_tax"}

    def test_the_industry_is_that_of_the_largest_occupant(self) -> None:
        """By weight; equal weights go by the smaller USCC."""
        park = Snapshot().parcel("P").parcel("Q").firm("A", industry="C13").firm("B", industry="C3411")
        park.holds("A", "P", 1).holds("B", "P", 2).holds("A", "Q", 5).holds("B", "Q", 5)
        assert by_parcel(park.evaluated(scheme()), "scores", "industry") == {"P": "C3411", "Q": "C13"}

    def test_areas_come_before_meters(self) -> None:
        """A weight in watt-hours is not larger than one in square metres because its number is."""
        park = Snapshot().parcel("P").firm("A", industry="13").firm("B", industry="14")
        park.holds("A", "P", 10).holds("B", "P", electricity=10**12)
        assert by_parcel(park.evaluated(scheme()), "scores", "industry") == {"P": "13"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_no_grade_takes_more_than_its_quota_except_by_ties(taxes: list[int]) -> None:
    """Up to each cut-off stand at most that share of the parcels, and those equal to the last of them."""
    scores = park_of(*taxes).evaluated(scheme())["scores"]
    n = len(taxes)
    for grades, end in [("A", 20), ("AB", 60), ("ABC", 95)]:
        within = [row for row in scores.iter_rows(named=True) if row["grade"] in grades]
        assert all(row["rank"] * 100 <= end * n for row in within)
        without = [row for row in scores.iter_rows(named=True) if row["grade"] not in grades]
        assert all(row["rank"] * 100 > end * n for row in without)
        assert (
            not within or not without or min(r["points"] for r in within) > max(r["points"] for r in without)
        )
