"""The items of a parcel: what the scheme says of each indicator, and the numbers that made its points."""

from typing import Any

from service.domain.scheme import Fixed, GroupBenchmark, Indicator, Promised
from service.evaluation.explain.formulas import formula, method_of, steps
from service.evaluation.explain.quantities import decimal, named, quantity
from service.evaluation.explain.record import Record
from service.evaluation.explain.words import PROMISED, reason, told
from service.reference.scheme_checks import conversion
from service.reference.tables import unit_table

_TELLING = frozenset({"capped", "floored", "all_equal", "benchmark_not_positive"})
"""Outcomes from which an item's points follow: to the public they are just scored."""


def public_items(record: Record) -> list[dict[str, Any]]:
    """Return the indicators without any number of the parcel: rule, group and outcome."""
    return [_public(record, indicator) for indicator in record.indicators]


def analyst_items(record: Record) -> list[dict[str, Any]]:
    """Return, per indicator, its numbers in minor units and the formula with them.

    ``numerator ÷ denominator × per_unit`` is the value; ``scale`` minor units make one unit of the value and
    of what it is measured against.
    """
    found = []
    for indicator in record.indicators:
        part = record.parts[indicator.code]
        shown = steps(indicator, part, record.track, record.parts) if record.track else []
        minor = ("numerator", "denominator", "value", "benchmark", "low", "high", "size", "place", "promise")
        found.append(
            {
                "code": indicator.code,
                "numerator": _side(indicator.numerator, part["numerator"]),
                "denominator": _side(indicator.denominator, part["denominator"]),
                "minor": {name: part[name] for name in (*minor, "weight", "uncapped", "points")}
                | {"scale": indicator.scale, "per_unit": str(conversion(indicator, unit_table()))},
                "outcome": reason(part["outcome"]),
                "steps": shown,
                "formula": formula(shown),
            }
        )
    return found


def _side(name: str, amount: int | None) -> dict[str, Any]:
    return named(name) | {"text": quantity(name, amount)}


def _public(record: Record, indicator: Indicator) -> dict[str, Any]:
    part = record.parts[indicator.code]
    return {
        "code": indicator.code,
        "title": indicator.title.model_dump(),
        "unit": indicator.unit,
        "numerator": named(indicator.numerator),
        "denominator": named(indicator.denominator),
        "direction": indicator.direction,
        "method": indicator.method,
        "rule": method_of(indicator),
        "base_percent": decimal(indicator.base) if indicator.method == "min_max" else None,
        "weight": decimal(indicator.weight),
        "weight_applied": None if part["weight"] is None else part["weight"] / 1_000_000,
        "cap": None if indicator.cap is None else decimal(indicator.cap),
        "floor": None if indicator.floor is None else decimal(indicator.floor),
        "missing": indicator.missing,
        "partial": indicator.partial,
        "verified": indicator.verified,
        "unverified": indicator.unverified,
        "source": indicator.source,
        "benchmark": _benchmark(record, indicator),
        "outcome": reason("scored" if part["outcome"] in _TELLING else part["outcome"]),
        "lacks": reason(_lack(record, indicator)),
    }


def _benchmark(record: Record, indicator: Indicator) -> dict[str, Any]:
    benchmark, part = indicator.benchmark, record.parts[indicator.code]
    told_of_it: dict[str, Any] = {
        "method": benchmark.method,
        "value": decimal(benchmark.value) if isinstance(benchmark, Fixed) else None,
        "promise": told(benchmark.promise, PROMISED) if isinstance(benchmark, Promised) else None,
        "times": None if isinstance(benchmark, Fixed) else decimal(benchmark.times),
        "group": part["group"],
        "size": part["size"],
        "verified": benchmark.verified,
        "unverified": benchmark.unverified,
        "source": benchmark.source,
    }
    if isinstance(benchmark, GroupBenchmark):
        level = _level(record, benchmark, part["group"])
        told_of_it |= {
            "of": benchmark.of,
            "quantile": None if benchmark.quantile is None else decimal(benchmark.quantile),
            "over": list(benchmark.over),
            "smallest": benchmark.smallest,
            "level": list(level),
            "fell_back": level != benchmark.over,
        }
    return told_of_it


def _level(record: Record, benchmark: GroupBenchmark, group: str | None) -> tuple[str, ...]:
    """The grouping whose group set the benchmark: told by its name, which every level makes its own way."""
    values = record.grouped_by()
    for level in benchmark.levels:
        if group == " · ".join([str(record.score["track"]), *(values[name] or "unknown" for name in level)]):
            return level
    return benchmark.over


def _lack(record: Record, indicator: Indicator) -> str | None:
    """What a missing item lacks, as `service.evaluation.indicators` names it."""
    part = record.parts[indicator.code]
    if part["value"] is None:
        numerator, denominator = part["numerator"], part["denominator"]
        if numerator is None:
            return f"{indicator.numerator}_missing"
        if denominator is None:
            return f"{indicator.denominator}_missing"
        if denominator <= 0:
            return f"{indicator.denominator}_zero"
        # complete on both sides: another cause keeps the parcel from being scored, or an occupant lacks one
        return f"{indicator.denominator}_partial" if record.score["reason"] is None else None
    if isinstance(indicator.benchmark, Promised) and part["benchmark"] is None:
        return "promise_missing"
    return None
