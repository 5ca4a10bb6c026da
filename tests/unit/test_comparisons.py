"""Whom a benchmark compares with: last year's parcels, and a wider group where one is too small."""

from datetime import date
from typing import Any

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import WAN, Snapshot, indicator, park_of, part, points, scheme, track


def against(method: str, of_points: str = "ratio", **changes: Any) -> Scheme:
    """Return a scheme of tax per mu against a benchmark by this method."""
    return scheme(track(indicator(method=of_points, benchmark={"method": method, **changes})))


class TestLastYear:
    """上年平均: the benchmark that last year's figures set."""

    @staticmethod
    def park() -> Snapshot:
        """Return two parcels with 10 and 30 万元/亩, which had 4 and 8 the year before."""
        park = park_of(150, 450)
        return park.reported_before("E0", tax=60 * WAN).reported_before("E1", tax=120 * WAN)

    @pytest.mark.parametrize(
        ("method", "more", "expected"),
        [("mean", {}, 6), ("pooled", {}, 6), ("median", {}, 6), ("quantile", {"quantile": "0.5"}, 4)],
    )
    def test_every_method_can_look_back(self, method: str, more: dict[str, Any], expected: int) -> None:
        """Of last year's values, not of this year's."""
        results = self.park().evaluated(against(method, of="last_year", **more))
        assert part(results, "tax_per_mu", "benchmark") == [expected * 10**6] * 2

    def test_twice_last_years_mean(self) -> None:
        """As Huai'an sets it: 10 and 30 against 12."""
        results = self.park().evaluated(against("mean", of="last_year", times=2))
        assert points(results) == [pytest.approx(83.333333), 250]

    def test_a_firm_of_last_year_only_counts_in_it(self) -> None:
        """It left at the end of the year and reported nothing since: its parcel set the benchmark."""
        park = self.park().parcel("Q", 10_000).firm("F").holds("F", "Q", 1, until=date(2022, 12, 31))
        park.reported_before("F", tax=270 * WAN)
        results = park.evaluated(against("mean", of="last_year"))
        assert part(results, "tax_per_mu", "benchmark") == [10_000_000] * 3
        assert part(results, "tax_per_mu", "size") == [3] * 3
        assert results["scores"]["reason"].to_list() == [None, None, "no_occupant"]

    def test_a_firm_of_this_year_only_does_not(self) -> None:
        """Who came with the new year has a value and no part in the benchmark."""
        park = self.park().parcel("Q", 10_000).firm("F").holds("F", "Q", 1, since=date(2023, 1, 1))
        results = park.reports("F", tax=90 * WAN).evaluated(against("mean", of="last_year"))
        assert part(results, "tax_per_mu", "size") == [2] * 3
        assert points(results)[2] == 100

    def test_last_years_shares_are_of_last_years_days(self) -> None:
        """A firm that moved from P to Q brought last year's figure to P."""
        park = Snapshot().parcel("P", 10_000).parcel("Q", 10_000, town="west").firm("E")
        park.holds("E", "P", 1, until=date(2022, 12, 31)).holds("E", "Q", 1, since=date(2023, 1, 1))
        park.reports("E", tax=150 * WAN).reported_before("E", tax=60 * WAN)
        results = park.evaluated(against("mean", of="last_year", over=["town"]))
        rows = {row["group"]: row["benchmark"] for row in results["benchmarks"].iter_rows(named=True)}
        assert rows == {"all · unknown": 4_000_000, "all · west": None}
        assert part(results, "tax_per_mu", "outcome") == ["not_scored", "benchmark_missing"]

    def test_figures_of_the_parcel_count_last_year_too(self) -> None:
        """A meter of the year before."""
        park = park_of(150).metered_before("P0", tax=75 * WAN)
        assert points(park.evaluated(against("mean", of="last_year"))) == [200]

    def test_without_figures_of_last_year_there_is_no_benchmark(self) -> None:
        """Nothing to compare with scores nothing, and says so."""
        results = park_of(150).evaluated(against("mean", of="last_year"))
        assert points(results) == [0]
        assert part(results, "tax_per_mu", "outcome") == ["benchmark_missing"]

    def test_this_years_benchmarks_stand_beside_it(self) -> None:
        """Tax against last year, output against this year."""
        output = indicator("out", numerator="output", weight=50)
        by = scheme(track(indicator(weight=50, benchmark={"method": "mean", "of": "last_year"}), output))
        park = self.park().reports("E0", output=150 * WAN).reports("E1", output=450 * WAN)
        results = park.reported_before("E0", output=1).evaluated(by)
        assert part(results, "tax_per_mu", "benchmark") == [6_000_000] * 2
        assert part(results, "out", "benchmark") == [20_000_000] * 2


