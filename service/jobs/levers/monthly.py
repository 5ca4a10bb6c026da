"""What a differential price reads of the store: electricity of months, meters, holdings, other surcharges.

Only what concerns the parcels in a tier and the firms on them; and the readings of meters that nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection

from service.jobs.levers.evaluated import Evaluated
from service.levers.prices.charges import Firm, Surcharge
from service.levers.prices.electricity import SHARE, Holding, MeterAt, Reading, estimated
from service.reference.prices import MICRO, PricePolicy
from service.store import monthly as stored

_MILLION = 10**6
Span = tuple[date | None, date | None]


@dataclass(frozen=True, slots=True)
class Monthly:
    """What was read; firms by USCC."""

    readings: Sequence[Reading]
    meters: Sequence[MeterAt]
    holdings: Sequence[Holding]
    surcharges: Sequence[Surcharge]
    firms: Mapping[str, Firm]


def monthly(
    connection: Connection,
    of: Evaluated,
    policy: PricePolicy,
    months: Sequence[str],
    charged: frozenset[str],
    *,
    estimate: bool,
) -> Monthly:
    """Read it; figures of a branch are its head office's, those of an old parcel code the present one's."""
    heads, land = _passed_on(of)
    holdings = _holdings(of)
    register = [
        MeterAt(
            meter,
            land.get(parcel or "", parcel or ""),
            heads.get(uscc or "", uscc or ""),
            None if share is None else round(share * _MILLION),
            since,
            until,
        )
        for meter, parcel, uscc, share, since, until in stored.electricity_meters(connection).iter_rows()
    ]
    firms = {each.uscc for each in holdings if each.parcel_code in charged}
    firms |= {each.uscc for each in register if each.parcel_code in charged and each.uscc}
    years = sorted({month[:4] for month in months})
    periods = [*months, *_months_and_years(years)] if estimate else months
    found = [
        Reading(
            kind,
            land.get(subject, subject) if kind == "parcel" else heads.get(subject, subject),
            heads.get(part_of, part_of),
            period,
            wh,
        )
        for kind, subject, part_of, period, wh in _first_metric(
            stored.electricity(connection, periods, policy.metrics), policy.metrics
        ).iter_rows()
    ]
    firms |= {each.part_of for each in found if each.kind == "parcel" and each.subject in charged} - {""}
    concerned = {each.meter for each in register if each.parcel_code in charged or each.uscc in firms}
    known = {each.meter for each in register}
    held = {each.parcel_code for each in holdings if each.uscc in firms}

    def concerns(each: Reading) -> bool:
        if each.kind == "meter":
            return each.subject in concerned or each.subject not in known
        if each.kind == "parcel":
            return each.part_of in firms or (not each.part_of and each.subject in held)
        return each.subject in firms

    readings = [each for each in found if concerns(each)]
    if estimate:
        read = [each for each in readings if len(each.period) > 4]
        yearly = [each for each in readings if len(each.period) == 4]
        readings = [*read, *estimated(read, yearly, register)]
    places = charged | held | {each.parcel_code for each in register if each.meter in concerned}
    return Monthly(
        readings,
        [each for each in register if each.meter in concerned],
        [each for each in holdings if each.uscc in firms or each.parcel_code in places],
        list(_surcharges(connection, firms, heads, land)),
        _firms(of, firms),
    )


def _months_and_years(years: Iterable[str]) -> list[str]:
    return [period for year in years for period in (year, *(f"{year}-{n:02d}" for n in range(1, 13)))]


def _first_metric(figures: pl.DataFrame, metrics: Sequence[str]) -> pl.DataFrame:
    """Keep, of each subject and period, the metric that comes first."""
    order = pl.col("metric").replace_strict(
        {name: at for at, name in enumerate(metrics)}, return_dtype=pl.Int64
    )
    keys = ["kind", "subject", "part_of", "period"]
    return figures.sort(order).unique(keys, keep="first", maintain_order=True).sort(keys).select(*keys, "wh")


def _passed_on(of: Evaluated) -> tuple[dict[str, str], dict[str, str]]:
    """Return whose figures stand under another code: branch → head office, old parcel code → present one."""
    rows = of.frozen("passed_on").select("kind", "code", "into").rows()
    heads = {code: into for kind, code, into in rows if kind == "enterprise"}
    return heads, {code: into for kind, code, into in rows if kind == "parcel"}


def _holdings(of: Evaluated) -> list[Holding]:
    """Return the holdings of the evaluation, with the days of their occupancies as it froze them."""
    spans: dict[tuple[str, str], list[Span]] = {}
    held = of.frozen("occupancies").filter(pl.col("role") != "leased_out")
    columns = ("parcel_code", "uscc", "valid_from", "valid_to")
    for parcel, uscc, since, until in held.select(*columns).iter_rows():
        spans.setdefault((parcel, uscc), []).append((since, until))
    rows = of.holdings.filter(pl.col("basis") != "direct", pl.col("uscc") != "")
    return [
        Holding(
            parcel,
            uscc,
            None if share is None else round(share * SHARE),
            days or 0,
            tuple(spans.get((parcel, uscc), [])),
        )
        for parcel, uscc, share, days in rows.select("parcel_code", "uscc", "share", "days").iter_rows()
    ]


def _surcharges(
    connection: Connection, firms: set[str], heads: Mapping[str, str], land: Mapping[str, str]
) -> Iterable[Surcharge]:
    for uscc, parcel, kind, yuan, since, until in stored.surcharges(connection).iter_rows():
        whose = heads.get(uscc, uscc)
        if whose in firms:
            place = land.get(parcel or "", parcel or "")
            rate = None if yuan is None else round(yuan * MICRO)
            yield Surcharge(whose, place, kind, rate, since, until)


def _firms(of: Evaluated, firms: set[str]) -> dict[str, Firm]:
    rows = of.frozen("enterprises").select("uscc", "industry", "registered_on")
    return {
        uscc: Firm(industry, registered_on)
        for uscc, industry, registered_on in rows.iter_rows()
        if uscc in firms
    }
