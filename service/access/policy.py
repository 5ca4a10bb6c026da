"""The one table of who sees what: the scope of every route and the sensitivity of every property.

Confidential is what reveals a single firm's tax, energy or output: the figures, their shares, and every
indicator or item score from which a figure follows by a multiplication, as areas and benchmarks are public.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from service.access.identity import Principal
from service.errors import NotAllowed

Sensitivity = Literal["public", "analyst"]

ROUTES: Mapping[tuple[str, str], str | None] = {
    # None: open to everybody. HEAD goes with GET; OPTIONS tells the methods and nothing else.
    ("GET", "/healthz"): None,
    ("GET", "/problems/{code}"): None,
    ("GET", "/openapi.json"): "read",
    ("POST", "/feeds/{feed}/batches"): "import",
    ("GET", "/feeds/{feed}/batches"): "read",
    ("GET", "/feeds/{feed}/batches/{batch_id}"): "read",
    ("GET", "/feeds/{feed}/batches/{batch_id}/rows"): "read",
    ("GET", "/matches"): "read",
    ("GET", "/matches/{match_id}"): "read",
    ("PUT", "/matches/{match_id}"): "import",
    ("GET", "/feeds/{feed}/batches/{batch_id}/file"): "analyst",
    ("GET", "/figures"): "analyst",
    ("GET", "/feeds/sources"): "read",
    ("POST", "/feeds/sources/{name}/pull"): "import",
    ("POST", "/feeds/{feed}/batches/{batch_id}/corrections"): "import",
    ("GET", "/feeds/{feed}/batches/{batch_id}/corrections/workbook"): "read",
    ("POST", "/feeds/{feed}/batches/{batch_id}/corrections/workbook"): "import",
    ("GET", "/feeds/profiles"): "read",
    ("GET", "/feeds/profiles/{name}"): "read",
    ("POST", "/feeds/preview"): "import",
    ("GET", "/schemes"): "read",
    ("POST", "/evaluations"): "evaluate",
    ("GET", "/evaluations"): "read",
    ("GET", "/evaluations/{evaluation_id}"): "read",
    ("POST", "/evaluations/{evaluation_id}/publish"): "publish",
    ("GET", "/evaluations/{evaluation_id}/parcels/{parcel_code}"): "read",
    ("GET", "/evaluations/{evaluation_id}/reconciliation"): "analyst",
    ("GET", "/evaluations/{evaluation_id}/findings"): "analyst",
    ("POST", "/evaluations:simulate"): "evaluate",
    ("GET", "/evaluations/{evaluation_id}/comparison"): "read",
    ("GET", "/evaluations/{evaluation_id}/sensitivity"): "read",
    ("GET", "/coverage"): "read",
    ("GET", "/quality"): "read",
    ("GET", "/evaluations/{evaluation_id}/disagreements"): "analyst",
    ("GET", "/coverage/parcels"): "read",
    ("GET", "/coverage/trend"): "read",
    ("GET", "/coverage/blockers"): "read",
    ("GET", "/processes"): "read",
    ("GET", "/processes/{processId}"): "read",
    ("POST", "/processes/import/execution"): "import",
    ("POST", "/processes/evaluate/execution"): "evaluate",
    ("POST", "/processes/export/execution"): "read",
    ("POST", "/processes/pull/execution"): "import",
    # a job is there for those who may start its process
    ("GET", "/jobs"): "read",
    ("GET", "/jobs/{jobId}"): "read",
    ("GET", "/jobs/{jobId}/results"): "read",
    ("GET", "/jobs/{jobId}/file"): "read",
    ("DELETE", "/jobs/{jobId}"): "read",
    ("GET", "/"): "read",
    ("GET", "/api"): "read",
    ("GET", "/conformance"): "read",
    ("GET", "/collections"): "read",
    ("GET", "/collections/parcels"): "read",
    ("GET", "/collections/parcels/schema"): "read",
    ("GET", "/collections/parcels/items"): "read",
    ("GET", "/collections/parcels/items/{featureId}"): "read",
    ("GET", "/collections/parcels/tiles"): "read",
    ("GET", "/collections/parcels/tiles/WebMercatorQuad"): "read",
    ("GET", "/collections/parcels/tiles/WebMercatorQuad/tilejson"): "read",
    ("GET", "/collections/parcels/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"): "read",
    ("GET", "/collections/scores"): "read",
    ("GET", "/collections/scores/schema"): "read",
    ("GET", "/collections/scores/items"): "read",
    ("GET", "/collections/scores/items/{featureId}"): "read",
    ("GET", "/collections/scores/tiles"): "read",
    ("GET", "/collections/scores/tiles/WebMercatorQuad"): "read",
    ("GET", "/collections/scores/tiles/WebMercatorQuad/tilejson"): "read",
    ("GET", "/collections/scores/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"): "read",
    ("GET", "/collections/coverage"): "read",
    ("GET", "/collections/coverage/schema"): "read",
    ("GET", "/collections/coverage/items"): "read",
    ("GET", "/collections/coverage/items/{featureId}"): "read",
    ("GET", "/collections/coverage/tiles"): "read",
    ("GET", "/collections/coverage/tiles/WebMercatorQuad"): "read",
    ("GET", "/collections/coverage/tiles/WebMercatorQuad/tilejson"): "read",
    ("GET", "/collections/coverage/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"): "read",
    ("GET", "/tileMatrixSets"): "read",
    ("GET", "/tileMatrixSets/WebMercatorQuad"): "read",
    ("GET", "/console/districts"): "read",
    ("GET", "/console/{version}/{path}"): "read",
}
"""(method, path template) → scope. The service does not start when this and the router disagree."""

PROPERTIES: Mapping[str, Mapping[str, Sensitivity]] = {
    "parcels": {
        "code": "public",
        "district": "public",
        "town": "public",
        "name": "public",
        "land_use": "public",
        "registered_area_m2": "public",
        "approved_area_m2": "public",
        "contract_area_m2": "public",
        "surveyed_area_m2": "public",
        "occupied_area_m2": "public",
        "geodesic_area_m2": "public",
        "floor_area_m2": "public",
        "far": "public",
        "far_limit": "public",
        "footprint_area_m2": "public",
        "unit_code": "public",
        "holder": "public",
        "far_min": "public",
        "coverage_min": "public",
        "coverage_max": "public",
        "green_min": "public",
        "green_max": "public",
        "height_max_m": "public",
    },
    "scores": {
        "evaluation_id": "public",
        "parcel_code": "public",
        "district": "public",
        "town": "public",
        "name": "public",
        "land_use": "public",
        "period": "public",
        "status": "public",
        "reason": "public",
        "track": "public",
        "industry": "public",
        "industry_group": "public",
        "ranking_group": "public",
        "land_area_m2": "public",
        "floor_area_m2": "public",
        "footprint_area_m2": "public",
        "far": "public",
        "far_limit": "public",
        "items": "public",
        "correction": "public",
        "bonus": "public",
        "deduction": "public",
        "points": "public",
        "rank": "public",
        "ranked": "public",
        "ranked_grade": "public",
        "grade": "public",
        "adjustments": "public",
        "low_efficiency": "public",
        "low_efficiency_reasons": "public",
        "far_uplift": "public",
        "far_uplift_reasons": "public",
        "additional_floor_area_m2": "public",
        "partial_occupancy": "public",
        "missing_feeds": "public",
        "verified": "public",
    },
    "coverage": {
        "code": "public",
        "district": "public",
        "town": "public",
        "industry": "public",
        "period": "public",
        "area_m2": "public",
        "state": "public",
        "missing_feeds": "public",
        "held_feeds": "public",
        "stale_feeds": "public",
        "land_area": "public",
        "occupancy": "public",
        "enterprise": "public",
        "energy_equal_supply": "public",
        "output": "public",
        "tax": "public",
    },
    # of a feed of a parcel; that a row is held is no secret, which one it is may be
    "coverage_cells": {
        "id": "public",
        "parcel_code": "public",
        "district": "public",
        "town": "public",
        "period": "public",
        "feed": "public",
        "state": "public",
        "extent": "public",
        "have": "public",
        "need": "public",
        "reason": "public",
        "earlier": "public",
        "bureau": "public",
        "batch_id": "public",
        "received_at": "public",
        "held_rows": "analyst",
        "held_batch_id": "analyst",
        "held_reason": "analyst",
    },
    "explanation": {
        "evaluation": "public",
        "parcel": "public",
        "result": "public",
        "indicators": "public",
        "total": "public",
        "flags": "public",
        "coverage": "public",
        "unverified": "public",
        "rounding": "public",
        "calculation": "analyst",
    },
    # of a comparison, parcel by parcel; what it counts and sums has nothing to hide
    "moves": {
        "parcel_code": "public",
        "town": "public",
        "track_before": "public",
        "track_after": "public",
        "status_before": "public",
        "status_after": "public",
        "reason_before": "public",
        "reason_after": "public",
        "points_before": "public",
        "points_after": "public",
        "points_change": "public",
        "rank_before": "public",
        "rank_after": "public",
        "ranked_before": "public",
        "ranked_after": "public",
        "rank_change": "public",
        "grade_before": "public",
        "grade_after": "public",
        "grade_steps": "public",
        "low_efficiency_before": "public",
        "low_efficiency_after": "public",
        "far_uplift_before": "public",
        "far_uplift_after": "public",
        "land_area_m2": "public",
        "amounts": "analyst",
        "items": "analyst",
    },
    "batches": {
        "id": "public",
        "feed": "public",
        "district": "public",
        "file_name": "public",
        "sha256": "public",
        "mapping": "analyst",  # may set a constant where a figure belongs
        "received_at": "public",
        "read": "public",
        "accepted": "public",
        "held": "public",
        "duplicate": "public",
        "skipped": "public",
        "reasons": "public",
        "profile": "public",
        "corrects": "public",
        "pulled_from": "public",
    },
    "matches": {
        "id": "public",
        "status": "public",
        "asked_at": "public",
        "decided_at": "public",
        "waiting": "public",
        "registered": "public",
        "wanted": "analyst",  # names and codes of a row
        "name": "analyst",
        "candidates": "analyst",
        "uscc": "analyst",
        "decided_by": "analyst",
    },
    "profiles": {
        "name": "public",
        "feed": "public",
        "title": "public",
        "bureau": "public",
        "source": "public",
        "verified": "public",
        "shipped": "public",
        "text": "public",
    },
    "own_profiles": {
        "name": "public",
        "feed": "public",
        "title": "public",
        "bureau": "public",
        "source": "public",
        "verified": "public",
        "shipped": "public",
        "text": "analyst",  # may set a constant where a figure belongs
    },
    "preview_columns": {
        "field": "public",
        "columns": "public",
        "unit": "public",
        "constant": "analyst",
    },
    "previews": {
        "file_name": "public",
        "feed": "public",
        "how": "public",
        "profile": "public",
        "fitting": "public",
        "sheet": "public",
        "header_rows": "public",
        "columns": "public",
        "not_read": "public",
        "read": "public",
        "accepted": "public",
        "held": "public",
        "duplicate": "public",
        "skipped": "public",
        "reasons": "public",
        "notes": "public",
        "guessed": "public",
        "rows": "analyst",
    },
    "source_rows": {
        "id": "public",
        "sheet": "public",
        "row": "public",
        "verdict": "public",
        "reason": "public",
        "column": "public",
        "detail": "analyst",  # quotes the cell
        "subject": "public",
        "corrects": "public",
        "settled_by": "public",
        "content": "analyst",
    },
}
"""Collection or result → property → who sees it. What is not listed is served to nobody.

