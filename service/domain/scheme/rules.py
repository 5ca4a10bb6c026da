"""Rules in CQL2 text, and what hangs on them: flags, and what stays outside the ranking."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from service.domain.scheme.values import Code, Letter, Millionths, Sourced, Title, distinct


class Rule(Sourced):
    """A condition with the code by which results name it; `Scheme.rules` tells what it may read."""

    code: Code
    title: Title
    when: Annotated[str, Field(min_length=1, max_length=4000)]


class Outside(Rule):
    """Parcels that are neither scored nor ranked: exemptions (豁免), and classes like T (不定等级).

    ``grade`` is what they are called instead of a grade; ``treated_as`` the grade whose consequences they
    have, if any.
    """

    grade: Letter | None = None
    treated_as: Letter | None = None


class Flag(Sourced):
    """True when any rule holds; cannot be judged, and stays unknown, while any ``unless`` holds."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    unless: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _distinct_codes(self) -> Self:
        distinct("rule", [rule.code for rule in (*self.rules, *self.unless)])
        return self


class FarUplift(Flag):
    """FAR uplift (容积率提升); the additional floor area is (min(target, limit) − FAR) × land area."""

    target: Annotated[Millionths, Field(gt=0)] | None = None
