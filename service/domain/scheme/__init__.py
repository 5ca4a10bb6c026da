"""A scheme (评价办法): the rule of one jurisdiction for some periods, as data with its citation.

A scheme is read from YAML (`service.reference.schemes`), checked as a whole, and stored with every evaluation
as canonical JSON. What a value is worth as evidence travels with it (`Sourced`). Next year's rule is a new
file; a new kind of rule is a new member of one of the unions in these modules.
"""

from service.domain.scheme.benchmarks import Benchmark, Fixed, GroupBenchmark, Promised
from service.domain.scheme.grades import Adjustment, Grades, PointGrades, Ranking, ShareGrades
from service.domain.scheme.indicator import Indicator
from service.domain.scheme.rules import FarUplift, Flag, Outside, Rule
from service.domain.scheme.scheme import IndustryGroup, Scheme, Tenants, Track
from service.domain.scheme.totals import Bonus, Correction, Deduction, Total
from service.domain.scheme.values import POINT, GroupBy, Sourced, Title
from service.domain.scheme.vocabulary import AREAS, PARCEL_PROPERTIES, RESULT_PROPERTIES

__all__ = [
    "AREAS",
    "PARCEL_PROPERTIES",
    "POINT",
    "RESULT_PROPERTIES",
    "Adjustment",
    "Benchmark",
    "Bonus",
    "Correction",
    "Deduction",
    "FarUplift",
    "Fixed",
    "Flag",
    "Grades",
    "GroupBenchmark",
    "GroupBy",
    "Indicator",
    "IndustryGroup",
    "Outside",
    "PointGrades",
    "Promised",
    "Ranking",
    "Rule",
    "Scheme",
    "ShareGrades",
    "Sourced",
    "Tenants",
    "Title",
    "Total",
    "Track",
]