Evaluations, reports and trends of coverage, and blockers, which count parcels and sum land, have nothing to
hide and no entry.
"""


FINDINGS: Mapping[str, Sensitivity] = {
    # land: outlines, registers, contracts and buildings
    **dict.fromkeys(
        (
            "parcels_overlap",
            "parcels_overlap_thinly",
            "geometry_duplicate",
            "parcel_sliver",
            "parcels_gap",
            "registered_area_differs",
            "approved_area_differs",
            "contract_area_differs",
            "surveyed_area_differs",
            "contract_register_area_differs",
            "far_differs",
            "far_above_limit",
            "far_above_contract",
            "coverage_above_limit",
            "coverage_above_contract",
            "registered_area_repeated",
            "contract_area_repeated",
            "unit_code_repeated",
            "parcel_without_occupant",
            "buildings_floor_differs",
            "building_outside",
            "building_across",
            "building_elsewhere",
        ),
        "public",
    ),
    # firms: who holds how much of what, by which a figure could be shared out; meters, figures, ratings
    **dict.fromkeys(
        (
            "tenants_floor_differs",
            "tenants_land_differs",
            "tenants_without_landlord",
            "landlord_without_tenants",
            "leased_out_exceeds",
            "occupied_floor_exceeds_parcel",
            "occupied_floor_below_parcel",
            "occupied_land_exceeds_parcel",
            "occupied_land_below_parcel",
            "occupancy_ended",
            "occupancy_not_begun",
            "registered_after_occupancy",
            "deregistered_occupant",
            "occupancies_overlap",
            "meter_sets_differ",
            "meter_at_two_parcels",
            "meter_without_enterprise",
            "meter_shares_not_one",
            "meter_share_missing",
            "figure_repeated",
            "parcel_unknown",
            "enterprise_unknown",
            "enterprise_without_parcel",
            "low_parcel_high_firms",
            "high_parcel_low_firms",
        ),
        "analyst",
    ),
}
"""Code of a consistency check → who sees its findings, and that there are any. What is not listed is served
to nobody."""

OWN_SCHEME = "analyst"
"""The scope that a scheme of one's own, or changes to one, take beside the route's.

