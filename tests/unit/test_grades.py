"""Ranking and grades by share of the ranking or by points."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from tests.support.snapshots import (
    Snapshot,
    by_parcel,
    column,
    fixed,
    indicator,
    park_of,
    points,
    scheme,
    track,
)


def counts(park: Snapshot, by: Scheme) -> dict[str, int]:
    """Return how many parcels got each grade."""
    grades = [grade for grade in column(park.evaluated(by), "grade") if grade]
    return {grade: grades.count(grade) for grade in sorted(set(grades))}


def test_a_hundred_units_at_20_60_95_give_the_published_quotas() -> None:
    """A 20, B 40, C 35, D 5, as Jining Hi-tech published for its below-scale units of 2023."""
    assert counts(park_of(*range(1, 101)), scheme()) == {"A": 20, "B": 40, "C": 35, "D": 5}


def test_equal_points_share_the_better_grade() -> None:
    """Minimum rank: five at the top of ten are all rank 1, which is within the first 20 percent."""
    results = park_of(9, 9, 9, 9, 9, 5, 4, 3, 2, 1).evaluated(scheme())
    assert column(results, "rank") == [1, 1, 1, 1, 1, 6, 7, 8, 9, 10]
    assert column(results, "grade") == ["A"] * 5 + ["B"] + ["C"] * 3 + ["D"]


def test_all_equal_are_all_first() -> None:
    """Rank 1 of 10 is an A for everybody; rank 1 of 3 a B."""
    assert counts(park_of(*[7] * 10), scheme()) == {"A": 10}
    assert counts(park_of(7, 7, 7), scheme()) == {"B": 3}


def test_a_share_exactly_at_the_cut_off_is_within() -> None:
    """Rank 1 of 5 is 20 percent: an A; 3 of 5 is 60 percent: a B."""
    assert column(park_of(5, 4, 3, 2, 1).evaluated(scheme()), "grade") == ["A", "B", "B", "C", "D"]


def test_cut_offs_are_compared_without_rounding() -> None:
    """A third is within 33.333334 percent and not within 33.333333."""
    for end, grade in [("33.333334", "A"), ("33.333333", "B")]:
        cuts = [{"grade": "A", "up_to": end}, {"grade": "B", "up_to": 100}]
        results = park_of(3, 2, 1).evaluated(scheme(track(grades={"cuts": cuts})))
        assert column(results, "grade")[0] == grade


@pytest.mark.parametrize(("base", "ranked", "grade"), [("scored", 1, "D"), ("all", 5, "A")])
def test_the_scheme_says_whether_unscored_parcels_count_in_the_share(
    base: str, ranked: int, grade: str
) -> None:
    """One of five scored: first of one, or first of five."""
    park = park_of(5).parcel("Q").parcel("R").parcel("S").parcel("T")
    scores = park.evaluated(scheme(track(ranking={"base": base})))["scores"].row(0, named=True)
    assert (scores["ranked"], scores["grade"]) == (ranked, grade)


def test_a_parcel_without_points_has_neither_rank_nor_grade() -> None:
    """It is nobody's last."""
    results = park_of(5, 4).parcel("Q").evaluated(scheme())
    assert by_parcel(results, "scores", "rank")["Q"] is None
    assert by_parcel(results, "scores", "grade")["Q"] is None
    assert by_parcel(results, "scores", "ranked_grade")["Q"] is None


def test_towns_are_ranked_apart_where_the_scheme_says_so() -> None:
    """Each group has its own first, and its own base of the share."""
    park = park_of(1, 2, 3)
    for row, town in zip(park.rows["parcels"], ["east", "east", "west"], strict=True):
        row["town"] = town
    results = park.evaluated(scheme(track(ranking={"within": ["town"]})))
    assert column(results, "rank") == [2, 1, 1]
    assert column(results, "ranked") == [2, 2, 1]
    assert column(results, "ranking_group") == ["all · east", "all · east", "all · west"]


