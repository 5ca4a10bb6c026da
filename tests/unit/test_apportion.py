"""Apportionment (分摊): which part of an enterprise's figures each of its parcels gets."""

from datetime import date

import polars as pl
import pytest

from tests.support.snapshots import Results, Snapshot, by_parcel, scheme

TAX = scheme()


def shared(results: Results) -> dict[tuple[str, str], int]:
    """Return what of its tax each enterprise placed on each parcel; where nothing can be placed, nothing."""
    rows = results["holdings"].filter(pl.col("basis") != "direct")
    return {
        (row["uscc"], row["parcel_code"]): row["tax__amount"]
        for row in rows.iter_rows(named=True)
        if row["tax__amount"] is not None
    }


def unallocated(results: Results, uscc: str = "E") -> tuple[int, str | None]:
    """Return what of an enterprise's figure stayed unallocated, and why."""
    row = results["reconciliation"].row(by_predicate=pl.col("uscc") == uscc, named=True)
    left = row["tax__reported"] - row["tax__direct"] - row["tax__allocated"]
    told = results["unallocated"].filter(uscc=uscc, metric="tax")
    assert told["amount"].to_list() == ([left] if left else [])
    return left, told["reason"].item() if left else None


def two_parcels() -> Snapshot:
    """Return a park of two parcels P and Q and a firm E that paid a tax of 1000."""
    return Snapshot().parcel("P").parcel("Q").firm("E").reports("E", tax=1000)


def test_a_figure_is_divided_by_floor_area() -> None:
    """Floor area decides where every holding has one."""
    results = two_parcels().holds("E", "P", 300, land=1).holds("E", "Q", 100, land=9).evaluated(TAX)
    assert shared(results) == {("E", "P"): 750, ("E", "Q"): 250}
    assert set(results["holdings"]["basis"]) == {"floor_area"}


def test_one_missing_floor_area_turns_all_holdings_of_the_enterprise_to_land_area() -> None:
    """Measures are never mixed within one enterprise."""
    results = two_parcels().holds("E", "P", 300, land=100).holds("E", "Q", land=900).evaluated(TAX)
    assert shared(results) == {("E", "P"): 100, ("E", "Q"): 900}
    assert set(results["holdings"]["basis"]) == {"land_area"}


def test_another_enterprise_keeps_its_floor_areas() -> None:
    """What one enterprise lacks does not change another one's measure."""
    park = two_parcels().holds("E", "P", 300).holds("E", "Q", 100).firm("F").reports("F", tax=10)
    results = park.holds("F", "P", land=100).evaluated(TAX)
    assert dict(zip(results["holdings"]["uscc"], results["holdings"]["basis"], strict=True)) == {
        "E": "floor_area",
        "F": "land_area",
    }


def test_metered_electricity_divides_when_areas_are_missing() -> None:
    """After floor and land area comes the meter of each holding."""
    results = two_parcels().holds("E", "P", electricity=9).holds("E", "Q", electricity=1).evaluated(TAX)
    assert shared(results) == {("E", "P"): 900, ("E", "Q"): 100}


def test_equal_parts_when_nothing_is_known() -> None:
    """Without any measure each parcel gets the same, the remainder goes to the first by code."""
    park = Snapshot().firm("E").reports("E", tax=1000)
    for code in ("P", "Q", "R"):
        park.parcel(code).holds("E", code)
    assert shared(park.evaluated(TAX)) == {("E", "P"): 334, ("E", "Q"): 333, ("E", "R"): 333}


def test_the_remainder_goes_to_the_largest_weight() -> None:
    """Floored shares leave at most a few minor units; the largest holding takes them."""
    results = two_parcels().holds("E", "P", 1).holds("E", "Q", 2).evaluated(TAX)
    assert shared(results) == {("E", "P"): 333, ("E", "Q"): 667}


def test_a_landlord_keeps_own_and_leased_in_less_leased_out() -> None:
    """What is let on a parcel does not attract the landlord's figures to it."""
    park = two_parcels().holds("E", "P", 900).holds("E", "P", 500, role="leased_out")
    results = park.holds("E", "P", 200, role="leased_in").holds("E", "Q", 400).evaluated(TAX)
    assert shared(results) == {("E", "P"): 600, ("E", "Q"): 400}


