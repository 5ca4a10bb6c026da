"""The collections and their properties, in the words that a GIS user reads."""

from service.ogc.collections.collection import Collection
from service.ogc.collections.follow_up import MEASURES
from service.ogc.collections.hand_overs import COVERAGE, FINDINGS
from service.ogc.collections.land import BUILDINGS, PARCELS
from service.ogc.collections.results import BLOCKS, LOW_EFFICIENCY, SCORES, UPLIFT_CANDIDATES

__all__ = ["COLLECTIONS", "Collection"]

COLLECTIONS = (
    *(PARCELS, SCORES, LOW_EFFICIENCY, UPLIFT_CANDIDATES, BLOCKS),
    *(COVERAGE, BUILDINGS, FINDINGS, MEASURES),
)
"""Every collection, in the order in which they are listed."""
