"""From items to points: corrections, bonuses, deductions, and the ends of a total."""

from typing import Any

import pytest

from service.domain.scheme import Scheme
from tests.support.snapshots import Snapshot, column, indicator, park_of, points, rule, scheme, track

ITEM = indicator(benchmark={"method": "fixed", "value": 10})


def by(**changes: Any) -> Scheme:
    """Return a scheme of tax per mu against 10 万元/亩 with these rules on its total."""
    return scheme(track(ITEM, **changes))


def tenanted(*tenants: str, landlord_above: bool = True) -> Snapshot:
    """Return a parcel of L at the benchmark with tenants; those in small letters are below scale."""
    park = park_of().parcel("P", 10_000).firm("L", above_scale=landlord_above).holds("L", "P", 100)
    park.reports("L", tax=150_000_000)
    for uscc in tenants:
        park.firm(uscc, above_scale=uscc.isupper()).holds(uscc, "P", 1, role="leased_in")
    return park


def test_without_rules_the_points_are_the_sum_of_the_items() -> None:
    """And the result says so: factor 1, nothing added, nothing taken off."""
    second = indicator("out", numerator="output", weight=40, benchmark={"method": "fixed", "value": 10})
    park = park_of(150).reports("E0", output=75_000_000)
    results = park.evaluated(scheme(track(ITEM | {"weight": 60}, second)))
    names = ("items", "correction", "bonus", "deduction", "points", "adjustments")
    assert [column(results, name) for name in names] == [
        [80_000_000],
        [1_000_000],
        [0],
        [0],
        [80_000_000],
        [""],
    ]


class TestCorrections:
    """系数: a factor on the sum of the items."""

    def test_the_factor_multiplies_the_items_before_anything_is_added(self) -> None:
        """100 × 1.2 + 5 − 2."""
        results = park_of(150).evaluated(
            by(
                corrections=[rule("leader", factor="1.2")],
                bonuses=[rule("more", points=5)],
                deductions=[rule("less", points=2)],
            )
        )
        assert points(results) == [123]
        names = ("items", "correction", "bonus", "deduction")
        assert [column(results, name) for name in names] == [
            [100_000_000],
            [1_200_000],
            [5_000_000],
            [2_000_000],
        ]
        assert column(results, "adjustments") == ["leader,more,less"]

    def test_the_first_that_holds_counts(self) -> None:
        """Others are not multiplied in; none gives 1."""
        corrections = [
            rule("huge", "land_area > 20000", factor="1.5"),
            rule("large", "land_area > 5000", factor="1.1"),
            rule("any", "land_area > 1000", factor="0.9"),
        ]
        park = park_of(150).parcel("Q", 500).firm("F").holds("F", "Q", 1).reports("F", tax=7_500_000)
        results = park.evaluated(by(corrections=corrections))
        assert column(results, "correction") == [1_100_000, 1_000_000]
        assert points(results) == [110, 100]

    def test_only_the_one_that_counted_is_told(self) -> None:
        """A second factor that held, and was not applied, is no part of the calculation."""
        corrections = [rule("first", factor="1.1"), rule("second", factor="1.5")]
        results = park_of(150).evaluated(by(corrections=corrections))
        assert column(results, "adjustments") == ["first"]

    def test_the_product_is_rounded_half_up(self) -> None:
        """Half of 3 and of −3 millionths are 2 and −1."""
        halved = track(
            indicator(benchmark={"method": "fixed", "value": 100}),
            corrections=[rule("half", factor="0.5")],
        )
        park = park_of(None, None).reports("E0", tax=45).reports("E1", tax=-45)
        results = park.evaluated(scheme(halved))
        assert column(results, "items") == [3, -3]
        assert column(results, "points") == [2, -1]

    def test_a_value_may_decide(self) -> None:
        """Indicators are read in their own unit: 10 万元/亩."""
        corrections = [rule("efficient", "tax_per_mu >= 10", factor=2)]
        assert points(park_of(150, 149).evaluated(by(corrections=corrections)))[0] == 200
        assert points(park_of(150, 75).evaluated(by(corrections=corrections)))[1] == 50


