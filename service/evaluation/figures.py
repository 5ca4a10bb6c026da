"""Numbers of an explanation as text: quantities in the units people use, and the formula with its numbers."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.domain.reasons import Text
from service.domain.scheme import AREAS, Indicator
from service.domain.units import display
from service.reference.tables import unit_table

_PLACES = 6


def area_names() -> dict[str, Text]:
    """Return what the areas are called that an indicator may read."""
    return {"land_area": ("land area", "土地面积"), "floor_area": ("floor area", "建筑面积")}


def quantity_names() -> dict[str, Text]:
    """Return what areas and metrics are called, for the texts of reasons."""
    return area_names() | {code: (metric.en, metric.zh) for code, metric in unit_table().metrics.items()}


def decimal(number: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros."""
    return format(number.normalize(), "f")


def quantity(metric: str, minor: int | None) -> str | None:
    """Return an amount of a metric in its display unit, exactly: ``820 万元``."""
    if minor is None:
        return None
    known = unit_table().metrics.get(metric)
    return f"{decimal(display(minor, known))} {known.unit}" if known else str(minor)


def formula(indicator: Indicator, part: Mapping[str, Any]) -> str | None:
    """Return the item's calculation with its numbers.

    ``820 万元 ÷ 45.6 亩 = 17.982456 万元/亩; 17.982456 ÷ 24.097 × 30 = 22.387588``, and what a cap made of
    it; None where there is no value to calculate with.
    """
    if part["value"] is None:
        return None
    of_numerator, _, of_denominator = indicator.unit.partition("/")
    unit = f" {indicator.unit}" if of_denominator else ""
    numerator = _in_unit(indicator.numerator, part["numerator"], of_numerator if of_denominator else "")
    denominator = _in_unit(indicator.denominator, part["denominator"], of_denominator)
    value = _short(Fraction(part["value"], indicator.scale), len(str(indicator.scale)) - 1)
    text = f"{numerator} ÷ {denominator} = {value}{unit}"
    if part["uncapped"] is None or not part["benchmark"] or part["benchmark"] < 0:
        return text
    benchmark = _short(Fraction(part["benchmark"], indicator.scale), len(str(indicator.scale)) - 1)
    weight, uncapped = _points(part["weight"]), _points(part["uncapped"])
    ratio = f"{value} ÷ {benchmark}" if indicator.direction == "higher" else f"{benchmark} ÷ {value}"
    text += f"; {ratio} × {weight} = {uncapped}"
    if part["points"] is not None and part["points"] != part["uncapped"]:
        text += f" → {_points(part['points'])}"
    return text


def _in_unit(name: str, minor: int, symbol: str) -> str:
    table = unit_table()
    if not symbol and name not in AREAS:
        return str(quantity(name, minor))
    symbol = symbol or "m²"
    return f"{_short(Fraction(minor) / table.units[symbol].minor)} {symbol}"


def _points(minor: int) -> str:
    return _short(Fraction(minor, 10**_PLACES))


def _short(number: Fraction, places: int = _PLACES) -> str:
    """A fraction with at most so many places, halves away from zero, without trailing zeros."""
    minor = int(abs(number) * 10**places + Fraction(1, 2))
    return decimal(Decimal(minor if number >= 0 else -minor).scaleb(-places) + 0)
