"""How much floor area a parcel may gain and by which rules, from ``uplift.yaml`` beside this module."""

from functools import cache
from typing import Literal

from pydantic import Field

from service.reference.editions import Edition, Part, Sourced, latest

PriceWord = Literal["none", "charged"]


class Figure(Sourced):
    """A figure of a rule: metres, or a share."""

    value: float = Field(gt=0)


class TallStorey(Sourced):
    """Storeys higher than ``above_m`` count ``counts`` times in the floor-area ratio 层高超限加倍计容."""

    above_m: float = Field(gt=0)
    counts: int = Field(ge=1)


class Candidate(Sourced):
    """Who is efficient, far below the limit and growing."""

    grades: tuple[str, ...]
    far_at_most: float = Field(gt=0, le=1)
    growth_at_least: float
    growth_of: tuple[str, ...]


class Cohort(Sourced):
    """Whose productivity is the yardstick: parcels of these grades, so many at least."""

    grades: tuple[str, ...]
    at_least: int = Field(ge=1)


class Scenario(Part):
    """A floor-area ratio to build up to, within the limit; without target the limit itself."""

    code: str
    target: float | None = Field(None, gt=0)


class City(Sourced):
    """What a city asks for floor area that others than the holder use."""

    district: str
    other_use: PriceWord


class LandPrice(Part):
    """What the floor area that is added costs of land 增容地价."""

    own_use: PriceWord
    own_use_source: str
    own_use_verified: bool
    cities: tuple[City, ...]

    def of(self, district: str) -> City | None:
        """Return the rule of the city that a district belongs to, the nearest one; None when not known."""
        known = [city for city in self.cities if district.startswith(city.district)]
        return max(known, key=lambda city: len(city.district), default=None)


class UpliftRules(Edition):
    """An edition of the rules of an uplift 容积率提升规则."""

    tall_storey: TallStorey
    storey_height: Figure
    office_land: Figure
    office_floor: Figure
    candidate: Candidate
    cohort: Cohort
    scenarios: tuple[Scenario, ...]
    land_price: LandPrice


@cache
def uplift_rules() -> UpliftRules:
    """Return the rules in force, those of the latest edition."""
    return latest("uplift.yaml", UpliftRules)
