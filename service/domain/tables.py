"""The tables that pass between the rooms: what an evaluation reads (a snapshot) and what it writes (results).

Column types are ``str``, ``int`` (64-bit), ``float``, ``bool`` and ``date``; every column may be null unless
`KEYS` names it. Areas are 0.01 m², floor-area ratios (FAR 容积率) are 1e-6, manual shares 1e-6, points 1e-6
points, figures the minor unit of their metric.
"""

from collections.abc import Mapping
from types import MappingProxyType

Columns = Mapping[str, str]

PROMISES: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "tax_per_mu": ("万元/亩", 10**6),
        "output_per_mu": ("万元/亩", 10**6),
        "investment_per_mu": ("万元/亩", 10**6),
        "energy_per_output": ("tce/万元", 10**9),
        "far": ("1", 10**6),
        "coverage": ("1", 10**6),
    }
)
"""What a grant contract may promise: the unit, and how many minor units of the snapshot make one.

Lower bounds, but for the energy per output, which is an upper bound.
"""

_ENTERPRISE_FIGURES: Columns = MappingProxyType({"uscc": "str"})
_PARCEL_FIGURES: Columns = MappingProxyType({"parcel_code": "str", "part_of": "str", "elsewhere": "bool"})

SNAPSHOT: Mapping[str, Columns] = MappingProxyType(
    {
        "parcels": {
            "parcel_code": "str",
            "town": "str",
            "land_use": "str",
            "registered_area": "int",
            "approved_area": "int",
            "contract_area": "int",
            "surveyed_area": "int",
            "occupied_area": "int",
            "geodesic_area": "int",
            "floor_area": "int",
            "footprint_area": "int",
            "far": "int",
            "far_limit": "int",
        },
        # The grant contract in force (出让合同); its promises are named in `PROMISES`.
        "contracts": {
            "parcel_code": "str",
            "signed_on": "date",
            "complete_by": "date",
            "completed_on": "date",
            **{name: "int" for name in PROMISES},
        },
        "enterprises": {"uscc": "str", "industry": "str", "above_scale": "bool", "registered_on": "date"},
        "occupancies": {
            "parcel_code": "str",
            "uscc": "str",
            "role": "str",
            "floor_area": "int",
            "land_area": "int",
            "electricity": "int",
            "manual_share": "int",
            "valid_from": "date",
            "valid_to": "date",
            "elsewhere": "bool",  # the parcel is known, but lies in another district
        },
        # Wide: one int column per metric code follows the keys. ``…_before`` are those of the year before, for
        # benchmarks of last year; empty when the scheme has none.
        "enterprise_figures": _ENTERPRISE_FIGURES,
        "parcel_figures": _PARCEL_FIGURES,
        "enterprise_figures_before": _ENTERPRISE_FIGURES,
        "parcel_figures_before": _PARCEL_FIGURES,
    }
)

RESULTS: Mapping[str, Columns] = MappingProxyType(
    {
        "scores": {
            "parcel_code": "str",
            "status": "str",  # scored | not_scored
            "reason": "str",  # why not scored: land_area_missing, land_area_zero, no_occupant, no_figures …
            "track": "str",
            "industry": "str",
            "ranking_group": "str",
            "land_area": "int",
            "floor_area": "int",
            "far": "int",
            "far_limit": "int",
            "points": "int",
            "rank": "int",
            "ranked": "int",  # size of the ranking
            "grade": "str",
            "low_efficiency": "bool",
            "low_efficiency_reasons": "str",  # codes joined by ","
            "far_uplift": "bool",
            "far_uplift_reasons": "str",  # likewise: why it is one, or why it cannot be
            "additional_floor_area": "int",
            "partial_occupancy": "bool",
            "missing_feeds": "str",  # feeds joined by ","; empty when covered
        },
        "score_parts": {
            "parcel_code": "str",
            "indicator": "str",
            "numerator": "int",
            "denominator": "int",
            "value": "int",  # in the indicator's own minor unit
            "benchmark": "int",  # likewise
            "benchmark_group": "str",
            "benchmark_size": "int",
            "weight": "int",  # 1e-6 points; after renormalisation, if the policy renormalises
            "uncapped": "int",
            "points": "int",
            "outcome": "str",  # scored, capped, floored, missing_zero, missing_group_mean …
        },
        "holdings": {
            "parcel_code": "str",
            "uscc": "str",  # empty for a figure reported for the parcel itself
            "basis": "str",  # floor_area, land_area, electricity, equal, manual, direct
            "weight": "int",  # in the basis's minor unit × days held
            "days": "int",  # days of the period covered
            "share": "float",
            "metric": "str",
            "reported": "int",
            "amount": "int",
        },
        "reconciliation": {
            "uscc": "str",  # empty for figures reported for a parcel without an enterprise
            "metric": "str",
            "reported": "int",
            "direct": "int",
            "allocated": "int",
            "unallocated": "int",
            "reason": "str",  # why something stayed unallocated
        },
        "coverage": {
            "parcel_code": "str",
            "feed": "str",  # land_area, occupancy, enterprise, and one per metric the scheme reads
            "status": "str",  # complete, partial, missing
            "have": "int",
            "need": "int",
            "reason": "str",
        },
    }
)

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "parcels": ("parcel_code",),
        "contracts": ("parcel_code",),
        "enterprises": ("uscc",),
        "occupancies": ("parcel_code", "uscc", "role", "valid_from"),
        "enterprise_figures": ("uscc",),
        "parcel_figures": ("parcel_code", "part_of"),
        "enterprise_figures_before": ("uscc",),
        "parcel_figures_before": ("parcel_code", "part_of"),
        "scores": ("parcel_code",),
        "score_parts": ("parcel_code", "indicator"),
        "holdings": ("parcel_code", "uscc", "metric", "basis"),
        "reconciliation": ("uscc", "metric"),
        "coverage": ("parcel_code", "feed"),
    }
)
"""Canonical sort order of each table, for hashes and comparisons."""
