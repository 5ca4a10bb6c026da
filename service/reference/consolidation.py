"""When land counts as inefficiently used, and its potential, from ``consolidation.yaml`` beside this."""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Part):
    """A figure that decides, with where it is from."""

    value: float = Field(ge=0)
    source: str
    verified: bool


class FarFloor(_Part):
    """The least floor-area ratio of some divisions of GB/T 4754."""

    divisions: tuple[str, ...]
    far: float = Field(gt=0)
    verified: bool


class FarFloors(_Part):
    """The least floor-area ratios of one edition of the control indices 容积率控制值."""

    edition: str
    source: str
    by_division: tuple[FarFloor, ...]


class PotentialRule(_Part):
    """How it is told what a parcel could bring: by the efficient parcels of its kind."""

    grades: tuple[str, ...]
    quantile: float = Field(ge=0, le=1)
    over: tuple[Literal["division", "industry_group", "everything"], ...]
    smallest: int = Field(ge=1)
    source: str
    verified: bool


class ConsolidationRules(_Part):
    """An edition of the rules."""

    edition: str
    valid_from: date
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
    text = files("service.reference").joinpath("consolidation.yaml").read_text(encoding="utf-8")
    editions = [ConsolidationRules.model_validate(each) for each in yaml.safe_load(text)["editions"]]
    return max(editions, key=lambda each: each.valid_from)
