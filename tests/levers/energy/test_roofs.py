"""Roofs from outlines, and what the sun could yield on them."""

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from service.levers.energy.roofs import ROOFS, roofs
from service.levers.energy.solar import yielded
from tests.levers.energy.cases import PARCELS, RULES, SHARES, UNITS, diagnosed, table

STEP = 0.001


def box(west: float, south: float, east: float, north: float) -> Any:
    """A rectangle in thousandths of a degree from 121.5° E, 29.8° N."""
    return shapely.box(121.5 + west * STEP, 29.8 + south * STEP, 121.5 + east * STEP, 29.8 + north * STEP)


def of(parcels: dict[str, Any], buildings: dict[str, Any]) -> dict[tuple[str, str], float]:
    """Roofs by parcel and building."""
    shapes = [np.array(list(each.values()), dtype=object) for each in (parcels, buildings)]
    found = roofs(list(parcels), shapes[0], list(buildings), shapes[1])
    return {(code, building): area for code, building, area in found.iter_rows()}


def area(shape: Any) -> float:
    """The area on the ellipsoid, by another library."""
    return abs(Geod(ellps="GRS80").geometry_area_perimeter(shape)[0])


def test_a_building_across_a_boundary_is_cut_there() -> None:
    """A half on each of two parcels, a quarter in the street; areas are those of the ellipsoid."""
    parcels = {"P1": box(0, 0, 1, 1), "P2": box(1, 0, 2, 1)}
    found = of(parcels, {"B1": box(0.5, 0, 1.5, 1.5), "B2": box(5, 5, 6, 6)})
    assert found.keys() == {("P1", "B1"), ("P2", "B1")}
    assert found["P1", "B1"] == pytest.approx(area(box(0.5, 0, 1, 1)), rel=1e-6, abs=0.01)
    assert found["P2", "B1"] == pytest.approx(area(box(1, 0, 1.5, 1)), rel=1e-6, abs=0.01)


def test_ground_that_two_buildings_cover_counts_once() -> None:
    """For the smaller code; together they cover what their union covers."""
    one, other, third = box(0, 0, 0.6, 1), box(0.4, 0, 1, 1), box(0, 0, 1, 1)
    found = of({"P1": box(0, 0, 1, 1)}, {"B3": third, "B2": other, "B1": one})
    assert found["P1", "B1"] == pytest.approx(area(one), rel=1e-6)
    assert sum(found.values()) == pytest.approx(area(third), rel=1e-6)
    assert ("P1", "B3") not in found


def test_a_bow_tie_is_measured_too() -> None:
    """An outline that crosses itself is made valid first."""
    tie = shapely.Polygon([(121.5, 29.8), (121.501, 29.801), (121.501, 29.8), (121.5, 29.801)])
    found = of({"P1": box(0, 0, 1, 1)}, {"B1": tie})
    assert found["P1", "B1"] == pytest.approx(area(box(0, 0, 1, 1)) / 2, rel=1e-3)


def test_without_land_or_buildings_there_is_no_roof() -> None:
    """An empty table, no mistake; nor where no building meets any land."""
    assert of({"P1": box(0, 0, 1, 1)}, {"B1": box(2, 2, 3, 3)}) == {}
    assert of({}, {}) == of({"P1": box(0, 0, 1, 1)}, {}) == {}


def parcel(roof: float | None, *arrays: dict[str, Any]) -> dict[str, Any]:
    """What is said of P1 with a roof and arrays of its firm."""
    lines = [] if roof is None else [{"parcel_code": "P1", "building_code": "B1", "roof_m2": roof}]
    listed = ({"kind": "rooftop_solar", "item": f"光伏{n}"} | row for n, row in enumerate(arrays))
    (told,) = diagnosed(*listed, roofs=table(ROOFS, *lines)).parcels.to_dicts()
    return told


