"""Differential electricity price (差别化电价) of an evaluation: read, work out, tell. Nothing is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, RowMapping

from service.domain.lineage import Succession, carried, named_now
from service.domain.scheme import Scheme
from service.errors import Conflict, InvalidParameter
from service.jobs.levers.evaluated import Evaluated, evaluated, latest_before
from service.jobs.levers.monthly import monthly
from service.levers.prices import tables
from service.levers.prices.apportioning import apportion
from service.levers.prices.charges import charges
from service.levers.prices.ledger import Key, Posted
from service.levers.prices.months import months_between
from service.levers.prices.result import Priced
from service.levers.prices.telling import report
from service.levers.prices.tiers import Year, standings
from service.levers.report import Report
from service.reference.prices import PricePolicy, check_in_force, holding_policies, shipped_policy
from service.store import evaluations
from service.store import monthly as stored
from service.store import prices as ledger
from service.store.database import Database
from service.store.lineage import successions

LOOKED_BACK = 9
"""How many years before the evaluated one are looked at."""

_MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: a policy, by name, whole, or the district's own; a span of months, or its usual ones.

    ``estimated`` shares a year's figure out where no month of it is known; never for a decision.
    """

    policy: PricePolicy | str | None = None
    first: str | None = None
    last: str | None = None
    estimated: bool = False

    def settled(self, run: RowMapping) -> tuple[PricePolicy, list[str]]:
        """Return the policy, in the edition of the months, and the months; raises `InvalidParameter`."""
        policy, own = self.policy, isinstance(self.policy, PricePolicy)
        if not isinstance(policy, PricePolicy):
            policy = shipped_policy(policy, run["district"], [self.first] if self.first else ())
        year = int(run["period"]) + policy.lag_years
        first = self.first or f"{year}-01"
        months = months_between(first, self.last or max(first, f"{year}-12"))
        if not 0 < len(months) <= _MOST_MONTHS:
            raise InvalidParameter(
                f"From {first} to {self.last} is no span of 1 to {_MOST_MONTHS} months.",
                f"起止月份须在 1 至 {_MOST_MONTHS} 个月之间。",
                code="months-unusable",
                place="to",
                action="Give the first and the last month, such as 2024-01 and 2024-12. 请指明起止月份。",
            )
        if not own:
            policy = shipped_policy(policy.name, run["district"], months)
        check_in_force(policy, months)
        return policy, months


def prices(database: Database, evaluation_id: int, asked: Asked) -> Report:
    """Return what a policy would charge for the months; raises `NotFound`, `InvalidParameter`, `Conflict`."""
    with database.reading() as connection:
        of = evaluated(connection, evaluation_id)
        priced = worked_out(connection, of, *asked.settled(of.run), estimated=asked.estimated)
        towns = dict(of.frozen("parcels").select("parcel_code", "town").iter_rows())
        firms = {each.line.uscc for each in priced.charges} | {each.uscc for each in priced.placed.missing}
        return report(priced, of.head, towns, stored.firm_names(connection, firms))


def worked_out(
    connection: Connection,
    of: Evaluated,
    policy: PricePolicy,
    months: list[str],
    *,
    estimated: bool = False,
    counted: Sequence[RowMapping] | None = None,
) -> Priced:
    """Work a policy out for months of an evaluation as the connection sees the store.

    :param policy: with ``months`` as `Asked.settled` returns them
    :param estimated: as of `Asked`
    :param counted: the evaluations of earlier years by which years are counted, else the latest published
    :raises Conflict: the inputs of the evaluation were not kept
    """
    of.require_whole()
    now = _year(connection, of.run, of.scheme)
    codes = successions(connection)
    before = [
        as_of(now.period, codes, _year(connection, run, Scheme.model_validate_json(run["scheme"])))
        for run in (latest_before(connection, of.run, LOOKED_BACK) if counted is None else counted)
    ]
    found = standings(policy, now, before, LOOKED_BACK)
    used = monthly(connection, of, policy, months, frozenset(found), estimate=estimated)
    placed = apportion(months, used.readings, used.meters, used.holdings, found)
    return Priced(
        policy,
        months,
        [now, *before],
        found,
        placed,
        charges(policy, placed.lines, found, used.surcharges, used.firms),
        ledger_lines(connection, of.run["district"], months),
    )


def layer(connection: Connection, evaluation_id: int) -> pl.DataFrame:
    """Return the parcels in a tier, for a map: by the latest decision, else by the district's own policy.

    No row where no policy holds, or several do, or inputs were not kept. Amounts are of the decided months,
    else of the usual ones. Of a decision that is the latest about its months, amounts and firms are those of
    the ledger; one that a later decision overtook is only simulated.
    """
    return layer_of(connection, evaluated(connection, evaluation_id))


def layer_of(connection: Connection, of: Evaluated) -> pl.DataFrame:
    """Return the `layer` of an evaluation that was read."""
    district = of.run["district"]
    last = next(iter(ledger.decisions(connection, evaluation_id=of.run["id"], limit=1)), None)
    asked, counted, decided = Asked(), None, False
    if last is not None:
        span = last["first_month"], last["last_month"]
        asked = Asked(PricePolicy.model_validate_json(last["policy"]), *span)
        decided = ledger.overlapping(connection, district, *span)[0]["id"] == last["id"]
    elif len({each.name for each in holding_policies(district)}) != 1:
        return pl.DataFrame()
    if decided and last is not None:
        ids = [each for period, each in json.loads(last["years"]).items() if period != of.run["period"]]
        counted = [run for run in (evaluations.get(connection, each) for each in ids) if run is not None]
    try:
        priced = worked_out(connection, of, *asked.settled(of.run), counted=counted)
    except (Conflict, InvalidParameter):
        return pl.DataFrame()
    towns: Mapping[str, str | None] = dict(of.frozen("parcels").select("parcel_code", "town").iter_rows())
    found = tables.parcels(priced, towns)
    if decided:
        found = tables.as_booked(found, ledger_lines(connection, district, priced.months))
    return found.with_columns(
        policy=pl.lit(f"{priced.policy.name} {priced.policy.edition}"),
        decided=pl.lit(decided),
        verified=pl.lit(priced.policy.verified),
        first_month=pl.lit(priced.months[0]),
        last_month=pl.lit(priced.months[-1]),
    )


def _year(connection: Connection, run: RowMapping, scheme: Scheme) -> Year:
    """Return the grades that count: of a class outside the ranking what it is treated as."""
    treated = {each.code: each.treated_as for each in scheme.outside}
    counted = {}
    for code, status, reason, grade in stored.grades(connection, run["id"]).iter_rows():
        counts = treated.get(reason) if status == "outside" else grade
        if counts is not None:
            counted[code] = counts
    return Year(run["period"], run["id"], counted)


def as_of(period: str, codes: Sequence[Succession], year: Year) -> Year:
    """Return an earlier year under the parcel codes of a later one."""
    ends = (date(int(each), 12, 31) for each in (year.period, period))
    same, made = carried(codes, year.grades.keys(), *ends)
    grades = {code: year.grades[then] for code, then in named_now(same, year.grades).items()}
    return Year(year.period, year.evaluation_id, grades, made)


def ledger_lines(connection: Connection, district: str, months: Sequence[str]) -> dict[Key, Posted]:
    """Return where the lines of the ledger stand in months."""
    rows = ledger.standing(connection, district, months[0], months[-1])
    return {
        Key(row["month"], row["parcel_code"], row["uscc"], row["meter"]): Posted(
            row["id"], row["wh"], row["rate"], int(row["balance_fen"])
        )
        for row in rows
    }
