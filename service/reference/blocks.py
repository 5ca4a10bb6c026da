"""How near parcels of a consolidation block lie to each other, from ``blocks.yaml`` beside this module."""

from functools import cache

from pydantic import Field

from service.reference.editions import Edition, latest


class BlockRules(Edition):
    """An edition of what counts as lying together 连片."""

    distance_m: float = Field(ge=0)
    sight_step_m: float = Field(gt=0)
    source: str
    verified: bool


@cache
def block_rules() -> BlockRules:
    """Return the rules in force, those of the latest edition."""
    return latest("blocks.yaml", BlockRules)
