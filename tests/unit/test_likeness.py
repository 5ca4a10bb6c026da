"""Candidates for a name: the right firm is among them, however the name was mangled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.jobs import likeness
from service.jobs.likeness import CANDIDATES, most_alike

_NAMES = [
    f"{place}{mark}{trade}有限公司"
    for place in ("宁波", "宁波市鄞州", "慈溪市", "浙江")
    for mark in ("恒禾", "鼎泰", "新盛", "海天", "金瑞", "和润", "星晨", "志卓")
    for trade in ("机械", "模具", "电器", "五金", "塑业")
]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("恒禾模具", "宁波恒禾模具有限公司"),
        ("宁波恒和模具有限公司", "宁波恒禾模具有限公司"),
        ("恒禾宁波模具有限公司", "宁波恒禾模具有限公司"),
        ("宁波恒禾模具有限公司北仑分公司", "宁波恒禾模具有限公司"),
        ("浙江省宁波市恒禾模具有限公司", "宁波恒禾模具有限公司"),
        ("慈溪恒禾模具", "慈溪市恒禾模具有限公司"),
    ],
)
def test_the_right_firm_is_among_the_candidates(written: str, meant: str) -> None:
    """Place left out or moved, another character in the mark, a branch behind it, the form left out."""
    (found,) = most_alike([written], _NAMES)
    assert meant in [_NAMES[place] for place, _ in found]
    assert len(found) == CANDIDATES


def test_the_same_name_is_wholly_alike_and_a_foreign_one_is_no_candidate() -> None:
    """1 for the name itself, which comes first; nothing in common is nothing to decide."""
    same, foreign = most_alike([_NAMES[7], "ABC"], _NAMES)
    assert same[0] == (7, 1.0)
    assert foreign == []


def test_blocks_do_not_change_the_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names are compared at a time."""
    wanted = [name[2:-2] for name in _NAMES[::7]]
    at_once = most_alike(wanted, _NAMES)
    monkeypatch.setattr(likeness, "_BLOCK", 9)
    monkeypatch.setattr(likeness, "_QUERIES", 3)
    assert most_alike(wanted, _NAMES) == at_once


@settings(deadline=None)
@given(st.lists(st.text("宁波恒禾机械电器有限公司甲乙", max_size=8), max_size=12), st.randoms())
def test_the_order_of_questions_changes_nothing(wanted: list[str], random: object) -> None:
    """Each name gets its own candidates, whatever else is asked; likeness lies between 0 and 1."""
    shuffled = list(wanted)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one = dict(zip(wanted, most_alike(wanted, _NAMES), strict=True))
    other = dict(zip(shuffled, most_alike(shuffled, _NAMES), strict=True))
    assert one == other
    assert all(0 < alike <= 1 for found in one.values() for _, alike in found)


def test_an_empty_register_has_no_candidates() -> None:
    """The question is asked all the same."""
    assert most_alike(["甲"], []) == [[]]
