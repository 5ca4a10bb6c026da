"""Values and item points by ratio, min-max and rank; caps and floors."""

from typing import Any

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import (
    WAN,
    Snapshot,
    column,
    fixed,
    indicator,
    park_of,
    part,
    points,
    scheme,
    track,
)


def test_a_value_is_numerator_over_denominator_in_the_indicators_minor_unit() -> None:
    """150 万元 on 15 mu are 10 万元/亩, kept as millionths."""
    results = park_of(150).evaluated(fixed(10))
    assert part(results, "tax_per_mu", "value") == [10_000_000]
    assert column(results, "points") == [100_000_000]


def test_an_area_may_stand_on_either_side() -> None:
    """Tax per floor area; a denominator of zero is missing."""
    per_floor = indicator(denominator="floor_area", benchmark={"method": "fixed", "value": 10})
    park = park_of(150, floor_area=1_000_000).parcel("Z", floor_area=0).holds("E0", "Z", 0)
    results = park.evaluated(scheme(track(per_floor)))
    assert part(results, "tax_per_mu", "value") == [10_000_000, None]
    per_ground = indicator(denominator="footprint_area", benchmark={"method": "fixed", "value": 10})
    results = park_of(150, footprint=5_000).evaluated(scheme(track(per_ground)))
    assert part(results, "tax_per_mu", "value") == [20_000_000]


def test_points_are_value_over_benchmark_times_weight() -> None:
    """Half the benchmark is half the weight, twice is twice where there is no cap."""
    assert points(park_of(75, 150, 300).evaluated(fixed(10))) == [50, 100, 200]


def test_halves_are_rounded_up_to_the_millionth() -> None:
    """floor(x + 0.5), on value and points alike."""
    park = Snapshot().parcel("P", 1 / 100).firm("E").holds("E", "P", 1).reports("E", tax=3)
    # 3 fen on 0.01 m² are 3e-6 万元 on 15e-6 mu: 0.2 万元/亩; against 0.3: 66.6666666… points
    results = park.evaluated(fixed("0.3", scale=10**9))
    assert part(results, "tax_per_mu", "value") == [200_000_000]
    assert column(results, "points") == [66_666_667]


def test_a_cap_and_a_floor_hold_the_points() -> None:
    """Both are multiples of the weight, and the outcome says which one was hit."""
    results = park_of(75, 300, -150).evaluated(fixed(10, cap="1.5", floor=0))
    assert points(results) == [50, 150, 0]
    assert part(results, "tax_per_mu", "outcome") == ["scored", "capped", "floored"]
    assert part(results, "tax_per_mu", "uncapped") == [50_000_000, 200_000_000, -100_000_000]


def test_a_negative_tax_without_a_floor_counts_negative() -> None:
    """Only the scheme says that a refund counts zero."""
    assert points(park_of(-150).evaluated(fixed(10))) == [-100]


def test_less_is_better_turns_the_ratio_round() -> None:
    """Benchmark ÷ value; using nothing at all is worth the cap."""
    lower = fixed(10, direction="lower", cap=2)
    assert points(park_of(300, 150, 75, 30, 0).evaluated(lower)) == [50, 100, 200, 200, 200]


def test_a_weight_of_zero_is_shown_and_not_scored() -> None:
    """The indicator appears in the scores, and its absence costs nothing."""
    shown = indicator("output_per_mu", numerator="output", weight=0, missing="zero")
    results = park_of(150, 150).reports("E0", output=WAN).evaluated(scheme(track(indicator(), shown)))
    assert points(results) == [100, 100]
    assert part(results, "output_per_mu", "outcome") == ["shown_only", "missing_shown_only"]


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"benchmark": {"method": "fixed", "value": 10}}, "value benchmark group weight points outcome"),
        ({"benchmark": {"method": "mean"}}, "value benchmark group size weight points outcome"),
        (
            {"benchmark": {"method": "mean"}, "cap": 2},
            "value benchmark group size weight uncapped points outcome",
        ),
        (
            {"benchmark": {"method": "range"}, "method": "min_max"},
            "value group size low high weight points outcome",
        ),
        (
            {"benchmark": {"method": "peers"}, "method": "rank"},
            "value group size place weight points outcome",
        ),
    ],
)
def test_scores_tell_of_an_indicator_what_its_method_uses(changes: dict[str, Any], parts: str) -> None:
    """No column of a range where there is a mean, none before the cap where there is no cap."""
    columns = park_of(1, 2).evaluated(scheme(track(indicator(**changes))))["scores"].columns
    told = [name.partition("__")[2] for name in columns if name.startswith("tax_per_mu__")]
    assert told == parts.split()


