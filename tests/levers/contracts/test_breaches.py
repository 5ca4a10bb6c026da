"""Breaches of grant contracts: amounts, days and penalties, and what contracts allow."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.levers.contracts.making import contract, rows, studied, totals, year

NOTHING = year(2023, {"far": 0.0})


def test_a_shortfall_is_told_per_mu_and_of_the_whole_land() -> None:
    """20 promised and 10 kept on 100 mu: 10 a mu, 1000 in all."""
    found = studied([contract(tax_wan_yuan_per_mu=20.0)])
    (row,) = rows(found, "breaches")
    assert (row["clause"], row["promised"], row["actual"]) == ("tax_per_mu", 20, pytest.approx(10))
    assert (row["shortfall"], row["shortfall_total_wan_yuan"]) == (pytest.approx(10), pytest.approx(1000))
    assert totals(found, "breaches")["tax_shortfall_wan_yuan"] == pytest.approx(1000)


class TestDays:
    """Start, completion and full production."""

    @pytest.mark.parametrize(
        ("days", "late", "still_open"),
        [
            ({"completed_on": date(2020, 1, 11)}, 10, False),
            ({"completed_on": date(2019, 12, 31)}, None, None),
            # something stands there: when it was completed is not known
            ({"completed_on": None}, None, None),
            # extended by a hundred days, of which ninety were taken
            ({"completed_on": date(2020, 3, 31), "extended_to": date(2020, 4, 10)}, None, None),
            ({"completed_on": date(2020, 4, 15), "extended_to": date(2020, 4, 10)}, 5, False),
            ({"completed_on": date(2020, 1, 11), "complete_by": None}, None, None),
            # after the day to which is counted it was still open
            ({"completed_on": date(2024, 6, 1)}, (date(2023, 12, 31) - date(2020, 1, 1)).days, True),
        ],
    )
    def test_completion(self, days: dict[str, Any], late: int | None, still_open: bool | None) -> None:
        """To the day when it was done, else to the day that is asked."""
        found = rows(studied([contract(**days)]), "breaches", "completion")
        assert [(row["days_late"], row["still_open"]) for row in found] == (
            [] if late is None else [(late, still_open)]
        )

    @pytest.mark.parametrize(
        ("days", "of_year", "late"),
        [
            ({"started_on": date(2018, 7, 31)}, year(), 30),
            # nothing stands there and nobody has begun
            ({"completed_on": None}, NOTHING, (date(2023, 12, 31) - date(2018, 7, 1)).days),
            # something stands there: when it was begun is not known
            ({}, year(), None),
            ({"completed_on": None}, year(2023, {"far": None}), None),
            # an extension of ten days shifts the start as well
            ({"started_on": date(2018, 7, 31), "extended_to": date(2020, 1, 11)}, year(), 20),
        ],
    )
    def test_the_start(self, days: dict[str, Any], of_year: Any, late: int | None) -> None:
        """Who has no day of starting is late only where nothing is built."""
        found = studied([contract(start_by=date(2018, 7, 1), **days)], of_year)
        assert [row["days_late"] for row in rows(found, "breaches", "start")] == (
            [] if late is None else [late]
        )

    @pytest.mark.parametrize(
        ("promised", "outputs", "late", "reasons"),
        [
            (200.0, {2023: 20_000, 2022: 0, 2021: 0}, False, []),
            (300.0, {2023: 20_000, 2022: 20_000, 2021: 20_000}, True, []),
            # reached in an earlier year, though it fell again
            (200.0, {2023: 10_000, 2022: 20_000}, False, []),
            # a year since the day is not seen, or not known
            (300.0, {2023: 20_000, 2022: 20_000}, False, ["output_years_unknown"]),
            (300.0, {2023: 20_000, 2022: None, 2021: 20_000}, False, ["output_years_unknown"]),
            (None, {2023: 20_000, 2022: 20_000, 2021: 20_000}, False, ["no_output_promised"]),
        ],
    )
    def test_full_production_is_reached_by_the_promised_output(
        self, promised: float | None, outputs: dict[int, float | None], late: bool, reasons: list[str]
    ) -> None:
        """Once is enough; never is only told when every year since 2021 is seen."""
        years = [year(period, {"output": output}) for period, output in outputs.items()]
        found = studied([contract(output_wan_yuan_per_mu=promised)], *years)
        since = (date(2023, 12, 31) - date(2021, 1, 1)).days
        assert [row["days_late"] for row in rows(found, "breaches", "reach")] == [since] * late
        assert [row["reason"] for row in rows(found, "undecided")] == reasons

    def test_production_due_in_the_year_has_no_whole_year_yet(self) -> None:
        """Half a year of output neither reaches it nor misses it."""
        found = studied([contract(output_wan_yuan_per_mu=300.0, reach_by=date(2023, 7, 1))])
        assert rows(found, "breaches", "reach") == []
        assert [row["reason"] for row in rows(found, "undecided")] == ["no_whole_year"]

    def test_what_is_open_is_counted_to_the_day_that_is_asked(self) -> None:
        """A contract signed after it is not in force."""
        terms = contract(completed_on=None)
        (row,) = rows(studied([terms], NOTHING, as_of=date(2020, 1, 31)), "breaches", "completion")
        assert row["days_late"] == 30
        assert rows(studied([terms], NOTHING, as_of=date(2017, 12, 31)), "breaches", "completion") == []

    @pytest.mark.parametrize(
        ("far", "breach", "reasons"),
        [
            (1.0, False, ["completion_day_unknown"]),
            (None, False, ["completion_day_unknown"]),
            (0.0, True, []),
        ],
    )
    def test_a_completion_day_that_is_not_known_is_no_breach(
        self, far: float | None, breach: bool, reasons: list[str]
    ) -> None:
        """Works are then open only where nothing is built; else no days and no penalty, but a reason."""
        terms = contract(completed_on=None, reach_by=None, price_wan_yuan=9000.0, penalty_per_day=0.0001)
        found = studied([terms], year(2023, {"far": far}))
        assert bool(rows(found, "breaches", "completion")) is breach
        assert (totals(found, "breaches")["penalty_fen"] > 0) is breach
        unknown = rows(found, "undecided")
        assert [row["reason"] for row in unknown] == reasons
        assert all("竣工日期未知" in row["detail"] for row in unknown)
        assert totals(found, "undecided") == {"undecided": len(reasons)}


class TestPenalty:
    """So much of the price for every day."""

    def test_to_the_fen(self) -> None:
        """1234.5678 万元 × 1‰ × 7 days = 86,419.746 yuan, half up 8,641,975 fen."""
        terms = contract(completed_on=date(2020, 1, 8), price_wan_yuan=1234.5678, penalty_per_day=0.001)
        found = studied([terms])
        (row,) = rows(found, "breaches")
        assert (row["days_late"], row["penalty_fen"], row["penalty"]) == (7, 8_641_975, "stated")
        assert totals(found, "breaches")["penalty_fen"] == 8_641_975

    @pytest.mark.parametrize("stated", [{}, {"price_wan_yuan": 500.0}, {"penalty_per_day": 0.001}])
    def test_what_the_contract_does_not_state_is_not_made_up(self, stated: dict[str, float]) -> None:
        """Null and counted as such."""
        found = studied([contract(completed_on=date(2020, 1, 8), **stated)])
        (row,) = rows(found, "breaches")
        assert (row["penalty_fen"], row["penalty"]) == (None, "not_stated")
        assert totals(found, "breaches")["penalty_not_stated"] == 1

    @settings(max_examples=40, deadline=None)
    @given(
        st.integers(1, 10**9).map(lambda fen: fen / 10_000),
        st.integers(1, 5000).map(lambda share: share / 10**6),
        st.integers(1, 4000),
    )
    def test_every_product_is_exact(self, price: float, share: float, days: int) -> None:
        """The decimals as printed, multiplied as decimals."""
        done = date(2010, 1, 1) + timedelta(days=days)
        terms = contract(
            signed_on=None,
            complete_by=date(2010, 1, 1),
            completed_on=done,
            reach_by=None,
            price_wan_yuan=price,
            penalty_per_day=share,
        )
        (row,) = rows(studied([terms]), "breaches")
        exact = Decimal(repr(price)) * 1_000_000 * Decimal(repr(share)) * days
        if exact > Decimal(repr(price)) * 1_000_000:
            assert (row["penalty_fen"], row["penalty"]) == (None, "penalty_implausible")
        else:
            assert 2 * abs(row["penalty_fen"] - exact) <= 1

    @pytest.mark.parametrize(
        ("price", "share"), [(900.0, 0.5), (1e9, 1e9), (1e30, 1e-3), (1e300, 1e300), (-900.0, 0.001)]
    )
    def test_more_than_the_price_itself_is_not_believed(self, price: float, share: float) -> None:
        """Null and counted, whatever the ledger says, for seven days."""
        terms = contract(completed_on=date(2020, 1, 8), price_wan_yuan=price, penalty_per_day=share)
        found = studied([terms])
        (row,) = rows(found, "breaches")
        assert (row["days_late"], row["penalty_fen"], row["penalty"]) == (7, None, "penalty_implausible")
        told = totals(found, "breaches")
        assert (told["penalty_fen"], told["penalty_implausible"], told["penalty_not_stated"]) == (0, 1, 0)


class TestTrades:
    """Divisions that the contract allows."""

    @pytest.mark.parametrize(
        ("industries", "said"),
        [
            ("34,35", []),
            ("13、14", ["34 ∉ 13,14"]),
            ("13-15", ["34 ∉ 13,14,15"]),
            ("33-35", []),
            ("33、C34", []),
            ("C3311", ["34 ∉ 33"]),
            ("不限", []),
            ("33 类除外", []),
            ("C13 农副食品加工业", []),  # more than divisions: nothing is said
            ("纺织制成品制造", []),
            (None, []),
        ],
    )
    def test_a_trade_that_is_not_among_them(self, industries: str | None, said: list[str]) -> None:
        """Words alone allow or forbid nothing."""
        found = rows(studied([contract(industries=industries)]), "breaches", "industry")
        assert [row["detail"] for row in found] == said

    def test_trades_in_words_are_told_as_not_known(self) -> None:
        """Whoever reads the contract may decide."""
        for industries, reasons in (("33 类除外", ["industries_in_words"]), ("13-15", []), (" ", [])):
            found = rows(studied([contract(industries=industries)]), "undecided", "industry")
            assert [row["reason"] for row in found] == reasons

    def test_a_parcel_without_a_trade_is_no_breach(self) -> None:
        """Nobody knows what is made there."""
        assert rows(studied([contract(industries="13")], industry=""), "breaches") == []


class TestPermissions:
    """What a contract allows."""

    def test_a_clause_says_so_and_what_is_not_known_is_unknown(self) -> None:
        """Never allowed by silence; a parcel without a contract is listed as such."""
        terms = contract(
            leasing_clause="with_consent",
            leasing_condition="达产后",
            transfer_clause="forbidden",
            far_max=2.0,
        )
        found = studied([terms], codes=("P1", "P2"))
        one, other = rows(found, "permissions")
        assert [one[name] for name in ("leasing", "leasing_reason", "leasing_condition")] == [
            *("with_consent", "clause"),
            "达产后",
        ]
        assert (one["transfer"], one["uplift"], one["uplift_reason"]) == (
            "forbidden",
            "unknown",
            "clause_unknown",
        )
        assert one["contract_far_max"] == 2.0
        assert {other[name] for name in ("leasing", "transfer", "uplift")} == {"unknown"}
        assert (other["has_contract"], other["leasing_reason"]) == (False, "no_contract")
        assert totals(found, "permissions") == {
            "parcels": 2,
            "without_contract": 1,
            "leasing_unknown": 1,
            "transfer_unknown": 1,
            "uplift_unknown": 2,
        }


def test_a_parcel_tells_its_breaches_and_the_gravest() -> None:
    """Half the tax missing is less grave than four years late; without a contract nothing is counted."""
    found = studied([contract(tax_wan_yuan_per_mu=20.0, completed_on=date(2024, 1, 1))], codes=("P1", "P2"))
    one, other = found.parcels.to_dicts()
    assert (one["breaches"], one["worst_breach"], one["days_late"]) == (2, "completion", 1460)
    assert one["tax_attainment"] == pytest.approx(0.5)
    assert (other["breaches"], other["worst_breach"], other["has_contract"]) == (None, None, False)
    assert totals(found, "breaches")["parcels_in_breach"] == 1


def test_who_keeps_everything_has_none() -> None:
    """Zero, not null."""
    (row,) = studied([contract(tax_wan_yuan_per_mu=5.0)]).parcels.to_dicts()
    assert (row["breaches"], row["worst_breach"]) == (0, None)
