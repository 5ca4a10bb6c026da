"""Numbers of an explanation as text: quantities in the units people use, and what metrics are called."""

from decimal import Decimal
from fractions import Fraction

from service.domain.reasons import Text
from service.domain.scheme import AREAS, POINT
from service.domain.units import display
from service.reference.tables import unit_table

_PLACES = 6
_MU = "亩"


def area_names() -> dict[str, Text]:
    """Return what the areas are called that an indicator may read."""
    return {
        "land_area": ("land area", "土地面积"),
        "floor_area": ("floor area", "建筑面积"),
        "footprint_area": ("footprint of buildings", "建筑占地面积"),
    }


def quantity_names() -> dict[str, Text]:
    """Return what areas and metrics are called, for the texts of reasons."""
    return area_names() | {code: (metric.en, metric.zh) for code, metric in unit_table().metrics.items()}


def named(code: str) -> dict[str, str]:
    """Return code and title of a metric or an area; an unknown code is its own title."""
    english, chinese = quantity_names().get(code, (code, code))
    return {"code": code, "zh": chinese, "en": english}


def decimal(number: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros."""
    return format(number.normalize(), "f")


def quantity(metric: str, minor: int | None) -> str | None:
    """Return an amount of a metric in its display unit, exactly: ``820 万元``."""
    if minor is None:
        return None
    if metric in AREAS:
        return f"{decimal(Decimal(minor) / 100)} m²"
    known = unit_table().metrics.get(metric)
    return f"{decimal(display(minor, known))} {known.unit}" if known else str(minor)


def in_unit(name: str, minor: int, symbol: str) -> str:
    """Return an amount of a metric or an area in a unit of the scheme; without one in its own."""
    if not symbol:
        return str(quantity(name, minor))
    return f"{short(Fraction(minor) / unit_table().units[symbol].minor)} {symbol}"


def mu(minor: int | None) -> str | None:
    """Return an area of 0.01 m² in mu."""
    return None if minor is None else in_unit("land_area", minor, _MU)


def points(minor: int) -> str:
    """Return millionths of a point, or of anything else, as a decimal."""
    return short(Fraction(minor, POINT))


def percent(share: float | Fraction) -> str:
    """Return a share in percent, to a ten-thousandth of one."""
    return f"{short(Fraction(share) * 100, 4)}%"


def short(number: Fraction, places: int = _PLACES) -> str:
    """Return a fraction with at most so many places, halves away from zero, without trailing zeros."""
    minor = int(abs(number) * 10**places + Fraction(1, 2))
    return decimal(Decimal(minor if number >= 0 else -minor).scaleb(-places) + 0)