def test_industry_groups_are_ranked_apart() -> None:
    """As in Wenling: five groups of industries, each with a ranking of its own."""
    groups = [
        {"code": "machines", "title": {"zh": "机械", "en": "Machines"}, "divisions": ["34", "35"]},
        {"code": "textiles", "title": {"zh": "纺织", "en": "Textiles"}, "divisions": ["17"]},
    ]
    park = park_of(1, 2, 3, 4)
    for firm, industry in zip(park.rows["enterprises"], ["C3411", "35", "1711", "C13"], strict=True):
        firm["industry"] = industry
    results = park.evaluated(scheme(track(ranking={"within": ["industry_group"]}), industry_groups=groups))
    assert column(results, "rank") == [2, 1, 1, 1]
    assert column(results, "ranking_group") == ["all · machines"] * 2 + ["all · textiles", "all · unknown"]


class TestByPoints:
    """Cut-offs by points, whoever else there is."""

    @staticmethod
    def scheme(**ends: Any) -> Scheme:
        """Return tax per mu against 10 万元/亩: A from 120, B from 80, C the rest, or from these points."""
        given = ends or {"A": 120, "B": 80, "C": None}
        cuts = [{"grade": grade} | ({} if end is None else {"at_least": end}) for grade, end in given.items()]
        against = indicator(benchmark={"method": "fixed", "value": 10})
        return scheme(track(against, grades={"by": "points", "cuts": cuts}))

    def test_the_points_decide(self) -> None:
        """Exactly at the end is within; the last grade takes the rest, negative points included."""
        results = park_of(300, 180, 179, 120, 119, -15).evaluated(self.scheme())
        assert column(results, "grade") == ["A", "A", "B", "B", "C", "C"]
        assert column(results, "rank") == [1, 2, 3, 4, 5, 6]

    def test_ends_may_be_negative_or_broken(self) -> None:
        """Points can be."""
        results = park_of(150, 0, -15, -30).evaluated(self.scheme(A="99.999999", B=-10, C=None))
        assert column(results, "grade") == ["A", "B", "B", "C"]

    def test_all_may_get_the_best(self) -> None:
        """No quota."""
        assert column(park_of(300, 300, 299).evaluated(self.scheme()), "grade") == ["A"] * 3

    def test_what_is_not_scored_has_no_grade(self) -> None:
        """The last grade does not take it."""
        assert column(park_of(None).evaluated(self.scheme()), "grade") == [None]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_no_grade_takes_more_than_its_quota_except_by_ties(taxes: list[int]) -> None:
    """Up to each cut-off stand at most that share of the parcels, and those equal to the last of them."""
    scores = park_of(*taxes).evaluated(scheme())["scores"]
    n = len(taxes)
    for grades, end in [("A", 20), ("AB", 60), ("ABC", 95)]:
        within = [row for row in scores.iter_rows(named=True) if row["grade"] in grades]
        assert all(row["rank"] * 100 <= end * n for row in within)
        better = [row for row in within if row["points"] > min(each["points"] for each in within)]
        assert len(better) * 100 < end * n or not within
        without = [row for row in scores.iter_rows(named=True) if row["grade"] not in grades]
        assert all(row["rank"] * 100 > end * n for row in without)
        assert (
            not within or not without or min(r["points"] for r in within) > max(r["points"] for r in without)
        )


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.integers(-100, 300), min_size=1, max_size=20))
def test_more_points_never_have_a_worse_rank_or_grade(taxes: list[int]) -> None:
    """The order of points is the order of grades."""
    results = park_of(*taxes).evaluated(fixed(10))
    order = sorted(
        zip(points(results), column(results, "rank"), column(results, "grade"), strict=True), reverse=True
    )
    assert [rank for _, rank, _ in order] == sorted(column(results, "rank"))
    assert [grade for _, _, grade in order] == sorted(column(results, "grade"))
