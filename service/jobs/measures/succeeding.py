"""The land of a measure (宗地沿革) in an evaluation: under its later code, or under those before."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

_SUMS = ("floor_area_m2", "tax_wan_yuan", "output_wan_yuan")

Said = Mapping[str, Mapping[str, Any]]
"""What an evaluation says, by parcel code."""


def lands(codes: Collection[str], moves: pl.DataFrame | None) -> dict[str, list[list[str]]]:
    """Return the parcels that have the land now, each once, with the codes of each of their parts.

    :param moves: as of `service.store.lineage.Land`; a code that it does not name stays what it is
    """
    into: dict[str, str] = {}
    parts: dict[str, dict[str, list[str]]] = {}
    rows = moves.sort("hops", "parcel_code").iter_rows() if moves is not None else ()
    for code, same, _, successor in rows:
        into[code] = successor
        # its own code comes first of those of the same land
        own = parts.setdefault(successor, {successor: [successor]})
        own.setdefault(same, []).append(code)
    successors = sorted({into.get(code, code) for code in codes})
    return {code: list(parts.get(code, {code: [code]}).values()) for code in successors}


def of_land(said: Said, code: str, parts: Sequence[Sequence[str]]) -> Mapping[str, Any]:
    """Return what is said of a parcel's land as a whole; nothing where a part of it is missing.

    An evaluation has a piece of land under one code: under that of the whole, or under those of its parts.
    Grade, points and floor-area ratio are of one parcel, and null for several.
    """
    found = [next((each for each in names if each in said), None) for names in parts]
    known = [said[each] for each in found if each is not None]
    # the code of the whole may also be that of a part, which took the others in
    if len(known) == 1 and (len(parts) == 1 or code in said):
        return known[0]
    missing = [names for names, each in zip(parts, found, strict=True) if each is None and names != [code]]
    if not known or (missing and code not in said):
        return {}
    flags = [each["low_efficiency"] for each in known]
    one_is = True if True in flags else None if None in flags else False
    return {**{name: _sum([each[name] for each in known]) for name in _SUMS}, "low_efficiency": one_is}


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
