"""The sensitivity of what the energy diagnosis says."""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity

_CONSUMPTION: Mapping[str, Sensitivity] = dict.fromkeys(
    (
        *("energy_tce", "output_wan", "tce_per_wan", "factor", "excess_tce", "intensity_reason"),
        *("benchmark_level", "benchmark_group", "benchmark_size", "benchmark_median", "benchmark_pooled"),
        *("electricity_kwh", "transformer_kva", "transformer_load", "transformer_class", "spare_kva"),
        *("charge_yuan", "load_reason", "machines", "retrofits", "to_measure", "without_number"),
        *("saved_kwh", "saved_tce", "saved_tce_equal_energy", "saved_yuan"),
    ),
    "analyst",
)
"""Of a firm, or of a parcel, which may have one firm alone."""

_ENERGY: Mapping[str, Sensitivity] = {
    # of a parcel; what is public follows from outlines, rules and the list of those inspected
    "evaluation_id": "public",
    "district": "public",
    "period": "public",
    "parcel_code": "public",
    "town": "public",
    "industry": "public",
    "inspection": "public",
    "firms_due": "public",
    "buildings": "public",
    "roof_m2": "public",
    "free_roof_m2": "public",
    "solar_kwp": "public",
    "solar_kwh": "public",
    "solar_tce": "public",
    "solar_tce_equal_energy": "public",
    "solar_yuan": "public",
    "solar_reason": "public",
    "installed_kwp": "analyst",
    "installed_roof_m2": "analyst",
    "solar_share_of_electricity": "analyst",
    **_CONSUMPTION,
    "verified": "public",
}

ENERGY: Mapping[str, Mapping[str, Sensitivity]] = {
    "energy": _ENERGY,
    # with the totals of all of them; a report of one parcel has the same totals, of that parcel
    "energy_parcels": {
        **_ENERGY,
        **dict.fromkeys(
            ("firms_inspected", "firms_due", "firms_never", "firms_not_due", "firms_unknown"), "public"
        ),
        **dict.fromkeys(("firms_light_load", "firms_heavy_load"), "analyst"),
    },
    "energy_firms": {
        "uscc": "analyst",
        "name": "analyst",
        "parcels": "analyst",
        "industry": "analyst",
        "above_scale": "analyst",
        "inspection": "analyst",
        "last_year": "analyst",
        "last_on": "analyst",
        "due_by": "analyst",
        **_CONSUMPTION,
    },
    "energy_equipment": {
        "uscc": "analyst",
        "parcels": "analyst",
        "item": "analyst",
        "model": "analyst",
        "equipment_kind": "analyst",
        "kind_by_name": "analyst",
        "quantity": "analyst",
        "power_kw": "analyst",
        "capacity_kva": "analyst",
        "hours_per_year": "analyst",
        "load_share": "analyst",
        "efficiency_class": "analyst",
        "fuel": "analyst",
        "commissioned_on": "analyst",
        "age_years": "analyst",
        "verdict": "analyst",
        "why": "analyst",
        "to_measure": "analyst",
        "use_kwh": "analyst",
        "saved_kwh": "analyst",
        "saved_tce": "analyst",
        "saved_tce_equal_energy": "analyst",
        "saved_yuan": "analyst",
        "machines": "analyst",
        "retrofits": "analyst",
        "unplaced_tce": "analyst",
    },
    "energy_roofs": {
        "parcel_code": "public",
        "building_code": "public",
        "roof_m2": "public",
    },
}
