"""The sensitivity of measures, their history, sums and outcomes."""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity
from service.domain.measures import STATED

# of one parcel, or of a block that one firm may have alone
_EFFECTS: Mapping[str, Sensitivity] = {
    name: "analyst" if each.effect.telling else "public" for name, each in STATED.items()
}

_MEASURES: Mapping[str, Sensitivity] = {
    "kind": "public",
    "kind_zh": "public",
    "state": "public",
    "state_zh": "public",
    "title": "public",
    "district": "public",
    "office": "public",
    "due_on": "public",
    "overdue": "public",
    "carried_out_on": "public",
    "evaluation_id": "public",
    "parcels": "public",
    "parcel_codes": "public",
    **_EFFECTS,
}

MEASURES: Mapping[str, Mapping[str, Sensitivity]] = {
    "measures": _MEASURES,
    "measure_records": {
        "id": "public",
        **_MEASURES,
        "created_at": "public",
        "created_by": "follow",  # names of keys
        "updated_at": "public",
        "moves": "public",
        "history": "public",
    },
    "measure_steps": {
        "from": "public",
        "to": "public",
        "on": "public",
        "at": "public",
        "by": "follow",
        "note": "follow",  # in free words, which may quote a firm's figures
        "changes": "public",  # each as the property that changed
    },
    # a sum may be of one measure
    "measure_totals": {
        "kind": "public",
        "kind_zh": "public",
        "state": "public",
        "state_zh": "public",
        "office": "public",
        "open": "public",
        "measures": "public",
        "parcels": "public",
        "overdue": "public",
        **_EFFECTS,
    },
    "measure_outcomes": {
        "parcel_code": "public",
        "formerly": "public",
        "grade_before": "public",
        "grade_after": "public",
        "points_before": "public",
        "points_after": "public",
        "far_before": "public",
        "far_after": "public",
        "floor_area_m2_before": "public",
        "floor_area_m2_after": "public",
        "low_efficiency_before": "public",
        "low_efficiency_after": "public",
        "tax_wan_yuan_before": "analyst",
        "tax_wan_yuan_after": "analyst",
        "output_wan_yuan_before": "analyst",
        "output_wan_yuan_after": "analyst",
    },
}
