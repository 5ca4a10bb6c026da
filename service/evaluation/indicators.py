"""Indicators: value = numerator ÷ denominator, in the indicator's own minor unit."""

import narwhals.stable.v2 as nw

from service.domain.scheme import AREAS, Indicator, Track
from service.evaluation.frames import Frame, double, half_up, no_text, quotient
from service.reference.scheme_checks import conversion
from service.reference.tables import unit_table


def with_values(parcels: Frame, track: Track) -> Frame:
    """Add, per indicator of the track, ``code__numerator``, ``__denominator``, ``__value`` and ``__lack``.

    A value is missing where either side is missing or the denominator is not above zero; ``lack`` names the
    cause (``tax_missing``, ``energy_equal_supply_zero``). Parcels that cannot be scored anyway have no value,
    so that they set no benchmark. With ``partial: missing`` a value is also missing where an occupant has one
    side and lacks the other (``energy_equal_supply_partial``), unless the parcel's own figure settles it.
    """
    return parcels.with_columns(
        *(expression for indicator in track.indicators for expression in _sides(indicator))
    ).with_columns(*(expression for indicator in track.indicators for expression in _value(indicator)))


def _sides(indicator: Indicator) -> list[nw.Expr]:
    return [
        _quantity(indicator.numerator).alias(f"{indicator.code}__numerator"),
        _quantity(indicator.denominator).alias(f"{indicator.code}__denominator"),
    ]


def _quantity(name: str) -> nw.Expr:
    return nw.col(name) if name in AREAS else nw.col(f"{name}__amount")


def _value(indicator: Indicator) -> list[nw.Expr]:
    code = indicator.code
    numerator, denominator = nw.col(f"{code}__numerator"), nw.col(f"{code}__denominator")
    per_unit = float(conversion(indicator, unit_table()))
    value = half_up(quotient(double(numerator) * per_unit, double(denominator)))
    lack = (
        nw.when(numerator.is_null())
        .then(nw.lit(f"{indicator.numerator}_missing"))
        .when(denominator.is_null())
        .then(nw.lit(f"{indicator.denominator}_missing"))
        .when(denominator <= 0)
        .then(nw.lit(f"{indicator.denominator}_zero"))
        .when(_is_partial(indicator))
        .then(nw.lit(f"{indicator.denominator}_partial"))
        .otherwise(no_text())
    )
    known = nw.col("reason").is_null() & (denominator > 0) & ~_is_partial(indicator)
    return [nw.when(known).then(value).alias(f"{code}__value"), lack.alias(f"{code}__lack")]


def _is_partial(indicator: Indicator) -> nw.Expr:
    if indicator.partial == "use":
        return nw.lit(False)
    settled = nw.all_horizontal(
        *(nw.col(f"{metric}__whole") > 0 for metric in indicator.metrics), ignore_nulls=False
    )
    return (nw.col(f"{indicator.code}__unpaired") > 0) & ~settled
