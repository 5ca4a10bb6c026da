"""Values, benchmarks, item points, totals: the formula, and where it has nothing to work with."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from tests.support.snapshots import Results, Snapshot, by_parcel, indicator, scheme, track

MU = 10_000 / 15
WAN = 1_000_000  # fen in 万元


def park_of(*taxes: int | None, land: float = 10_000, **values: object) -> Snapshot:
    """Return parcels P0, P1 … of 15 mu, each with a firm that paid this tax in 万元."""
    park = Snapshot()
    for number, tax in enumerate(taxes):
        park.parcel(f"P{number}", land, **values).firm(f"E{number}").holds(f"E{number}", f"P{number}", 100)
        if tax is not None:
            park.reports(f"E{number}", tax=tax * WAN)
    return park


def points(results: Results) -> list[float | None]:
    """Return the points of all parcels in the order of their codes."""
    return [None if value is None else value / 1e6 for value in results["scores"]["points"]]


def fixed(value: object, **changes: object) -> Scheme:
    """Return a scheme of tax per mu against a fixed benchmark."""
    return scheme(track(indicator(benchmark={"method": "fixed", "value": value}, **changes)))


def test_a_value_is_numerator_over_denominator_in_the_indicators_minor_unit() -> None:
    """150 万元 on 15 mu are 10 万元/亩, kept as millionths."""
    results = park_of(150).evaluated(fixed(10))
    assert results["score_parts"]["value"].to_list() == [10_000_000]
    assert results["scores"]["points"].to_list() == [100_000_000]


def test_points_are_value_over_benchmark_times_weight() -> None:
    """Half the benchmark is half the weight, twice is twice where there is no cap."""
    assert points(park_of(75, 150, 300).evaluated(fixed(10))) == [50, 100, 200]


def test_halves_are_rounded_up_to_the_millionth() -> None:
    """floor(x + 0.5), on value and points alike."""
    park = Snapshot().parcel("P", 1 / 100).firm("E").holds("E", "P", 1).reports("E", tax=3)
    # 3 fen on 0.01 m² are 3e-6 万元 on 15e-6 mu: 0.2 万元/亩; against 0.3: 66.6666666… points
    results = park.evaluated(fixed("0.3", scale=10**9))
    assert results["score_parts"]["value"].to_list() == [200_000_000]
    assert results["scores"]["points"].to_list() == [66_666_667]


def test_a_cap_and_a_floor_hold_the_points() -> None:
    """Both are multiples of the weight, and the outcome says which one was hit."""
    results = park_of(75, 300, -150).evaluated(fixed(10, cap="1.5", floor=0))
    assert points(results) == [50, 150, 0]
    assert results["score_parts"]["outcome"].to_list() == ["scored", "capped", "floored"]
    assert results["score_parts"]["uncapped"].to_list() == [50_000_000, 200_000_000, -100_000_000]


def test_a_negative_tax_without_a_floor_counts_negative() -> None:
    """Only the scheme says that a refund counts zero."""
    assert points(park_of(-150).evaluated(fixed(10))) == [-100]


def test_less_is_better_turns_the_ratio_round() -> None:
    """Benchmark ÷ value; using nothing at all is worth the cap."""
    lower = fixed(10, direction="lower", cap=2)
    assert points(park_of(300, 150, 75, 30, 0).evaluated(lower)) == [50, 100, 200, 200, 200]


def test_a_weight_of_zero_is_shown_and_not_scored() -> None:
    """The indicator appears in the parts, and its absence costs nothing."""
    shown = indicator("output_per_mu", numerator="output", weight=0, missing="zero")
    results = park_of(150, 150).evaluated(scheme(track(indicator(), shown)))
    assert points(results) == [100, 100]
    outcomes = results["score_parts"].filter(indicator="output_per_mu")["outcome"]
    assert outcomes.to_list() == ["missing_shown_only", "missing_shown_only"]


def test_the_mean_is_of_the_parcels_values() -> None:
    """Each parcel counts once, whatever its size; the part says how many set the benchmark."""
    results = park_of(150, 450).evaluated(scheme())
    assert results["score_parts"]["benchmark"].to_list() == [20_000_000, 20_000_000]
    assert results["score_parts"]["benchmark_size"].to_list() == [2, 2]
    assert points(results) == [50, 150]


def test_the_pooled_benchmark_is_the_ratio_of_sums() -> None:
    """The large parcel counts for its size."""
    park = park_of(150).parcel("Q", 30_000).firm("F").holds("F", "Q", 1).reports("F", tax=150 * WAN)
    results = park.evaluated(scheme(track(indicator(benchmark={"method": "pooled"}))))
    assert results["score_parts"]["benchmark"].to_list() == [5_000_000, 5_000_000]


def test_the_median_is_the_middle_value() -> None:
    """Of an even number, the mean of the two in the middle."""
    median = scheme(track(indicator(benchmark={"method": "median"})))
    assert set(park_of(15, 30, 600).evaluated(median)["score_parts"]["benchmark"]) == {2_000_000}
    assert set(park_of(15, 30, 45, 600).evaluated(median)["score_parts"]["benchmark"]) == {2_500_000}


def test_a_group_of_the_track_sets_its_own_benchmark() -> None:
    """Towns apart; parcels without a town are a group too."""
    park = Snapshot()
    for number, (town, tax) in enumerate([("east", 15), ("east", 45), ("west", 600), (None, 7)]):
        park.parcel(f"P{number}", 10_000, town=town).firm(f"E{number}").holds(f"E{number}", f"P{number}", 1)
        park.reports(f"E{number}", tax=tax * WAN)
    results = park.evaluated(scheme(track(indicator(benchmark={"method": "mean", "over": ["town"]}))))
    assert by_parcel(results, "score_parts", "benchmark_group") == {
        "P0": "all · east",
        "P1": "all · east",
        "P2": "all · west",
        "P3": "all · unknown",
    }
    assert points(results) == [50, 150, 100, 100]


def test_a_group_of_one_is_its_own_benchmark() -> None:
    """Who is alone stands exactly at the benchmark."""
    assert points(park_of(123).evaluated(scheme())) == [100]


def test_equal_values_all_stand_at_the_benchmark() -> None:
    """No division by a spread of zero."""
    results = park_of(7, 7, 7).evaluated(scheme())
    assert points(results) == [100, 100, 100]
    assert set(results["scores"]["grade"]) == {"B"}


def test_a_benchmark_that_is_not_above_zero_scores_nothing() -> None:
    """Where a whole group pays nothing, or gets money back, no ratio means anything."""
    for taxes in [(0, 0), (-1, 0)]:
        results = park_of(*taxes).evaluated(scheme())
        assert points(results) == [0, 0]
        assert set(results["score_parts"]["outcome"]) == {"benchmark_not_positive"}


def test_a_parcel_of_area_zero_is_not_scored_and_sets_no_benchmark() -> None:
    """Explained, not infinite."""
    results = (
        park_of(150).parcel("Z", 0).firm("F").holds("F", "Z", 1).reports("F", tax=WAN).evaluated(scheme())
    )
    assert by_parcel(results, "scores", "reason") == {"P0": None, "Z": "land_area_zero"}
    assert by_parcel(results, "score_parts", "benchmark_size") == {"P0": 1, "Z": 1}
    assert by_parcel(results, "score_parts", "outcome") == {"P0": "scored", "Z": "not_scored"}


def test_a_parcel_without_land_area_falls_back_only_where_the_scheme_says_so() -> None:
    """The first kind that is recorded counts; zero is recorded."""
    park = park_of(150).parcel("Z", None, surveyed_area=1_000_000).firm("F").holds("F", "Z", 1)
    park.reports("F", tax=150 * WAN)
    assert by_parcel(park.evaluated(scheme()), "scores", "reason")["Z"] == "land_area_missing"
    results = park.evaluated(scheme(land_area=["registered", "surveyed"]))
    assert by_parcel(results, "scores", "land_area") == {"P0": 1_000_000, "Z": 1_000_000}
    fallback = results["coverage"].filter(feed="land_area", parcel_code="Z").row(0, named=True)
    assert (fallback["status"], fallback["reason"]) == ("partial", "area_fallback")


def test_nobody_there_and_nothing_reported_are_different_reasons() -> None:
    """A parcel without occupants, and one whose occupants reported nothing the scheme reads."""
    results = park_of(None).parcel("Z").evaluated(scheme())
    assert by_parcel(results, "scores", "reason") == {"P0": "no_figures", "Z": "no_occupant"}


def test_vacant_land_of_a_firm_that_produces_elsewhere_scores_zero() -> None:
    """Held and empty is a result; unknown is none."""
    park = park_of(150).parcel("Z").holds("E0", "Z", 0)
    assert points(park.evaluated(fixed(10))) == [100, 0]


def test_a_landlord_who_let_everything_is_no_occupant() -> None:
    """Tenants speak for the parcel: here, that nobody is known."""
    park = park_of(150).parcel("Z").holds("E0", "Z", 50).holds("E0", "Z", 50, role="leased_out")
    assert by_parcel(park.evaluated(scheme()), "scores", "reason")["Z"] == "no_occupant"


class TestMissing:
    """The policies for an indicator that has no value."""

    @staticmethod
    def with_output(policy: str, **changes: object) -> Scheme:
        """Return a scheme of tax (60) and output (40) with this policy for missing output."""
        return scheme(
            track(
                indicator(weight=60, benchmark={"method": "fixed", "value": 10}),
                indicator(
                    "output_per_mu",
                    numerator="output",
                    weight=40,
                    missing=policy,
                    benchmark={"method": "fixed", "value": 10},
                    **changes,
                ),
            )
        )

    @staticmethod
    def park() -> Snapshot:
        """Return P0 and P1 with tax and output at and above the benchmark, P2 with tax only."""
        park = park_of(150, 150, 150)
        park.rows["enterprise_figures"][0]["output"] = 150 * WAN
        park.rows["enterprise_figures"][1]["output"] = 225 * WAN
        return park

    @pytest.mark.parametrize(
        ("policy", "expected", "outcome"),
        [
            ("zero", 60, "missing_zero"),
            ("group_mean", 110, "missing_group_mean"),
            ("renormalise", 100, "missing_renormalised"),
            ("not_scored", None, "not_scored"),
        ],
    )
    def test_each_policy(self, policy: str, expected: float | None, outcome: str) -> None:
        """Zero; the mean item of the others (40 and 60); the other indicators alone; not at all."""
        results = self.park().evaluated(self.with_output(policy))
        assert points(results) == [100, 120, expected]
        part = results["score_parts"].filter(parcel_code="P2", indicator="output_per_mu")
        assert part["outcome"].to_list() == [outcome]

    def test_not_scored_names_what_is_missing(self) -> None:
        """The reason is the feed that is missing."""
        results = self.park().evaluated(self.with_output("not_scored"))
        assert by_parcel(results, "scores", "reason")["P2"] == "output_missing"

    def test_renormalised_weights_are_shown(self) -> None:
        """The parts carry the weights that were applied."""
        results = self.park().evaluated(self.with_output("renormalise"))
        weights = results["score_parts"].filter(parcel_code="P2")
        assert dict(zip(weights["indicator"], weights["weight"], strict=True)) == {
            "tax_per_mu": 100_000_000,
            "output_per_mu": 0,
        }

    def test_a_parcel_with_nothing_left_to_renormalise_is_not_scored(self) -> None:
        """All weight handed on, nobody to take it."""
        only = scheme(track(indicator("output_per_mu", numerator="output", missing="renormalise")))
        results = (
            park_of(150).parcel("Q").firm("F").holds("F", "Q", 1).reports("F", output=WAN).evaluated(only)
        )
        assert by_parcel(results, "scores", "reason") == {"P0": "no_figures", "Q": None}

    def test_a_group_without_any_value_gives_no_mean(self) -> None:
        """Nobody in the group reported it: zero for all, and said so."""
        results = park_of(150).evaluated(self.with_output("group_mean"))
        assert points(results) == [60]
        assert "missing_no_group" in results["score_parts"]["outcome"].to_list()

    def test_a_denominator_of_zero_is_missing(self) -> None:
        """Output per energy of a firm that used none has no value; the lack has its name."""
        per_tce = indicator(
            numerator="tax", denominator="energy_equal_supply", unit="万元/tce", missing="not_scored"
        )
        park = park_of(150, 150)
        park.rows["enterprise_figures"][0]["energy_equal_supply"] = 0
        park.rows["enterprise_figures"][1]["energy_equal_supply"] = 1000
        results = park.evaluated(scheme(track(per_tce)))
        assert by_parcel(results, "scores", "reason") == {"P0": "energy_equal_supply_zero", "P1": None}


def test_huge_numbers_saturate_instead_of_wrapping() -> None:
    """The largest figures on the smallest parcels neither crash nor turn negative."""
    park = Snapshot()
    for number in range(3):
        park.parcel(f"P{number}", 0.01).firm(f"E{number}").holds(f"E{number}", f"P{number}", 1)
        park.reports(f"E{number}", tax=2**53 - 1)
    results = park.evaluated(fixed(10))
    assert set(results["scores"]["points"]) == {2**53}
    assert set(park.evaluated(scheme())["scores"]["points"]) == {100_000_000}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-(10**6), 10**9), min_size=2, max_size=8), st.integers(0, 10**9), st.data())
def test_more_tax_never_lowers_a_parcels_points(taxes: list[int], more: int, data: st.DataObject) -> None:
    """Against a fixed benchmark, points follow the tax."""
    raised = data.draw(st.integers(0, len(taxes) - 1))
    capped = fixed(10, cap="1.5", floor=0)
    before = park_of(*taxes).evaluated(capped)["scores"]["points"]
    taxes[raised] += more
    after = park_of(*taxes).evaluated(capped)["scores"]["points"]
    assert after[raised] >= before[raised]
    assert [p for i, p in enumerate(after) if i != raised] == [p for i, p in enumerate(before) if i != raised]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-100, 10**6), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(taxes: list[int], random) -> None:
    """Shuffled hand-overs give identical results, and so does a second run."""
    park = park_of(*taxes)
    first = park.evaluated(scheme())
    for rows in park.rows.values():
        random.shuffle(rows)
    for second in (park.evaluated(scheme()), park.evaluated(scheme())):
        assert all(first[name].equals(second[name]) for name in first)


def test_results_have_the_declared_columns() -> None:
    """Also where there is nothing at all."""
    empty = Snapshot().evaluated(scheme())
    full = park_of(1).evaluated(scheme())
    for name, table in full.items():
        assert table.schema == empty[name].schema
        assert empty[name].height == 0
    assert isinstance(full["scores"].schema["points"], pl.Int64)
