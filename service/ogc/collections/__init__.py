"""The collections and their properties, in the words that a GIS user reads."""

from service.ogc.collections.collection import Collection
from service.ogc.collections.follow_up import MEASURES
from service.ogc.collections.hand_overs import COVERAGE, FINDINGS
from service.ogc.collections.land import BARRIERS, BUILDINGS, PARCELS
from service.ogc.collections.levers import (
    BLOCKS,
    CONTRACTS,
    ENERGY,
    LOW_EFFICIENCY,
    SURCHARGES,
    UPLIFT_CANDIDATES,
)
from service.ogc.collections.results import SCORES
from service.ogc.collections.land import BUILDINGS, PARCELS
from service.ogc.collections.results import BLOCKS, LOW_EFFICIENCY, PREMISES, SCORES, UPLIFT_CANDIDATES

__all__ = ["COLLECTIONS", "Collection"]

COLLECTIONS = (
    *(PARCELS, SCORES, LOW_EFFICIENCY, UPLIFT_CANDIDATES, BLOCKS),
    *(CONTRACTS, SURCHARGES, ENERGY),
    *(COVERAGE, BUILDINGS, BARRIERS, FINDINGS),
    *(PARCELS, SCORES, LOW_EFFICIENCY, UPLIFT_CANDIDATES, BLOCKS, PREMISES),
    *(COVERAGE, BUILDINGS, FINDINGS),
    *(COVERAGE, BUILDINGS, FINDINGS, MEASURES),
)
"""Every collection, in the order in which they are listed."""
