"""The sensitivity of differential prices and their ledger."""

from collections.abc import Mapping

from service.access.policy.sensitivity import Sensitivity

PRICES: Mapping[str, Mapping[str, Sensitivity]] = {
    # differential prices: a rate follows from the grade, which is public; kilowatt-hours follow from amounts
    "surcharges": {
        **dict.fromkeys(
            (
                *("evaluation_id", "parcel_code", "district", "town", "period", "grade"),
                *("consecutive_years", "first_year", "ended_by", "tier_yuan_per_kwh"),
                *("policy", "verified", "decided", "first_month", "last_month"),
            ),
            "public",
        ),
        **dict.fromkeys(("firms", "kwh", "amount_yuan", "missing_months"), "analyst"),
    },
    "price_parcels": {
        **dict.fromkeys(
            (
                *("parcel_code", "town", "grade", "consecutive_years", "first_year"),
                *("ended_by", "ended_why", "tier_yuan_per_kwh", "total_parcels"),
            ),
            "public",
        ),
        **dict.fromkeys(("firms", "kwh", "amount_yuan", "missing_months"), "analyst"),
    },
    "price_firms": dict.fromkeys(
        (
            *("uscc", "firm", "parcels", "months", "kwh", "amount_yuan", "displaced_yuan"),
            *("missing_months", "total_yuan", "total_kwh"),
        ),
        "analyst",
    ),
    "price_months": dict.fromkeys(("month", "firms", "kwh", "amount_yuan"), "analyst"),
    "price_charges": dict.fromkeys(
        (
            *("month", "parcel_code", "uscc", "firm", "meter", "kwh", "grade", "consecutive_years"),
            *("tier_yuan_per_kwh", "other_kind", "other_yuan_per_kwh", "yuan_per_kwh", "amount_yuan"),
            *("estimated", "reason", "why", "exemption"),
        ),
        "analyst",
    ),
    "price_displaced": dict.fromkeys(
        (
            *("month", "parcel_code", "uscc", "meter", "tier_yuan_per_kwh", "other_kind"),
            *("other_yuan_per_kwh", "yuan_per_kwh", "displaced_yuan", "why", "total_displaced_yuan"),
        ),
        "analyst",
    ),
    "price_postings": dict.fromkeys(
        (
            *("month", "parcel_code", "uscc", "meter", "kind", "kwh", "yuan_per_kwh", "amount_yuan"),
            *("corrects", "reason", "why", "total_posted_yuan", "total_change_yuan"),
        ),
        "analyst",
    ),
    "price_entries": dict.fromkeys(
        (
            *("id", "decision_id", "decided_at", "month", "parcel_code", "uscc", "meter", "kind", "kwh"),
            *("grade", "consecutive_years", "tier_yuan_per_kwh", "other_kind", "other_yuan_per_kwh"),
            *("yuan_per_kwh", "amount_yuan", "balance_yuan", "line_balance_yuan", "corrects"),
            *("reason", "why", "total_balance_yuan"),
        ),
        "analyst",
    ),
    "price_unplaced": dict.fromkeys(
        ("month", "parcel_code", "uscc", "meter", "kwh", "reason", "why", "total_unplaced_kwh"), "analyst"
    ),
    "price_missing": dict.fromkeys(
        (
            "month",
            "parcel_code",
            "uscc",
            "firm",
            "meter",
            "reason",
            "why",
            "total_missing",
            "total_held_back",
        ),
        "analyst",
    ),
    # what deciding answers to who may publish; amounts are for analysts
    "price_decisions": {
        **dict.fromkeys(
            (
                *("id", "district", "period", "evaluation_id", "policy", "edition", "policy_hash", "rules"),
                *("verified", "years", "first_month", "last_month", "as_of_batch", "decided_at"),
                *("decided_by", "note", "charges", "refunds", "corrections", "repeated"),
                *("missing", "unplaced"),
            ),
            "public",
        ),
        **dict.fromkeys(("amount_fen", "amount_yuan"), "analyst"),
    },
}
