"""From amounts as a source writes them to what the store keeps: exact, or refused."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from service.domain.units import MINOR_LIMIT, Metric, Unit, UnitError
from service.feeds.fields import Field
from service.reference.tables import unit_table

PERCENT = "%"


def check_unit(place: str, target: Field | Metric, unit: str | None) -> None:
    """Raise ValueError naming ``place`` when ``unit`` cannot be the unit of ``target``."""
    if isinstance(target, Metric):
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
        if unit_table().named(target.kind, unit or target.unit) is None:
            raise ValueError(f"{place}: {unit!r} is not a unit of {target.kind}")


def size(target: Field | Metric, unit: str | None) -> Fraction:
    """Return how many minor units of ``target`` one ``unit`` of the source is."""
    if isinstance(target, Metric):
        return unit_table().factor(target, unit or target.unit)
    if target.kind == "share":
        return Fraction(1_000_000, 100) if unit == PERCENT else Fraction(1_000_000)
    if target.kind == "ratio":
        return Fraction(1_000_000)
    known = unit_table().named(target.kind, unit or target.unit or "")
    if known is None:
        raise UnitError(f"{unit!r} is not a unit of {target.kind}.")
    return known.minor


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


def unit_in_header(header: str) -> Unit | None:
    """Return the unit that a header names in its last brackets, as in ``用地面积（亩）``, if we know it."""
    text = header.strip().replace("（", "(").replace("）", ")")
    if not text.endswith(")") or "(" not in text:
        return None
    inside = text[text.rindex("(") + 1 : -1].strip().removeprefix("单位:").removeprefix("单位：").strip()
    return unit_table().units.get(inside)
