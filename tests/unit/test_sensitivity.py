"""Sensitivity: rankings by other weights, exactly as an evaluation by those weights gives them."""

from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.scheme import Scheme
from service.evaluation import pipeline
from service.reference.scheme_changes import changed
from service.whatif.kendall import inversions, kendall_tau
from service.whatif.report import TrackSensitivity
from service.whatif.sensitivity import graded, sensitivity
from service.whatif.weights import made_up, rescaled, with_weights
from tests.support.snapshots import Snapshot, by_parcel, indicator, scheme, track
from tests.unit.test_comparing import park_of

OUTPUT = indicator("output_per_mu", numerator="output", weight=30, cap="1.5")
ENERGY = indicator(
    "output_per_tce",
    numerator="output",
    denominator="energy_equal_supply",
    unit="万元/tce",
    weight="12.5",
    missing="renormalise",
)
EMISSION = indicator(
    "output_per_emission", numerator="output", denominator="emission", unit="万元/t", weight="7.5",
    missing="group_mean",
)  # fmt: skip
FOUR = scheme(track(indicator(weight=50), OUTPUT, ENERGY, EMISSION))

ranks = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 5), st.integers(1, 5)), max_size=25)


def rich_park() -> Snapshot:
    """Return 30 parcels of which some lack energy, some emission, and some are alike."""
    park = park_of(*((7 * n % 23, 11 * n % 29 + 1) for n in range(30)))
    for n in range(30):
        if n % 4:
            park.reports(f"E{n:03}", energy_equal_supply=(n % 5 + 1) * 1000)
        if n % 3:
            park.reports(f"E{n:03}", emission=(n % 7 + 1) * 1000)
    return park


def weighed(park: Snapshot, by: Scheme, step: int = 10) -> list[TrackSensitivity]:
    """Return the sensitivity of a park's evaluation."""
    measured = pipeline.measure(park.frames(), by, "2023")
    return sensitivity(measured, by, graded(measured, by), step)


@given(rows=ranks)
def test_tau_counts_all_pairs_of_one_ranking(rows: list[tuple[int, int, int]]) -> None:
    """As its definition says, pair by pair, ties left out on either side."""
    signs = [(np.sign(b - d), np.sign(c - e)) for (a, b, c), (f, d, e) in combinations(rows, 2) if a == f]
    untied = [sum(1 for sign in side if sign) for side in zip(*signs, strict=True)] or [0, 0]
    group, before, after = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    tau = kendall_tau(group, before, after)
    if not all(untied):
        assert tau is None
    else:
        agreed = sum(int(x * y) for x, y in signs)
        assert tau == pytest.approx(agreed / (untied[0] * untied[1]) ** 0.5)


@given(places=st.lists(st.integers(0, 40), max_size=40))
def test_inversions_are_pairs_the_wrong_way_round(places: list[int]) -> None:
    """Counted one by one."""
    expected = sum(a > b for a, b in combinations(places, 2))
    assert inversions(np.array(places, dtype=np.int64)) == expected


@given(
    minor=st.lists(st.integers(0, 10**8), min_size=2, max_size=6),
    fixed=st.integers(0, 10**8),
)
def test_scaled_weights_always_sum_to_a_hundred(minor: list[int], fixed: int) -> None:
    """To the last millionth, with the fixed one as given and nothing below zero; else there is no answer."""
    weights = {f"i{n}": Decimal(weight) / 10**6 for n, weight in enumerate(minor)}
    wanted = Decimal(fixed) / 10**6
    found = rescaled(weights, {"i0": wanted})
    if found is None:
        assert sum(minor[1:]) == 0
        assert fixed != 10**8
    else:
        assert sum(found.values()) == 100
        assert found["i0"] == wanted
        assert all(weight >= 0 and weight == round(weight, 6) for weight in found.values())


@settings(max_examples=5, deadline=None)
@given(tax=st.integers(1, 90))
def test_a_ranking_by_other_weights_is_that_of_an_evaluation(tax: int) -> None:
    """Points, ranks and grades are those of the whole calculation, to the last millionth."""
    park = rich_park()
    weights = rescaled({each.code: each.weight for each in FOUR.indicators}, {"tax_per_mu": Decimal(tax)})
    assert weights is not None
    other, _ = with_weights(FOUR, FOUR.tracks[0], weights)
    ours = graded(pipeline.measure(park.frames(), FOUR, "2023"), other)["all"]
    places = {f"tracks.all.indicators.{code}.weight": str(weight) for code, weight in weights.items()}
    whole = park.evaluated(changed(FOUR, places))["scores"]
    for column in ("points", "rank", "grade"):
        assert ours[column].to_list() == whole[column].to_list()


