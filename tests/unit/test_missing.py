"""What is missing (缺失): policies for an indicator without a value, and parcels that are not scored."""

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import (
    WAN,
    Snapshot,
    by_parcel,
    column,
    fixed,
    indicator,
    park_of,
    part,
    points,
    scheme,
    track,
)


def with_output(policy: str, **changes: object) -> Scheme:
    """Return a scheme of tax (60) and output (40) against 10 万元/亩, with this policy for missing output."""
    against = {"method": "fixed", "value": 10}
    output = indicator(
        "output_per_mu", numerator="output", weight=40, missing=policy, benchmark=against, **changes
    )
    return scheme(track(indicator(weight=60, benchmark=against), output))


def one_without_output() -> Snapshot:
    """Return P0 and P1 with tax and output at and above the benchmark, P2 with tax only."""
    return park_of(150, 150, 150).reports("E0", output=150 * WAN).reports("E1", output=225 * WAN)


@pytest.mark.parametrize(
    ("policy", "expected", "outcome"),
    [
        ("zero", 60, "missing_zero"),
        ("group_mean", 110, "missing_group_mean"),
        ("renormalise", 100, "missing_renormalised"),
        ("not_scored", None, "not_scored"),
    ],
)
def test_each_policy(policy: str, expected: float | None, outcome: str) -> None:
    """Zero; the mean item of the others (40 and 60); the other indicators alone; not at all."""
    results = one_without_output().evaluated(with_output(policy))
    assert points(results) == [100, 120, expected]
    assert part(results, "output_per_mu", "outcome")[2] == outcome


def test_not_scored_names_what_is_missing() -> None:
    """The reason is the feed that is missing."""
    results = one_without_output().evaluated(with_output("not_scored"))
    assert column(results, "reason") == [None, None, "output_missing"]
    assert column(results, "status") == ["scored", "scored", "not_scored"]


def test_what_is_not_scored_has_no_points_at_all() -> None:
    """Neither items nor bonus nor rank nor grade, though a value of another indicator is shown."""
    results = one_without_output().evaluated(with_output("not_scored"))
    score = results["scores"].row(2, named=True)
    names = ("items", "correction", "bonus", "deduction", "points", "rank", "ranked_grade", "grade")
    assert [score[name] for name in names] == [None] * len(names)
    assert (score["tax_per_mu__value"], score["tax_per_mu__points"]) == (10_000_000, None)


def test_renormalised_weights_are_shown() -> None:
    """The scores carry the weights that were applied."""
    results = one_without_output().evaluated(with_output("renormalise"))
    assert part(results, "tax_per_mu", "weight") == [60_000_000, 60_000_000, 100_000_000]
    assert part(results, "output_per_mu", "weight") == [40_000_000, 40_000_000, 0]


def test_a_parcel_with_nothing_left_to_renormalise_is_not_scored() -> None:
    """All weight handed on, nobody to take it; what is missing is told of the first indicator."""
    only = scheme(
        track(
            indicator(weight=0),
            indicator("output_per_mu", numerator="output", missing="renormalise"),
        )
    )
    results = park_of(150, 150).reports("E1", output=WAN).evaluated(only)
    assert column(results, "reason") == ["output_missing", None]


def test_the_mean_item_of_a_capped_indicator_is_the_mean_of_capped_items() -> None:
    """40 and, held by the cap, 48: not 40 and 60."""
    results = one_without_output().evaluated(with_output("group_mean", cap="1.2"))
    assert part(results, "output_per_mu", "points") == [40_000_000, 48_000_000, 44_000_000]


def test_the_mean_item_is_of_the_benchmarks_group() -> None:
    """Towns apart: the one who lacks output in the west takes the mean of the west."""
    park = Snapshot()
    for number, (town, output) in enumerate([("east", 10), ("west", 30), ("west", 90), ("west", None)]):
        code, uscc = f"P{number}", f"E{number}"
        park.parcel(code, 10_000, town=town).firm(uscc).holds(uscc, code, 1).reports(uscc, tax=WAN)
        if output is not None:
            park.reports(uscc, output=output * WAN)
    output = indicator("out", numerator="output", missing="group_mean", benchmark={"method": "mean"})
    output["benchmark"]["over"] = ["town"]
    results = park.evaluated(scheme(track(indicator(weight=0), output)))
    assert points(results) == [100, 50, 150, 100]


