"""The tables that pass between the rooms: what an evaluation reads (a snapshot) and what it writes (results).

Column types are ``str``, ``int`` (64-bit), ``float``, ``bool`` and ``date``; every column may be null unless
`KEYS` names it. Areas are 0.01 m², floor-area ratios (FAR 容积率) are 1e-6, manual shares 1e-6, points 1e-6
points, figures the minor unit of their metric.

A snapshot names parcels and enterprises by their codes, for people, and by numbers in the order of the codes,
by which the evaluation joins them (`service.store.numbering`).
"""

from collections.abc import Mapping, Sequence
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

_ENTERPRISE_FIGURES: Columns = MappingProxyType({"uscc": "str", "enterprise": "int"})
_PARCEL_FIGURES: Columns = MappingProxyType(
    {
        "parcel_code": "str",
        "parcel": "int",
        "part_of": "str",  # the enterprise whose total contains it; else empty
        "enterprise": "int",
        "elsewhere": "bool",
        "here": "bool",
    }
)

SNAPSHOT: Mapping[str, Columns] = MappingProxyType(
    {
        "parcels": {
            "parcel_code": "str",
            "parcel": "int",
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
            "parcel": "int",
            "signed_on": "date",
            "complete_by": "date",
            "completed_on": "date",
            **dict.fromkeys(PROMISES, "int"),
        },
        "enterprises": {
            "uscc": "str",
            "enterprise": "int",
            "industry": "str",
            "above_scale": "bool",
            "registered_on": "date",
        },
        "occupancies": {
            "parcel_code": "str",
            "parcel": "int",
            "uscc": "str",
            "enterprise": "int",
            "role": "str",
            "floor_area": "int",
            "land_area": "int",
            "electricity": "int",
            "manual_share": "int",
            "valid_from": "date",
            "valid_to": "date",
            "elsewhere": "bool",  # the parcel is known, but lies in another district
            "here": "bool",  # it is one of this evaluation
            "several": "bool",  # other rows speak of the same holding
        },
        # Wide: one int column per metric code follows the keys. ``…_before`` are those of the year before,
        # for benchmarks of last year; empty when the scheme has none.
        "enterprise_figures": _ENTERPRISE_FIGURES,
        "parcel_figures": _PARCEL_FIGURES,
        "enterprise_figures_before": _ENTERPRISE_FIGURES,
        "parcel_figures_before": _PARCEL_FIGURES,
        # Whose figures stand under another code here: of a branch under its head office's, of a parcel under
        # that of the parcel which has its land now.
        "passed_on": {
            "into": "str",
            "kind": "str",  # enterprise | parcel
            "code": "str",
        },
        # Every parcel and enterprise that any table names, with its number.
        "places": {"parcel_code": "str", "parcel": "int"},
        "firms": {"uscc": "str", "enterprise": "int"},
    }
)

RESULTS: Mapping[str, Columns] = MappingProxyType(
    {
        "scores": {
            "parcel_code": "str",
            "status": "str",  # scored | not_scored | outside
            "reason": "str",  # why not scored, or the class outside the ranking
            "track": "str",
            "industry": "str",
            "industry_group": "str",
            "ranking_group": "str",
            "land_area": "int",
            "floor_area": "int",
            "footprint_area": "int",
            "far": "int",
            "far_limit": "int",
            "items": "int",  # the sum of the items
            "correction": "int",  # the factor on it
            "bonus": "int",
            "deduction": "int",
            "points": "int",
            "rank": "int",
            "ranked": "int",  # size of the ranking
            "ranked_grade": "str",  # by the cut-offs alone
            "grade": "str",
            "adjustments": "str",  # codes joined by ",": corrections, bonuses, deductions, moves of the grade
            "low_efficiency": "bool",
            "low_efficiency_reasons": "str",  # codes joined by ","
            "far_uplift": "bool",
            "far_uplift_reasons": "str",  # likewise: why it is one, or why it cannot be
            "additional_floor_area": "int",
            "partial_occupancy": "bool",
            "missing_feeds": "str",  # feeds joined by ","; empty when covered
            "verified": "bool",  # whether all that decides about it was read in the document itself
        },
        "holdings": {
            "parcel_code": "str",
            "uscc": "str",  # empty for a figure reported for the parcel itself
            "basis": "str",  # floor_area, land_area, electricity, equal, manual, direct
            "weight": "int",  # in the basis's minor unit × days held
            "days": "int",  # days of the period covered
            "share": "float",
        },
        "reconciliation": {"uscc": "str"},  # empty for figures reported for a parcel without an enterprise
        "unallocated": {"uscc": "str", "metric": "str", "amount": "int", "reason": "str"},
        "coverage": {"parcel_code": "str"},
        "benchmarks": {
            "track": "str",
            "indicator": "str",
            "group": "str",
            "size": "int",  # parcels with a value; null for a fixed benchmark
            "benchmark": "int",
            "low": "int",  # the least and the largest value, for min-max
            "high": "int",
        },
        "findings": {
            "code": "str",
            "subject_kind": "str",  # parcel | enterprise | group
            "subject_code": "str",
            "metric": "str",  # or the indicator of a group
            "amount": "int",
        },
    }
)
"""Leading columns of each result. What a scheme reads adds columns behind them, see `per_scheme`."""

