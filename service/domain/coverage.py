"""The words of coverage (数据覆盖): the state of a feed for a parcel, how much of it is there, and why.

Two questions, kept apart. *State* says what is to be done, *extent* how much is there:

- ``fresh`` 有效: all that is owed is there, and recent enough;
- ``stale`` 过期: all is there but handed over too long ago, or only figures of an earlier period are there;
- ``held`` 待核: something owed was handed over, but its row is held and nobody has corrected it yet;
- ``missing`` 缺失: something owed never came in a form that counts.

What an evaluation calls complete is ``fresh``, or ``stale`` by age; what it calls partial or missing is one
of the last three, with the extent ``partial`` or ``none``.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from service.domain.reasons import REASONS, Text


class State(StrEnum):
    """What is to be done about a feed of a parcel, from the worst to the best."""

    MISSING = "missing"
    HELD = "held"
    STALE = "stale"
    FRESH = "fresh"


class Extent(StrEnum):
    """How much of what is owed is there."""

    NONE = "none"
    PARTIAL = "partial"
    COMPLETE = "complete"


STATES: Mapping[State, Text] = MappingProxyType(
    {
        State.MISSING: ("missing", "缺失"),
        State.HELD: ("held", "待核"),
        State.STALE: ("stale", "过期"),
        State.FRESH: ("fresh", "有效"),
    }
)
"""English and Chinese."""

REGISTERS: Mapping[str, tuple[str, Text]] = MappingProxyType(
    {
        "land_area": ("parcels", ("land area", "用地面积")),
        "occupancy": ("occupancies", ("occupancy", "占用关系")),
        "enterprise": ("enterprises", ("enterprise register", "企业登记")),
    }
)
"""The parts of coverage that are no metric: the feed of hand-overs that brings them, and their names."""

OLD = "hand_over_old"
"""The reason of what is complete, but stale by age."""

INCOMPLETE = (
    "land_area_missing",
    "area_fallback",
    "no_occupant",
    "leased_out_exceeds",
    "partial_occupancy",
    "not_in_register",
    "not_placed",
    "not_reported",
)
"""The reasons for which an evaluation finds a feed incomplete."""

CAUSES = (*INCOMPLETE, OLD)
"""Every reason that is not fresh."""

_ROOTS: Mapping[str, str] = MappingProxyType({"no_occupant": "occupancy", "not_placed": "occupancy"})


def root_of(feed: str, reason: str) -> str:
    """Return which part of coverage has to come so that this one can be complete.

    While nobody is known to hold a parcel, no bureau can be asked for anything about its holders; and a
    figure that cannot be placed waits for shares that add up. Both are the occupancy survey's.
    """
    return _ROOTS.get(reason, feed)


def state_reason(state: str, reason: str | None, period: str | None = None) -> Text | None:
    """Return why a feed of a parcel is not fresh, in a sentence; None where it is.

    :param period: the earlier period of which there are figures
    """
    if reason is None:
        return None
    english, chinese = REASONS[reason]
    if state == State.HELD:
        return f"{english}; a row that was handed over is held", f"{chinese}；已交付的行待核"
    if period is not None:
        return f"{english}; there is one of {period}", f"{chinese}；仅有 {period} 年的"
    return english, chinese
