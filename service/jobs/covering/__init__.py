"""Coverage (数据覆盖): which parcel lacks which feed and why, who brings it, what that would unlock."""

from service.jobs.covering.blocking import BlockerReport, blockers
from service.jobs.covering.cells import Covering, covering, work_out
from service.jobs.covering.listing import Cell, CellPage, Wanted, listed
from service.jobs.covering.report import CoverageReport, coverage
from service.jobs.covering.scope import DEFAULT_SCHEME, GroupBy, usual_period
from service.jobs.covering.trend import Trend, record_coverage, trend

__all__ = [
    "DEFAULT_SCHEME",
    "BlockerReport",
    "Cell",
    "CellPage",
    "CoverageReport",
    "Covering",
    "GroupBy",
    "Trend",
    "Wanted",
    "blockers",
    "coverage",
    "covering",
    "listed",
    "record_coverage",
    "trend",
    "usual_period",
    "work_out",
]
