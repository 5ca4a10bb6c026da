"""Reasons for low efficiency of an evaluation, and how long they have lasted, as the store tells them."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from service.jobs.levers.evaluated import Evaluated, evaluated, latest_before
from service.levers.consolidation.facts import Year
from service.levers.consolidation.lasting import (
    Before,
    Past,
    d_years_running,
    named_as,
    unbroken,
    years_running,
)
from service.levers.consolidation.reasons import evidence, graded_d
from service.levers.consolidation.summary import summary
from service.levers.promises import with_due_days
from service.reference.consolidation import ConsolidationRules
from service.reference.contracts import contract_rules
from service.store.frames import frame
from service.store.lineage import land, moved, successions
from service.store.models import GrantContract

_DAYS = {"parcel_code": "str", "extended_to": "date", "reach_by": "date"}


@dataclass(frozen=True, eq=False)
class Judged:
    """The evidence of an evaluation with years running, its summary by parcel, and what both rest on."""

    evidence: pl.DataFrame
    summary: pl.DataFrame
    year: Year
    past: Past


def with_reasons(connection: Connection, read: Evaluated, rules: ConsolidationRules) -> Judged:
    """Return the reasons of an evaluation, with the years that they have lasted."""
    past = _past(connection, read, rules)
    year = _year(connection, read)
    found = evidence(year, rules)
    d_years = d_years_running(_grades(read), past)
    graded = d_years.select(
        "parcel_code", "ended_by", "ended_in", reason=pl.lit("grade_d_years"), years="d_years"
    )
    years = pl.concat([years_running(found, past), graded], how="diagonal")
    found = pl.concat([found, graded_d(d_years, rules)])
    lasting = found.join(years, on=["parcel_code", "reason"], how="left")
    return Judged(lasting, summary(found, years), year, past)


def _year(connection: Connection, read: Evaluated) -> Year:
    """Return an evaluation for its reasons; extension and full production are those of the store now."""
    period = str(read.run["period"])
    query = select(*(getattr(GrantContract, name) for name in _DAYS))
    codes = land(connection, period)
    days = moved(frame(connection, query, _DAYS), codes, [], []).rename({"parcel_code": "of"})
    # what was frozen under a former code of the land is found under the one to which its contract moved
    led = codes.moves.select("parcel_code", of="into")
    contracts = (
        read.frozen("contracts")
        .join(led, on="parcel_code", how="left")
        .with_columns(of=pl.coalesce("of", "parcel_code"))
        .join(days, on="of", how="left")
        .drop("of")
    )
    return Year(
        period,
        read.parcels,
        read.frozen("parcels"),
        with_due_days(contracts, contract_rules()),
        read.frozen("occupancies"),
    )


def _past(connection: Connection, read: Evaluated, rules: ConsolidationRules) -> Past:
    period, codes = str(read.run["period"]), successions(connection)
    known = []
    for run in latest_before(connection, read.run, rules.looks_back):
        year = evaluated(connection, run["id"])
        if year.is_whole:
            before = Before(run["period"], evidence(_year(connection, year), rules), _grades(year))
            known.append(named_as(period, codes, before))
    return unbroken(period, known, rules.looks_back)


def _grades(read: Evaluated) -> pl.DataFrame:
    return read.parcels.select("parcel_code", "grade")
