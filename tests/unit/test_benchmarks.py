"""Benchmarks (标杆值) that parcels set themselves: mean, pooled, median, quantile, and multiples."""

from typing import Any

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import (
    WAN,
    Snapshot,
    by_parcel,
    column,
    indicator,
    park_of,
    part,
    points,
    scheme,
    track,
)


def against(method: str, **changes: Any) -> Scheme:
    """Return a scheme of tax per mu against a benchmark by this method."""
    return scheme(track(indicator(benchmark={"method": method, **changes})))


def benchmark(park: Snapshot, by: Scheme) -> list[int | None]:
    """Return the benchmark of each parcel in millionths of 万元/亩."""
    return part(park.evaluated(by), "tax_per_mu", "benchmark")


def towns(*parcels: tuple[str | None, int | None], **values: Any) -> Snapshot:
    """Return parcels P0, P1 … of 15 mu in these towns, each with a firm of this tax in 万元."""
    park = park_of(*(tax for _, tax in parcels), **values)
    for row, (town, _) in zip(park.rows["parcels"], parcels, strict=True):
        row["town"] = town
    return park


def test_the_mean_is_of_the_parcels_values() -> None:
    """Each parcel counts once, whatever its size; the scores say how many set the benchmark."""
    results = park_of(150, 450).evaluated(scheme())
    assert part(results, "tax_per_mu", "benchmark") == [20_000_000, 20_000_000]
    assert part(results, "tax_per_mu", "size") == [2, 2]
    assert points(results) == [50, 150]


def test_a_mean_is_rounded_half_up() -> None:
    """The mean of 1 and 2 millionths is 2."""
    park = Snapshot()
    for code, tax in [("P", 1), ("Q", 2)]:
        park.parcel(code, 10_000 / 15).firm(code).holds(code, code, 1).reports(code, tax=tax)
    assert benchmark(park, against("mean")) == [2, 2]


def test_the_pooled_benchmark_is_the_ratio_of_sums() -> None:
    """The large parcel counts for its size."""
    park = park_of(150).parcel("Q", 30_000).firm("F").holds("F", "Q", 1).reports("F", tax=150 * WAN)
    assert benchmark(park, against("pooled")) == [5_000_000, 5_000_000]


def test_the_pooled_benchmark_leaves_out_who_has_no_value() -> None:
    """The land of a parcel without a figure does not dilute it."""
    park = park_of(150, None)
    assert benchmark(park, against("pooled")) == [10_000_000, 10_000_000]


def test_the_median_is_the_middle_value() -> None:
    """Of an even number, the mean of the two in the middle."""
    assert set(benchmark(park_of(15, 30, 600), against("median"))) == {2_000_000}
    assert set(benchmark(park_of(15, 30, 45, 600), against("median"))) == {2_500_000}
    assert set(benchmark(park_of(15, 15, 15, 600), against("median"))) == {1_000_000}


@pytest.mark.parametrize(
    ("quantile", "expected"),
    [("0.2", 1), ("0.200001", 2), ("0.25", 2), ("0.4", 2), ("0.5", 3), ("0.75", 4), ("0.8", 4), ("1", 5)],
)
def test_a_quantile_is_a_value_of_the_group_by_nearest_rank(quantile: str, expected: int) -> None:
    """The smallest value that so many of five do not exceed; nothing is interpolated."""
    park = park_of(45, 15, 75, 30, 60)
    assert set(benchmark(park, against("quantile", quantile=quantile))) == {expected * 1_000_000}


def test_a_quantile_counts_equal_values_each() -> None:
    """Of 1, 1, 1, 9 the value at three quarters is 1, just above it 9."""
    park = park_of(15, 15, 15, 135)
    assert set(benchmark(park, against("quantile", quantile="0.75"))) == {1_000_000}
    assert set(benchmark(park, against("quantile", quantile="0.76"))) == {9_000_000}


def test_who_has_no_value_counts_in_no_median() -> None:
    """Unknown is not zero."""
    park = park_of(15, 30, 600, None, None)
    assert set(benchmark(park, against("median"))) == {2_000_000}
    assert set(benchmark(park, against("quantile", quantile="0.5"))) == {2_000_000}


@pytest.mark.parametrize(
    ("method", "more", "expected"),
    [("mean", {}, 40), ("pooled", {}, 40), ("median", {}, 40), ("quantile", {"quantile": "0.5"}, 20)],
)
def test_a_multiple_of_it_may_be_the_benchmark(method: str, more: dict[str, Any], expected: int) -> None:
    """Twice the mean of 10 and 30; a multiple of one and a half need not be whole."""
    park = park_of(150, 450)
    assert set(benchmark(park, against(method, times=2, **more))) == {expected * 1_000_000}
    assert set(benchmark(park, against(method, times="1.5", **more))) == {expected * 750_000}


def test_a_group_of_the_track_sets_its_own_benchmark() -> None:
    """Towns apart; parcels without a town are a group too."""
    park = towns(("east", 15), ("east", 45), ("west", 600), (None, 7))
    results = park.evaluated(against("mean", over=["town"]))
    assert part(results, "tax_per_mu", "group") == ["all · east", "all · east", "all · west", "all · unknown"]
    assert points(results) == [50, 150, 100, 100]


