"""Blockers (堵点): which missing hand-overs keep land from a full evaluation, and what each would unlock.

Parcels that lack the same hand-overs are one *lot*. A hand-over *unlocks* a lot that lacks nothing else, and
*touches* every lot that lacks it. The order is greedy: after each hand-over the one is next that unlocks the
most land then; of equals, and where none unlocks anything alone, the one with the largest share of the land
it touches, each parcel shared evenly by what it still lacks; then in the order of the hand-overs themselves.
All sums are whole numbers, so the result does not depend on the order of the lots.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import lcm
from typing import Any, Generic, Protocol, TypeVar


class _Ordered(Hashable, Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


H = TypeVar("H", bound=_Ordered)


@dataclass(frozen=True, slots=True)
class Amount:
    """Parcels and their land; the unit of area is the caller's, a whole number."""

    parcels: int = 0
    area: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.parcels + other.parcels, self.area + other.area)


@dataclass(frozen=True, slots=True)
class Lot(Generic[H]):
    """Parcels that lack the same hand-overs; none lacking means covered."""

    lacks: frozenset[H]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Blocker(Generic[H]):
    """A missing hand-over: what it would unlock if it alone came, and what it touches."""

    hand_over: H
    unlocks: Amount
    touches: Amount


@dataclass(frozen=True, slots=True)
class Step(Generic[H]):
    """A step of the greedy order: what this hand-over unlocks after the earlier ones, and all until then."""

    hand_over: H
    unlocks: Amount
    unlocked: Amount


@dataclass(frozen=True, slots=True)
class Blocked(Generic[H]):
    """Blockers by the land they unlock, the greedy order, and all that is not covered."""

    uncovered: Amount
    blockers: tuple[Blocker[H], ...]
    order: tuple[Step[H], ...]


def find_blockers(lots: Iterable[Lot[H]]) -> Blocked[H]:
    """Return what blocks these lots; several lots that lack the same are taken as one."""
    by_lack: dict[frozenset[H], Amount] = defaultdict(Amount)
    for lot in lots:
        if lot.lacks:
            by_lack[lot.lacks] += lot.amount
    touches: dict[H, Amount] = defaultdict(Amount)
    for lacks, amount in by_lack.items():
        for hand_over in lacks:
            touches[hand_over] += amount
    blockers = [
        Blocker(each, by_lack.get(frozenset([each]), Amount()), touched) for each, touched in touches.items()
    ]
    blockers.sort(key=lambda each: each.hand_over)
    blockers.sort(key=lambda each: (each.unlocks.area, each.unlocks.parcels, each.touches.area), reverse=True)
    uncovered = sum(by_lack.values(), Amount())
    return Blocked(uncovered, tuple(blockers), tuple(_greedy(by_lack)))


def _greedy(by_lack: dict[frozenset[H], Amount]) -> Iterable[Step[H]]:
    left = dict(by_lack)
    unlocked = Amount()
    while left:
        # a common multiple makes every even share a whole number
        whole = lcm(*(len(lacks) for lacks in left))
        shares: dict[H, int] = defaultdict(int)
        for lacks, amount in left.items():
            for hand_over in lacks:
                shares[hand_over] += amount.area * (whole // len(lacks))
        ranked = sorted(shares)
        alone = {each: left.get(frozenset([each]), Amount()) for each in ranked}
        # max keeps the first of equals
        chosen = max(ranked, key=lambda each: (alone[each].area, alone[each].parcels, shares[each]))
        after: dict[frozenset[H], Amount] = defaultdict(Amount)
        for lacks, amount in left.items():
            after[lacks - {chosen}] += amount
        unlocks = after.pop(frozenset(), Amount())
        unlocked += unlocks
        yield Step(chosen, unlocks, unlocked)
        left = dict(after)
