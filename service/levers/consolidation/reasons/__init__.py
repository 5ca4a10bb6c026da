"""Why a parcel counts as inefficiently used (低效用地原因): every reason with its evidence and idle hectares.

Idle hectares of a parcel of A m² are ``(norm − actual) / norm × A / 10,000``, never below 0; land that is not
used at all is idle whole. Reasons overlap, so a parcel's are the largest of them and never a sum. What is not
known is no reason: it stands as ``unknown`` with what is missing.
"""

from service.levers.consolidation.reasons.evidence import EVIDENCE, evidence, graded_d
from service.levers.consolidation.reasons.judgement import idle_ha
from service.levers.consolidation.reasons.names import KINDS, REASONS

__all__ = ["EVIDENCE", "KINDS", "REASONS", "evidence", "graded_d", "idle_ha"]
