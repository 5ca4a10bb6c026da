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
    PREMISES,
    SURCHARGES,
    UPLIFT_CANDIDATES,
)
from service.ogc.collections.results import SCORES

__all__ = ["COLLECTIONS", "Collection"]

COLLECTIONS = (
    *(PARCELS, SCORES, LOW_EFFICIENCY, UPLIFT_CANDIDATES, BLOCKS),
    *(PREMISES, CONTRACTS, SURCHARGES, ENERGY, MEASURES),
    *(COVERAGE, BUILDINGS, BARRIERS, FINDINGS),
)
"""Every collection, in the order in which they are listed."""
