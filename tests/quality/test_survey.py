"""The survey: tenants against landlord, occupants in their time, meters and their shares, ratings."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.quality import RULES, District, amounts, day

SURVEY = ("tenants_", "landlord_", "leased_", "occupied_")
TIME = ("occupancy_", "occupancies_", "registered_after", "deregistered")


def let(
    landlord: float | None, *tenants: float | None, own: float = 0, floor: float | None = None
) -> District:
    """Return a parcel whose landlord L lets so much floor to tenants."""
    park = District().parcel("P", floor_area_m2=floor)
    park.holds("L", "P", "own", own or (landlord or 0)).holds("L", "P", "leased_out", landlord)
    for number, area in enumerate(tenants):
        park.holds(f"T{number}", "P", "leased_in", area)
    return park


class TestTenantsAgainstLandlord:
    """What is let must be what is leased."""

    def test_areas_that_add_up_are_none(self) -> None:
        """Also up to a hundredth, and up to ten square metres."""
        assert let(3000, 1000, 2000).codes(*SURVEY) == {}
        assert let(3000, 1000, 1980).codes(*SURVEY) == {}
        assert let(100, 91).codes(*SURVEY) == {}

    def test_a_difference_is_told_with_both_sides(self) -> None:
        """More or less."""
        (found,) = let(3000, 1000, 1500).found("tenants_floor_differs")
        assert amounts(found) == {
            "tenants_area_m2": 2500,
            "landlord_area_m2": 3000,
            "difference_m2": 500,
        }
        assert let(3000, 3500).codes("tenants_") == {"tenants_floor_differs": ["P"]}

    def test_nothing_follows_when_somebody_states_no_area(self) -> None:
        """It may make up the difference."""
        assert let(3000, 1000, None).codes("tenants_") == {}
        assert let(None, 1000).codes("tenants_") == {}

    def test_land_is_compared_like_floor(self) -> None:
        """By itself."""
        park = District().parcel("P").holds("L", "P", "leased_out", land_area_m2=500.0)
        park.holds("T", "P", "leased_in", land_area_m2=900.0)
        assert park.codes("tenants_") == {"tenants_land_differs": ["P"]}

    def test_one_side_alone(self) -> None:
        """Tenants of nobody, and a landlord of nobody."""
        assert District().parcel("P").holds("T", "P", "leased_in", 5).codes(*SURVEY) == {
            "tenants_without_landlord": ["P"]
        }
        assert let(3000).codes("landlord_", "tenants_") == {"landlord_without_tenants": ["P"]}

    def test_tenants_one_after_the_other_are_averaged_over_the_year(self) -> None:
        """One until June, the next from July on, in the same rooms."""
        park = let(1000).holds("T1", "P", "leased_in", 1000, valid_to=day("2023-06-30"))
        park.holds("T2", "P", "leased_in", 1000, valid_from=day("2023-07-01"))
        assert park.codes("tenants_") == {}

    def test_those_of_another_year_do_not_count(self) -> None:
        """Neither as tenants nor as landlords."""
        park = let(1000, 1000).holds("T9", "P", "leased_in", 1000, valid_to=day("2022-12-31"))
        assert park.codes("tenants_") == {}

    def test_who_lets_more_than_it_holds(self) -> None:
        """Own and leased in together bound what may be let."""
        park = let(3000, 3000, own=2000)
        (found,) = park.found("leased_out_exceeds")
        assert (found.subject, found.other and found.other.code) == (("enterprise", "L"), "P")
        assert amounts(found) == {"kind": "floor", "let_area_m2": 3000, "held_area_m2": 2000}
        assert let(3000, 3000, own=3000).codes("leased_") == {}


def test_occupants_against_the_floor_of_the_parcel() -> None:
    """Own and leased in, less what is let; a twentieth more or a tenth less is none."""
    assert let(3000, 3000, own=5000, floor=4000).codes("occupied_") == {
        "occupied_floor_exceeds_parcel": ["P"]
    }
    assert let(3000, 3000, own=5000, floor=5600).codes("occupied_") == {"occupied_floor_below_parcel": ["P"]}
    assert let(3000, 3000, own=5000, floor=5000).codes("occupied_") == {}
    assert let(3000, 3000, own=5000, floor=4800).codes("occupied_") == {}


def test_occupants_against_the_land_of_the_parcel() -> None:
    """The registered area, else the outline's."""
    park = District().parcel("P").parcel("Q", registered_area_m2=20_000.0).parcel("R").parcel("S")
    for code, land in (("P", 12_000.0), ("Q", 20_000.0), ("R", 5_000.0), ("S", 10_000.0)):
        park.holds("E", code, land_area_m2=land)
    assert park.codes("occupied_") == {
        "occupied_land_exceeds_parcel": ["P"],
        "occupied_land_below_parcel": ["R"],
    }


