"""What went in: areas, contract, occupancies, figures, marks, each with the row of the file it came from."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from service.domain.expressions import Kind
from service.domain.scheme import PARCEL_PROPERTIES, Promised
from service.domain.tables import PROMISES
from service.evaluation.explain.quantities import decimal, mu, named, quantity, short
from service.evaluation.explain.record import Record
from service.evaluation.explain.words import AREAS, FEEDS, PROMISED, PROPERTIES, ROLES, reason, told

_CONTRACT_DATES = ("signed_on", "complete_by", "completed_on")


def parcel(record: Record) -> dict[str, Any]:
    """Return what the parcel is: place, use, industry, areas, floor-area ratio, and where its row stands."""
    score = record.score
    group = next((g for g in record.scheme.industry_groups if g.code == score["industry_group"]), None)
    areas = ("land_area", "floor_area", "footprint_area")
    return {
        "parcel_code": score["parcel_code"],
        **record.parcel,
        "industry": score["industry"],
        "industry_group": None if group is None else {"code": group.code, **group.title.model_dump()},
        **{f"{name}_m2": None if score[name] is None else score[name] / 100 for name in areas},
        "land_area_mu": mu(score["land_area"]),
        "land_areas": [told(kind, AREAS) for kind in record.scheme.land_area],
        "far": None if score["far"] is None else score["far"] / 1_000_000,
        "far_limit": None if score["far_limit"] is None else score["far_limit"] / 1_000_000,
        "partial_occupancy": score["partial_occupancy"],
        "source": record.sources.of("parcel", score["parcel_code"]),
        "buildings": record.sources.buildings(score["parcel_code"]),
    }


def coverage(record: Record) -> list[dict[str, Any]]:
    """Return, per feed, how many owed it, how many gave it, and why it is not complete."""
    found = []
    for row in record.results["coverage"]:
        feeds = [name.removesuffix("__have") for name in row if name.endswith("__have")]
        for feed in feeds:
            have, why = row[f"{feed}__have"], row[f"{feed}__reason"]
            status = "complete" if why is None else "missing" if have == 0 else "partial"
            title = told(feed, FEEDS) if feed in FEEDS else named(feed)
            found.append(
                {
                    "feed": feed,
                    "zh": title["zh"],
                    "en": title["en"],
                    "status": status,
                    "have": have,
                    "need": row[f"{feed}__need"],
                    "reason": reason(why),
                }
            )
    return found


def land_areas(record: Record) -> list[dict[str, Any]]:
    """Return the recorded land areas in the order in which the scheme takes them; the first known counts."""
    row = record.around.parcels[0] if record.around and record.around.parcels else {}
    found: list[dict[str, Any]] = []
    for kind in record.scheme.land_area:
        area = row.get(f"{kind}_area")
        used = area is not None and not any(each["used"] for each in found)
        found.append({"kind": told(kind, AREAS), "minor": area, "mu": mu(area), "used": used})
    return found


def contract(record: Record) -> dict[str, Any] | None:
    """Return dates and promises of the grant contract, with the indicators that are measured against each."""
    if record.around is None or not record.around.contracts:
        return None
    row = record.around.contracts[0]
    promises = [
        {
            "promise": told(name, PROMISED),
            "unit": unit,
            "minor": row[name],
            "per_unit": per_unit,
            "text": short(Fraction(row[name], per_unit), 9) + ("" if unit == "1" else f" {unit}"),
            "used_by": [
                each.code
                for each in record.indicators
                if isinstance(each.benchmark, Promised) and each.benchmark.promise == name
            ],
        }
        for name, (unit, per_unit) in PROMISES.items()
        if row[name] is not None
    ]
    return {
        **{name: row[name] for name in _CONTRACT_DATES},
        "promises": promises,
        "source": record.sources.of("contract", record.score["parcel_code"]),
    }


def facts(record: Record) -> list[dict[str, Any]]:
    """Return what the scheme's rules read of the parcel: its properties and the marks of its occupants."""
    row, found, read = record.described, [], record.scheme.names_read
    for name, known in PARCEL_PROPERTIES.items():
        if name not in read:
            continue
        value = row.get(name)
        if value is not None and known.kind is Kind.NUMBER and known.per_unit != 1:
            value = decimal(Decimal(value) / known.per_unit)
        found.append(told(name, PROPERTIES) | {"value": value, "mark": False})
    marks = [named(name) | {"value": row.get(name), "mark": True} for name in record.scheme.marks]
    return found + marks


def occupancies(record: Record) -> list[dict[str, Any]]:
    """Return the rows of the survey for all parcels of the enterprises, in square metres and kWh."""
    if record.around is None:
        return []
    found = []
    for row in record.around.occupancies:
        key = (row["parcel_code"], row["uscc"], row["role"], row["valid_from"])
        found.append(
            {
                "parcel_code": row["parcel_code"],
                "uscc": row["uscc"],
                "role": told(row["role"], ROLES),
                "floor_area_m2": _per(row["floor_area"], 100),
                "land_area_m2": _per(row["land_area"], 100),
                "electricity": quantity("electricity", row["electricity"]),
                "manual_share": _per(row["manual_share"], 1_000_000),
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"],
                "source": record.sources.of("occupancy", *key),
            }
        )
    return found


def figures(record: Record) -> list[dict[str, Any]]:
    """Return every figure that went in, of the enterprises and of the parcel: metrics, and marks."""
    return [
        {
            "subject": kind,
            "subject_code": code,
            "part_of": part_of,
            "metric": metric,
            "title": named(metric),
            "value": value,
            "value_text": quantity(metric, value),
            "source": record.sources.of("figure", kind, code, part_of, metric),
            "readings": record.sources.readings(kind, code, part_of, metric),
            "passed_on": [
                {"code": given, "value": amount, "value_text": quantity(metric, amount), "source": source}
                for given, amount, source in record.sources.passed_on(kind, code, part_of, metric)
            ],
        }
        for kind, code, part_of, metric, value in _figures(record)
    ]


def _figures(record: Record) -> Iterator[tuple[str, str, str, str, int]]:
    around = record.around
    read = (*record.scheme.metrics, *record.scheme.marks)
    for kind, subject, rows in (
        ("enterprise", "uscc", around.enterprise_figures if around else []),
        ("parcel", "parcel_code", around.parcel_figures if around else []),
    ):
        for row in rows:
            for metric in read:
                if row.get(metric) is not None:
                    yield kind, row[subject], row.get("part_of") or "", metric, row[metric]


def findings(record: Record) -> list[dict[str, Any]]:
    """Return what a person should look at: of the parcel, its enterprises and the groups that measured it."""
    return [finding(row) for row in record.results["findings"]]


def finding(row: Any) -> dict[str, Any]:
    """Return a row of ``findings`` with titles and the amount in its unit."""
    return {
        **(reason(row["code"]) or {}),
        "subject_kind": row["subject_kind"],
        "subject_code": row["subject_code"],
        "metric": None if row["metric"] is None else named(row["metric"]),
        "amount": row["amount"],
        "text": quantity(row["metric"] or "", row["amount"]),
    }


def source_rows(record: Record) -> list[dict[str, Any]]:
    """Return the rows of the files from which the inputs came, as received."""
    return [dict(record.sources.rows[key]) for key in sorted(set(record.sources.inputs.values()))]


def _per(minor: int | None, unit: int) -> float | None:
    return None if minor is None else minor / unit
