"""Whole numbers: rounded once, shared out without loss, turned into coal equivalent."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from service.domain.units import EnergyFactor, UnitTable

_ALL = 1 - 1e-9
"""Shares that add up to this are all of it: they are doubles."""


def half_up(amount: Fraction) -> int:
    """Return the nearest whole number of an amount that is not negative, a half upwards."""
    return int(amount + Fraction(1, 2))


def whole(number: float | Decimal) -> Fraction:
    """Return a number as its shortest decimal says it: 0.1 is a tenth."""
    return Fraction(str(number))


def gce(watt_hours: int, factor: EnergyFactor, units: UnitTable) -> int:
    """Return the grams of coal equivalent of electricity in W·h, or of heat in W·h (3.6 kJ each)."""
    per_unit = units.units[factor.per].minor  # W·h in a kWh, kJ in a MJ
    minor = Fraction(watt_hours) * (1 if factor.quantity == "electricity" else Fraction(36, 10))
    return half_up(minor / per_unit * Fraction(factor.kgce) * 1000)


def apportioned(amount: int, shares: Sequence[tuple[str, float]]) -> dict[str, int]:
    """Share a whole number out by parts of one; the largest remainders get what flooring leaves.

    Of shares that do not add up to one, the rest is nobody's.
    """
    exact = [(code, amount * Fraction(share)) for code, share in shares]
    given = {code: int(part) for code, part in exact}
    total = amount if sum(share for _, share in shares) >= _ALL else int(sum(part for _, part in exact))
    by_remainder = sorted(exact, key=lambda each: (-(each[1] - int(each[1])), each[0]))
    for code, _ in by_remainder[: max(total - sum(given.values()), 0)]:
        given[code] += 1
    return given
