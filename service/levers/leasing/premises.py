"""Premises (可用空间): what the committee lists, and what low-efficiency land may give.

Low-efficiency land of an evaluation gives the floor that nobody holds (vacant), all floor and land of a
parcel once those who hold it leave (low_efficiency), and of a block of neighbours once it is consolidated
(block). A parcel of which the committee lists something gives no vacant floor beside: the list knows better.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from service.levers.industries import divisions
from service.levers.leasing.tables import PREMISES, table

PROMISES = ("tax_promise", "output_promise", "investment_promise", "energy_promise")

Row = Mapping[str, Any]


def premises(
    listed: Sequence[Row], parcels: Sequence[Row], blocks: Sequence[Sequence[str]], since: date
) -> pl.DataFrame:
    """Return all premises by code, as `tables.PREMISES`.

    :param listed: ``code``, ``parcel_code`` and what else `tables.PREMISES` has of what was handed over,
        with ``industries`` as written; of parcels that are among ``parcels``
    :param parcels: ``parcel_code``, ``low_efficiency``, ``land``, ``floor``, ``held`` (floor of those
        who hold it now, null where that is not known), ``land_use``, ``far_limit``, ``contract``,
        ``leasing_clause``, ``contract_industries`` and `PROMISES`
    :param blocks: the codes of the parcels of each block
    :param since: the first day after the evaluated period, on which floor that nobody held is free
    """
    known = {row["parcel_code"]: row for row in parcels}
    has_list = {row["parcel_code"] for row in listed}
    rows = [_listed(row, known[row["parcel_code"]]) for row in listed]
    low = [row for row in parcels if row["low_efficiency"]]
    rows += [found for row in low if row["parcel_code"] not in has_list if (found := _vacant(row, since))]
    rows += [_whole("low_efficiency", "whole_parcel", [row]) for row in low]
    rows += [
        _whole("block", "whole_block", [known[code] for code in sorted(codes)])
        for codes in blocks
        if len(codes) > 1
    ]
    return table(rows, PREMISES).sort("premises")


def _listed(row: Row, parcel: Row) -> dict[str, Any]:
    floor, land = row["floor"], row["land"]
    nothing = floor is None and land is None
    return {
        **_terms([parcel]),
        **{name: row[name] for name in PREMISES if name in row},
        "premises": row["code"],
        "kind": "listed",
        "basis": "as_listed",
        "offers_floor": None if nothing else floor is not None,
        "offers_land": None if nothing else land is not None,
        "ground": land if land is not None else _part(parcel["land"], floor, parcel["floor"]),
        "industries": divisions(row["industries"]),
    }


def _vacant(parcel: Row, since: date) -> dict[str, Any] | None:
    floor, held = parcel["floor"], parcel["held"]
    if floor is None or held is None or held >= floor:
        return None
    return {
        **_terms([parcel]),
        "premises": f"{parcel['parcel_code']}/vacant",
        "kind": "vacant",
        "basis": "unheld_floor",
        "offers_floor": True,
        "offers_land": False,
        "floor": floor - held,
        "ground": _part(parcel["land"], floor - held, floor),
        "available_from": since,
    }


def _whole(kind: str, basis: str, parcels: Sequence[Row]) -> dict[str, Any]:
    land = _sum(row["land"] for row in parcels)
    return {
        **_terms(parcels),
        "premises": f"{parcels[0]['parcel_code']}/{'whole' if kind == 'low_efficiency' else 'block'}",
        "kind": kind,
        "basis": basis,
        "offers_floor": True,
        "offers_land": True,
        "floor": _sum(row["floor"] for row in parcels),
        "land": land,
        "ground": land,
    }


def _terms(parcels: Sequence[Row]) -> dict[str, Any]:
    """What land use, plans and contracts ask for: of several parcels the strictest, unknown if one is."""
    uses = {row["land_use"] for row in parcels}
    clauses = {row["leasing_clause"] for row in parcels}
    said = [(row["contract_industries"] or "").strip() for row in parcels]
    read = [divisions(text) for text in said if text]
    worst = next((word for word in ("forbidden", None, "with_consent", "allowed") if word in clauses), None)
    of_contracts = {
        name: (min if name == "energy_promise" else max)(promised)
        if (promised := [row[name] for row in parcels if row[name] is not None])
        else None
        for name in PROMISES
    }
    return {
        "parcel_code": parcels[0]["parcel_code"],
        "parcel_codes": ",".join(row["parcel_code"] for row in parcels),
        "parcel_land": _sum(row["land"] for row in parcels),
        "land_use": uses.pop() if len(uses) == 1 else None,
        "far_limit": _far_limit(parcels),
        "contract": all(row["contract"] for row in parcels),
        "leasing_clause": worst,
        "contract_industries": _common(read),
        "contract_unread": None in read,
        **of_contracts,
    }


def _common(read: Sequence[str | None]) -> str | None:
    """The divisions that all lists name that can be read; null where these name none."""
    named = [set(each.split(",")) for each in read if each]
    return ",".join(sorted(set.intersection(*named))) or "-" if named else None


def _far_limit(parcels: Sequence[Row]) -> int | None:
    """The floor that may be built on all of them, over their land; a limit of 0 is none on record."""
    if len(parcels) == 1:
        return parcels[0]["far_limit"] or None
    land = _sum(row["land"] for row in parcels)
    built = _sum(
        row["land"] * row["far_limit"] if row["land"] is not None and row["far_limit"] else None
        for row in parcels
    )
    return built // land if built is not None and land else None


def _part(whole: int | None, part: int | None, of: int | None) -> int | None:
    """Return the share of land that goes with a part of the floor, rounded half up, at most all of it."""
    if whole is None or part is None or not of:
        return None
    return min(whole, (2 * whole * part + of) // (2 * of))


def _sum(values: Any) -> int | None:
    given = list(values)
    return None if None in given else sum(given)
