"""Amounts of cases: everyday units into the minor units that an evaluation reads."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

from service.domain.cases import Amount
from service.domain.tables import PROMISES
from service.domain.units import UnitError, round_half_up
from service.reference.scheme_checks import marks
from service.reference.tables import unit_table
from service.reference.yaml_lines import Misplaced, Place

_POINT = 1_000_000


def figure(metric: str, amount: Amount, place: Place) -> int:
    """Return a figure in the metric's minor unit; raises `Misplaced`."""
    table = unit_table()
    known = table.metrics.get(metric)
    if known is None or metric in marks(table):
        names = ", ".join(sorted(set(table.metrics) - set(marks(table))))
        raise Misplaced(f"Unknown metric {metric!r}; known are {names}.", place)
    number, symbol = _parts(amount, place)
    try:
        return table.to_minor(number, known, symbol or known.unit)
    except UnitError as error:
        raise Misplaced(str(error), place) from None


def area(amount: Amount, place: Place) -> int:
    """Return an area in 0.01 m²; its unit must be written, since mu and m² are both everyday."""
    number, symbol = _parts(amount, place)
    unit = unit_table().units.get(symbol)
    if unit is None or unit.quantity != "area":
        raise Misplaced(f"An area is written with its unit, such as 45.6 亩 or 3000 m²; not {amount}.", place)
    return round_half_up(Fraction(number) * unit.minor)


def millionths(number: Decimal) -> int:
    """Return a ratio in 1e-6."""
    return round_half_up(Fraction(number) * _POINT)


def promise(name: str, number: Decimal, place: Place) -> int:
    """Return what a contract promises in the minor unit of snapshots; raises `Misplaced`."""
    if name not in PROMISES:
        raise Misplaced(f"Contracts promise {', '.join(PROMISES)}; {name!r} is none of them.", place)
    return round_half_up(Fraction(number) * PROMISES[name][1])


def mark(name: str, place: Place) -> str:
    """Return the code of a mark; raises `Misplaced`."""
    known = marks(unit_table())
    if name not in known:
        raise Misplaced(f"Unknown mark {name!r}; known are {', '.join(known)}.", place)
    return name


def _parts(amount: Amount, place: Place) -> tuple[Decimal, str]:
    number, _, symbol = str(amount).strip().partition(" ")
    try:
        parsed = Decimal(number)
    except InvalidOperation:
        raise Misplaced(f"{amount!r} is no number; write 820, or 8200000 元.", place) from None
    if not parsed.is_finite():
        raise Misplaced(f"{amount!r} is no number.", place)
    return parsed, symbol.strip()
