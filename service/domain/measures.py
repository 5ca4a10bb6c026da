"""Measures (跟踪落实): what is done about a parcel or block, from the proposal to its end.

A measure goes forward one step at a time, may go back one step with a reason, and may be dropped while it is
open. Closed and dropped are ends: what comes up again is a new measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from service.domain.reasons import Text


class MeasureKind(StrEnum):
    """What a measure does."""

    CONSOLIDATION = "consolidation"
    LEASING = "leasing"
    PRICE = "price"
    UPLIFT = "uplift"
    CONTRACT = "contract"
    ENERGY = "energy"


KINDS: dict[MeasureKind, Text] = {
    MeasureKind.CONSOLIDATION: ("consolidation of land", "资源整合"),
    MeasureKind.LEASING: ("leasing to tenants", "招租"),
    MeasureKind.PRICE: ("differential electricity price", "差别化电价"),
    MeasureKind.UPLIFT: ("higher floor-area ratio", "容积率提升"),
    MeasureKind.CONTRACT: ("performance of the grant contract", "合同履约"),
    MeasureKind.ENERGY: ("energy-saving refit", "节能改造"),
}


class MeasureState(StrEnum):
    """How far a measure is."""

    PROPOSED = "proposed"
    VERIFIED = "verified"
    NEGOTIATED = "negotiated"
    AGREED = "agreed"
    CARRIED_OUT = "carried_out"
    CLOSED = "closed"
    DROPPED = "dropped"


STATES: dict[MeasureState, Text] = {
    MeasureState.PROPOSED: ("proposed", "提出"),
    MeasureState.VERIFIED: ("verified", "核实"),
    MeasureState.NEGOTIATED: ("negotiated", "协商"),
    MeasureState.AGREED: ("agreed", "达成"),
    MeasureState.CARRIED_OUT: ("carried out", "实施"),
    MeasureState.CLOSED: ("closed", "办结"),
    MeasureState.DROPPED: ("dropped", "终止"),
}

_WAY = (
    MeasureState.PROPOSED,
    MeasureState.VERIFIED,
    MeasureState.NEGOTIATED,
    MeasureState.AGREED,
    MeasureState.CARRIED_OUT,
    MeasureState.CLOSED,
)

ENDS = frozenset({MeasureState.CLOSED, MeasureState.DROPPED})
"""States that nothing leaves."""

DONE = frozenset({MeasureState.CARRIED_OUT, MeasureState.CLOSED})
"""States in which something was achieved that can be told."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a measure brings.

    Kept are whole minor units where it is money (分) or energy (kgce), ``per`` of them in the unit that is
    shown; m² of areas as they are (``per`` 0). ``decimals`` are those of the unit shown. ``telling``: it may
    tell a single firm's figures.
    """

    code: str
    title: Text
    unit: str
    column: str
    per: int
    decimals: int
    telling: bool


EFFECTS: tuple[Effect, ...] = (
    Effect("area_released_m2", ("land released", "释放用地"), "m²", "area_released_m2", 0, 2, False),
    Effect(
        "floor_area_added_m2", ("floor area added", "新增建筑面积"), "m²", "floor_area_added_m2", 0, 2, False
    ),
    Effect("tax_gained_wan_yuan", ("tax gained a year", "年新增税收"), "万元", "tax_gained", 10**6, 6, True),
    Effect(
        "output_gained_wan_yuan",
        ("output gained a year", "年新增产值"),
        "万元",
        "output_gained",
        10**6,
        6,
        True,
    ),
    Effect("energy_saved_tce", ("energy saved a year", "年节能量"), "tce", "energy_saved", 10**3, 3, True),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """An effect as it is expected or as it was achieved: a property of a measure."""

    when: Literal["expected", "achieved"]
    words: Text
    effect: Effect

    @property
    def name(self) -> str:
        """The property."""
        return f"{self.when}_{self.effect.code}"

    @property
    def column(self) -> str:
        """The column that keeps it."""
        return f"{self.when}_{self.effect.column}"

    @property
    def title(self) -> Text:
        """What it is, in both languages."""
        return f"{self.words[0]} {self.effect.title[0]}", f"{self.words[1]}{self.effect.title[1]}"

    @property
    def heading(self) -> str:
        """Its title with its unit, for a column of a table."""
        english, chinese = self.title
        return f"{english}, {self.effect.unit} {chinese}"


EXPECTED = tuple(Stated("expected", ("Expected", "预计"), each) for each in EFFECTS)
ACHIEVED = tuple(Stated("achieved", ("Achieved", "实际"), each) for each in EFFECTS)

STATED: Mapping[str, Stated] = {each.name: each for each in (*EXPECTED, *ACHIEVED)}
"""Property → the effect that it states."""


def moves(state: MeasureState) -> tuple[MeasureState, ...]:
    """Return the states that a measure in a state may go to: on, back, dropped; none from an end."""
    if state in ENDS:
        return ()
    at = _WAY.index(state)
    back = _WAY[at - 1 : at] if at else ()
    return (_WAY[at + 1], *back, MeasureState.DROPPED)


def needs_note(state: MeasureState, to: MeasureState) -> bool:
    """Tell whether a move has to be explained: going back, and giving up."""
    return to is MeasureState.DROPPED or to in _WAY[: _WAY.index(state)]


def refusal(state: MeasureState, to: MeasureState) -> Text | None:
    """Return why a measure cannot go from a state to another, or None where it can."""
    if to in moves(state):
        return None
    here, there = STATES[state], STATES[to]
    if state in ENDS:
        return (
            f"The measure is {here[0]}, which is an end; propose a new one instead.",
            f"事项已{here[1]}，不再变动；如需继续，请另行提出。",
        )
    if to is state:
        return f"The measure is {here[0]} already.", f"事项已处于“{here[1]}”状态。"
    return (
        f"A measure goes one step at a time: from {here[0]} it does not get to {there[0]} at once.",
        f"事项须逐步推进：不能由“{here[1]}”直接变为“{there[1]}”。",
    )
