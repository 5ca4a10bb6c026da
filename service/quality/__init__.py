"""Consistency checks (一致性检查): registers, survey, meters and outlines against each other.

Pure: tables and outlines in, findings out; no database and no web. `service.reference.quality` has the
severities, tolerances and sentences.
"""

from service.quality.checks import run
from service.quality.findings import Finding
from service.quality.tables import Tables

__all__ = ["Finding", "Tables", "run"]