class TestMinMax:
    """极差法: from a base at the worst value of the group to the whole weight at the best."""

    @staticmethod
    def scheme(**changes: object) -> Scheme:
        """Return a scheme of tax per mu by min-max over the track."""
        return scheme(track(indicator(method="min_max", benchmark={"method": "range"}, **changes)))

    def test_the_least_value_gives_a_fifth_and_the_largest_the_whole_weight(self) -> None:
        """20 + 80 × (x − min) ÷ (max − min), as Jingde published it."""
        results = park_of(150, 300, 450).evaluated(self.scheme())
        assert points(results) == [20, 60, 100]
        assert part(results, "tax_per_mu", "low") == [10_000_000] * 3
        assert part(results, "tax_per_mu", "high") == [30_000_000] * 3
        assert part(results, "tax_per_mu", "size") == [3] * 3

    def test_where_less_is_better_the_least_value_gives_the_whole_weight(self) -> None:
        """20 + 80 × (max − x) ÷ (max − min); no cap is needed, since nothing exceeds the weight."""
        assert points(park_of(150, 300, 450).evaluated(self.scheme(direction="lower"))) == [100, 60, 20]

    @pytest.mark.parametrize(("base", "expected"), [(0, [0, 50, 100]), (40, [40, 70, 100])])
    def test_another_base(self, base: int, expected: list[int]) -> None:
        """The base is the scheme's."""
        assert points(park_of(150, 300, 450).evaluated(self.scheme(base=base))) == expected

    def test_equal_values_all_get_the_whole_weight(self) -> None:
        """No division by a spread of zero; the outcome says so, also for a group of one."""
        for taxes in [(7, 7, 7), (0, 0), (-5,)]:
            results = park_of(*taxes).evaluated(self.scheme())
            assert set(points(results)) == {100}
            assert set(part(results, "tax_per_mu", "outcome")) == {"all_equal"}

    def test_negative_values_have_their_place_between(self) -> None:
        """A refund is the least value."""
        assert points(park_of(-150, 0, 150).evaluated(self.scheme())) == [20, 60, 100]


class TestRank:
    """By rank: weight × (n − rank + 1) ÷ n."""

    @staticmethod
    def scheme(**changes: object) -> Scheme:
        """Return a scheme of tax per mu by rank among the track."""
        return scheme(track(indicator(method="rank", benchmark={"method": "peers"}, **changes)))

    def test_the_first_gets_the_weight_and_the_last_its_nth_part(self) -> None:
        """Four parcels: 100, 75, 50, 25."""
        results = park_of(1, 4, 3, 2).evaluated(self.scheme())
        assert points(results) == [25, 100, 75, 50]
        assert part(results, "tax_per_mu", "place") == [4, 1, 2, 3]
        assert part(results, "tax_per_mu", "size") == [4] * 4

    def test_equal_values_share_the_better_place(self) -> None:
        """Two first of four, then the third."""
        assert points(park_of(5, 5, 2, 1).evaluated(self.scheme())) == [100, 100, 50, 25]

    def test_where_less_is_better_the_least_is_first(self) -> None:
        """The order turns round."""
        assert points(park_of(1, 4, 3, 2).evaluated(self.scheme(direction="lower"))) == [100, 25, 50, 75]

    def test_a_third_is_rounded_to_the_millionth(self) -> None:
        """66.6666666… and 33.3333333…"""
        results = park_of(3, 2, 1).evaluated(self.scheme())
        assert column(results, "points") == [100_000_000, 66_666_667, 33_333_333]

    def test_a_parcel_without_a_value_takes_no_place(self) -> None:
        """The size counts parcels with a value only."""
        with_output = track(
            indicator(weight=0),
            indicator("out", numerator="output", method="rank", benchmark={"method": "peers"}),
        )
        park = park_of(1, 1, 1).reports("E0", output=WAN).reports("E2", output=2 * WAN)
        results = park.evaluated(scheme(with_output))
        assert points(results) == [50, 0, 100]
        assert part(results, "out", "place") == [2, None, 1]
