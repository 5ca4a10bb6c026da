"""Loads the reference tables into the plain values of the domain, once per process."""

from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from service.domain.units import EnergyFactor, Metric, Unit, UnitTable


def read(name: str) -> Any:
    """Return what a file of tables beside this module holds."""
    return yaml.safe_load(files("service.reference").joinpath(name).read_text(encoding="utf-8"))


@cache
def unit_table() -> UnitTable:
    """Return all metrics, units and energy factors."""
    metrics = {code: Metric(code=code, **entry) for code, entry in read("metrics.yaml").items()}
    units = {
        symbol: Unit(symbol, quantity, Fraction(str(size)))
        for quantity, sizes in read("units.yaml").items()
        for symbol, size in sizes.items()
    }
    factors = [
        EnergyFactor(**{**entry, "kgce": Decimal(entry["kgce"])}) for entry in read("energy_factors.yaml")
    ]
    return UnitTable(metrics, units, {(f.quantity, f.basis): f for f in factors})


@cache
def unit_words() -> dict[str, str]:
    """Return what bureaus call a unit, word → symbol or the part of it before a carrier's name."""
    return {str(word): str(symbol) for word, symbol in read("unit_words.yaml").items()}


@cache
def currencies() -> dict[str, str]:
    """Return how currencies are written, word → ISO 4217 code."""
    return {str(word): str(code) for word, code in read("currencies.yaml").items()}
