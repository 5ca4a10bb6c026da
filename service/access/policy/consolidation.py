"""The sensitivity of what consolidation says of parcels and blocks."""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity

REASONS: Mapping[str, Sensitivity] = {
    "reasons": "public",
    "years": "public",
    "reason_years": "public",
    "idle_land_ha": "public",
    "figure_reasons": "analyst",
    "figure_reason_years": "analyst",
    "idle_ha": "analyst",  # by tax per mu it tells the tax
    "idle_by": "analyst",
    "unknown": "public",
    "reasons_verified": "public",
}

# a block may have one parcel
_BLOCKS: Mapping[str, Sensitivity] = {
    "first_parcel": "public",
    "towns": "public",
    "parcels": "public",
    "parcel_codes": "public",
    "area_m2": "public",
    "geodesic_area_m2": "public",
    "compactness": "public",
    "grades": "public",
    "points": "public",
    "low_efficiency_reasons": "public",
    "verified": "public",
    "rank": "public",
    "owners": "public",
    "owner_unknown": "public",
    "title_holders": "public",
    "occupants": "public",
    "occupant_codes": "analyst",
    "floor_to_vacate_m2": "analyst",  # by which a firm's figures could be shared out
    "kinds": "public",
    "years": "public",
    "idle_land_ha": "public",
    "idle_ha": "analyst",
    "tax": "analyst",
    "potential_tax": "analyst",
    "tax_gain": "analyst",
    "output": "analyst",
    "potential_output": "analyst",
    "output_gain": "analyst",
    "figures_unknown": "public",
}

CONSOLIDATION: Mapping[str, Mapping[str, Sensitivity]] = {
    "blocks": {
        "evaluation_id": "public",
        "district": "public",
        "period": "public",
        "distance_m": "public",
        **_BLOCKS,
    },
    # totals sum up many firms, or, in a small district, few
    "consolidation_blocks": {
        **_BLOCKS,
        "blocks": "public",
        "block_parcels": "public",
        "block_area_m2": "public",
        "block_idle_land_ha": "public",
        "block_tax_gain": "analyst",
        "block_output_gain": "analyst",
    },
    "consolidation_parcels": {
        "parcel_code": "public",
        "town": "public",
        "land_area_m2": "public",
        "grade": "public",
        "low_efficiency": "public",
        "low_efficiency_reasons": "public",
        **REASONS,
        "tax": "analyst",
        "potential_tax": "analyst",
        "output": "analyst",
        "potential_output": "analyst",
        "compared_with": "analyst",
        "block": "public",
        "judged": "public",
        "by_land": "public",
        "by_any": "analyst",
        "flagged": "public",
        "land_idle_ha": "public",
        "all_idle_ha": "analyst",
    },
    "consolidation_unknown": {
        "reason": "public",
        "missing": "public",
        "parcels": "public",
    },
    # line by line what was measured, of firms too
    "consolidation_evidence": {
        "parcel_code": "analyst",
        "reason": "analyst",
        "basis": "analyst",
        "measured": "analyst",
        "norm": "analyst",
        "unit": "analyst",
        "years": "analyst",
        "ended_by": "analyst",
        "ended_why": "analyst",
        "idle_ha": "analyst",
        "verified": "analyst",
    },
}
