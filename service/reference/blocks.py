"""How near parcels of a consolidation block lie to each other, from ``blocks.yaml`` beside this module."""

from datetime import date
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict, Field


class BlockRules(BaseModel):
    """An edition of what counts as lying together 连片."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: str
    valid_from: date
    distance_m: float = Field(ge=0)
    sight_step_m: float = Field(gt=0)
    source: str
    verified: bool


@cache
def block_rules() -> BlockRules:
    """Return the rules in force, those of the latest edition."""
    text = files("service.reference").joinpath("blocks.yaml").read_text(encoding="utf-8")
    editions = [BlockRules.model_validate(each) for each in yaml.safe_load(text)["editions"]]
    return max(editions, key=lambda each: each.valid_from)
