"""What the contract allows of leasing, transfer and uplift (合同允许事项): as far as it is known."""

import polars as pl

MATTERS: dict[str, tuple[str, str]] = {
    "leasing": ("Leasing", "出租"),
    "transfer": ("Transfer", "转让"),
    "uplift": ("Uplift of the floor-area ratio", "提高容积率"),
}

UNKNOWN = "unknown"
NO_CONTRACT = "no_contract"
CLAUSE_UNKNOWN = "clause_unknown"
CLAUSE = "clause"


def permissions(parcels: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """Return for every parcel what its contract says of the `MATTERS`, in the order of the parcels.

    ``leasing``, ``transfer`` and ``uplift`` are allowed, with_consent, forbidden or unknown; ``…_reason`` is
    clause, clause_unknown or no_contract; ``…_condition`` is what the contract asks first. ``has_contract``
    tells whether one is known, and ``contract_far_max`` up to which ratio it needs no change.

    :param parcels: ``parcel_code``, and what else shall be there
    """
    known = contracts.select(
        "parcel_code",
        "contract_number",
        pl.col("far_max").alias("contract_far_max"),
        pl.lit(True).alias("has_contract"),
        *(f"{matter}_{part}" for matter in MATTERS for part in ("clause", "condition")),
    )
    told = parcels.join(known, on="parcel_code", how="left", maintain_order="left").with_columns(
        pl.col("has_contract").fill_null(False)
    )
    for matter in MATTERS:
        said = pl.col(f"{matter}_clause")
        reason = (
            pl.when(said.is_not_null())
            .then(pl.lit(CLAUSE))
            .when("has_contract")
            .then(pl.lit(CLAUSE_UNKNOWN))
            .otherwise(pl.lit(NO_CONTRACT))
        )
        told = told.with_columns(said.fill_null(UNKNOWN).alias(matter), reason.alias(f"{matter}_reason"))
    return told.drop(f"{matter}_clause" for matter in MATTERS)
