"""The sensitivity of what uplift and contracts say of parcels: as that of results, see `properties`.

Floor areas are public, so whatever is a figure per floor × floor, or an attainment × a promise, is not.
"""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity

_GAINS: Mapping[str, Sensitivity] = {
    "floor_added_m2": "public",
    "extra_output_own": "analyst",
    "extra_tax_own": "analyst",
    # the median of a few is the figure of one
    "extra_output_cohort": "analyst",
    "extra_tax_cohort": "analyst",
}

_PERMISSIONS: Mapping[str, Sensitivity] = {
    "has_contract": "public",
    "contract_number": "public",
    "leasing": "public",
    "transfer": "public",
    "uplift": "public",
}

UPLIFT: Mapping[str, Sensitivity] = {
    "place": "public",
    "parcel_code": "public",
    "town": "public",
    "grade": "public",
    "found_by": "public",
    "efficient": "public",
    "far_below_limit": "public",
    "growing": "analyst",
    "growth_output": "analyst",
    "growth_headcount": "analyst",
    "growth_orders": "analyst",
    "land_area_m2": "public",
    "present_floor_m2": "public",
    "recorded_far": "public",
    "counted_far": "public",
    "tall_floor_m2": "public",
    "present_far": "public",
    "allowed_far": "public",
    "binding": "public",
    "open_limits": "public",
    "unknown_room": "public",
    **_GAINS,
    "cohort": "public",
    "cohort_parcels": "public",
    "land_price": "public",
    "contract_uplift": "public",
    "office_land_max_m2": "public",
    "office_floor_max_m2": "public",
}

UPLIFT_AND_CONTRACTS: Mapping[str, Mapping[str, Sensitivity]] = {
    # columns, and the totals of the table
    "uplift": {
        **UPLIFT,
        **dict.fromkeys(("candidates", "contract_forbids", "told"), "public"),
        **dict.fromkeys(("floor_added_known_m2", "floor_added_open_m2"), "public"),
    },
    "uplift_towns": {
        "town": "public",
        "scenario": "public",
        "candidates": "public",
        "told": "public",
        **_GAINS,
    },
    "uplift_scenarios": {
        "parcel_code": "public",
        "town": "public",
        "scenario": "public",
        "target_far": "public",
        **_GAINS,
    },
    "uplift_limits": {
        "parcel_code": "public",
        "town": "public",
        "limit": "public",
        "limit_far": "public",
        "allowed_floor_m2": "public",
        "binds": "public",
        "known": "public",
    },
    "uplift_open": {
        "parcel_code": "public",
        "town": "public",
        "grade": "public",
        "unknown_room": "public",
        "open_limits": "public",
    },
    "contract_attainment": {
        "parcel_code": "public",
        "town": "public",
        "clause": "public",
        "period": "public",
        "bound": "public",
        "promised": "public",
        "actual": "analyst",
        "unit": "public",
        "attainment": "analyst",
        "kept": "public",
        "due": "public",
        "reason": "public",
        "promises": "public",
        "promises_due": "public",
        "promises_kept": "public",
        "promises_unknown": "public",
    },
    "contract_breaches": {
        "parcel_code": "public",
        "town": "public",
        "contract_number": "public",
        "clause": "public",
        "promised": "public",
        "actual": "analyst",
        "unit": "public",
        "shortfall": "analyst",
        "shortfall_total_wan_yuan": "analyst",
        "due_on": "public",
        "done_on": "public",
        "days_late": "public",
        "still_open": "public",
        "penalty_fen": "public",
        "penalty": "public",
        "detail": "public",
        "breaches": "public",
        "parcels_in_breach": "public",
        "tax_shortfall_wan_yuan": "analyst",
        "penalty_not_stated": "public",
        "penalty_implausible": "public",
    },
    "contract_undecided": {
        "parcel_code": "public",
        "town": "public",
        "contract_number": "public",
        "clause": "public",
        "due_on": "public",
        "reason": "public",
        "detail": "public",
        "undecided": "public",
    },
    "contract_permissions": {
        "parcel_code": "public",
        "town": "public",
        **_PERMISSIONS,
        "leasing_reason": "public",
        "leasing_condition": "public",
        "transfer_reason": "public",
        "transfer_condition": "public",
        "uplift_reason": "public",
        "uplift_condition": "public",
        "contract_far_max": "public",
        "parcels": "public",
        "without_contract": "public",
        "leasing_unknown": "public",
        "transfer_unknown": "public",
        "uplift_unknown": "public",
    },
    # the layer
    "contracts": {
        "evaluation_id": "public",
        "parcel_code": "public",
        "district": "public",
        "town": "public",
        "period": "public",
        **_PERMISSIONS,
        "breaches": "public",
        "worst_breach": "public",
        "days_late": "public",
        "tax_attainment": "analyst",
        "output_attainment": "analyst",
    },
}

OF_CANDIDATES: Mapping[str, Sensitivity] = {
    **{
        name: sensitivity
        for name, sensitivity in UPLIFT.items()
        if name not in ("parcel_code", "town", "grade", "land_area_m2")
    },
    "floor_added_far_1_5_m2": "public",
    "floor_added_far_2_0_m2": "public",
    "floor_added_limit_m2": "public",
}
"""What the layer of candidates tells beside their scores."""
