"""The tables of a report on differential prices: rows by firm, parcel, month and line."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from service.features.table import TYPES
from service.levers.prices.apportioning import Missing
from service.levers.prices.charges import Charge, amount_fen
from service.levers.prices.columns import COLUMNS
from service.levers.prices.ledger import Key, Posted
from service.levers.prices.result import Priced
from service.levers.prices.words import said
from service.reference.prices import MICRO


def yuan(fen: int) -> float:
    """Return fen as yuan, for display."""
    return fen / 100


def rate(micro: int) -> float:
    """Return a rate in yuan per kWh, for display."""
    return micro / MICRO


def kwh(wh: int) -> float:
    """Return Wh as kWh, for display."""
    return wh / 1000


def displaced_fen(charge: Charge) -> int:
    """Return what a line would have cost more without other surcharges."""
    if charge.reason not in ("above_other", "other_higher"):
        return 0
    return amount_fen(charge.line.wh, charge.tier_rate) - charge.amount_fen


def frame(name: str, rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a table with its columns."""
    schema = {each.name: TYPES[each.type] for each in COLUMNS[name]}
    return pl.DataFrame(
        [tuple(row[column] for column in schema) for row in rows], schema=schema, orient="row"
    )


def firms(priced: Priced, names: Mapping[str, str]) -> pl.DataFrame:
    """Return who pays how much in all, the largest amount first."""
    missing = _missing(priced, lambda each: each.uscc)
    rows = []
    for uscc, found in _grouped(priced.charges, lambda each: each.line.uscc).items():
        rows.append(
            {
                "uscc": uscc,
                "firm": names.get(uscc),
                "parcels": len({each.line.parcel_code for each in found}),
                "months": len({each.line.month for each in found}),
                "kwh": kwh(sum(each.line.wh for each in found)),
                "amount_yuan": yuan(sum(each.amount_fen for each in found)),
                "displaced_yuan": yuan(sum(displaced_fen(each) for each in found)),
                "missing_months": missing.get(uscc, 0),
            }
        )
    return frame("firms", sorted(rows, key=lambda row: (-row["amount_yuan"], row["uscc"])))


def parcels(priced: Priced, towns: Mapping[str, str | None]) -> pl.DataFrame:
    """Return every parcel in a tier, the largest amount first; what nobody reported is null."""
    missing = _missing(priced, lambda each: each.parcel_code)
    of_parcel = _grouped(priced.charges, lambda each: each.line.parcel_code)
    first = int(priced.years[0].period)
    rows = []
    for code, standing in priced.standings.items():
        found = of_parcel.get(code, [])
        rows.append(
            {
                "parcel_code": code,
                "town": towns.get(code),
                "grade": standing.grade,
                "consecutive_years": standing.years,
                "first_year": str(first - standing.years + 1),
                "ended_by": standing.ended_by,
                "ended_why": f"{standing.ended_in}: {said(standing.ended_by)}",
                "tier_yuan_per_kwh": rate(standing.rate),
                "firms": len({each.line.uscc for each in found if each.rate}),
                "kwh": kwh(sum(each.line.wh for each in found)) if found else None,
                "amount_yuan": yuan(sum(each.amount_fen for each in found)) if found else None,
                "missing_months": missing.get(code, 0),
            }
        )
    return frame("parcels", sorted(rows, key=lambda row: (-(row["amount_yuan"] or 0), row["parcel_code"])))


def as_booked(told: pl.DataFrame, lines: Mapping[Key, Posted]) -> pl.DataFrame:
    """Return `parcels` with the amounts and the firms of the ledger; nothing booked is 0, unless unknown."""
    booked: dict[str, int] = defaultdict(int)
    paying: dict[str, set[str]] = defaultdict(set)
    for key, line in lines.items():
        booked[key.parcel_code] += line.amount_fen
        if line.rate:
            paying[key.parcel_code].add(key.uscc)
    rows = [
        row
        | {
            "firms": len(paying[row["parcel_code"]]),
            "amount_yuan": yuan(booked.get(row["parcel_code"], 0))
            if row["parcel_code"] in booked or row["kwh"] is not None
            else None,
        }
        for row in told.to_dicts()
    ]
    return frame("parcels", rows)


