"""The explanation (说明) of a parcel's result: every number back to a file, and forward to the grade.

`public` has what everybody may know who may see the grade. `calculation` has what reveals a single firm's
figures, among them every value, benchmark of a group and item from which a figure follows by multiplication,
and is for analysts. Together they suffice to calculate the grade again by hand.
"""

from typing import Any

from service.evaluation.explain import inputs, items, occupants, verdict
from service.evaluation.explain.record import Record, Sources
from service.evaluation.explain.surroundings import Surroundings, surroundings
from service.evaluation.explain.words import ROUNDING

__all__ = ["Record", "Sources", "Surroundings", "calculation", "public", "surroundings"]

_TOLD = ("id", "district", "period", "status", "created_at", "published_at", "as_of_batch")
_HASHES = ("run_hash", "scheme_hash", "snapshot_hash", "result_hash", "code_version")


def public(record: Record) -> dict[str, Any]:
    """Return the part without any firm's figures, as plain values; needs no surroundings."""
    scheme = record.scheme
    return {
        "evaluation": {name: record.run[name] for name in (*_TOLD, *_HASHES)}
        | {
            "scheme": {
                "name": scheme.name,
                "title": scheme.title.model_dump(),
                "jurisdiction": scheme.jurisdiction,
                "document": scheme.document,
                "citation": scheme.citation,
                "verified": scheme.verified,
            }
        },
        "parcel": inputs.parcel(record),
        "result": verdict.result(record),
        "indicators": items.public_items(record),
        "total": verdict.total(record),
        "flags": verdict.flags(record),
        "coverage": inputs.coverage(record),
        "unverified": scheme.unverified_of(record.track),
        "rounding": ROUNDING.model_dump(),
    }


def calculation(record: Record) -> dict[str, Any]:
    """Return the analyst's part, as plain values; needs the surroundings."""
    return {
        "land_areas": inputs.land_areas(record),
        "contract": inputs.contract(record),
        "occupants": occupants.occupants(record),
        "metrics": occupants.metrics(record),
        "indicators": items.analyst_items(record),
        "total": verdict.total_with_numbers(record),
        "facts": inputs.facts(record),
        "findings": inputs.findings(record),
        "occupancies": inputs.occupancies(record),
        "figures": inputs.figures(record),
        "source_rows": inputs.source_rows(record),
    }
