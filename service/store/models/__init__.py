"""The tables, once, for both databases. Geometry is EPSG:4490 (CGCS2000), longitude first; times are UTC.

Column types stay within what a GeoPackage may hold. Areas are m² rounded to 0.01, so that a GIS user reads
them as they are; figures are integers in their metric's minor unit. Codes, not row ids, join the hand-overs:
files may arrive in any order, and what has no counterpart yet is found at evaluation instead of being refused
at import.
"""

from service.store.models.access import ApiKey, DataVersion
from service.store.models.base import SRID, Base
from service.store.models.evaluations import CoveragePoint, Evaluation, ResultPart, Score, SnapshotPart
from service.store.models.firms import (
    Branch,
    Enterprise,
    EnterpriseRating,
    Figure,
    FirmSurcharge,
    InspectionItem,
    Meter,
    Occupancy,
    Project,
)
from service.store.models.hand_overs import Batch, NameMatch, PullState, ReceivedFile, SourceRow
from service.store.models.land import Barrier, Building, GrantContract, Parcel, ParcelSuccession, Premises
from service.store.models.measures import (
    Event,
    EventDelivery,
    EventSubscriber,
    Measure,
    MeasureParcel,
    MeasureStep,
)
from service.store.models.prices import PriceDecision, PriceEntry

__all__ = [
    "SRID",
    "ApiKey",
    "Barrier",
    "Base",
    "Batch",
    "Branch",
    "Building",
    "CoveragePoint",
    "DataVersion",
    "Enterprise",
    "EnterpriseRating",
    "Evaluation",
    "Event",
    "EventDelivery",
    "EventSubscriber",
    "Figure",
    "FirmSurcharge",
    "GrantContract",
    "InspectionItem",
    "Measure",
    "MeasureParcel",
    "MeasureStep",
    "Meter",
    "NameMatch",
    "Occupancy",
    "Parcel",
    "ParcelSuccession",
    "Premises",
    "PriceDecision",
    "PriceEntry",
    "Project",
    "PullState",
    "ReceivedFile",
    "ResultPart",
    "Score",
    "SnapshotPart",
    "SourceRow",
]

for _table in Base.metadata.tables.values():
    # as on PostgreSQL, an id is never given twice, also not after its row is deleted
    _table.dialect_options["sqlite"]["autoincrement"] = True
