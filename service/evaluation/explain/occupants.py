"""Who brought what to a parcel: occupants, their shares here and elsewhere, their figures to the unit."""

from collections.abc import Iterable
from typing import Any

from service.evaluation.explain.quantities import named, percent, quantity
from service.evaluation.explain.record import Record, Row
from service.evaluation.explain.surroundings import Surroundings
from service.evaluation.explain.words import BASES, ROLES, reason, reasons, told

_FOLLOWS = "follows_landlord"


def occupants(record: Record) -> list[dict[str, Any]]:
    """Return every enterprise that holds the parcel or reported something for it, owners first.

    ``occupies`` tells who is there, ``brings`` whose figures are the parcel's, ``counts`` who of them
    can give it an amount; ``rating`` is its result in the enterprise evaluation, ``holding`` its share of
    the parcel's, ``holdings`` all its parcels; ``metrics`` what it reported and where that went.
    """
    around = record.around
    if around is None:
        return []
    codes = {row["uscc"] for row in (*around.holders, *around.totals)}
    codes |= {row["uscc"] for row in record.results["holdings"]}
    codes |= {row["uscc"] for row in around.occupancies}
    found = [_occupant(record, around, uscc) for uscc in sorted(codes - {""})]
    return sorted(found, key=lambda each: (not each["owns"], each["holding"] is None, -_weight(each)))


def _occupant(record: Record, around: Surroundings, uscc: str) -> dict[str, Any]:
    code = record.score["parcel_code"]
    register = next((row for row in around.enterprises if row["uscc"] == uscc), None)
    holder = next((row for row in around.holders if row["uscc"] == uscc), None)
    held = next((row for row in _stored(record, uscc) if row["basis"] != "direct"), None)
    roles = {row["role"] for row in around.occupancies if (row["uscc"], row["parcel_code"]) == (uscc, code)}
    follows = holder is not None and holder["occupies"] and not holder["counts"]
    problem = next((row["problem"] for row in around.shares if row["uscc"] == uscc), None)
    return {
        "uscc": uscc,
        "name": record.sources.names.get(uscc),
        "registered": register is not None,
        "industry": register and register["industry"],
        "above_scale": register and register["above_scale"],
        "registered_on": register and register["registered_on"],
        "source": record.sources.of("enterprise", uscc),
        "roles": [told(role, ROLES) for role in ROLES if role in roles],
        "occupies": bool(holder and holder["occupies"]),
        "owns": bool(holder and holder["owns"]),
        "tenant": bool(holder and holder["tenant"]),
        "counts": bool(holder and holder["counts"]),
        "brings": bool(holder and not (follows and holder["tenant"])),
        "why_not": reason(_FOLLOWS) if follows else None,
        "problem": reason(problem),
        "rating": _rating(record, uscc),
        "holding": None if held is None else _holding(held),
        "holdings": [_elsewhere(row, code) for row in around.shares if row["uscc"] == uscc],
        "metrics": list(_metrics(record, around, uscc)),
    }


def _rating(record: Record, uscc: str) -> Row | None:
    rating = record.sources.ratings.get(uscc)
    if rating is None:
        return None
    told = ("period", "grade", "points", "rank", "ranked")
    return {name: rating[name] for name in told} | {"source": record.sources.of("rating", uscc)}


def _weight(occupant: dict[str, Any]) -> int:
    return (occupant["holding"] or {}).get("weight") or 0


def _stored(record: Record, uscc: str) -> list[Row]:
    return [row for row in record.results["holdings"] if row["uscc"] == uscc]


def _holding(row: Row) -> dict[str, Any]:
    share = row["share"]
    return {
        "basis": told(row["basis"], BASES),
        "weight": row["weight"],
        "days": row["days"],
        "share": share,
        "share_text": None if share is None else percent(share),
    }


def _elsewhere(row: Row, code: str) -> dict[str, Any]:
    """One of an enterprise's parcels; ``place`` tells whether the parcel is of this evaluation."""
    if row["parcel_code"] == code:
        place = "this_parcel"
    elif row["here"]:
        place = "this_district"
    else:
        place = "other_district" if row["elsewhere"] else "unknown"
    return {"parcel_code": row["parcel_code"], "place": place} | _holding(row)


def _metrics(record: Record, around: Surroundings, uscc: str) -> Iterable[dict[str, Any]]:
    """What it reported: for single parcels (direct), shared out here (allocated), and what went nowhere."""
    reconciled: Row = next((row for row in record.results["reconciliation"] if row["uscc"] == uscc), {})
    totals: Row = next((row for row in around.totals if row["uscc"] == uscc), {})
    parts = [row for row in around.parcel_figures if row["part_of"] == uscc]
    for metric in record.scheme.metrics:
        reported = reconciled.get(f"{metric}__reported")
        if reported is None:
            continue
        direct, allocated = reconciled[f"{metric}__direct"], reconciled[f"{metric}__allocated"]
        rest = totals.get(f"{metric}__rest")
        stored = [(row["basis"], row[f"{metric}__amount"]) for row in _stored(record, uscc)]
        here = next((amount for basis, amount in stored if basis != "direct"), None)
        direct_here = next((amount for basis, amount in stored if basis == "direct"), None)
        minor = {
            "reported": reported,
            "direct": direct,
            "direct_of_all": sum(row.get(metric) or 0 for row in parts),
            "rest": rest,
            "allocated": allocated,
            "unallocated": reported - direct - allocated,
            "here": here,
            "direct_here": direct_here,
        }
        why = [
            row["reason"]
            for row in record.results["unallocated"]
            if (row["uscc"], row["metric"]) == (uscc, metric)
        ]
        yield {
            "metric": named(metric),
            "minor": minor,
            "text": {name: quantity(metric, amount) for name, amount in minor.items()},
            "reasons": [each for joined in why for each in reasons(joined)],
        }


def metrics(record: Record) -> list[dict[str, Any]]:
    """Return the parcel's amount of every metric with the parts it is the sum of.

    A part that is not ``brought`` is of a tenant that follows its landlord. Shares alone make an amount only
    where an occupant that counts has one.
    """
    around, found = record.around, []
    if around is None:
        return []
    holders = {row["uscc"]: row for row in around.holders}
    for metric in record.scheme.metrics:
        column = f"{metric}__amount"
        parts = []
        for row in record.results["holdings"]:
            if row[column] is None:
                continue
            direct = row["basis"] == "direct"
            holder = holders.get(row["uscc"])
            follows = holder is not None and holder["occupies"] and not holder["counts"]
            parts.append(
                {
                    "uscc": row["uscc"] or None,
                    "kind": "direct" if direct else "share",
                    "minor": row[column],
                    "text": quantity(metric, row[column]),
                    "brought": not follows,
                    "counts": bool(holder and holder["counts"]) or direct,
                }
            )
        amount = record.score[column]
        found.append(
            {
                "metric": named(metric),
                "minor": amount,
                "text": quantity(metric, amount),
                "parts": parts,
            }
        )
    return found
