"""From items to points: points = items × correction + bonus − deduction, held between floor and cap."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from service.domain.scheme.rules import Rule
from service.domain.scheme.values import Code, Millionths, Signed, Sourced


class Correction(Rule):
    """A factor on the sum of the items; the first one that holds counts."""

    factor: Annotated[Millionths, Field(gt=0)]


class Bonus(Rule):
    """Points added, once or for every one of ``per``; never more than ``at_most``."""

    points: Millionths
    per: Code | None = None
    at_most: Millionths | None = None


class Deduction(Rule):
    """Points taken off, once or for every one of ``per``; never more than ``at_most``.

    Of ``per``, the first ``free`` cost nothing; the next costs ``first``, if given, and each further one
    ``points``: a landlord's first tenant may be free, or dearer than the others.
    """

    points: Millionths
    per: Code | None = None
    free: Annotated[int, Field(ge=0, le=1000)] = 0
    first: Millionths | None = None
    at_most: Millionths | None = None

    @model_validator(mode="after")
    def _counts_something(self) -> Self:
        if self.per is None and (self.free or self.first is not None):
            raise ValueError("'free' and 'first' need 'per': what is counted.")
        return self


class Total(Sourced):
    """The least and the most points that a total may have, and the most that all bonuses may add."""

    floor: Signed | None = None
    cap: Signed | None = None
    bonus_at_most: Millionths | None = None

    @model_validator(mode="after")
    def _floor_below_cap(self) -> Self:
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            raise ValueError("The floor of the total lies above its cap.")
        return self
