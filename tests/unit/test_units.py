from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.areas import SQUARE_METRES_PER_MU
from service.domain.units import MINOR_LIMIT, UnitError, display, round_half_up, square_metres
from service.reference.tables import unit_table

TABLE = unit_table()


@pytest.mark.parametrize(
    ("amount", "unit", "metric", "minor"),
    [
        ("3.5", "万元", "tax", 3_500_000),
        ("35000", "元", "tax", 3_500_000),
        ("0.005", "yuan", "tax", 1),
        ("10000", "kWh", "energy_equal_energy", 1229),
        ("1", "万kWh", "energy_equal_supply", 3000),
        ("1850", "tce", "energy_equal_supply", 1_850_000),
        ("1.2345", "kWh", "electricity", 1235),
        ("0.9", "t", "emission", 900_000),
        ("210", "人", "headcount", 210_000),
        ("1", "万m3_gas", "energy_equal_energy", 12143),
        ("-12.5", "万元", "tax", -12_500_000),
        ("1.5", "万m3_gas", "gas", 15_000_000),
        ("1.5", "万m3_water", "water", 15_000_000),
        ("1.5", "t_water", "water", 1500),
        ("2.5", "t_coal", "coal", 2_500_000),
        ("350", "kg_firewood", "firewood", 350_000),
        ("3", "GJ", "heat", 3_000_000),
        ("1", "吨", "so2", 1_000_000),
        ("1000", "t_water", "energy_equal_supply", 257),
    ],
)
def test_a_figure_becomes_minor_units_exactly(amount: str, unit: str, metric: str, minor: int) -> None:
    """Fen, kgce, W·h, gram and 0.001 person, half up; electricity becomes coal by the metric's own basis."""
    assert TABLE.to_minor(Decimal(amount), TABLE.metrics[metric], unit) == minor


@pytest.mark.parametrize(
    ("unit", "metric"),
    [
        ("kWh", "tax"),
        ("m2", "output"),
        ("furlong", "tax"),
        ("m3_gas", "water"),
        ("t_water", "gas"),
        ("吨", "gas"),
        ("吨", "energy_equal_supply"),
        ("立方米", "energy_equal_energy"),
    ],
)
def test_a_unit_of_something_else_is_refused(unit: str, metric: str) -> None:
    """Electricity is no money, water no gas, and a word of several carriers becomes no coal equivalent."""
    with pytest.raises(UnitError):
        TABLE.to_minor(Decimal(1), TABLE.metrics[metric], unit)


def test_an_amount_beyond_exact_doubles_is_refused() -> None:
    """Shares are applied in double precision, so nothing at or above 2^53 minor units is taken."""
    assert round_half_up(Fraction(MINOR_LIMIT - 1)) == MINOR_LIMIT - 1
    with pytest.raises(UnitError):
        round_half_up(Fraction(MINOR_LIMIT))
    with pytest.raises(UnitError):
        round_half_up(Fraction(-MINOR_LIMIT))


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(TABLE.metrics)))
def test_what_is_displayed_reads_back_the_same(minor: int, code: str) -> None:
    """A minor amount shown in its display unit and read again is the same amount."""
    metric = TABLE.metrics[code]
    assert TABLE.to_minor(display(minor, metric), metric, metric.unit) == minor


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("1", "亩", 666.67),
        ("3", "mu", 2000.0),
        ("1", "公顷", 10_000.0),
        ("10000", "sqft", 929.03),
        ("10000", "us_survey_sqft", 929.03),
        ("68507.52", "平方米", 68507.52),
    ],
)
def test_areas_become_square_metres(amount: str, unit: str, expected: float) -> None:
    """An area in mu, hectare or square feet becomes m², rounded half up to 0.01 m²."""
    assert square_metres(Decimal(amount), TABLE.units[unit]) == expected


def test_fifteen_mu_are_a_hectare() -> None:
    """1 mu 亩 is 10000/15 m²."""
    assert 15 * SQUARE_METRES_PER_MU == 10_000


def test_every_metric_and_factor_is_whole() -> None:
    """Each metric's display unit is known and gives its minor units; each factor names its source."""
    for metric in TABLE.metrics.values():
        assert TABLE.units[metric.unit].minor == metric.minor_per_unit
        assert metric.zh
        assert metric.en
    for factor in TABLE.energy_factors.values():
        assert factor.source
        assert TABLE.units[factor.per].quantity == factor.quantity