def months(priced: Priced) -> pl.DataFrame:
    """Return what every month brings."""
    of_month = _grouped(priced.charges, lambda each: each.line.month)
    return frame(
        "months",
        (
            {
                "month": month,
                "firms": len({each.line.uscc for each in of_month.get(month, []) if each.rate}),
                "kwh": kwh(sum(each.line.wh for each in of_month[month])) if month in of_month else None,
                "amount_yuan": yuan(sum(each.amount_fen for each in of_month[month]))
                if month in of_month
                else None,
            }
            for month in priced.months
        ),
    )


def charges(priced: Priced, names: Mapping[str, str]) -> pl.DataFrame:
    """Return every line with what it costs and why."""
    return frame("charges", (_line(each, names) for each in priced.charges))


def displaced(priced: Priced) -> pl.DataFrame:
    """Return the lines that another surcharge changed."""
    changed = (each for each in priced.charges if each.other_rate)
    return frame(
        "displaced", ({**_line(each, {}), "displaced_yuan": yuan(displaced_fen(each))} for each in changed)
    )


def postings(priced: Priced) -> pl.DataFrame:
    """Return what a decision would post."""
    return frame(
        "postings",
        (
            {
                **each.key._asdict(),
                "kind": each.kind,
                "kwh": kwh(each.due.wh),
                "yuan_per_kwh": rate(each.due.rate),
                "amount_yuan": yuan(each.amount_fen),
                "corrects": each.corrects,
                "reason": each.due.reason,
                "why": said(each.due.reason),
            }
            for each in priced.postings
        ),
    )


def unplaced(priced: Priced) -> pl.DataFrame:
    """Return electricity that reached nobody."""
    return frame(
        "unplaced",
        (
            {
                "month": each.month,
                "parcel_code": each.parcel_code or None,
                "uscc": each.uscc or None,
                "meter": each.meter,
                "kwh": kwh(each.wh),
                "reason": each.reason,
                "why": said(each.reason),
            }
            for each in priced.placed.unplaced
        ),
    )


def missing(priced: Priced, names: Mapping[str, str]) -> pl.DataFrame:
    """Return the months without a reading, and the lines held back for what is not known yet."""
    return frame(
        "missing",
        (
            {
                "month": each.month,
                "parcel_code": each.parcel_code,
                "uscc": each.uscc or None,
                "firm": names.get(each.uscc),
                "meter": each.meter,
                "reason": each.reason,
                "why": said(each.reason),
            }
            for each in (*priced.placed.missing, *map(_held_back, priced.held_back))
        ),
    )


def _held_back(charge: Charge) -> Missing:
    line = charge.line
    return Missing(line.month, line.parcel_code, line.uscc, line.meter, charge.reason)


def _line(charge: Charge, names: Mapping[str, str]) -> dict[str, Any]:
    line, standing = charge.line, charge.standing
    return {
        "month": line.month,
        "parcel_code": line.parcel_code,
        "uscc": line.uscc,
        "firm": names.get(line.uscc),
        "meter": line.meter,
        "kwh": kwh(line.wh),
        "grade": standing.grade,
        "consecutive_years": standing.years,
        "tier_yuan_per_kwh": rate(charge.tier_rate),
        "other_kind": charge.other_kind or None,
        "other_yuan_per_kwh": rate(charge.other_rate)
        if charge.other_rate is not None and charge.other_kind
        else None,
        "yuan_per_kwh": rate(charge.rate),
        "amount_yuan": yuan(charge.amount_fen),
        "estimated": line.estimated,
        "reason": charge.reason,
        "why": said(charge.reason),
        "exemption": charge.exemption or None,
    }


def _grouped(rows: Iterable[Charge], by: Callable[[Charge], str]) -> dict[str, list[Charge]]:
    found: dict[str, list[Charge]] = defaultdict(list)
    for each in rows:
        found[by(each)].append(each)
    return found


def _missing(priced: Priced, by: Callable[[Any], str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for each in priced.placed.missing:
        found[by(each)] += 1
    return found
