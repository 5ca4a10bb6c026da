"""The formula of an item with its numbers, step by step, as a person would write it down.

``820 万元 ÷ 45.6 亩 = 17.982456 万元/亩`` is the value, ``17.982456 ÷ 24.097 × 30 = 22.387587`` the points.
What is shown rounded (mu, and quotients) is kept to the last digit beside it, in minor units.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.domain.scheme import POINT, Fixed, Indicator, Promised, Track
from service.domain.tables import PROMISES
from service.evaluation.explain.quantities import decimal, in_unit, points, short

Part = Mapping[str, Any]
Step = dict[str, str]


def steps(indicator: Indicator, part: Part, track: Track, parts: Mapping[str, Part]) -> list[Step]:
    """Return the steps of an item; each has its ``kind`` and its ``text``.

    Kinds: ``value``, ``benchmark``, ``weight`` (only where other items are missing), ``points``, ``cap``,
    ``floor``, ``filled`` (what a missing item is worth). ``parts`` are all items of the track.
    """
    found = [("value", _value(indicator, part))]
    found.append(("benchmark", _benchmark(indicator, part)))
    if indicator.weight:
        found.append(("weight", _weight(indicator, part, track, parts)))
        found += _scored(indicator, part)
    return [{"kind": kind, "text": text} for kind, text in found if text is not None]


def formula(found: list[Step]) -> str | None:
    """Return the steps in one line."""
    return "; ".join(step["text"] for step in found) or None


def in_scale(indicator: Indicator, minor: int) -> str:
    """Return a value or benchmark in the indicator's unit, with all its digits."""
    return short(Fraction(minor, indicator.scale), len(str(indicator.scale)) - 1)


def _value(indicator: Indicator, part: Part) -> str | None:
    if part["value"] is None:
        return None
    of_numerator, _, of_denominator = indicator.unit.partition("/")
    unit = f" {indicator.unit}" if of_denominator else ""
    numerator = in_unit(indicator.numerator, part["numerator"], of_numerator if of_denominator else "")
    denominator = in_unit(indicator.denominator, part["denominator"], of_denominator)
    return f"{numerator} ÷ {denominator} = {in_scale(indicator, part['value'])}{unit}"


def _benchmark(indicator: Indicator, part: Part) -> str | None:
    """How a benchmark that is a multiple came about."""
    benchmark = indicator.benchmark
    if part["benchmark"] is None or isinstance(benchmark, Fixed) or benchmark.times == 1:
        return None
    whole = in_scale(indicator, part["benchmark"])
    if isinstance(benchmark, Promised):
        promise = short(Fraction(part["promise"], PROMISES[benchmark.promise][1]), 9)
        return f"{promise} × {decimal(benchmark.times)} = {whole}"
    words = {"this_year": "本年度 this year", "last_year": "上年度 last year"}
    return f"{benchmark.method} ({words[benchmark.of]}) × {decimal(benchmark.times)} = {whole}"


def _weight(indicator: Indicator, part: Part, track: Track, parts: Mapping[str, Part]) -> str | None:
    """How the weights of missing items went to the others."""
    nominal = Fraction(indicator.weight)
    if part["weight"] is None or part["weight"] == nominal * POINT:
        return None
    gone = sum(
        Fraction(each.weight)
        for each in track.indicators
        if each.missing == "renormalise" and parts[each.code]["weight"] == 0
    )
    if not part["weight"]:
        return f"{short(nominal)} → 0"
    return f"{short(nominal)} × 100 ÷ {short(Fraction(100) - gone)} = {points(part['weight'])}"


def _scored(indicator: Indicator, part: Part) -> Iterator[tuple[str, str | None]]:
    if part["points"] is None:
        return
    if part["uncapped"] is None:
        yield "filled", points(part["points"])
        return
    yield "points", _points(indicator, part)
    for side in ("cap", "floor"):
        limit = getattr(indicator, side)
        if part["outcome"] == {"cap": "capped", "floor": "floored"}[side]:
            yield side, f"{decimal(limit)} × {points(part['weight'])} = {points(part['points'])}"


def _points(indicator: Indicator, part: Part) -> str | None:
    weight, uncapped = points(part["weight"]), points(part["uncapped"])
    value = in_scale(indicator, part["value"])
    match indicator.method:
        case "rank":
            return f"{weight} × ({part['size']} − {part['place']} + 1) ÷ {part['size']} = {uncapped}"
        case "min_max":
            return _min_max(indicator, part, value, weight, uncapped)
    if part["benchmark"] is None or part["benchmark"] <= 0:
        return uncapped
    benchmark = in_scale(indicator, part["benchmark"])
    if indicator.direction == "higher":
        return f"{value} ÷ {benchmark} × {weight} = {uncapped}"
    if part["value"] <= 0:  # nothing used at all is worth the cap
        return f"{decimal(indicator.cap or Decimal(0))} × {weight} = {uncapped}"
    return f"{benchmark} ÷ {value} × {weight} = {uncapped}"


def _min_max(indicator: Indicator, part: Part, value: str, weight: str, uncapped: str) -> str:
    if part["low"] == part["high"]:
        return uncapped
    low, high = in_scale(indicator, part["low"]), in_scale(indicator, part["high"])
    way = f"({value} − {low})" if indicator.direction == "higher" else f"({high} − {value})"
    base, rest = decimal(indicator.base), decimal(100 - indicator.base)
    return f"{weight} × ({base}% + {rest}% × {way} ÷ ({high} − {low})) = {uncapped}"


def method_of(indicator: Indicator) -> str:
    """Return the formula of an item in symbols, as the scheme has it."""
    match indicator.method:
        case "min_max":
            way = "x − min" if indicator.direction == "higher" else "max − x"
            base, rest = decimal(indicator.base), decimal(100 - indicator.base)
            return f"w × ({base}% + {rest}% × ({way}) ÷ (max − min))"
        case "rank":
            return "w × (n − rank + 1) ÷ n"
    return "x ÷ b × w" if indicator.direction == "higher" else "b ÷ x × w"