def test_each_weight_is_moved_up_down_and_away() -> None:
    """± 10 percent of the weight and none at all; what changes is counted, the largest move is named."""
    (found,) = weighed(rich_park(), FOUR)
    assert [each.indicator for each in found.weights] == [each.code for each in FOUR.indicators]
    tax = found.weights[0]
    assert [(each.change, each.weight) for each in tax.variants] == [
        ("+10%", "55"),
        ("-10%", "45"),
        ("without", "0"),
    ]
    park, without = rich_park(), tax.variants[2]
    rest = {"output_per_mu": "60", "output_per_tce": "25", "output_per_emission": "15", "tax_per_mu": "0"}
    other = changed(FOUR, {f"tracks.all.indicators.{code}.weight": weight for code, weight in rest.items()})
    old, new = (by_parcel(park.evaluated(by), "scores", "grade") for by in (FOUR, other))
    assert without.grades_changed == sum(old[code] != new[code] for code in old) > 0
    old, new = (by_parcel(park.evaluated(by), "scores", "rank") for by in (FOUR, other))
    furthest = max(abs(old[code] - new[code]) for code in old)
    assert without.largest_move is not None
    assert abs(without.largest_move.rank_before - without.largest_move.rank_after) == furthest
    assert without.kendall_tau is not None
    assert without.kendall_tau < (tax.variants[0].kendall_tau or 0) <= 1


def test_a_single_indicator_leaves_nothing_to_vary() -> None:
    """Nobody else could make up for it."""
    (found,) = weighed(park_of((3, 1), (2, 1), (1, 1)), scheme())
    assert [each.variants for each in found.weights] == [[]]


def test_leaving_out_what_parcels_lack_scores_them() -> None:
    """An indicator without which a parcel is not scored: left out, it is."""
    strict = scheme(
        track(indicator(weight=50), OUTPUT | {"weight": 20}, ENERGY | {"weight": 30, "missing": "not_scored"})
    )
    (found,) = weighed(rich_park(), strict)
    energy = {each.change: each.newly_scored for each in found.weights[2].variants}
    assert energy == {"+10%": 0, "-10%": 0, "without": 8}


def test_parcels_close_to_a_cut_off_are_counted_on_both_sides() -> None:
    """The cut-off is the last points that reached the better grade; who shares them is within a millionth."""
    cuts = {"cuts": [{"grade": "A", "up_to": 50}, {"grade": "B", "up_to": 100}]}
    park = Snapshot()
    for n, tax in enumerate((300, 200, 200, 199, 150, 10)):
        park.parcel(f"P{n}", 20_000 / 3).firm(f"E{n}").holds(f"E{n}", f"P{n}", 1).reports(
            f"E{n}", tax=tax * 10**6
        )
    fixed = indicator(benchmark={"method": "fixed", "value": 10})
    (border,) = weighed(park, scheme(track(fixed, grades=cuts)))[0].borders
    assert (border.better, border.worse, border.ranking_group) == ("A", "B", "all")
    assert border.cut_off == pytest.approx(200, abs=0.01)
    assert border.gap == pytest.approx(1, abs=0.01)
    assert (border.within_millionth_above, border.within_millionth_below) == (2, 0)
    assert (border.within_point_above, border.within_point_below) == (2, 1)


def test_a_cut_off_by_points_is_where_the_scheme_says() -> None:
    """Also where nobody reached it."""
    cuts = [{"grade": "A", "at_least": 500}, {"grade": "B", "at_least": 100}, {"grade": "C"}]
    fixed = indicator(benchmark={"method": "fixed", "value": 10})
    by = scheme(track(fixed, grades={"by": "points", "cuts": cuts}))
    borders = weighed(park_of((15, 1), (14, 1)), by)[0].borders
    assert [(each.better, each.cut_off) for each in borders] == [("A", 500), ("B", 100)]
    assert [each.within_point_above for each in borders] == [0, 1]


def test_other_weights_make_up_for_those_that_are_changed() -> None:
    """In their proportion; other changes stay as they are."""
    path = "tracks.all.indicators.{}.weight".format
    asked = {path("tax_per_mu"): 75, "tracks.all.grades.cuts.A.up_to": 10}
    assert made_up(FOUR, asked) == {
        **asked,
        path("output_per_mu"): "15",
        path("output_per_tce"): "6.25",
        path("output_per_emission"): "3.75",
    }
    assert made_up(FOUR, {path("tax_per_mu"): "much"}) == {path("tax_per_mu"): "much"}
