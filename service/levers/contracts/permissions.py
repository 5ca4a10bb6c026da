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
FIRST_TRANSFER_SHORT = "first_transfer_investment_short"
FIRST_TRANSFER_UNKNOWN = "first_transfer_investment_unknown"


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


def with_first_transfer(
    told: pl.DataFrame, contracts: pl.DataFrame, attained: pl.DataFrame, share: float
) -> pl.DataFrame:
    """Return permissions with the investment that law asks before a first transfer (首次转让投资比例).

    Where the clause allows transfer and the contract tells a total investment, ``transfer`` is with_consent
    while less than ``share`` of it is invested, and unknown as long as nobody knows, with the
    ``transfer_reason``.

    :param told: of `permissions`
    :param attained: of `service.levers.contracts.attainment`, of the evaluated year
    """
    total = contracts.filter(pl.col("investment_total_wan_yuan") > 0).select(
        "parcel_code", pl.lit(True).alias("asked")
    )
    invested = attained.filter(pl.col("clause") == "investment_total").select(
        "parcel_code",
        # what is seen is at least invested; all of it is only where the promise is known to be broken or kept
        pl.when(pl.col("attainment") >= share)
        .then(True)
        .when(pl.col("kept").is_not_null() & pl.col("attainment").is_not_null())
        .then(False)
        .alias("enough"),
    )
    there = told.join(total, on="parcel_code", how="left", maintain_order="left")
    there = there.join(invested, on="parcel_code", how="left", maintain_order="left")
    checked = (pl.col("transfer") == "allowed") & pl.col("asked").fill_null(False)
    short, unknown = checked & ~pl.col("enough"), checked & pl.col("enough").is_null()
    return there.with_columns(
        pl.when(unknown)
        .then(pl.lit(UNKNOWN))
        .when(short)
        .then(pl.lit("with_consent"))
        .otherwise("transfer")
        .alias("transfer"),
        pl.when(unknown)
        .then(pl.lit(FIRST_TRANSFER_UNKNOWN))
        .when(short)
        .then(pl.lit(FIRST_TRANSFER_SHORT))
        .otherwise("transfer_reason")
        .alias("transfer_reason"),
    ).drop("asked", "enough")
