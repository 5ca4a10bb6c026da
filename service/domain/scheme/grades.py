"""Ranking and grades (分档): who is ranked with whom, the cut-offs, and what moves a grade afterwards."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from service.domain.scheme.rules import Rule
from service.domain.scheme.values import GroupBy, Letter, Millionths, Model, Signed, Sourced, distinct


class Ranking(Sourced):
    """Who is ranked with whom: the track, split by ``within``.

    ``base`` says what the share of a grade is counted on: ``scored`` parcels, those and the classes outside
    the ranking (``scored_and_outside``), or ``all`` parcels of the group, those that could not be scored
    included.
    """

    within: tuple[GroupBy, ...] = ()
    base: Literal["scored", "scored_and_outside", "all"] = "scored"

    @model_validator(mode="after")
    def _splits_once(self) -> Self:
        distinct("group", self.within)
        return self


class ShareCut(Model):
    """A grade and the percentage of the ranking up to which it reaches."""

    grade: Letter
    up_to: Annotated[Millionths, Field(gt=0, le=100)]


class ShareGrades(Sourced):
    """Cut-offs by share of the ranking, best grade first; the last one ends at 100 percent."""

    by: Literal["share"] = "share"
    cuts: Annotated[tuple[ShareCut, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ascending(self) -> Self:
        ends = [cut.up_to for cut in self.cuts]
        if any(end <= previous for previous, end in pairwise(ends)):
            raise ValueError("The cut-offs must ascend from the best grade to the last.")
        if ends[-1] != 100:
            raise ValueError("The last grade must end at 100 percent.")
        distinct("grade", self.letters)
        return self

    @property
    def letters(self) -> tuple[str, ...]:
        """The grades, best first."""
        return tuple(cut.grade for cut in self.cuts)


class PointCut(Model):
    """A grade and the points from which on it is given; the last grade takes the rest."""

    grade: Letter
    at_least: Signed | None = None


class PointGrades(Sourced):
    """Cut-offs by points, best grade first; the last one has no lower end."""

    by: Literal["points"]
    cuts: Annotated[tuple[PointCut, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _descending(self) -> Self:
        if self.cuts[-1].at_least is not None or any(cut.at_least is None for cut in self.cuts[:-1]):
            raise ValueError("Every grade but the last needs 'at_least'; the last takes the rest.")
        ends = [cut.at_least for cut in self.cuts if cut.at_least is not None]
        if any(end >= previous for previous, end in pairwise(ends)):
            raise ValueError("The cut-offs must descend from the best grade to the last.")
        distinct("grade", self.letters)
        return self

    @property
    def letters(self) -> tuple[str, ...]:
        """The grades, best first."""
        return tuple(cut.grade for cut in self.cuts)


def _kind(value: Any) -> str:
    return str(value.get("by", "share")) if isinstance(value, dict) else str(value.by)


Grades = Annotated[
    Annotated[ShareGrades, Tag("share")] | Annotated[PointGrades, Tag("points")], Discriminator(_kind)
]


class Adjustment(Rule):
    """What moves a grade after the ranking, whatever the order in which the adjustments stand.

    ``raise`` 提档 and ``lower`` 降档 move by ``steps`` and add up, within best and worst; then the first
    ``fix`` 定档 that holds sets its ``grade``; then a ``veto`` 一票否决 sets its ``grade``, the worst unless
    given.
    """

    effect: Literal["raise", "lower", "fix", "veto"]
    steps: Annotated[int, Field(ge=1, le=10)] = 1
    grade: Letter | None = None

    @model_validator(mode="after")
    def _fits_its_effect(self) -> Self:
        if self.effect == "fix" and self.grade is None:
            raise ValueError("An adjustment that fixes the grade must say which.")
        if self.effect in {"raise", "lower"} and self.grade is not None:
            raise ValueError(f"An adjustment that {self.effect}s moves by 'steps'; it has no 'grade'.")
        return self


def check_adjustments(adjustments: Sequence[Adjustment], letters: Sequence[str]) -> None:
    """Raise `ValueError` when a grade is none of the track's."""
    for each in adjustments:
        if each.grade is not None and each.grade not in letters:
            raise ValueError(
                f"The adjustment {each.code!r} names {each.grade!r}; the grades are {', '.join(letters)}."
            )
