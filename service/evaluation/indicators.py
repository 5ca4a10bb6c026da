"""Indicators: value = numerator ÷ denominator, in the indicator's own minor unit."""

import narwhals.stable.v2 as nw

from service.domain.scheme import AREAS, Indicator, Track
from service.evaluation.frames import Frame, double, half_up, no_text
from service.reference.schemes import conversion
from service.reference.tables import unit_table


def with_values(parcels: Frame, track: Track) -> Frame:
    """Add, per indicator of the track, ``code__numerator``, ``__denominator``, ``__value`` and ``__lack``.

    A value is missing where either side is missing or the denominator is not above zero; ``lack`` names the
    cause (``tax_missing``, ``energy_equal_supply_zero``). Parcels that cannot be scored anyway have no value,
    so that they set no benchmark.
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
    value = half_up(double(numerator) * per_unit / double(denominator))
    lack = (
        nw.when(numerator.is_null())
        .then(nw.lit(f"{indicator.numerator}_missing"))
        .when(denominator.is_null())
        .then(nw.lit(f"{indicator.denominator}_missing"))
        .when(denominator <= 0)
        .then(nw.lit(f"{indicator.denominator}_zero"))
        .otherwise(no_text())
    )
    return [
        nw.when(nw.col("reason").is_null() & (denominator > 0)).then(value).alias(f"{code}__value"),
        lack.alias(f"{code}__lack"),
    ]