Points are public because a shipped scheme mixes many figures in them; whoever writes the scheme could let a
single figure through.
"""


def process_scope(process: str) -> str:
    """Return the scope that starting a process takes, which is also that of seeing and ending its jobs."""
    scope = ROUTES["POST", f"/processes/{process}/execution"]
    assert scope is not None  # noqa: S101 - no process is open to everybody
    return scope


def visible(principal: Principal, collection: str) -> frozenset[str]:
    """Return the properties of a collection that the principal may see, select, filter and sort by."""
    return frozenset(
        name
        for name, sensitivity in PROPERTIES[collection].items()
        if sensitivity == "public" or principal.may(sensitivity)
    )


def visible_findings(principal: Principal) -> frozenset[str]:
    """Return the codes of the consistency checks whose findings the principal may see."""
    return frozenset(
        code
        for code, sensitivity in FINDINGS.items()
        if sensitivity == "public" or principal.may(sensitivity)
    )


def masked(principal: Principal, collection: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record without what the principal may not see; a masked property is absent, not null."""
    seen = visible(principal, collection)
    return {name: value for name, value in record.items() if name in seen}


def check_own_scheme(principal: Principal, place: str) -> None:
    """Raise `NotAllowed` when the principal may not evaluate or simulate by a scheme that is not shipped.

    ``place`` is where the request has the scheme.
    """
    if not principal.may(OWN_SCHEME):
        raise NotAllowed(
            f"A scheme of one's own, or changes to one, also need a key with the scope {OWN_SCHEME!r}: "
            "its points may tell a single firm's figures.",
            f"自带或修改评价办法还需要具有 {OWN_SCHEME!r} 权限的密钥：其得分可能泄露单个企业的数据。",
            code="scope-missing",
            place=place,
            action="Name a shipped scheme, or ask whoever keeps the keys for one with both scopes.",
        )


def check_routes(declared: Iterable[tuple[str, str]]) -> None:
    """Raise `RuntimeError` when a route has no entry in `ROUTES` or an entry has no route."""
    actual = set(declared)
    undeclared, unknown = sorted(actual - ROUTES.keys()), sorted(ROUTES.keys() - actual)
    if undeclared or unknown:
        raise RuntimeError(
            f"service/access/policy.py: routes without a scope {undeclared}, scopes without a route {unknown}"
        )
