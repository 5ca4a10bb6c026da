"""Kilowatt-hours to parcels and firms: by meters, parcels, holdings; nothing lost, nothing invented."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.levers.prices.apportioning import Placed, apportion, shared_out
from service.levers.prices.electricity import SHARE, Holding, MeterAt, Reading, estimated
from service.levers.prices.months import days_held, months_between

MONTH = "2023-07"
ONE = Holding("P", "X", SHARE, 365)


def placed(
    readings: list[Reading], meters: list[MeterAt] = (), holdings: list[Holding] = (ONE,), wanted: str = "P"
) -> Placed:
    """Apportion one month."""
    return apportion([MONTH], readings, meters, holdings, wanted)


def lines(found: Placed) -> dict[tuple[str, str, str], int]:
    """Wh by parcel, firm and meter."""
    return {(each.parcel_code, each.uscc, each.meter): each.wh for each in found.lines}


def left(found: Placed) -> dict[str, int]:
    """Unplaced Wh by reason."""
    summed: Counter[str] = Counter()
    for each in found.unplaced:
        summed[each.reason] += each.wh
    return dict(summed)


def meter_read(wh: int, meter: str = "M") -> Reading:
    """A reading of a meter."""
    return Reading("meter", meter, "", MONTH, wh)


def total(wh: int, uscc: str = "X") -> Reading:
    """A firm's total."""
    return Reading("enterprise", uscc, "", MONTH, wh)


def test_a_meter_of_two_firms_goes_by_shares_and_days() -> None:
    """70 : 30, and the second from the 17th on, 15 of 31 days."""
    meters = [
        MeterAt("M", "P", "X", 700_000),
        MeterAt("M", "P", "Y", 300_000, valid_from=date(2023, 7, 17)),
    ]
    found = lines(placed([meter_read(1_000_000)], meters))
    assert found == {("P", "X", "M"): 828_244, ("P", "Y", "M"): 171_756}  # 700·31 : 300·15


def test_successive_holders_of_a_meter_share_it_by_days() -> None:
    """The whole until the 15th, then another without a told share: 15 and 16 of 31 days."""
    meters = [
        MeterAt("M", "P", "X", 1_000_000, valid_to=date(2023, 7, 15)),
        MeterAt("M", "P", "Y", None, valid_from=date(2023, 7, 16)),
    ]
    found = lines(placed([meter_read(31_000)], meters))
    assert found == {("P", "X", "M"): 15_000, ("P", "Y", "M"): 16_000}