class TestFallBack:
    """A group of fewer than ``smallest`` parcels gives way to the wider one."""

    OVER = ("town", "land_use")

    @staticmethod
    def park() -> Snapshot:
        """Return east: three industrial parcels and one office; west: one industrial."""
        park = park_of(15, 30, 45, 110, 300)
        places = [*[("east", "industrial")] * 3, ("east", "office"), ("west", "industrial")]
        for row, (town, use) in zip(park.rows["parcels"], places, strict=True):
            row |= {"town": town, "land_use": use}
        return park

    def evaluated(
        self, smallest: int, method: str = "mean", of_points: str = "ratio"
    ) -> list[tuple[Any, ...]]:
        """Return group, size and benchmark of each parcel."""
        by = against(method, of_points, over=list(self.OVER), smallest=smallest)
        results = self.park().evaluated(by)
        names = ("group", "size", "benchmark" if method == "mean" else "place")
        return list(zip(*(part(results, "tax_per_mu", name) for name in names), strict=True))

    def test_groups_that_are_large_enough_stay(self) -> None:
        """Nothing gives way to anything where one is enough."""
        assert self.evaluated(1) == [
            *[("all · east · industrial", 3, 2_000_000)] * 3,
            ("all · east · office", 1, 7_333_333),
            ("all · west · industrial", 1, 20_000_000),
        ]

    def test_a_small_group_takes_the_next_wider_one_or_the_whole_track(self) -> None:
        """The office takes its town's four; the west has one parcel in all, so the track's five count."""
        assert self.evaluated(3) == [
            *[("all · east · industrial", 3, 2_000_000)] * 3,
            ("all · east", 4, 3_333_333),
            ("all", 5, 6_666_667),
        ]

    def test_all_groups_may_give_way(self) -> None:
        """Four are wanted: the town of the east has them, its land uses do not."""
        assert self.evaluated(4) == [*[("all · east", 4, 3_333_333)] * 4, ("all", 5, 6_666_667)]

    def test_the_whole_track_counts_at_last_whatever_its_size(self) -> None:
        """A hundred are wanted and five are there."""
        assert self.evaluated(100) == [("all", 5, 6_666_667)] * 5

    def test_only_parcels_with_a_value_make_a_group_large(self) -> None:
        """Empty parcels lend it no weight."""
        park = self.park()
        for code in ("X", "Y"):
            park.parcel(code, town="west", land_use="industrial")
        results = park.evaluated(against("mean", over=list(self.OVER), smallest=3))
        assert part(results, "tax_per_mu", "group")[4] == "all"

    def test_who_fell_back_by_rank_stands_among_the_whole_wider_group(self) -> None:
        """The office is first of all four in the east, the west first of all five."""
        assert self.evaluated(3, "peers", "rank") == [
            ("all · east · industrial", 3, 3),
            ("all · east · industrial", 3, 2),
            ("all · east · industrial", 3, 1),
            ("all · east", 4, 1),
            ("all", 5, 1),
        ]

    def test_the_range_of_the_wider_group_counts(self) -> None:
        """The office lies at the top of its town: the whole weight."""
        by = against("range", "min_max", over=list(self.OVER), smallest=3)
        results = self.park().evaluated(by)
        assert points(results) == [20, 60, 100, 100, 100]
        assert part(results, "tax_per_mu", "high")[3:] == [7_333_333, 20_000_000]

    def test_a_missing_item_takes_the_mean_of_the_group_that_counts(self) -> None:
        """An empty item in the west takes the mean item of those that were measured against the track."""
        tax = indicator(missing="group_mean", benchmark={"method": "mean", "over": ["town"], "smallest": 2})
        output = indicator("out", numerator="output", weight=0)
        park = (
            self.park().parcel("X", 10_000, town="west").firm("X").holds("X", "X", 1).reports("X", output=1)
        )
        results = park.evaluated(scheme(track(tax, output)))
        assert part(results, "tax_per_mu", "group")[4:] == ["all", "all"]
        assert points(results)[4] == points(results)[5]

    def test_the_table_has_the_groups_of_every_level(self) -> None:
        """An appeal can see what each group would have been."""
        results = self.park().evaluated(against("mean", over=list(self.OVER), smallest=3))
        sizes = dict(zip(results["benchmarks"]["group"], results["benchmarks"]["size"], strict=True))
        assert sizes == {
            "all": 5,
            "all · east": 4,
            "all · west": 1,
            "all · east · industrial": 3,
            "all · east · office": 1,
            "all · west · industrial": 1,
        }

    def test_last_years_group_falls_back_by_last_years_size(self) -> None:
        """Two parcels this year, one the year before: the wider group counts."""
        park = self.park()
        for number, tax in enumerate([60, 60, 60, 60, 135]):
            park.reported_before(f"E{number}", tax=tax * WAN)
        park.parcel("Q", 10_000, town="west").firm("F").holds("F", "Q", 1).reports("F", tax=WAN)
        results = park.evaluated(against("mean", of="last_year", over=["town"], smallest=2))
        assert part(results, "tax_per_mu", "group")[3:] == ["all · east", "all", "all"]
        assert part(results, "tax_per_mu", "benchmark")[3:] == [4_000_000, 5_000_000, 5_000_000]
