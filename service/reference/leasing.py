"""What a place asks of a project, and how candidates are ranked, from ``leasing.yaml`` beside this module."""

from functools import cache

from pydantic import Field, field_validator

from service.reference.editions import Edition, Part, latest


class LandUse(Part):
    """Which divisions a use of land takes: ``words`` that stand in it, divisions as ``13`` or ``06-46``."""

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


class LeasingRules(Edition):
    """An edition of the rules 招租匹配规则; a threshold that is null is none."""

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
    return latest("leasing.yaml", LeasingRules)


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
