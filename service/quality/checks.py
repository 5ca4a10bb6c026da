"""All checks, one after the other."""

from service.domain.quality import Rules
from service.quality import (
    building,
    deeds,
    metering,
    occupying,
    orphans,
    overlaps,
    ratings,
    recorded,
    slivers,
    survey,
)
from service.quality.findings import Finding, in_order
from service.quality.tables import Tables

_SUBJECTS = (overlaps, slivers, recorded, survey, occupying, metering, deeds, orphans, building, ratings)


def run(tables: Tables, rules: Rules) -> list[Finding]:
    """Return everything that the tables and outlines contradict each other in, the gravest first."""
    return in_order([found for subject in _SUBJECTS for found in subject.check(tables, rules)], rules)
