"""Uplift of the floor-area ratio (容积率提升): efficient parcels short of space, and what they may add.

Pure: tables and dated rules in, a `service.levers.report.Report` or tables out; no database and no web.
"""

from service.levers.uplift.frames import BUILDINGS, FIRMS, PARCELS, SHARES, TERMS
from service.levers.uplift.limits import LIMITS, allowed
from service.levers.uplift.report import CANDIDATE_COLUMNS, Uplift, uplift

__all__ = [
    "BUILDINGS",
    "CANDIDATE_COLUMNS",
    "FIRMS",
    "LIMITS",
    "PARCELS",
    "SHARES",
    "TERMS",
    "Uplift",
    "allowed",
    "uplift",
]
