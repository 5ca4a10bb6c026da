"""Consistency checks (一致性检查): what a rule says of its findings, and how an amount's unit is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first: 错误, 警告, 提示."""

Amount = float | int | str | date
"""What was measured: a number in the unit of its name, a text (codes joined by ``、``), or a day."""

_UNITS = {"_m2": "m²", "_m": "m", "_days": "d", "_minor": "minor unit of the metric"}


def unit_of(name: str) -> str:
    """Return the unit that the end of an amount's name tells; ``1`` for counts and ratios."""
    return next((unit for end, unit in _UNITS.items() if name.endswith(end)), "1")


class Bilingual(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    zh: str


class Rule(BaseModel):
    """One check: how grave its findings are, from which amount on, and the sentence that tells one.

    ``tolerance`` is what may differ before there is a finding, in the units of the names (`unit_of`);
    ``grades`` and ``words`` are what it compares with. A sentence is a format with the names of measured
    amounts, ``subject``, ``other``, ``metric`` and ``period``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    severity: Severity
    title: Bilingual
    sentence: Bilingual
    tolerance: Mapping[str, float] = {}
    grades: Mapping[str, tuple[str, ...]] = {}
    words: tuple[str, ...] = ()
    source: str
    verified: bool


class Rules(BaseModel):
    """All checks of an edition, by code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    valid_from: date
    checks: Mapping[str, Rule]

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        named = {code: {"code": code, **each} for code, each in given["checks"].items()}
        return {**given, "checks": named}

    def tolerance(self, code: str, name: str) -> float:
        """Return one of the amounts that a check tolerates."""
        return self.checks[code].tolerance[name]
