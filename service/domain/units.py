"""Metrics and units: exact conversion into the 64-bit minor unit in which a metric is kept and summed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MINOR_LIMIT = 2**53
"""Amounts stay below this, so that a double holds each exactly while shares are applied."""


class UnitError(ValueError):
    """The unit does not belong to the metric's quantity, or the amount is out of range."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What a figure counts: ``tax``, ``output``, ``energy_equal_supply`` …

    ``minor_per_unit`` minor units make one display ``unit``; ``energy_basis`` names the conversion
    (``equal_energy`` 当量 or ``equal_supply`` 等价) by which carriers become coal equivalent.
    """

    code: str
    quantity: str
    unit: str
    minor_per_unit: int
    zh: str
    en: str
    energy_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit a source may use, with its exact size in the minor unit of its quantity."""

    symbol: str
    quantity: str
    minor: Fraction


@dataclass(frozen=True, slots=True)
class EnergyFactor:
    """Coal equivalent of one ``per`` of a carrier's quantity, with its source; unverified ones say so."""

    quantity: str
    basis: str
    per: str
    kgce: Decimal
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class UnitTable:
    """All metrics, units and energy factors of the reference tables."""

    metrics: Mapping[str, Metric]
    units: Mapping[str, Unit]
    energy_factors: Mapping[tuple[str, str], EnergyFactor]

    def factor(self, metric: Metric, unit: str) -> Fraction:
        """Minor units of ``metric`` in one ``unit``; raises `UnitError` when they do not belong together."""
        known = self.units.get(unit)
        if known is None:
            raise UnitError(f"Unknown unit {unit!r}.")
        if known.quantity == metric.quantity:
            return known.minor
        carrier = self.energy_factors.get((known.quantity, metric.energy_basis or ""))
        if carrier is None:
            raise UnitError(f"{unit!r} is not a unit of {metric.code} ({metric.quantity}).")
        # the minor unit of energy is 1 kgce
        return known.minor / self.units[carrier.per].minor * Fraction(carrier.kgce)

    def to_minor(self, amount: Decimal, metric: Metric, unit: str) -> int:
        """Return ``amount`` in minor units, half up; raises `UnitError` beyond ±2^53."""
        return round_half_up(Fraction(amount) * self.factor(metric, unit))


def round_half_up(amount: Fraction) -> int:
    """Round to the nearest integer, halves away from zero; raises `UnitError` beyond ±2^53."""
    whole = int(abs(amount) + Fraction(1, 2))
    if whole >= MINOR_LIMIT:
        raise UnitError("The amount is larger than this service can keep exactly.")
    return whole if amount >= 0 else -whole


def display(minor: int, metric: Metric) -> Decimal:
    """Return minor units as an exact decimal in the metric's display unit."""
    return Decimal(minor) / Decimal(metric.minor_per_unit)


def square_metres(amount: Decimal | Fraction, unit: Unit) -> float:
    """Return an area in m², rounded half up to 0.01 m²; raises `UnitError` for a unit of something else."""
    if unit.quantity != "area":
        raise UnitError(f"{unit.symbol!r} is not a unit of area.")
    return round_half_up(Fraction(amount) * unit.minor) / 100
