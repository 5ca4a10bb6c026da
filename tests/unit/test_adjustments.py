"""What moves a grade after the ranking: raised 提档, lowered 降档, fixed 定档, vetoed 一票否决."""

from itertools import permutations
from typing import Any

import pytest

from tests.support.snapshots import column, park_of, rule, scheme, track

RANKED = ["A", "B", "B", "C", "D"]
"""Five parcels in the order of their tax, as the cut-offs have them."""


def graded(*adjustments: dict[str, Any], **values: Any) -> list[str]:
    """Return the grades of five parcels after these adjustments."""
    results = park_of(5, 4, 3, 2, 1, **values).evaluated(scheme(track(adjustments=list(adjustments))))
    assert column(results, "ranked_grade") == RANKED
    grades: list[str] = column(results, "grade")
    return grades


def move(effect: str, when: str = "TRUE", code: str = "", **changes: Any) -> dict[str, Any]:
    """Return an adjustment as it stands in YAML."""
    return rule(code or f"{effect}_it", when, effect=effect, **changes)


def test_without_adjustments_the_cut_offs_decide() -> None:
    """The grade is the ranked one, and no code is told."""
    results = park_of(5, 4, 3, 2, 1).evaluated(scheme())
    assert column(results, "grade") == column(results, "ranked_grade") == RANKED
    assert column(results, "adjustments") == [""] * 5


def test_one_up_and_clipped_at_the_best() -> None:
    """An A stays an A."""
    assert graded(move("raise")) == ["A", "A", "A", "B", "C"]


def test_one_down_and_clipped_at_the_worst() -> None:
    """A D stays a D."""
    assert graded(move("lower")) == ["B", "C", "C", "D", "D"]


def test_several_steps() -> None:
    """Two at once."""
    assert graded(move("raise", steps=2)) == ["A", "A", "A", "A", "B"]
    assert graded(move("lower", steps=10)) == ["D"] * 5


def test_moves_add_up_before_they_are_clipped() -> None:
    """One up and one down leave everything as it was, at the ends too."""
    assert graded(move("raise"), move("lower")) == RANKED
    assert graded(move("lower"), move("raise", steps=2)) == ["A", "A", "A", "B", "C"]


def test_a_fixed_grade_comes_after_the_moves() -> None:
    """Whatever raised or lowered it; the first fix that holds counts."""
    assert graded(move("lower"), move("fix", grade="B")) == ["B"] * 5
    second = move("fix", code="second", grade="C")
    assert graded(move("fix", "rank <= 2", grade="B"), second) == ["B", "B", "C", "C", "C"]


def test_a_veto_comes_last_and_means_the_worst_grade() -> None:
    """Unless it names another."""
    assert graded(move("fix", grade="A"), move("veto")) == ["D"] * 5
    assert graded(move("fix", grade="A"), move("veto", grade="C")) == ["C"] * 5


def test_the_order_in_the_file_does_not_matter() -> None:
    """Moves, then fixes, then vetoes, however they are written down."""
    rules = [
        move("veto", "rank = 2"),
        move("fix", "rank = 3", grade="A"),
        move("raise", "rank >= 3"),
        move("lower", "rank <= 3", steps=2),
    ]
    assert {tuple(graded(*order)) for order in permutations(rules)} == {("C", "D", "A", "B", "C")}


@pytest.mark.parametrize("effect", ["raise", "lower", "veto"])
def test_an_unknown_condition_does_nothing(effect: str) -> None:
    """Nobody is moved by what was not recorded."""
    assert graded(move(effect, "far > 1")) == RANKED
    assert graded(move(effect, "NOT far > 1")) == RANKED
    assert graded(move("fix", "far > 1", grade="A")) == RANKED


def test_points_rank_and_the_ranked_grade_may_decide() -> None:
    """An adjustment reads what the cut-offs made of the points."""
    assert graded(move("lower", "ranked_grade = 'B' AND rank > 2")) == ["A", "B", "C", "C", "D"]
    assert graded(move("lower", "points < 70")) == ["A", "B", "B", "D", "D"]
    assert graded(move("raise", "ranked = 5 AND rank = 5")) == ["A", "B", "B", "C", "C"]


def test_marks_of_firms_may_decide() -> None:
    """An accident costs the grade, whoever ranks first."""
    by = scheme(track(adjustments=[move("veto", "safety_accident > 0")]))
    results = park_of(5, 4, 3, 2, 1).reports("E0", safety_accident=1).evaluated(by)
    assert column(results, "grade") == ["D", "B", "B", "C", "D"]
    assert column(results, "adjustments") == ["veto_it", "", "", "", ""]


def test_all_that_held_are_told() -> None:
    """After the rules of the total, in the order of the scheme, those that a later one overrode included."""
    adjustments = [move("raise", "rank = 2"), move("veto", "rank <= 2"), move("lower", "rank = 5")]
    results = park_of(5, 4, 3, 2, 1).evaluated(
        scheme(track(adjustments=adjustments, deductions=[rule("less", points=1)]))
    )
    assert column(results, "adjustments") == [
        "less,veto_it",
        "less,raise_it,veto_it",
        "less",
        "less",
        "less,lower_it",
    ]


def test_what_is_not_scored_is_not_moved() -> None:
    """No grade to fix or to veto, no code told."""
    by = scheme(track(adjustments=[move("fix", grade="A"), move("veto")]))
    results = park_of(None).evaluated(by)
    assert (column(results, "grade"), column(results, "adjustments")) == ([None], [""])


def test_grades_by_points_are_moved_alike() -> None:
    """From the grade that the points gave."""
    grades = {
        "by": "points",
        "cuts": [{"grade": "优", "at_least": 100}, {"grade": "良", "at_least": 60}, {"grade": "差"}],
    }
    by = scheme(track(grades=grades, adjustments=[move("lower", "rank = 1"), move("veto", "rank = 2")]))
    assert column(park_of(3, 2, 1).evaluated(by), "grade") == ["良", "差", "差"]
