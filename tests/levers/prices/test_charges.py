"""Charges: yuan from kilowatt-hours, the highest single surcharge, who is exempt."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.levers.prices.apportioning import Line
from service.levers.prices.charges import Charge, Firm, Surcharge, amount_fen, charges
from service.levers.prices.tiers import Standing
from service.reference.prices import PricePolicy, shipped_policy

SHANDONG = shipped_policy("shandong", "370000")
DEMO = shipped_policy("lanpu-demo", "330299")
KNOWN = Firm("C3411", date(2010, 5, 1))


def charge(
    policy: PricePolicy = SHANDONG,
    wh: int = 123_456_000,
    rate: int = 100_000,
    others: list[Surcharge] = (),
    firm: Firm = KNOWN,
) -> Charge:
    """Charge one line of July 2024."""
    (found,) = charges(
        policy,
        [Line("2024-07", "P", "X", "M", wh), Line("2024-07", "Q", "X", "M", wh)],
        {"P": Standing("P", "D", 2, rate, "other_grade", "2022")},
        others,
        {"X": firm},
    )
    return found


def other(rate: int | None, parcel: str = "", **days: date) -> Surcharge:
    """Another surcharge of the firm."""
    return Surcharge("X", parcel, "punitive", rate, **days)


def test_a_month_by_hand() -> None:
    """123,456 kWh at 0.10 yuan/kWh are 12,345.60 yuan; a parcel in no tier costs nothing."""
    found = charge()
    assert (found.amount_fen, found.reason) == (1_234_560, "applies")


@given(st.integers(0, 10**12), st.integers(0, 10**6))
def test_amounts_are_rounded_half_up_to_a_fen(wh: int, rate: int) -> None:
    """As decimal arithmetic does it."""
    yuan = Decimal(wh) / 1000 * Decimal(rate) / 10**6
    assert Decimal(amount_fen(wh, rate)) / 100 == yuan.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_half_a_fen_is_a_fen() -> None:
    """0.1 kWh at 0.05 yuan is half a fen."""
    assert [amount_fen(wh, 50_000) for wh in (99, 100, 101)] == [0, 1, 1]


@given(st.integers(0, 200_000), st.integers(0, 200_000), st.sampled_from(["difference", "replace"]))
def test_surcharges_never_stack(ours: int, theirs: int, with_others: str) -> None:
    """Together they are the higher of the two, whichever of the two policies on others holds."""
    policy = SHANDONG.model_copy(update={"with_others": with_others})
    found = charge(policy, rate=ours, others=[other(theirs)])
    collected_by_others = 0 if found.reason == "replaces_other" else theirs
    assert found.rate + collected_by_others == max(ours, theirs)


def test_an_entry_says_what_applied_and_what_it_displaced() -> None:
    """Higher or equal elsewhere: nothing here; lower elsewhere: the part above it."""
    found = charge(others=[other(30_000), other(20_000)])
    assert (found.tier_rate, found.other_kind, found.other_rate, found.rate, found.reason) == (
        100_000,
        "punitive",
        30_000,
        70_000,
        "above_other",
    )
    found = charge(others=[other(100_000)])
    assert (found.rate, found.amount_fen, found.reason) == (0, 0, "other_higher")


def test_another_surcharge_counts_where_and_when_it_holds() -> None:
    """On its parcel, in a month of which it holds a day."""
    assert charge(others=[other(100_000, "Q")]).reason == "applies"
    assert charge(others=[other(100_000, valid_from=date(2024, 8, 1))]).reason == "applies"
    assert charge(others=[other(100_000, valid_from=date(2024, 7, 31))]).reason == "other_higher"


def test_another_surcharge_of_an_unknown_amount_holds_ours_back() -> None:
    """It may be the higher one: nothing is charged until it is known, unless a known one displaces ours."""
    found = charge(others=[other(None), other(30_000)])
    assert (found.rate, found.amount_fen, found.reason) == (0, 0, "other_unknown")
    assert (found.other_kind, found.other_rate) == ("punitive", None)
    assert charge(others=[other(None), other(100_000)]).reason == "other_higher"
    assert charge(others=[other(None, "Q")]).reason == "applies"
    assert charge(others=[other(None, valid_from=date(2024, 8, 1))]).reason == "applies"


def test_whoever_uses_little_pays_nothing() -> None:
    """1,000 kWh a month on a parcel is the limit of the demo county; 1 Wh more, and all of it counts."""
    assert charge(DEMO, wh=1_000_000).reason == "below_consumption"
    assert charge(DEMO, wh=1_000_001).amount_fen == 10_000


@pytest.mark.parametrize(
    ("firm", "reason"),
    [
        (Firm("D4411", date(2010, 1, 1)), "exempt"),
        (Firm("C3411", date(2022, 7, 2)), "exempt"),
        (Firm("C3411", date(2022, 7, 1)), "applies"),
        (Firm("C3411", None), "exemption_unknown"),
        (Firm(None, date(2010, 1, 1)), "exemption_unknown"),
        (Firm(None, date(2024, 1, 1)), "exempt"),
    ],
)
def test_exemptions(firm: Firm, reason: str) -> None:
    """Utilities and young firms; what nobody knows raises no price until somebody does."""
    found = charge(DEMO, firm=firm)
    assert found.reason == reason
    assert bool(found.amount_fen) == (reason == "applies")