def test_letting_more_than_one_holds_counts_nothing_and_shows_in_coverage() -> None:
    """A negative net weight is a finding of the survey, not a negative share."""
    park = two_parcels().holds("E", "P", 100).holds("E", "P", 500, role="leased_out").holds("E", "Q", 1)
    results = park.evaluated(TAX)
    assert shared(results) == {("E", "P"): 0, ("E", "Q"): 1000}
    found = results["coverage"].row(by_predicate=pl.col("parcel_code") == "P", named=True)
    assert (found["occupancy__have"], found["occupancy__reason"]) == (0, "no_occupant")


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (None, None, 365),
        (date(2023, 1, 1), date(2023, 12, 31), 365),
        (date(2022, 5, 1), date(2024, 5, 1), 365),
        (date(2023, 12, 31), None, 1),
        (None, date(2023, 1, 1), 1),
        (date(2023, 3, 1), date(2023, 3, 31), 31),
    ],
)
def test_days_count_within_the_period(since: date | None, until: date | None, days: int) -> None:
    """First and last day count; what lies outside the year does not."""
    results = two_parcels().holds("E", "P", 1, since=since, until=until).evaluated(TAX)
    assert results["holdings"]["days"].to_list() == [days]
    assert results["holdings"]["weight"].to_list() == [days * 100]


def test_a_leap_year_has_366_days() -> None:
    """The period is the calendar year."""
    results = two_parcels().holds("E", "P", 1).evaluated(TAX, "2024")
    assert results["holdings"]["days"].to_list() == [366]


