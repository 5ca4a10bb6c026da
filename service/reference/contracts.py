"""Which promises of grant contracts are looked at and when they are due, from ``contracts.yaml``."""

from functools import cache
from typing import Literal

from pydantic import Field

from service.reference.editions import Edition, Part, Sourced, latest

Bound = Literal["at_least", "at_most"]


class Extension(Sourced):
    """What an extension of the completion puts off besides 延建."""

    shifts_start: bool


class Due(Sourced):
    """After which day of the contract promises of a year count; the first that is known."""

    after: tuple[Literal["reach_by", "complete_by"], ...]


class FirstTransfer(Sourced):
    """The share of the investment that the law wants before a first transfer."""

    value: float = Field(gt=0, le=1)


class _Clause(Part):
    code: str
    column: str
    bound: Bound
    unit: str


class Promise(_Clause):
    """A promise of a year: ``metric`` ÷ land in mu, ÷ output, or as it is; ``summed`` over the years seen."""

    metric: str
    per: Literal["mu", "output"] | None = None
    summed: bool = False


class Limit(_Clause):
    """A limit of what is built."""

    measure: Literal["far", "coverage", "height_m"]


class ContractRules(Edition):
    """An edition of how contracts are studied."""

    years_before: int = Field(ge=0)
    extension: Extension
    due: Due
    first_transfer: FirstTransfer
    promises: tuple[Promise, ...]
    limits: tuple[Limit, ...]


@cache
def contract_rules() -> ContractRules:
    """Return the rules in force, those of the latest edition."""
    return latest("contracts.yaml", ContractRules)