class TestTime:
    """Occupants before, after and twice."""

    def test_before_and_after_the_period(self) -> None:
        """By a day; who touches the period is in it."""
        park = District().parcel("P").holds("A", "P", valid_to=day("2022-12-31"))
        park.holds("B", "P", valid_from=day("2024-01-01")).holds("C", "P", valid_to=day("2023-01-01"))
        park.holds("D", "P", valid_from=day("2023-12-31")).holds("E", "P")
        assert park.codes(*TIME) == {"occupancy_ended": ["A"], "occupancy_not_begun": ["B"]}

    def test_registered_after_it_moved_in(self) -> None:
        """With the days between; unknown dates say nothing."""
        park = (
            District()
            .parcel("P")
            .firm("A", registered_on=day("2023-03-02"))
            .firm("B")
            .firm("C", registered_on=day("2023-03-01"))
        )
        for uscc in "ABC":
            park.holds(uscc, "P", valid_from=day("2023-03-01"))
        park.firm("D", registered_on=day("2023-03-01")).holds("D", "P")
        (found,) = park.found("registered_after_occupancy")
        assert (found.subject.code, found.measured["early_days"]) == ("A", 1)

    @pytest.mark.parametrize("status", ["注销", "吊销，未注销", "已吊销"])
    def test_struck_off_and_still_there(self, status: str) -> None:
        """At the end of the period; who left before or is in business is none."""
        park = (
            District()
            .parcel("P")
            .firm("A", status=status)
            .firm("B", status="存续")
            .firm("C")
            .firm("D", status=status)
        )
        park.holds("A", "P").holds("B", "P").holds("C", "P").holds("D", "P", valid_to=day("2023-06-30"))
        assert park.codes("deregistered") == {"deregistered_occupant": ["A"]}

    def test_the_same_occupancy_twice(self) -> None:
        """Overlapping days of one role on one parcel; other roles, parcels and firms are none."""
        park = District().parcel("P").parcel("Q")
        park.holds("A", "P", valid_to=day("2023-06-30")).holds("A", "P", valid_from=day("2023-06-21"))
        park.holds("A", "P", "leased_in").holds("A", "Q").holds("B", "P")
        (found,) = park.found("occupancies_overlap")
        assert amounts(found) == {
            "role": "own",
            "common_from": day("2023-06-21"),
            "common_to": day("2023-06-30"),
            "overlap_days": 10,
        }

    def test_one_after_the_other_is_none(self) -> None:
        """The last day is included, the next begins."""
        park = District().parcel("P").holds("A", "P", valid_to=day("2023-06-30"))
        assert park.holds("A", "P", valid_from=day("2023-07-01")).codes(*TIME) == {}


class TestMeters:
    """Whose they are, where they hang, and how they are shared."""

    @staticmethod
    def park() -> District:
        """Return a parcel that L lets to T."""
        park = District().parcel("P").parcel("Q")
        return park.holds("L", "P", "leased_out", 100).holds("T", "P", "leased_in", 100)

    def test_tenants_and_landlord_with_one_set(self) -> None:
        """Shared meters stand twice."""
        park = self.park().meter("1", "P", "L", share=0.5).meter("1", "P", "T", share=0.5)
        assert park.codes("meter_") == {}

    def test_sets_that_differ(self) -> None:
        """With those of each side alone; of a parcel that is not let nothing is expected."""
        park = self.park().meter("1", "P", "L").meter("2", "P", "T").meter("3", "Q", "E").holds("E", "Q")
        (found,) = park.found("meter_sets_differ")
        assert amounts(found) == {
            "landlord_only": 1,
            "tenants_only": 1,
            "landlord_only_meters": "electricity:1",
            "tenants_only_meters": "electricity:2",
        }

    def test_a_meter_at_two_parcels(self) -> None:
        """At the same time; one that moved is at one, and a gas meter of the same number is another."""
        park = self.park().meter("1", "P", "A", share=0.5).meter("1", "Q", "B", share=0.5)
        park.meter("2", "P", "A", valid_to=day("2023-06-30")).meter(
            "2", "Q", "A", valid_from=day("2023-07-01")
        )
        park.meter("3", "P", "A").meter("3", "Q", "A", kind="gas")
        (found,) = park.found("meter_at_two_parcels")
        assert (found.subject.code, found.measured["second_parcel"]) == ("electricity:1", "Q")
        assert park.codes("meter_share") == {}

    def test_a_meter_of_nobody(self) -> None:
        """Nobody at all: an unknown second user is a matter of shares."""
        park = self.park().meter("1", "P", None).meter("2", "P", "A", share=1.0)
        assert park.codes("meter_") == {"meter_without_enterprise": ["electricity:1"]}

    def test_shares_that_do_not_make_one(self) -> None:
        """Of one firm, of several, and on some days only."""
        park = self.park().meter("1", "P", "A", share=0.6).meter("2", "P", "A", share=0.6)
        park.meter("2", "P", "B", share=0.3)
        park.meter("3", "P", "A", share=0.5)
        park.meter("3", "P", "B", share=0.5, valid_from=day("2023-07-01"))
        assert park.codes("meter_shares") == {
            "meter_shares_not_one": ["electricity:1", "electricity:2", "electricity:3"]
        }

    def test_shares_that_make_one(self) -> None:
        """One firm needs none; a third each; a change of tenants within the year."""
        park = self.park().meter("1", "P", "A")
        for uscc in "ABC":
            park.meter("2", "P", uscc, share=1 / 3)
        park.meter("3", "P", "A", share=1.0, valid_to=day("2023-06-30"))
        park.meter("3", "P", "B", share=1.0, valid_from=day("2023-07-01"))
        park.meter("4", "P", "A", share=0.2, valid_to=day("2022-12-31"))
        assert park.codes("meter_share") == {}

    def test_several_firms_and_no_shares(self) -> None:
        """How many lack one."""
        park = self.park().meter("1", "P", "A").meter("1", "P", "B", share=0.5)
        (found,) = park.found("meter_share_missing")
        assert amounts(found) == {"without_share": 1}