def test_time_weighs_beside_area() -> None:
    """A holding of half the year weighs half; the result says that holdings are partial."""
    park = two_parcels().holds("E", "P", 100, until=date(2023, 3, 14)).holds("E", "Q", 100)
    results = park.evaluated(TAX)
    assert shared(results) == {("E", "P"): 1000 * 73 // 438, ("E", "Q"): 1000 - 1000 * 73 // 438}
    assert by_parcel(results, "scores", "partial_occupancy") == {"P": True, "Q": False}


def test_partial_holdings_are_normalised_over_what_is_known() -> None:
    """A firm known for three months only still brings its whole figure."""
    results = two_parcels().holds("E", "P", 100, since=date(2023, 10, 1)).evaluated(TAX)
    assert shared(results) == {("E", "P"): 1000}


def test_holdings_that_follow_each_other_cover_the_year() -> None:
    """Own until June and leased in from July is no gap."""
    park = two_parcels().holds("E", "P", 100, until=date(2023, 6, 30))
    results = park.holds("E", "P", 100, role="leased_in", since=date(2023, 7, 1)).evaluated(TAX)
    assert not results["scores"]["partial_occupancy"].any()
    assert results["holdings"]["days"].to_list() == [365]


def test_overlapping_holdings_do_not_hide_a_gap() -> None:
    """Twice the first half year covers half a year."""
    park = two_parcels().holds("E", "P", 100, until=date(2023, 6, 30))
    results = park.holds("E", "P", 100, role="leased_in", until=date(2023, 6, 30)).evaluated(TAX)
    assert results["scores"].filter(parcel_code="P")["partial_occupancy"].to_list() == [True]
    assert results["holdings"]["days"].to_list() == [181]


def test_holdings_of_other_years_count_nothing() -> None:
    """Who left before the period, or came after it, is no occupant."""
    park = (
        two_parcels()
        .holds("E", "P", 100, until=date(2022, 12, 31))
        .holds("E", "Q", 1, since=date(2024, 1, 1))
    )
    results = park.evaluated(TAX)
    assert shared(results) == {}
    assert unallocated(results) == (1000, "no_occupancy")


def test_manual_shares_come_first_and_weights_divide_the_rest() -> None:
    """A share set by a person overrides; the others divide what it leaves by weight."""
    park = two_parcels().parcel("R").holds("E", "P", share=0.7).holds("E", "Q", 200).holds("E", "R", 100)
    results = park.evaluated(TAX)
    assert shared(results) == {("E", "P"): 700, ("E", "Q"): 200, ("E", "R"): 100}
    assert by_parcel(results, "holdings", "basis") == {"P": "manual", "Q": "floor_area", "R": "floor_area"}


def test_manual_shares_over_one_leave_the_whole_figure_unallocated() -> None:
    """Nobody guesses which of two contradicting shares was meant."""
    results = two_parcels().holds("E", "P", share=0.7).holds("E", "Q", share=0.4).evaluated(TAX)
    assert shared(results) == {}
    assert unallocated(results) == (1000, "manual_share_over_one")


def test_manual_shares_under_one_leave_the_difference_unallocated() -> None:
    """Where all shares are set by hand, nothing takes what they leave."""
    results = two_parcels().holds("E", "P", share=0.7).holds("E", "Q", share=0.2).evaluated(TAX)
    assert shared(results) == {("E", "P"): 700, ("E", "Q"): 200}
    assert unallocated(results) == (100, "manual_share_under_one")


def test_manual_shares_of_exactly_one_place_everything() -> None:
    """Thirds set by hand add up to the figure: the largest share takes the remainder."""
    park = two_parcels().parcel("R").holds("E", "P", share=0.333333).holds("E", "Q", share=0.333333)
    results = park.holds("E", "R", share=0.333334).evaluated(TAX)
    assert shared(results) == {("E", "P"): 333, ("E", "Q"): 333, ("E", "R"): 334}


def test_zero_weights_leave_the_figure_unallocated() -> None:
    """Known areas of zero are not unknown areas: nothing is divided equally behind the survey's back."""
    results = two_parcels().holds("E", "P", 0).holds("E", "Q", 0).evaluated(TAX)
    assert shared(results) == {}
    assert unallocated(results) == (1000, "zero_weight")


def test_a_parcel_that_nobody_handed_over_takes_its_share_with_it() -> None:
    """The share of an unknown parcel stays visible instead of enriching the known ones."""
    results = two_parcels().holds("E", "P", 100).holds("E", "X", 300).evaluated(TAX)
    assert shared(results) == {("E", "P"): 250}
    assert unallocated(results) == (750, "parcel_unknown")


def test_what_belongs_to_another_district_is_not_placed_here() -> None:
    """An enterprise that spans districts brings each only its part."""
    park = two_parcels().holds("E", "P", 100).holds("E", "X", 300, elsewhere=True).holds("E", "Y", 100)
    results = park.evaluated(TAX)
    assert shared(results) == {("E", "P"): 200}
    assert unallocated(results) == (800, "other_district,parcel_unknown")


def test_a_figure_for_a_parcel_is_taken_out_of_the_enterprises_total() -> None:
    """The meter's figure goes to its parcel, only the rest is divided."""
    park = two_parcels().holds("E", "P", 100).holds("E", "Q", 100).metered("P", "E", tax=400)
    results = park.evaluated(TAX)
    assert by_parcel(results, "scores", "tax__amount") == {"P": 700, "Q": 300}
    row = results["reconciliation"].row(0, named=True)
    assert (row["tax__reported"], row["tax__direct"], row["tax__allocated"]) == (1000, 400, 600)


def test_meters_that_exceed_the_total_are_a_finding_and_leave_nothing_to_divide() -> None:
    """A negative rest counts zero and stays visible."""
    park = two_parcels().holds("E", "P", 100).holds("E", "Q", 100).metered("P", "E", tax=1400)
    results = park.evaluated(TAX)
    assert by_parcel(results, "scores", "tax__amount") == {"P": 1400, "Q": 0}
    assert unallocated(results) == (-400, "direct_exceeds_reported")


def test_meters_without_a_total_are_the_total() -> None:
    """Who reported only by parcel has nothing left to divide, and the other parcels stay unknown."""
    park = Snapshot().parcel("P").parcel("Q").firm("E").holds("E", "P", 1).holds("E", "Q", 1)
    results = park.metered("P", "E", tax=400).evaluated(TAX)
    assert by_parcel(results, "scores", "tax__amount") == {"P": 400, "Q": None}
    assert unallocated(results) == (0, None)


def test_a_meter_in_another_district_is_taken_out_as_well() -> None:
    """Otherwise its figure would be divided among the parcels here."""
    park = two_parcels().holds("E", "P", 100).metered("X", "E", elsewhere=True, tax=400)
    results = park.evaluated(TAX)
    assert shared(results) == {("E", "P"): 600}
    assert unallocated(results) == (400, "other_district")


def test_a_figure_for_the_parcel_itself_is_added() -> None:
    """Reported without an enterprise, it belongs to the parcel and to nobody's total."""
    results = two_parcels().holds("E", "P", 100).metered("P", tax=5).metered("X", tax=7).evaluated(TAX)
    assert by_parcel(results, "scores", "tax__amount") == {"P": 1005, "Q": None}
    assert unallocated(results, "") == (7, "parcel_unknown")


def test_a_refund_is_divided_like_a_tax() -> None:
    """Negative totals are conserved to the last fen too."""
    park = Snapshot().parcel("P").parcel("Q").firm("E").reports("E", tax=-1000)
    results = park.holds("E", "P", 1).holds("E", "Q", 2).evaluated(TAX)
    assert shared(results) == {("E", "P"): -334, ("E", "Q"): -666}
    assert unallocated(results) == (0, None)
