"""Who sees what of the leasing match: what a project brings is for analysts, what stands free for all."""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity

Shown = Mapping[str, Sensitivity]

_PLACE: Shown = {"premises": "public", "kind": "public", "parcel_code": "public", "way": "public"}
_FIT: Shown = {
    "verdict": "public",
    "questions": "public",
    "questions_zh": "public",
    "floor_used_m2": "public",
    "land_used_m2": "analyst",  # with waste, tells the size of vacant floor
    "waste": "analyst",
    "tax_wan_yuan_per_mu": "analyst",
    "output_wan_yuan_per_mu": "analyst",
}
_PROJECT: Shown = {"project": "public", "name": "analyst"}  # negotiations are not told before they are over

LEASING: Mapping[str, Shown] = {
    "leasing_assignment": {
        **_PROJECT,
        "division": "public",
        "status": "public",
        **_PLACE,
        **_FIT,
        "tax_wan_yuan": "analyst",
        "output_wan_yuan": "analyst",
        "reason": "public",
        "reason_zh": "public",
        "displaced_by": "public",
        # totals
        "projects": "public",
        "placed": "public",
        "placed_open": "public",
        "unplaced": "public",
        "worth": "analyst",  # of one project its own
        "bound": "analyst",
        "gap": "public",
    },
    # also all pairs of a project
    "leasing_candidates": {
        **_PROJECT,
        "rank": "public",
        **_PLACE,
        **_FIT,
        "rent_yuan_per_m2_month": "public",
        "reasons": "public",
        "reasons_zh": "public",
    },
    "leasing_impossible": {
        "project": "public",
        "reason": "public",
        "reason_zh": "public",
        "reason_en": "public",
        "premises": "public",
        # totals
        "pairs": "public",
        "impossible": "public",
    },
    "premises_listed": {
        "premises": "public",
        "kind": "public",
        "kind_zh": "public",
        "basis": "public",
        "basis_zh": "public",
        "parcel_codes": "public",
        "building_code": "public",
        "floor_m2": "analyst",  # of vacant floor: the parcel's less what its firm occupies
        "listed_floor_m2": "public",
        "land_m2": "public",
        "clear_height_m": "public",
        "power_kva": "public",
        "available_from": "public",
        "available_to": "public",
        "rent_yuan_per_m2_month": "public",
        "industries": "public",
        "land_use": "public",
        "leasing_clause": "public",
        "candidates": "public",
        "candidates_certain": "public",
        "premises_elsewhere": "public",
    },
    # the layer
    "premises": {
        "evaluation_id": "public",
        "parcel_code": "public",
        "district": "public",
        "period": "public",
        "premises": "public",
        "kinds": "public",
        "free_floor_m2": "analyst",
        "listed_floor_m2": "public",
        "candidates": "public",
        "candidates_certain": "public",
    },
}
