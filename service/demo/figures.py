"""What every firm of the demo park produced, paid and used, year by year: lognormal around its industry."""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from service.demo.firms import Firm
from service.demo.park import Park

YEARS = (2021, 2022, 2023)
ABOVE_SCALE_WAN = 2_000
"""Firms with a revenue from 2,000 万元 on count as above scale (规上)."""


class Account(NamedTuple):
    """One firm's year: money in 万元, electricity in kWh, pollutant equivalent in tonnes."""

    tax: float
    output: float
    revenue: float
    value_added: float
    kwh: float
    headcount: int
    rd: float
    emission_t: float


Accounts = dict[tuple[Firm, int], Account]


def account(park: Park, rng: Generator) -> Accounts:
    """Return the accounts of all firms for the years in which they worked in the park."""
    present = _presence(park)
    accounts: Accounts = {}
    for firm in park.firms:
        trade = firm.industry
        level = firm.mu * trade.output_per_mu * np.exp(0.55 * firm.vigour + rng.normal(0, 0.3))
        taxed, powered, staffed = np.exp(rng.normal(0, (0.3, 0.35, 0.3)))
        growth = 1.0
        for year in YEARS:
            growth *= 1 + rng.normal(0.06, 0.09)
            output = level * growth * present.get((firm, year), 1.0)
            if output < 1:
                continue
            # tax and electricity follow output, each with a year of its own
            luck = np.exp(rng.normal(0, 0.08, size=4))
            accounts[firm, year] = Account(
                tax=output * trade.tax * taxed * luck[0],
                output=output,
                revenue=output * 0.97 * luck[1],
                value_added=output * trade.value_added * luck[2],
                kwh=output * trade.kwh * powered * luck[3],
                headcount=max(2, round(output / 100 * trade.staff * staffed)),
                rd=output * trade.rd * luck[1],
                emission_t=output * trade.emission_g * powered / 1e6,
            )
    return accounts


def above_scale(firm: Firm, accounts: Accounts) -> bool:
    """Whether the statistics count the firm as above scale, judged by 2022."""
    year = accounts.get((firm, 2022))
    return year is not None and year.revenue >= ABOVE_SCALE_WAN


def _presence(park: Park) -> dict[tuple[Firm, int], float]:
    """The share of each year a firm was there, for those that moved in or out."""
    present: dict[tuple[Firm, int], float] = {}
    for holding in park.holdings:
        for year in YEARS:
            share = 1.0
            if holding.valid_from is not None:
                share = min(1.0, max(0.0, year + 1 - holding.valid_from.year - holding.valid_from.month / 12))
            if holding.valid_to is not None:
                share = min(1.0, max(0.0, holding.valid_to.year - year + holding.valid_to.month / 12))
            key = holding.firm, year
            present[key] = max(present.get(key, 0.0), share)
    for parcel in park.parcels:
        if parcel.floor_area_m2 == 0 and parcel.owner is not None and parcel.owner.mu == 0:
            present.update({(parcel.owner, year): 0.0 for year in YEARS})
    return present