def test_a_firms_total_goes_by_its_holdings_and_days() -> None:
    """Three quarters and one quarter of the year; who left in June has nothing of July."""
    holdings = [
        Holding("P", "X", SHARE * 3 // 4, 365),
        Holding("Q", "X", SHARE // 4, 365),
    ]
    assert lines(placed([total(1001)], (), holdings)) == {("P", "X", ""): 751, ("Q", "X", ""): 250}
    gone = [holdings[0], Holding("Q", "X", SHARE // 4, 181, ((None, date(2023, 6, 30)),))]
    assert lines(placed([total(1001)], (), gone)) == {("P", "X", ""): 1001}


def test_a_total_contains_what_meters_have() -> None:
    """The rest of it goes by holdings; meters that exceed it are told, and no kilowatt-hour is taken back."""
    meters = [MeterAt("M", "P", "X")]
    found = placed([meter_read(600), total(1000)], meters)
    assert lines(found) == {("P", "X", "M"): 600, ("P", "X", ""): 400}
    found = placed([meter_read(600), total(500)], meters)
    assert lines(found) == {("P", "X", "M"): 600}
    assert left(found) == {"total_below_meters": -100}


def test_a_parcels_figure_comes_before_its_meters() -> None:
    """As in the evaluation; the readings stay in sight."""
    reported = Reading("parcel", "P", "X", MONTH, 900)
    found = placed([meter_read(600), reported], [MeterAt("M", "P", "X")])
    assert lines(found) == {("P", "X", ""): 900}
    assert left(found) == {"parcel_figure_counts": 600}


def test_a_parcels_figure_that_is_in_no_total_is_not_taken_from_one() -> None:
    """900 beside a total of 1,000 are 1,900; 900 of it are 1,000. No displaced meter counts twice."""
    elsewhere = Holding("Q", "X", SHARE, 365)
    beside = Reading("parcel", "P", "", MONTH, 900)
    holdings = [Holding("P", "X", 0, 365), elsewhere]
    assert lines(placed([beside, total(1000)], (), holdings)) == {("P", "X", ""): 900, ("Q", "X", ""): 1000}
    of_it = replace(beside, part_of="X")
    assert lines(placed([of_it, total(1000)], (), holdings)) == {("P", "X", ""): 900, ("Q", "X", ""): 100}
    found = placed([meter_read(600), beside, total(1000)], [MeterAt("M", "P", "X")], holdings)
    assert lines(found) == {("P", "X", ""): 900, ("Q", "X", ""): 400}
    assert left(found) == {"parcel_figure_counts": 600}


@pytest.mark.parametrize(
    ("reading", "meters", "holdings", "reason"),
    [
        (meter_read(5), [], [ONE], "meter_unknown"),
        (meter_read(5), [MeterAt("M", "P", "X", valid_to=date(2023, 6, 30))], [ONE], "meter_idle"),
        (meter_read(5), [MeterAt("M", "P", "")], [ONE, Holding("P", "Y", SHARE, 365)], "firm_unknown"),
        (total(5), [], [], "no_holding"),
        (total(5), [], [Holding("P", "X", None, 365)], "share_unknown"),
        (total(5), [], [Holding("P", "X", SHARE, 365, ((None, date(2022, 1, 1)),))], "no_holding"),
    ],
)
def test_what_cannot_be_placed_says_why(
    reading: Reading, meters: list[MeterAt], holdings: list[Holding], reason: str
) -> None:
    """It is given to nobody, and not forgotten."""
    found = placed([reading], meters, holdings)
    assert not found.lines
    assert left(found) == {reason: 5}


def test_what_a_firm_holds_elsewhere_is_no_part_of_here() -> None:
    """A firm whose shares here are 40 % used 60 % elsewhere."""
    found = placed([total(1000)], (), [Holding("P", "X", SHARE * 4 // 10, 365)])
    assert lines(found) == {("P", "X", ""): 400}
    assert left(found) == {"outside_evaluation": 600}


def test_a_meter_of_a_parcel_alone_is_its_one_firms() -> None:
    """And a meter of a firm alone goes by its holdings, under its own number."""
    assert lines(placed([meter_read(7)], [MeterAt("M", "P", "")])) == {("P", "X", "M"): 7}
    assert lines(placed([meter_read(7)], [MeterAt("M", "", "X")])) == {("P", "X", "M"): 7}


def test_a_month_without_reading_is_missing_and_not_zero() -> None:
    """A meter without reading, a firm without anything; a reported zero is a zero."""
    found = placed([], [MeterAt("M", "P", "X")])
    assert [(each.uscc, each.meter, each.reason) for each in found.missing] == [("X", "M", "no_reading")]
    found = placed([])
    assert [(each.uscc, each.meter, each.reason) for each in found.missing] == [("X", "", "no_electricity")]
    assert not found.lines
    found = placed([total(0)])
    assert lines(found) == {("P", "X", ""): 0}
    assert not found.missing


def test_twelfths_are_marked_and_sum_to_the_year() -> None:
    """Only where no month of that year is known, be it of a meter of the firm."""
    year = [Reading("enterprise", "X", "", "2023", 100)]
    made = estimated([], year, [])
    assert sum(each.wh for each in made) == 100
    assert all(each.estimated for each in made)
    assert [each.period for each in made] == months_between("2023-01", "2023-12")
    assert not estimated([meter_read(5)], year, [MeterAt("M", "P", "X")])
    assert not estimated([total(5)], year, [])


def test_days_of_a_month() -> None:
    """Both days count; what is open holds."""
    assert days_held("2024-02", None, None) == 29
    assert days_held("2024-02", date(2024, 2, 29), date(2024, 2, 29)) == 1
    assert days_held("2024-02", date(2024, 3, 1), None) == 0


FIRMS, PARCELS, METERS = "XYZ", "PQR", "KLM"
DAY = st.none() | st.dates(date(2023, 5, 1), date(2023, 9, 30))
METER_ROWS = st.lists(
    st.builds(
        MeterAt,
        st.sampled_from(METERS),
        st.sampled_from(["", *PARCELS]),
        st.sampled_from(["", *FIRMS]),
        st.none() | st.integers(0, 10**6),
        DAY,
        DAY,
    ),
    max_size=6,
)
HOLDINGS = st.lists(
    st.builds(
        Holding,
        st.sampled_from(PARCELS),
        st.sampled_from(FIRMS),
        st.none() | st.integers(0, SHARE // 3),
        st.integers(0, 365),
        st.tuples(st.tuples(DAY, DAY)),
    ),
    max_size=6,
    unique_by=lambda each: (each.parcel_code, each.uscc),
)
WH = st.integers(0, 10**12)


@given(st.dictionaries(st.sampled_from(METERS), WH), METER_ROWS, HOLDINGS)
def test_no_watt_hour_is_lost(read: dict[str, int], meters: list[MeterAt], holdings: list[Holding]) -> None:
    """Over parcels, firms and what is unplaced, every meter sums to its reading."""
    found = placed([meter_read(wh, meter) for meter, wh in read.items()], meters, holdings)
    for meter, wh in read.items():
        parts = [each.wh for each in (*found.lines, *found.unplaced) if each.meter == meter]
        assert sum(parts) == wh
        assert min(parts, default=0) >= 0


@given(
    st.dictionaries(st.sampled_from(FIRMS), WH, min_size=1),
    st.dictionaries(st.sampled_from(METERS), WH),
    METER_ROWS,
    HOLDINGS,
)
def test_a_firms_total_is_kept(
    totals: dict[str, int], read: dict[str, int], meters: list[MeterAt], holdings: list[Holding]
) -> None:
    """Lines of a firm and what is unplaced of it sum to its total, whatever meters it has."""
    readings = [meter_read(wh, meter) for meter, wh in read.items()]
    found = placed([*readings, *(total(wh, uscc) for uscc, wh in totals.items())], meters, holdings)
    for uscc, wh in totals.items():
        parts = [each.wh for each in (*found.lines, *found.unplaced) if each.uscc == uscc]
        assert sum(parts) == wh


@given(WH, st.lists(st.tuples(st.sampled_from(["", "X"]), WH), max_size=3), st.none() | WH)
def test_a_total_is_kept_beside_figures_of_parcels(
    whole: int, figures: list[tuple[str, int]], metered: int | None
) -> None:
    """The firm's lines and what is unplaced of it are its total and what is in no total; a meter that a
    figure within the total displaces stays in sight besides."""
    readings = [Reading("parcel", "P", part_of, MONTH, wh) for part_of, wh in figures]
    if metered is not None:
        readings.append(meter_read(metered))
    found = placed([*readings, total(whole)], [MeterAt("M", "P", "X")])
    kept = sum(each.wh for each in (*found.lines, *found.unplaced) if each.uscc == "X")
    beside = sum(wh for part_of, wh in figures if not part_of)
    displaced = metered or 0 if any(part_of for part_of, _ in figures) else 0
    assert kept == whole + beside + displaced


@given(WH, st.lists(st.integers(0, 10**6), min_size=1, max_size=6).filter(any))
def test_largest_remainder(whole: int, weights: list[int]) -> None:
    """Each part lies within one of its exact quota, and together they are the whole."""
    parts = shared_out(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - whole * weight) < sum(weights)
