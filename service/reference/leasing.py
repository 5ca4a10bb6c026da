"""What a place asks of a project, and how candidates are ranked, from ``leasing.yaml`` beside this module."""

from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator


class LandUse(BaseModel):
    """Which divisions a use of land takes: ``words`` that stand in it, divisions as ``13`` or ``06-46``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...] = Field(min_length=1)
    divisions: tuple[str, ...] = Field(min_length=1)

    @field_validator("divisions")
    @classmethod
    def _readable(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for each in given:
            _span(each)
        return given

    @property
    def taken(self) -> frozenset[str]:
        """The divisions, each of two digits."""
        return frozenset(
            f"{number:02}" for each in self.divisions for number in range(_span(each)[0], _span(each)[1] + 1)
        )


class LeasingRules(BaseModel):
    """An edition of the rules 招租匹配规则; a threshold that is null is none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    valid_from: date
    source: str
    verified: bool
    tax_wan_yuan_per_mu: float | None = Field(ge=0)
    output_wan_yuan_per_mu: float | None = Field(ge=0)
    investment_wan_yuan_per_mu: float | None = Field(ge=0)
    energy_tce_per_wan_yuan: float | None = Field(ge=0)
    land_uses: tuple[LandUse, ...]
    time_limit_seconds: float = Field(gt=0)
    candidates: int = Field(ge=1)


@cache
def leasing_rules() -> LeasingRules:
    """Return the rules in force, those of the latest edition."""
    text = files("service.reference").joinpath("leasing.yaml").read_text(encoding="utf-8")
    editions = [LeasingRules.model_validate(each) for each in yaml.safe_load(text)["editions"]]
    return max(editions, key=lambda each: each.valid_from)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
