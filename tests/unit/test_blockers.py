"""Blockers: what each missing hand-over unlocks, in which order they are best closed, and that sums agree."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.domain.blockers import Amount, Blocked, Lot, find_blockers


def lot(lacks: str, area: int, parcels: int = 1) -> Lot[str]:
    """Parcels that lack the hand-overs of these letters."""
    return Lot(frozenset(lacks), Amount(parcels, area))


def unlocks(blocked: Blocked[str]) -> dict[str, int]:
    """What each would unlock alone, in the order of the list."""
    return {each.hand_over: each.unlocks.area for each in blocked.blockers}


LOTS = st.lists(
    st.builds(
        lot,
        st.sets(st.sampled_from("abcde")).map("".join),
        st.integers(min_value=0, max_value=10**12),
        st.integers(min_value=1, max_value=50),
    ),
    max_size=12,
)


def test_a_hand_over_unlocks_what_lacks_nothing_else() -> None:
    """Land that lacks another as well is touched only; covered land counts nowhere."""
    found = find_blockers([lot("a", 5), lot("ab", 7), lot("b", 3), lot("", 100)])
    assert [(each.hand_over, each.unlocks.area, each.touches.area) for each in found.blockers] == [
        ("a", 5, 12),
        ("b", 3, 10),
    ]
    assert found.uncovered == Amount(3, 15)


def test_the_order_goes_on_with_what_has_become_free() -> None:
    """After a, the land that lacked a and b needs b alone."""
    found = find_blockers([lot("a", 5), lot("ab", 7), lot("c", 6), lot("b", 3)])
    assert [(step.hand_over, step.unlocks.area, step.unlocked.area) for step in found.order] == [
        ("c", 6, 6),
        ("a", 5, 11),
        ("b", 10, 21),
    ]


def test_where_nothing_is_unlocked_alone_the_largest_share_leads() -> None:
    """Land that lacks two counts half for each, land that lacks three a third."""
    found = find_blockers([lot("ab", 10), lot("abc", 6), lot("bd", 4)])
    assert [step.hand_over for step in found.order][:2] == ["b", "a"]


def test_nothing_blocks_what_is_covered() -> None:
    """No lots, no blockers."""
    assert find_blockers([lot("", 9)]) == Blocked(Amount(), (), ())


@given(LOTS)
def test_no_hand_over_unlocks_more_than_is_uncovered(lots: list[Lot[str]]) -> None:
    """Unlocked ≤ touched ≤ uncovered, and what each unlocks alone never adds up to more than all of it."""
    found = find_blockers(lots)
    for each in found.blockers:
        assert 0 <= each.unlocks.area <= each.touches.area <= found.uncovered.area
        assert 0 <= each.unlocks.parcels <= each.touches.parcels <= found.uncovered.parcels
    assert sum(each.unlocks.area for each in found.blockers) <= found.uncovered.area


@given(LOTS)
def test_the_curve_rises_to_all_that_is_uncovered(lots: list[Lot[str]]) -> None:
    """Every hand-over comes once, nothing is lost on the way, and the end is full coverage."""
    found = find_blockers(lots)
    assert sorted(step.hand_over for step in found.order) == sorted(each.hand_over for each in found.blockers)
    total = Amount()
    for step in found.order:
        total += step.unlocks
        assert step.unlocked == total
    assert total == found.uncovered


@given(LOTS)
def test_every_step_unlocks_what_having_the_hand_overs_until_then_means(lots: list[Lot[str]]) -> None:
    """Counted a second time from the lots: those that lack nothing but what has come."""
    came: set[str] = set()
    for step in find_blockers(lots).order:
        came.add(step.hand_over)
        free = [each.amount for each in lots if each.lacks and each.lacks <= came]
        assert step.unlocked == sum(free, Amount())


@given(LOTS, st.randoms(use_true_random=False))
def test_the_result_does_not_depend_on_the_order_of_the_lots(lots: list[Lot[str]], random: Random) -> None:
    """Nor on how often land that lacks the same is divided."""
    shuffled: list[Lot[str]] = list(lots)
    random.shuffle(shuffled)
    assert find_blockers(shuffled) == find_blockers(lots)


@given(LOTS.filter(lambda lots: any(each.lacks for each in lots)))
def test_the_first_step_is_the_best_single_one(lots: list[Lot[str]]) -> None:
    """No other hand-over would unlock more land if it alone came."""
    found = find_blockers(lots)
    best = max(sum(each.amount.area for each in lots if each.lacks == {letter}) for letter in "abcde")
    assert found.order[0].unlocks.area == best == next(iter(unlocks(found).values()))


@given(LOTS, st.sampled_from("abcde"))
def test_what_came_unlocks_exactly_what_was_promised(lots: list[Lot[str]], came: str) -> None:
    """Uncovered land shrinks by what the hand-over was said to unlock, whatever else is missing."""
    before = find_blockers(lots)
    after = find_blockers([Lot(each.lacks - {came}, each.amount) for each in lots])
    promised = unlocks(before).get(came, 0)
    assert before.uncovered.area - after.uncovered.area == promised
