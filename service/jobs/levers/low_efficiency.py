"""Reasons for low efficiency of an evaluation, and how long they have lasted, as the store tells them."""

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection

from service.jobs.levers.evaluated import Evaluated, evaluated, latest_before
from service.levers.consolidation.facts import TERMS, Year
from service.levers.consolidation.lasting import Before, d_years_running, unbroken, years_running
from service.levers.consolidation.reasons import evidence, graded_d
from service.levers.consolidation.summary import summary
from service.reference.consolidation import ConsolidationRules
from service.store import terms
from service.store.lineage import successions


@dataclass(frozen=True, eq=False)
class Judged:
    """Evidence with ``years``, its summary by parcel, the years looked at, and that at which they end."""

    evidence: pl.DataFrame
    summary: pl.DataFrame
    before: tuple[str, ...]
    gap: str | None


def with_reasons(connection: Connection, read: Evaluated, rules: ConsolidationRules) -> Judged:
    """Return the reasons of an evaluation, with the years that they have lasted.

    ``gap`` is the year at which they end though more would be looked at.
    """
    before = _before(connection, read, rules)
    gap = None if len(before) == rules.looks_back else str(int(read.run["period"]) - len(before) - 1)
    found = evidence(year_of(connection, read), rules)
    d_years = d_years_running(_grades(read), before)
    years = pl.concat(
        [
            years_running(found, before),
            d_years.select(
                "parcel_code", pl.lit("grade_d_years").alias("reason"), pl.col("d_years").alias("years")
            ),
        ]
    )
    found = pl.concat([found, graded_d(d_years, rules)])
    return Judged(
        found.join(years, on=["parcel_code", "reason"], how="left"),
        summary(found, years),
        tuple(each.period for each in before),
        gap,
    )


def year_of(connection: Connection, read: Evaluated) -> Year:
    """Return what the reasons of an evaluation are judged by."""
    land, contracts, occupancies = map(read.frozen, ("parcels", "contracts", "occupancies"))
    known = terms.contracts(connection, read.run["district"])
    days = known.select(pl.col(name).cast(kind) for name, kind in TERMS.items())
    return Year(read.run["period"], read.parcels, land, contracts, occupancies, days)


def _before(connection: Connection, read: Evaluated, rules: ConsolidationRules) -> list[Before]:
    """Return the unbroken years before, under the parcel codes of this one."""
    codes, now = successions(connection), int(read.run["period"])
    known = []
    for run in latest_before(connection, read.run, rules.looks_back):
        year = evaluated(connection, run["id"])
        if year.is_whole:
            found = evidence(year_of(connection, year), rules)
            known.append(Before(run["period"], found, _grades(year)).under(codes, date(now, 12, 31)))
    return unbroken(read.run["period"], known)


def _grades(read: Evaluated) -> pl.DataFrame:
    return read.parcels.select("parcel_code", "grade")