def test_a_group_without_any_value_gives_no_mean() -> None:
    """Nobody in the group reported it: zero for all, and said so."""
    results = park_of(150).evaluated(with_output("group_mean"))
    assert points(results) == [60]
    assert part(results, "output_per_mu", "outcome") == ["missing_no_group"]


def test_a_denominator_of_zero_is_missing() -> None:
    """Output per energy of a firm that used none has no value; the lack has its name."""
    per_tce = indicator(
        numerator="tax", denominator="energy_equal_supply", unit="万元/tce", missing="not_scored"
    )
    park = park_of(150, 0, 150)
    for number, energy in enumerate([0, 0, 1000]):
        park.reports(f"E{number}", energy_equal_supply=energy)
    results = park.evaluated(scheme(track(per_tce)))
    assert column(results, "reason") == ["energy_equal_supply_zero", "energy_equal_supply_zero", None]


class TestPartial:
    """A ratio of two metrics where one of several occupants lacks a side."""

    @staticmethod
    def scheme(partial: str) -> Scheme:
        """Return a scheme of output per energy; tax is shown."""
        ratio = indicator(
            "output_per_tce",
            numerator="output",
            denominator="energy_equal_supply",
            unit="万元/tce",
            missing="not_scored",
            partial=partial,
        )
        return scheme(track(ratio))

    @staticmethod
    def park() -> Snapshot:
        """Return a parcel of E, which reported both sides, and F, which reported no energy."""
        park = Snapshot().parcel("P")
        for uscc in "EF":
            park.firm(uscc).holds(uscc, "P", 1).reports(uscc, output=10 * WAN)
        return park.reports("E", energy_equal_supply=1000)

    def test_used_as_it_is(self) -> None:
        """F's output counts though its energy is unknown: 20 万元 on one tonne."""
        assert part(self.park().evaluated(self.scheme("use")), "output_per_tce", "value") == [20_000_000]

    def test_counted_as_missing(self) -> None:
        """The reason names the side that is incomplete."""
        results = self.park().evaluated(self.scheme("missing"))
        assert part(results, "output_per_tce", "value") == [None]
        assert column(results, "reason") == ["energy_equal_supply_partial"]

    def test_an_occupant_without_either_side_does_not_disturb(self) -> None:
        """Who reported nothing distorts no ratio."""
        park = self.park().reports("F", energy_equal_supply=1000).firm("G").holds("G", "P", 1)
        assert part(park.evaluated(self.scheme("missing")), "output_per_tce", "value") == [10_000_000]

    def test_figures_of_the_parcel_itself_settle_it(self) -> None:
        """Both sides reported for the parcel as a whole: nothing is incomplete."""
        park = self.park().metered("P", output=0, energy_equal_supply=1000)
        assert part(park.evaluated(self.scheme("missing")), "output_per_tce", "value") == [10_000_000]


class TestNotScored:
    """Parcels of which nothing can be said."""

    def test_nobody_there_and_nothing_reported_are_different_reasons(self) -> None:
        """A parcel without occupants, and one whose occupants reported nothing the scheme reads."""
        results = park_of(None).parcel("Z").evaluated(scheme())
        assert by_parcel(results, "scores", "reason") == {"P0": "no_figures", "Z": "no_occupant"}

    def test_a_parcel_of_area_zero_is_not_scored_and_sets_no_benchmark(self) -> None:
        """Explained, not infinite; its group is told all the same."""
        park = park_of(150).parcel("Z", 0).firm("F").holds("F", "Z", 1).reports("F", tax=WAN)
        results = park.evaluated(scheme())
        assert column(results, "reason") == [None, "land_area_zero"]
        assert part(results, "tax_per_mu", "size") == [1, 1]
        assert part(results, "tax_per_mu", "outcome") == ["scored", "not_scored"]

    def test_vacant_land_of_a_firm_that_produces_elsewhere_scores_zero(self) -> None:
        """Held and empty is a result; unknown is none."""
        park = park_of(150).parcel("Z").holds("E0", "Z", 0)
        assert points(park.evaluated(fixed(10))) == [100, 0]

    def test_a_landlord_who_let_everything_is_no_occupant(self) -> None:
        """Tenants speak for the parcel: here, that nobody is known."""
        park = park_of(150).parcel("Z").holds("E0", "Z", 50).holds("E0", "Z", 50, role="leased_out")
        assert by_parcel(park.evaluated(scheme()), "scores", "reason")["Z"] == "no_occupant"
