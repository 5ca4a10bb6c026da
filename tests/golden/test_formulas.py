"""Published arithmetic, straight through the evaluation: the same numbers to the last printed digit."""

from typing import Any

import pytest

from service.domain.scheme import Scheme
from service.reference.schemes import load_scheme
from tests.support.snapshots import WAN, Snapshot, column, part

MU = 10_000 / 15

UNIT = {
    "tax": 820 * WAN,
    "value_added": 4100 * WAN,
    "energy_equal_supply": 1850 * 1000,
    "emission": 900_000,
    "headcount": 210 * 1000,
    "rd": 610 * WAN,
    "revenue": 18200 * WAN,
}
"""The published unit, in minor units: fen, kgce, gram, 0.001 person."""


def unit(mu: float = 45.6, above_scale: bool = True, **figures: int) -> Snapshot:
    """Return a parcel of so many mu with one firm."""
    park = Snapshot().parcel("P", mu * MU).firm("E", above_scale=above_scale).holds("E", "P", 1)
    return park.reports("E", **figures)


def score(park: Snapshot, scheme: str | Scheme, period: str) -> float:
    """Return the points of the only parcel."""
    by = load_scheme(scheme) if isinstance(scheme, str) else scheme
    points: float = column(park.evaluated(by, period), "points")[0] / 1e6
    return points


@pytest.mark.parametrize(
    ("scheme", "period", "printed"),
    [("huangyan-2022", "2022", "83.1493"), ("huangyan-2021", "2021", "83.3357")],
)
def test_huangyan_above_scale(scheme: str, period: str, printed: str) -> None:
    """45.6 mu, tax 820, value added 4100, energy 1850 tce, emission 0.9 t, 210 people, R&D 610 of 18200."""
    assert f"{score(unit(**UNIT), scheme, period):.4f}" == printed


def test_huangyan_below_scale() -> None:
    """6.0 万元/亩 and 0.15 元/kWh give 57.7650."""
    park = unit(15, above_scale=False, tax=90 * WAN, electricity=6_000_000 * 1000)
    assert f"{score(park, 'huangyan-2022', '2022'):.4f}" == "57.7650"


@pytest.mark.parametrize(("scheme", "period"), [("huangyan-2022", "2022"), ("huangyan-2021", "2021")])
@pytest.mark.parametrize("track", ["above_scale", "below_scale"])
def test_a_unit_exactly_at_the_benchmarks_scores_100(scheme: str, period: str, track: str) -> None:
    """On so much land and with so many people that no division leaves a rest."""
    by = load_scheme(scheme)
    indicators = next(each for each in by.tracks if each.code == track).indicators
    at = {each.code: each.benchmark.value for each in indicators}  # type: ignore[union-attr]
    figures: dict[str, Any] = {"tax": at["tax_per_mu"] * 10**6 * WAN}  # on a million mu
    if track == "above_scale":
        added = at["value_added_per_mu"] * 10**6 * WAN
        figures |= {
            "value_added": added,
            "energy_equal_supply": added / WAN * 1000 / at["value_added_per_energy"],
            "emission": added / WAN * 10**6 / at["value_added_per_emission"],
            "headcount": added / WAN * 1000 / at["labour_productivity"],
            "rd": at["rd_intensity"] * 10**6 * WAN,
            "revenue": 10**6 * WAN,
        }
    else:
        figures["electricity"] = figures["tax"] / 100 / at["tax_per_kwh"] * 1000
    whole = {name: round(value) for name, value in figures.items()}
    park = unit(10**6, above_scale=track == "above_scale", **whole)
    assert score(park, by, period) == 100


def test_energy_is_equal_supply() -> None:
    """2.22 and not the 5.4 万元/tce that the equal-energy factor would make of the same electricity."""
    results = unit(**UNIT).evaluated(load_scheme("huangyan-2022"), "2022")
    assert part(results, "value_added_per_energy", "value") == [2_216_216]


def test_missing_emission_takes_the_mean_item_of_the_track() -> None:
    """Of those above scale that have emission data: one unit's own item, here."""
    park = unit(**UNIT).parcel("Q", 45.6 * MU).firm("F").holds("F", "Q", 1)
    park.reports("F", **{name: value for name, value in UNIT.items() if name != "emission"})
    results = park.evaluated(load_scheme("huangyan-2022"), "2022")
    assert part(results, "value_added_per_emission", "points") == [9_240_834] * 2
    assert part(results, "value_added_per_emission", "outcome") == ["scored", "missing_group_mean"]
    assert column(results, "points")[0] == column(results, "points")[1]
