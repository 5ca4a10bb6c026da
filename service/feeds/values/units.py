"""From amounts as a source writes them to what the store keeps: exact, or refused."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from service.domain.units import MINOR_LIMIT, Metric, UnitError
from service.feeds.mappings.fields import Field
from service.feeds.mappings.rules import UNIT_IN_FILE, UnitColumn
from service.feeds.values.unit_words import unit_named
from service.reference.tables import unit_table

PERCENT = "%"
METER_KINDS = frozenset({"electricity", "gas", "water", "steam", "heat"})


def check_unit(place: str, target: Field | Metric, unit: str | UnitColumn | None) -> None:
    """Raise ValueError naming ``place`` when ``unit`` cannot be the unit of ``target``."""
    if isinstance(unit, UnitColumn):
        _check_has_unit(place, target)
        for word, symbol in unit.values.items():
            if unit_named(symbol, target) is None:
                raise ValueError(f"{place}: {word} cannot be {symbol!r}, which is no unit of it")
    elif unit in UNIT_IN_FILE:
        _check_has_unit(place, target)
    elif isinstance(target, Metric):
        if unit is None:
            raise ValueError(f"{place}: a metric needs the unit of its source, for instance {target.unit}")
        try:
            unit_table().factor(target, unit)
        except UnitError as error:
            raise ValueError(f"{place}: {error}") from None
    elif target.unit is None:
        if unit is not None:
            raise ValueError(f"{place}: this field has no unit")
    elif target.kind == "share":
        if unit not in (None, "1", PERCENT):
            raise ValueError(f"{place}: a share is 1 or %")
    else:
        known = unit_table().units.get(unit or target.unit)
        if known is None or known.quantity != target.kind:
            raise ValueError(f"{place}: {unit!r} is not a unit of {target.kind}")


def meter_kind(metric: Metric, unit: str | UnitColumn | None) -> str | None:
    """Return what a meter counts whose figures come as this metric in this unit: electricity, gas …"""
    known = unit_table().units.get(unit) if isinstance(unit, str) else None
    quantity = known.quantity if known else metric.quantity
    return quantity if quantity in METER_KINDS else None


def size(target: Field | Metric, unit: str | None) -> Fraction:
    """Return how many minor units of ``target`` one ``unit`` of the source is."""
    if isinstance(target, Metric):
        return unit_table().factor(target, unit or target.unit)
    if target.kind == "share":
        return Fraction(1_000_000, 100) if unit == PERCENT else Fraction(1_000_000)
    if target.kind == "ratio":
        return Fraction(1_000_000)
    return unit_table().units[unit or target.unit or ""].minor


def to_minor(factor: Fraction) -> Callable[[Decimal], int]:
    """Return the exact conversion into minor units, half up; it raises `UnitError` beyond ±2^53."""
    numerator, denominator = factor.as_integer_ratio()

    def convert(amount: Decimal) -> int:
        above, below = amount.as_integer_ratio()
        above, below = abs(above) * numerator, below * denominator
        minor = (2 * above + below) // (2 * below)
        if minor >= MINOR_LIMIT:
            raise UnitError("The amount is larger than this service can keep exactly.")
        return minor if amount >= 0 else -minor

    return convert


def _check_has_unit(place: str, target: Field | Metric) -> None:
    if isinstance(target, Field) and target.unit is None and target.kind != "currency":
        raise ValueError(f"{place}: this field has no unit")