class TestBonuses:
    """加分."""

    def test_a_bonus_is_added_once(self) -> None:
        """Two that hold are added up."""
        bonuses = [
            rule("one", points=3),
            rule("two", "town = 'east'", points="1.5"),
            rule("no", "FALSE", points=9),
        ]
        results = park_of(150, town="east").evaluated(by(bonuses=bonuses))
        assert (column(results, "bonus"), points(results)) == ([4_500_000], [104.5])
        assert column(results, "adjustments") == ["one,two"]

    def test_a_bonus_for_each_mark(self) -> None:
        """Two occupants are high-tech firms: twice the points, and no more than the rule allows."""
        park = tenanted("A", "B").reports("A", high_tech=1).reports("B", high_tech=1)
        assert column(park.evaluated(by(bonuses=[rule("tech", points=2, per="high_tech")])), "bonus") == [
            4_000_000
        ]
        capped = rule("tech", points=2, per="high_tech", at_most=3)
        assert column(park.evaluated(by(bonuses=[capped])), "bonus") == [3_000_000]

    def test_all_bonuses_together_may_be_limited(self) -> None:
        """Three and four are five at most."""
        bonuses = [rule("one", points=3), rule("two", points=4)]
        results = park_of(150).evaluated(by(bonuses=bonuses, total={"bonus_at_most": 5}))
        assert (column(results, "bonus"), points(results)) == ([5_000_000], [105])

    def test_a_rule_about_something_unknown_does_not_count(self) -> None:
        """Nobody gains by what was not recorded."""
        results = park_of(150).evaluated(by(bonuses=[rule("dense", "far > 1", points=3)]))
        assert (column(results, "bonus"), column(results, "adjustments")) == ([0], [""])

    def test_a_mark_that_nobody_carries_adds_nothing(self) -> None:
        """Zero times the points; nothing counted, so nothing is told."""
        results = park_of(150).evaluated(by(bonuses=[rule("tech", points=2, per="high_tech")]))
        assert (points(results), column(results, "adjustments")) == ([100], [""])

    def test_a_parcel_that_is_not_scored_has_no_bonus(self) -> None:
        """Nothing is added to nothing."""
        results = park_of(None).evaluated(by(bonuses=[rule("one", points=3)]))
        assert (column(results, "bonus"), column(results, "adjustments")) == ([None], [""])


class TestDeductions:
    """扣分."""

    @pytest.mark.parametrize(("tenants", "taken"), [("", 0), ("a", 0), ("ab", 2), ("abc", 4), ("abcde", 8)])
    def test_the_first_tenant_may_be_free(self, tenants: str, taken: int) -> None:
        """An above-scale landlord: the first below-scale tenant is free, then two points each."""
        step = rule("sublet", "landlord_above_scale = TRUE", points=2, per="tenants_below_scale", free=1)
        results = tenanted(*tenants).evaluated(by(deductions=[step]))
        assert column(results, "deduction") == [taken * 10**6]
        assert column(results, "adjustments") == ["sublet" if taken else ""]

    @pytest.mark.parametrize(("tenants", "taken"), [("", 0), ("a", 5), ("ab", 7), ("abc", 9)])
    def test_the_first_step_may_be_larger(self, tenants: str, taken: int) -> None:
        """A below-scale landlord: five for the first, then two each."""
        step = rule("sublet", "landlord_above_scale = FALSE", points=2, first=5, per="tenants_below_scale")
        results = tenanted(*tenants, landlord_above=False).evaluated(by(deductions=[step]))
        assert column(results, "deduction") == [taken * 10**6]

    def test_free_ones_come_before_the_larger_step(self) -> None:
        """One free, the second costs five, the third two."""
        step = rule("sublet", points=2, first=5, free=1, per="tenants_below_scale")
        assert column(tenanted("a", "b", "c").evaluated(by(deductions=[step])), "deduction") == [7_000_000]

    def test_tenants_above_scale_cost_nothing_where_those_below_are_counted(self) -> None:
        """And all count where tenants are counted."""
        below, every = (rule("sublet", points=1, per=per) for per in ("tenants_below_scale", "tenants"))
        park = tenanted("A", "b")
        assert column(park.evaluated(by(deductions=[below])), "deduction") == [1_000_000]
        assert column(park.evaluated(by(deductions=[every])), "deduction") == [2_000_000]

    def test_no_more_than_the_rule_allows(self) -> None:
        """Three tenants at two points are five at most."""
        step = rule("sublet", points=2, per="tenants_below_scale", at_most=5)
        assert column(tenanted("a", "b", "c").evaluated(by(deductions=[step])), "deduction") == [5_000_000]

    def test_a_deduction_for_each_accident(self) -> None:
        """Marks of occupants and of the parcel itself are counted together."""
        park = park_of(150).reports("E0", safety_accident=1).metered("P0", safety_accident=1)
        results = park.evaluated(by(deductions=[rule("accident", points=10, per="safety_accident")]))
        assert points(results) == [80]


class TestEnds:
    """封顶 and 保底 of the total."""

    @pytest.mark.parametrize(
        ("total", "expected"),
        [({}, -20), ({"floor": 0}, 0), ({"floor": -10}, -10), ({"floor": "12.5"}, 12.5)],
    )
    def test_a_floor_or_none(self, total: dict[str, Any], expected: float) -> None:
        """Deductions may exceed the items; the scheme says what remains."""
        results = park_of(15).evaluated(by(deductions=[rule("ban", points=30)], total=total))
        assert points(results) == [expected]
        assert column(results, "deduction") == [30_000_000]

    def test_a_cap(self) -> None:
        """Bonuses lift a total no higher."""
        results = park_of(150, 15).evaluated(by(bonuses=[rule("one", points=8)], total={"cap": 105}))
        assert points(results) == [105, 18]
