"""Where there is little or far too much: extreme values, empty parks, areas that are not recorded."""

from typing import Any

import pytest

from service.store.frames import TYPES
from tests.support.snapshots import (
    WAN,
    Snapshot,
    column,
    fixed,
    indicator,
    park_of,
    part,
    points,
    rule,
    scheme,
    track,
)

LARGEST = 2**53 - 1

BENCHMARKS: list[dict[str, Any]] = [
    {"benchmark": {"method": "fixed", "value": 10}},
    {"benchmark": {"method": "mean"}},
    {"benchmark": {"method": "pooled"}},
    {"benchmark": {"method": "median"}},
    {"benchmark": {"method": "quantile", "quantile": "0.5"}},
    {"benchmark": {"method": "mean", "of": "last_year"}},
    {"method": "attainment", "benchmark": {"method": "contract", "promise": "tax_per_mu"}},
    {"method": "min_max", "benchmark": {"method": "range"}},
    {"method": "rank", "benchmark": {"method": "peers"}},
]
METHODS = [each["benchmark"]["method"] for each in BENCHMARKS]


def huge(number: int = 3) -> Snapshot:
    """Return the largest figures on the smallest parcels."""
    park = Snapshot()
    for code in "PQRSTU"[:number]:
        park.parcel(code, 0.01).firm(code).holds(code, code, 1).reports(code, tax=LARGEST)
    return park


def test_huge_values_saturate_instead_of_wrapping() -> None:
    """At 2^53, where a double still holds every integer."""
    results = huge().evaluated(fixed(10))
    assert part(results, "tax_per_mu", "value") == [2**53] * 3
    assert set(column(results, "points")) == {2**53}


@pytest.mark.parametrize("benchmark", ["mean", "pooled", "median"])
def test_sums_of_huge_values_do_not_wrap(benchmark: str) -> None:
    """More of them than an int64 could add up: two thousand times 2^53."""
    park = Snapshot()
    for number in range(2000):
        code = str(number)
        park.rows["parcels"].append({"parcel_code": code, "registered_area": 1})
        park.rows["parcel_figures"].append({"parcel_code": code, "part_of": "", "tax": LARGEST})
    results = park.evaluated(scheme(track(indicator(benchmark={"method": benchmark}))))
    assert set(part(results, "tax_per_mu", "value")) == {2**53}
    assert set(column(results, "points")) == {100_000_000}


def test_a_multiple_of_a_huge_benchmark_saturates() -> None:
    """Ten thousand times 2^53 is 2^53."""
    by = scheme(track(indicator(benchmark={"method": "mean", "times": 10_000})))
    assert part(huge().evaluated(by), "tax_per_mu", "benchmark") == [2**53] * 3


def test_huge_points_survive_correction_and_bonus() -> None:
    """The product saturates, the sum does not wrap; a cap holds it."""
    rules = {"corrections": [rule("much", factor=10_000)], "bonuses": [rule("more", points=10_000)]}
    park = huge()
    assert min(column(park.evaluated(scheme(track(indicator(**BENCHMARKS[0]), **rules))), "points")) >= 2**53
    capped = track(indicator(**BENCHMARKS[0]), total={"cap": 120}, **rules)
    assert points(park.evaluated(scheme(capped))) == [120] * 3


def test_a_huge_refund_saturates_below() -> None:
    """And min-max lies between the two."""
    park = huge(2).reports("P", tax=-LARGEST)
    assert part(park.evaluated(scheme()), "tax_per_mu", "value") == [-(2**53), 2**53]
    by = scheme(track(indicator(**BENCHMARKS[METHODS.index("range")])))
    assert points(park.evaluated(by)) == [20, 100]


