"""The study of grant contracts (出让合同研判): what was promised and kept, what was not, what is allowed.

Pure: tables and dated rules in, a `service.levers.report.Report` or tables out; no database and no web. A
clause that is not known is unknown, and never allowed.
"""

from service.levers.contracts.attainment import YEAR, Year
from service.levers.contracts.report import PARCEL_COLUMNS, Study, study
from service.levers.contracts.terms import CONTRACTS

__all__ = [
    "CONTRACTS",
    "PARCEL_COLUMNS",
    "YEAR",
    "Study",
    "Year",
    "study",
]
