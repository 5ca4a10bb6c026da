"""When land counts as inefficiently used, and its potential, from ``consolidation.yaml`` beside this."""

from functools import cache
from typing import Literal

from pydantic import Field

from service.reference.editions import Edition, Part, Sourced, latest


class Figure(Sourced):
    """A figure that decides, with where it is from."""

    value: float = Field(ge=0)


class FarFloor(Part):
    """The least floor-area ratio of some divisions of GB/T 4754."""

    divisions: tuple[str, ...]
    far: float = Field(gt=0)
    verified: bool


class FarFloors(Part):
    """The least floor-area ratios of one edition of the control indices 容积率控制值."""

    edition: str
    source: str
    by_division: tuple[FarFloor, ...]


class PotentialRule(Sourced):
    """How it is told what a parcel could bring: by the efficient parcels of its kind."""

    grades: tuple[str, ...]
    quantile: float = Field(ge=0, le=1)
    over: tuple[Literal["division", "industry_group", "everything"], ...]
    smallest: int = Field(ge=1)


class ConsolidationRules(Edition):
    """An edition of the rules."""

    source: str
    verified: bool
    grade_d_years: Figure
    vacant_share: Figure
    looks_back: int = Field(ge=0, le=30)
    far_floors: FarFloors
    potential: PotentialRule


@cache
def consolidation_rules() -> ConsolidationRules:
    """Return the rules in force, those of the latest edition."""
    return latest("consolidation.yaml", ConsolidationRules)