@pytest.mark.parametrize("changes", BENCHMARKS, ids=METHODS)
@pytest.mark.parametrize("missing", ["zero", "group_mean", "renormalise", "not_scored"])
def test_every_method_says_something_of_nobody_and_of_nothing(changes: dict[str, Any], missing: str) -> None:
    """A parcel without anybody, one without area, one with zero tax, one in debt: all are explained."""
    by = scheme(track(indicator(missing=missing, **changes)))
    park = park_of(0, -5).parcel("Q").parcel("Z", 0).holds("E0", "Z", 0).parcel("U", None)
    results = park.evaluated(by)
    assert column(results, "reason")[2:] == ["no_occupant", "land_area_missing", "land_area_zero"]
    for row in results["scores"].iter_rows(named=True):
        assert (row["points"] is None) == (row["status"] == "not_scored") == (row["reason"] is not None)
        assert (row["grade"] is None) == (row["points"] is None)
        assert row["tax_per_mu__outcome"] is not None


@pytest.mark.parametrize("changes", BENCHMARKS, ids=METHODS)
def test_every_method_is_defined_for_one_and_for_equals(changes: dict[str, Any]) -> None:
    """Alone, and among equals, with and without tax."""
    for taxes in [(7,), (7, 7, 7), (0, 0)]:
        results = park_of(*taxes).evaluated(scheme(track(indicator(**changes))))
        assert len(set(column(results, "points"))) == len(set(column(results, "grade"))) == 1
        assert None not in column(results, "points")
    assert Snapshot().evaluated(scheme(track(indicator(**changes))))["scores"].height == 0


class TestLandArea:
    """Which of the five areas counts."""

    def test_it_is_the_first_that_is_recorded(self) -> None:
        """In the scheme's order; zero is recorded."""
        park = Snapshot().parcel("P", 10, surveyed_area=2000, contract_area=3000)
        park.parcel("Q", None, surveyed_area=2000, contract_area=3000).parcel("R", None, contract_area=3000)
        park.parcel("S", 0, surveyed_area=2000)
        by = scheme(land_area=["registered", "surveyed", "contract"])
        assert column(park.evaluated(by), "land_area") == [1000, 2000, 3000, 0]

    @pytest.mark.parametrize(
        "kind", ["registered", "approved", "contract", "surveyed", "occupied", "geodesic"]
    )
    def test_the_scheme_names_it(self, kind: str) -> None:
        """Each by itself; the others are not asked."""
        areas = ("registered", "approved", "contract", "surveyed", "occupied", "geodesic")
        park = Snapshot().parcel("P", 1, **{f"{each}_area": 100 * n for n, each in enumerate(areas[1:], 2)})
        assert column(park.evaluated(scheme(land_area=[kind])), "land_area") == [
            100 * (areas.index(kind) + 1)
        ]

    def test_a_parcel_without_it_is_not_scored(self) -> None:
        """Unless the scheme falls back to another kind."""
        park = park_of(150).parcel("Z", None, surveyed_area=1_000_000).firm("F").holds("F", "Z", 1)
        park.reports("F", tax=150 * WAN)
        assert column(park.evaluated(scheme()), "reason") == [None, "land_area_missing"]
        assert points(park.evaluated(scheme(land_area=["registered", "surveyed"]))) == [100, 100]

    def test_ratios_are_of_the_area_that_counts(self) -> None:
        """FAR where none is recorded, and building coverage."""
        park = Snapshot().parcel("P", 1000, surveyed_area=200_000, floor_area=300_000, footprint=500)
        assert column(park.evaluated(scheme()), "far") == [3_000_000]
        by = scheme(
            land_area=["surveyed"], outside=[rule("as_surveyed", "far = 1.5 AND building_coverage = 0.25")]
        )
        assert column(park.evaluated(by), "reason") == ["as_surveyed"]


def test_results_have_the_declared_columns() -> None:
    """In their order and types, also where there is nothing at all."""
    by = scheme(
        track(indicator(), indicator("out", numerator="output", weight=0), when="above_scale = TRUE"),
        track(indicator(), code="rest"),
    )
    declared = by.result_columns
    for park in (Snapshot(), park_of(1)):
        results = park.evaluated(by)
        assert list(results) == list(declared)
        for name, table in results.items():
            assert dict(table.schema) == {column: TYPES[kind] for column, kind in declared[name].items()}
