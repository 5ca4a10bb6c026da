"""Which promises of grant contracts are looked at and when they are due, from ``contracts.yaml``."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Bound = Literal["at_least", "at_most"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Extension(_Frozen):
    """What an extension of the completion puts off besides 延建."""

    shifts_start: bool
    source: str
    verified: bool


class Due(_Frozen):
    """After which day of the contract promises of a year count; the first that is known."""

    after: tuple[Literal["reach_by", "complete_by"], ...]
    source: str
    verified: bool


class FirstTransfer(_Frozen):
    """The share of the investment that the law wants before a first transfer."""

    value: float = Field(gt=0, le=1)
    source: str
    verified: bool


class _Clause(_Frozen):
    code: str
    column: str
    bound: Bound
    unit: str
    zh: str
    en: str


class Promise(_Clause):
    """A promise of a year: ``metric`` ÷ land in mu, ÷ output, or as it is; ``summed`` over the years seen."""

    metric: str
    per: Literal["mu", "output"] | None = None
    summed: bool = False


class Limit(_Clause):
    """A limit of what is built."""

    measure: Literal["far", "coverage", "height_m"]


class ContractRules(_Frozen):
    """An edition of how contracts are studied."""

    edition: str
    valid_from: date
    years_before: int = Field(ge=0)
    extension: Extension
    due: Due
    first_transfer: FirstTransfer
    promises: tuple[Promise, ...]
    limits: tuple[Limit, ...]


@cache
def contract_rules() -> ContractRules:
    """Return the rules in force, those of the latest edition."""
    text = files("service.reference").joinpath("contracts.yaml").read_text(encoding="utf-8")
    editions = [ContractRules.model_validate(each) for each in yaml.safe_load(text)["editions"]]
    return max(editions, key=lambda each: each.valid_from)
