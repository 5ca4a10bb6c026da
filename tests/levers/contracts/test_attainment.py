"""Promises of grant contracts beside what was kept, year by year."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from tests.levers.contracts.making import AMOUNTS, contract, rows, studied, totals, year


@pytest.mark.parametrize(
    ("promise", "clause", "actual", "attainment", "kept"),
    [
        # 1000 on 100 mu
        ({"tax_wan_yuan_per_mu": 20.0}, "tax_per_mu", 10.0, 0.5, False),
        ({"tax_wan_yuan_per_mu": 10.0}, "tax_per_mu", 10.0, 1.0, True),
        ({"output_wan_yuan_per_mu": 160.0}, "output_per_mu", 200.0, 1.25, True),
        # 2000 tce of 20,000 万元, at most
        ({"energy_tce_per_wan_yuan": 0.05}, "energy_per_output", 0.1, 0.5, False),
        ({"energy_tce_per_wan_yuan": 0.2}, "energy_per_output", 0.1, 2.0, True),
        ({"far": 1.2}, "far_min", 1.0, 1 / 1.2, False),
        ({"far_max": 2.0}, "far_max", 1.0, 2.0, True),
        ({"coverage": 0.4}, "coverage_min", 0.3, 0.75, False),
        ({"coverage_max": 0.25}, "coverage_max", 0.3, 0.25 / 0.3, False),
        ({"height_max_m": 24.0}, "height_max", 30.0, 0.8, False),
    ],
)
def test_a_promise_is_set_beside_what_was_kept(
    promise: dict[str, Any], clause: str, actual: float, attainment: float, kept: bool
) -> None:
    """At least: actual ÷ promised; at most: promised ÷ actual; 1 is all of it."""
    (row,) = rows(studied([contract(**promise)], heights={"P1": 30.0}), "attainment", clause)
    assert (row["actual"], row["attainment"]) == (pytest.approx(actual), pytest.approx(attainment))
    assert (row["kept"], row["due"], row["reason"]) == (kept, True, None)


@pytest.mark.parametrize(
    ("promise", "of_year", "reason"),
    [
        ({"tax_wan_yuan_per_mu": 20.0}, year(2023, {"tax": None}), "no_figure"),
        ({"tax_wan_yuan_per_mu": 20.0}, year(2023, {"land_area_m2": None}), "no_land_area"),
        ({"tax_wan_yuan_per_mu": 20.0}, year(columns={"output": pl.Float64}), "not_in_scheme"),
        ({"investment_wan_yuan_per_mu": 300.0}, year(), "not_in_scheme"),
        ({"height_max_m": 24.0}, year(), "no_figure"),
        ({"energy_tce_per_wan_yuan": 0.2}, year(2023, {"output": None}), "no_figure"),
    ],
)
def test_what_is_not_known_is_neither_kept_nor_broken(
    promise: dict[str, Any], of_year: Any, reason: str
) -> None:
    """It says why, and is no breach."""
    found = studied([contract(**promise)], of_year)
    (row,) = rows(found, "attainment")
    assert (row["kept"], row["attainment"], row["reason"]) == (None, None, reason)
    assert rows(found, "breaches") == []
    assert totals(found, "attainment")["promises_unknown"] == 1


def test_what_was_not_promised_has_no_row() -> None:
    """A contract without promises keeps them all, and one that is not there too."""
    assert rows(studied([contract()]), "attainment") == []
    assert rows(studied([]), "attainment") == []


def test_years_before_stand_below() -> None:
    """The newest first; before the contract was signed there is none."""
    years = [year(2023), year(2022, {"tax": 2500.0}), year(2017)]
    found = rows(studied([contract(tax_wan_yuan_per_mu=20.0)], *years), "attainment")
    assert [(row["period"], row["attainment"]) for row in found] == [("2023", 0.5), ("2022", 1.25)]


class TestDue:
    """From when a promise counts."""

    @pytest.mark.parametrize(
        ("days", "due"),
        [
            ({"reach_by": date(2023, 1, 1)}, True),
            ({"reach_by": date(2023, 1, 2)}, False),  # the first whole year is 2024
            ({"reach_by": None}, True),  # after completion, 2020
            ({"reach_by": None, "complete_by": date(2023, 6, 1)}, False),
            ({"reach_by": None, "complete_by": None}, None),
            # completion put off to the middle of the year takes production along
            ({"extended_to": date(2023, 6, 1)}, False),
        ],
    )
    def test_the_first_whole_year_after_production(self, days: dict[str, Any], due: bool | None) -> None:
        """What is not due is no breach, nor is what nobody can tell."""
        found = studied([contract(tax_wan_yuan_per_mu=20.0, **days)])
        assert rows(found, "attainment")[0]["due"] is due
        assert bool(rows(found, "breaches", "tax_per_mu")) == bool(due)


class TestInvestment:
    """A promise for all years together."""

    COLUMNS = {**AMOUNTS, "fixed_investment": pl.Float64}  # noqa: RUF012

    def years(self, *amounts: float | None) -> list[Any]:
        """2023 and those before."""
        return [
            year(2023 - back, {"fixed_investment": amount}, columns=self.COLUMNS)
            for back, amount in enumerate(amounts)
        ]

    def test_the_years_that_are_seen_are_summed(self) -> None:
        """10,000 + 20,000 + 10,000 on 100 mu are 400 a mu."""
        terms = contract(signed_on=date(2021, 3, 1), investment_wan_yuan_per_mu=400.0, complete_by=None)
        (row, *_) = rows(studied([terms], *self.years(10_000, 20_000, 10_000)), "attainment")
        assert (row["actual"], row["kept"]) == (pytest.approx(400), True)

    def test_what_was_invested_before_may_be_what_is_missing(self) -> None:
        """A contract of 2018 seen from 2021 on: less is not known to be a breach, as much is enough."""
        less, enough = (
            contract(code, investment_total_wan_yuan=total)
            for code, total in (("P1", 50_000.0), ("P1", 40_000.0))
        )
        years = self.years(10_000, 20_000, 10_000)
        (row, *_) = rows(studied([less], *years), "attainment")
        assert (row["kept"], row["reason"]) == (None, "earlier_years_unknown")
        (row, *_) = rows(studied([enough], *years), "attainment")
        assert row["kept"] is True

    def test_a_contract_of_the_years_that_are_seen_is_broken(self) -> None:
        """In all of them, and with the amount that is missing."""
        terms = contract(
            signed_on=date(2021, 1, 1), complete_by=date(2022, 1, 1), investment_total_wan_yuan=50_000.0
        )
        found = studied([{**terms, "reach_by": None}], *self.years(10_000, 20_000, 10_000))
        (row,) = rows(found, "breaches", "investment_total")
        assert (row["shortfall"], row["shortfall_total_wan_yuan"]) == (10_000, 10_000)

    @pytest.mark.parametrize(
        "years",
        [
            [(2023, 10_000), (2022, None), (2021, 10_000)],  # no figure of the parcel
            [(2023, 10_000), (2021, 10_000)],  # no evaluation
            [(2023, 10_000), (2022, 10_000)],  # the year of signing is not seen
            [(2023, None), (2022, 10_000), (2021, 10_000)],
        ],
    )
    def test_a_year_without_a_figure_may_hold_what_is_missing(self, years: list[tuple[int, Any]]) -> None:
        """A figure that is not known is not zero: short of the promise nobody can tell."""
        terms = contract(
            signed_on=date(2021, 1, 1), complete_by=date(2022, 1, 1), investment_total_wan_yuan=50_000.0
        )
        seen = [year(each, {"fixed_investment": amount}, columns=self.COLUMNS) for each, amount in years]
        found = studied([{**terms, "reach_by": None}], *seen)
        (row, *_) = rows(found, "attainment", "investment_total")
        assert (row["kept"], row["reason"]) == (None, "earlier_years_unknown")
        assert rows(found, "breaches", "investment_total") == []

    def test_a_year_whose_scheme_reads_no_investment_may_hold_it_too(self) -> None:
        """The year is seen, its investment is not."""
        terms = contract(
            signed_on=date(2022, 1, 1), complete_by=date(2022, 6, 1), investment_total_wan_yuan=50_000.0
        )
        found = studied([{**terms, "reach_by": None}], *self.years(10_000), year(2022))
        (row,) = rows(found, "attainment", "investment_total")[:1]
        assert (row["kept"], row["reason"]) == (None, "earlier_years_unknown")

    @pytest.mark.parametrize(
        ("amounts", "signed", "transfer", "reason"),
        [
            ((10_000, 3_000), 2022, "allowed", "clause"),
            ((10_000, 2_499), 2022, "with_consent", "first_transfer_investment_short"),
            # enough is enough, whatever was invested before
            ((10_000, 3_000), 2018, "allowed", "clause"),
            ((10_000, 2_000), 2018, "unknown", "first_transfer_investment_unknown"),
            ((None, None), 2022, "unknown", "first_transfer_investment_unknown"),
        ],
    )
    def test_a_quarter_is_asked_before_a_first_transfer(
        self, amounts: tuple[float | None, ...], signed: int, transfer: str, reason: str
    ) -> None:
        """12,500 of 50,000, beside a clause that allows it; what is not known is not allowed."""
        terms = contract(
            signed_on=date(signed, 1, 1), investment_total_wan_yuan=50_000.0, transfer_clause="allowed"
        )
        (row,) = rows(studied([terms], *self.years(*amounts)), "permissions")
        assert (row["transfer"], row["transfer_reason"]) == (transfer, reason)

    def test_without_a_total_or_a_clause_that_allows_it_nothing_is_checked(self) -> None:
        """The clause stands as it is."""
        for terms, transfer in (
            ({"transfer_clause": "allowed"}, "allowed"),
            ({"transfer_clause": "forbidden", "investment_total_wan_yuan": 50_000.0}, "forbidden"),
            ({"investment_total_wan_yuan": 50_000.0}, "unknown"),
        ):
            (row,) = rows(studied([contract(**terms)], *self.years(0)), "permissions")
            assert row["transfer"] == transfer