def test_a_roof_by_hand() -> None:
    """10,000 m² × 0.6 × 0.15 = 900 kWp, 900,000 kWh, 270 tce; 0.8 × 0.75 + 0.2 × 0.4 yuan for each kWh."""
    told = parcel(10_000.0)
    assert told["solar_w"] == 900_000
    assert told["solar_wh"] == 900_000_000
    assert told["solar_gce_equal_supply"] == 270_000_000
    assert told["solar_gce_equal_energy"] == 110_610_000
    assert told["solar_fen"] == 61_200_000


def test_roof_under_solar_is_not_counted_again() -> None:
    """As stated, else by its power; a roof that is full has nothing left, and nothing below."""
    assert parcel(10_000.0, {"roof_area_m2": 4_000.0})["free_roof_m2"] == 6_000
    told = parcel(10_000.0, {"installed_kwp": 300.0})
    assert (told["installed_kwp"], told["installed_roof_m2"], told["free_roof_m2"]) == (300, 2_000, 8_000)
    assert parcel(100.0, {"roof_area_m2": 4_000.0})["solar_w"] == 0
    unknown = parcel(10_000.0, {})
    assert (unknown["solar_w"], unknown["solar_reason"]) == (None, "array_size_missing")


def test_no_building_is_no_zero() -> None:
    """Nobody says that there is no roof."""
    told = parcel(None)
    assert told["roof_m2"] is told["solar_w"] is told["solar_wh"] is None
    assert told["solar_reason"] == "no_building"


def test_an_array_of_a_firm_on_two_parcels_is_shared() -> None:
    """By the firm's shares where the inspection tells no parcel; what stands elsewhere takes nothing here."""
    two = table(PARCELS, {"parcel_code": "P1"}, {"parcel_code": "P2"})
    shares = table(
        SHARES,
        {"parcel_code": "P1", "uscc": "A", "share": 0.25},
        {"parcel_code": "P2", "uscc": "A", "share": 0.75},
    )
    lines = [{"parcel_code": code, "building_code": code, "roof_m2": 5_000.0} for code in ("P1", "P2")]
    array = {"kind": "rooftop_solar", "item": "光伏", "roof_area_m2": 2_000.0}
    told = diagnosed(array, parcels=two, shares=shares, roofs=table(ROOFS, *lines)).parcels
    assert told["free_roof_m2"].to_list() == [4_500, 3_500]
    elsewhere = diagnosed(
        array | {"parcel_code": "X"}, parcels=two, shares=shares, roofs=table(ROOFS, *lines)
    )
    assert elsewhere.parcels["free_roof_m2"].to_list() == [5_000, 5_000]


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 10**6), st.floats(0, 10**5), st.sampled_from(["330299", "园区", "", "320500"]))
def test_more_roof_never_yields_less(roof: float, more: float, district: str) -> None:
    """In power, energy, coal and yuan; and about what plain multiplication says."""
    roof, more = round(roof, 2), round(more, 2)
    small, large = (yielded(each, district, RULES, UNITS) for each in (roof, roof + more))
    assert all(0 <= small[name] <= large[name] for name in small)
    hours = float(RULES.solar.hours_in(district))
    assert small["solar_wh"] == pytest.approx(roof * 0.6 * 0.15 * 1000 * hours, abs=hours)
    assert small["solar_gce_equal_supply"] == pytest.approx(small["solar_wh"] * 0.30, abs=1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=1, max_size=6))
def test_roofs_never_exceed_the_land(corners: list[tuple[int, int, int, int]]) -> None:
    """Whatever buildings overlap, a parcel's roof is the union of what of them lies on it."""
    parcels = {"P1": box(0, 0, 1, 1), "P2": box(1, 0, 2, 1)}
    shapes = {
        f"B{n}": box(min(a, c) / 15, min(b, d) / 15, (max(a, c) + 1) / 15, (max(b, d) + 1) / 15)
        for n, (a, b, c, d) in enumerate(corners)
    }
    found = of(parcels, shapes)
    union = shapely.union_all(list(shapes.values()))
    for code, land in parcels.items():
        expected = area(shapely.intersection(union, land))
        total = sum(part for (at, _), part in found.items() if at == code)
        assert total == pytest.approx(expected, rel=1e-5, abs=0.05)