def test_groups_may_be_split_twice() -> None:
    """Town and land use together."""
    park = towns(("east", 15), ("east", 45), ("west", 600))
    park.rows["parcels"][0]["land_use"] = "industrial"
    results = park.evaluated(against("mean", over=["town", "land_use"]))
    assert part(results, "tax_per_mu", "group") == [
        "all · east · industrial",
        "all · east · unknown",
        "all · west · unknown",
    ]


def test_industry_groups_of_the_scheme_set_benchmarks() -> None:
    """Divisions that the county puts together are one group; what it names nowhere is another."""
    groups = [{**title("machines"), "divisions": ["34", "35"]}, {**title("textiles"), "divisions": ["17"]}]
    park = park_of(15, 45, 60, 75)
    for firm, industry in zip(park.rows["enterprises"], ["C3411", "C35", "1711", "C13"], strict=True):
        firm["industry"] = industry
    by = scheme(
        track(indicator(benchmark={"method": "mean", "over": ["industry_group"]})), industry_groups=groups
    )
    results = park.evaluated(by)
    assert column(results, "industry_group") == ["machines", "machines", "textiles", None]
    assert [value // 10**6 for value in part(results, "tax_per_mu", "benchmark")] == [2, 2, 4, 5]


def title(code: str) -> dict[str, Any]:
    """Return a code with a title."""
    return {"code": code, "title": {"zh": code, "en": code}}


def test_tracks_set_their_own_benchmarks() -> None:
    """The mean above scale is not that of all."""
    park = park_of(150, 450)
    park.rows["enterprises"][1]["above_scale"] = False
    results = park.evaluated(scheme(track(code="above", when="above_scale = TRUE"), track(code="below")))
    assert part(results, "tax_per_mu", "benchmark") == [10_000_000, 30_000_000]
    assert part(results, "tax_per_mu", "group") == ["above", "below"]


@pytest.mark.parametrize(
    ("method", "more"), [("mean", {}), ("pooled", {}), ("median", {}), ("quantile", {"quantile": "0.5"})]
)
def test_a_group_in_which_nobody_has_a_value_has_no_benchmark(method: str, more: dict[str, Any]) -> None:
    """An empty parcel alone in its town, and a whole park of empty parcels."""
    park = towns(("east", 15), ("west", None))
    results = park.evaluated(against(method, over=["town"], **more))
    assert part(results, "tax_per_mu", "benchmark") == [1_000_000, None]
    assert part(results, "tax_per_mu", "size") == [1, 0]
    assert benchmark(Snapshot().parcel("P").parcel("Q"), against(method, **more)) == [None, None]


@pytest.mark.parametrize("method", ["mean", "pooled", "median"])
def test_a_group_of_one_is_its_own_benchmark(method: str) -> None:
    """Who is alone stands exactly at the benchmark."""
    assert points(park_of(123).evaluated(against(method))) == [100]


def test_equal_values_all_stand_at_the_benchmark() -> None:
    """No division by a spread of zero."""
    results = park_of(7, 7, 7).evaluated(scheme())
    assert points(results) == [100, 100, 100]
    assert set(column(results, "grade")) == {"B"}


def test_a_benchmark_that_is_not_above_zero_scores_nothing() -> None:
    """Where a whole group pays nothing, or gets money back, no ratio means anything."""
    for taxes in [(0, 0), (-1, 0)]:
        results = park_of(*taxes).evaluated(scheme())
        assert points(results) == [0, 0]
        assert set(part(results, "tax_per_mu", "outcome")) == {"benchmark_not_positive"}


class TestTable:
    """The result ``benchmarks``: every group that was compared."""

    def test_every_group_has_a_row(self) -> None:
        """With its size and its benchmark."""
        results = towns(("east", 15), ("east", 45), ("west", 600)).evaluated(against("mean", over=["town"]))
        assert results["benchmarks"].rows() == [
            ("all", "tax_per_mu", "all · east", 2, 2_000_000, None, None),
            ("all", "tax_per_mu", "all · west", 1, 40_000_000, None, None),
        ]

    def test_a_range_has_its_ends(self) -> None:
        """The least and the largest value instead of a benchmark."""
        by = scheme(track(indicator(method="min_max", benchmark={"method": "range"})))
        rows = park_of(15, 45).evaluated(by)["benchmarks"].rows()
        assert rows == [("all", "tax_per_mu", "all", 2, None, 1_000_000, 3_000_000)]

    def test_a_fixed_benchmark_has_no_size(self) -> None:
        """Nobody set it; it stands there once, also for a scheme that scores nobody."""
        row = ("all", "tax_per_mu", "all", None, 10_000_000, None, None)
        by = against("fixed", value=10)
        assert park_of(15, 45).evaluated(by)["benchmarks"].rows() == [row]
        assert Snapshot().parcel("P").evaluated(by)["benchmarks"].rows() == [row]

    def test_a_contract_has_no_group(self) -> None:
        """Its promise is each parcel's own, and stands in the scores alone."""
        promised = {"method": "contract", "promise": "tax_per_mu"}
        results = park_of(15).evaluated(scheme(track(indicator(method="attainment", benchmark=promised))))
        assert results["benchmarks"].height == 0
        assert by_parcel(results, "scores", "tax_per_mu__outcome") == {"P0": "missing_zero"}