class TestRatings:
    """The enterprise evaluation beside the parcel's grade."""

    @staticmethod
    def park(grade: str | None, *firms: str | None) -> District:
        """Return a parcel with this grade whose firms have theirs."""
        park = District().parcel("P").row("scores", parcel_code="P", grade=grade, points=12.5)
        for number, rating in enumerate(firms):
            park.firm(f"E{number}").holds(f"E{number}", "P", "own" if not number else "leased_in")
            if rating:
                park.row("ratings", uscc=f"E{number}", grade=rating, points=95.0)
        return park

    def test_the_lowest_parcel_of_the_highest_firms_and_the_reverse(self) -> None:
        """A firm without a rating does not count, and is counted."""
        (found,) = self.park("D", "A", "A", None).found("low_parcel_high_firms")
        assert amounts(found) == {"parcel_grade": "D", "firms_grades": "A", "rated": 2, "unrated": 1}
        assert self.park("A", "D").codes("high_parcel", "low_parcel") == {"high_parcel_low_firms": ["P"]}

    @pytest.mark.parametrize(
        ("grade", "firms"), [("D", "AB"), ("C", "A"), ("A", "A"), ("D", ""), ("D", (None,)), (None, "A")]
    )
    def test_everything_else_is_none(self, grade: str | None, firms: tuple[str, ...]) -> None:
        """One other firm, a middle grade, agreement, nobody, nobody rated, no grade."""
        assert self.park(grade, *firms).codes("high_parcel", "low_parcel") == {}

    def test_who_only_lets_the_parcel_or_left_it_is_no_firm_of_it(self) -> None:
        """The occupants of the period are."""
        park = self.park("D", "A").holds("L", "P", "leased_out").row("ratings", uscc="L", grade="D")
        park.holds("M", "P", valid_to=day("2022-06-30")).row("ratings", uscc="M", grade="C")
        assert park.codes("low_parcel") == {"low_parcel_high_firms": ["P"]}


def crowded() -> District:
    """Return a district in which nearly every table contradicts another."""
    park = District().parcel(
        "P", registered_area_m2=30_000.0, holder="甲", floor_area_m2=100.0, unit_code="U"
    )
    park.parcel("Q", registered_area_m2=30_000.0, holder="甲", unit_code="U", far=3.0, far_limit=2.0)
    park.outlines["R"] = park.outlines["P"]
    park.row("parcels", parcel_code="R", geodesic_area_m2=10_000.0).row("places", parcel_code="R")
    park.firm("A", status="注销", registered_on=day("2023-05-01")).firm("B")
    park.holds("A", "P", "own", 900, valid_from=day("2023-02-01")).holds("A", "P", "own", 900)
    park.holds("A", "P", "leased_out", 500).holds("B", "P", "leased_in", 300).holds("X", "Y", "own", 5)
    park.meter("1", "P", "A", share=0.5).meter("1", "Q", "B", share=0.1).meter("2", "P", None)
    park.reports("parcel", "P", 7, part_of="B").reports("parcel", "Q", 7, part_of="B")
    park.row("scores", parcel_code="P", grade="D").row("ratings", uscc="A", grade="A")
    park.row("ratings", uscc="B", grade="A")
    return park.building("H", park.outlines["P"], "Q", 50.0)


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_makes_no_difference(seed: int) -> None:
    """The same findings, in the same order."""
    expected = [(each.code, each.subject, each.other, dict(each.measured)) for each in crowded().found()]
    assert len({code for code, *_ in expected}) > 18
    park, order = crowded(), Random(seed)
    for rows in park.rows.values():
        order.shuffle(rows)
    codes = list(park.outlines.items())
    order.shuffle(codes)
    park.outlines = dict(codes)
    assert [(each.code, each.subject, each.other, dict(each.measured)) for each in park.found()] == expected


def test_nothing_at_all_is_no_finding() -> None:
    """An empty store, and a parcel about which nothing is known but that nobody holds it."""
    assert District().found() == []
    assert District().parcel("P").codes() == {"parcel_without_occupant": ["P"]}


def test_every_tolerance_is_named_by_what_is_measured_or_by_its_check() -> None:
    """A rule without source does not exist, and a tolerance is no negative amount."""
    for rule in RULES.checks.values():
        assert rule.source
        assert all(amount >= 0 for amount in rule.tolerance.values())