INDICATOR_PARTS: Columns = MappingProxyType(
    {
        "value": "int",  # in the indicator's own minor unit
        "benchmark": "int",  # likewise
        "group": "str",  # who set the benchmark
        "size": "int",
        "low": "int",  # the least and the largest value of the group, for min-max
        "high": "int",
        "place": "int",  # the rank of the value, for points by rank
        "weight": "int",  # 1e-6 points; after renormalisation, if the policy renormalises
        "uncapped": "int",  # where there is a cap or a floor
        "points": "int",
        "outcome": "str",  # scored, capped, floored, missing_zero, missing_group_mean …
    }
)
"""What ``scores`` may say of an indicator; `service.domain.scheme.Indicator.parts` are those that it uses."""

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
        "passed_on": ("into", "kind", "code"),
        "places": ("parcel_code",),
        "firms": ("uscc",),
        "scores": ("parcel_code",),
        "holdings": ("parcel_code", "uscc", "basis"),
        "reconciliation": ("uscc",),
        "unallocated": ("uscc", "metric"),
        "coverage": ("parcel_code",),
        "benchmarks": ("track", "indicator", "group"),
        "findings": ("code", "subject_kind", "subject_code", "metric"),
    }
)
"""Canonical sort order of each table, for hashes and comparisons."""

BY_NUMBER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scores": ("parcel",),
        "holdings": ("parcel", "enterprise", "basis"),
        "reconciliation": ("enterprise",),
        "unallocated": ("enterprise", "metric"),
        "coverage": ("parcel",),
    }
)
"""The same order by the numbers of a snapshot, which takes a tenth of the time. Results come with these
columns from the evaluation, and are kept without them."""

NUMBERS = ("parcel", "enterprise")
"""What a snapshot counts; without meaning outside of it."""


def read_columns(table: str) -> Columns:
    """Return the columns of a table of a snapshot that are read; the others are numbered from them."""
    numbered = (*NUMBERS, "here", "several")
    return {name: kind for name, kind in SNAPSHOT[table].items() if name not in numbered}


def result_columns(metrics: Sequence[str], indicators: Mapping[str, Sequence[str]]) -> dict[str, Columns]:
    """Return the columns of every result for what a scheme reads: wide, one row per parcel or holding.

    :param indicators: code → those of `INDICATOR_PARTS` that its scheme uses

    ``scores`` has ``metric__amount`` and ``indicator__value``, ``__benchmark`` …; ``coverage`` has
    ``feed__have``, ``__need``, ``__reason`` (null: complete; ``have`` 0: missing; else partial).
    """
    feeds = feed_names(metrics)
    more: dict[str, Columns] = {
        "scores": {
            **{f"{m}__amount": "int" for m in metrics},
            **{
                f"{code}__{part}": INDICATOR_PARTS[part]
                for code, parts in indicators.items()
                for part in parts
            },
        },
        "holdings": {f"{m}__amount": "int" for m in metrics},
        "reconciliation": {
            f"{m}__{part}": "int" for m in metrics for part in ("reported", "direct", "allocated")
        },
        "coverage": {
            f"{feed}__{part}": kind
            for feed in feeds
            for part, kind in {"have": "int", "need": "int", "reason": "str"}.items()
        },
    }
    return {name: {**columns, **more.get(name, {})} for name, columns in RESULTS.items()}


def feed_names(metrics: Sequence[str]) -> list[str]:
    """Return the feeds of a coverage in the order in which they are shown."""
    return ["land_area", "occupancy", "enterprise", *metrics]
