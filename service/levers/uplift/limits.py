"""How much floor may stand on a parcel by each limit (容积率、建筑密度、限高), and which limit binds.

All in floor-area ratios, counted floor per land. By coverage: the ground that may be built × the storeys that
fit under the height. By height alone: the ground that need not be green × those storeys. Each is an upper
bound by itself, so the least of those that are known is one, and knowing one more never raises it.
"""

import polars as pl

from service.reference.uplift import UpliftRules

LIMITS = ("far_plan", "far_contract", "coverage", "height")
"""What bounds the floor area, in the order in which one is named where several agree."""

STOREY_HEIGHTS = "storey_heights"
"""Not a limit, but as open as one: how high the storeys are that stand there."""


def allowed(parcels: pl.DataFrame, terms: pl.DataFrame, rules: UpliftRules) -> pl.DataFrame:
    """Return the parcels with the floor-area ratio that each limit allows, and what follows from them.

    Adds ``limit_…`` of `LIMITS` (null: not known; a recorded 0 is how registers write that),
    ``allowed_far`` the least of them, null as long as neither ratio is known, ``binding`` its code,
    ``open_limits`` the codes of those not known, joined by commas, and the terms that were read.
    """
    known = parcels.join(terms, on="parcel_code", how="left", maintain_order="left")
    coverage = pl.min_horizontal(_told("plan_coverage_max"), _told("contract_coverage_max"))
    height = pl.min_horizontal(_told("plan_height_max_m"), _told("contract_height_max_m"))
    green = pl.max_horizontal("plan_green_min", "contract_green_min").fill_null(0.0)
    each = rules.storey_height.value
    counts = rules.tall_storey.counts if each > rules.tall_storey.above_m else 1
    storeys = (height / each + 1e-9).floor()
    known = known.with_columns(
        coverage.alias("coverage_max"), height.alias("height_max_m"), storeys.alias("storeys_max")
    ).with_columns(
        _told("far_limit").alias("limit_far_plan"),
        _told("contract_far_max").alias("limit_far_contract"),
        (pl.col("coverage_max") * pl.col("storeys_max") * counts).alias("limit_coverage"),
        ((1 - green) * pl.col("storeys_max") * counts).alias("limit_height"),
    )
    names = [f"limit_{code}" for code in LIMITS]
    has_ratio = pl.col("limit_far_plan").is_not_null() | pl.col("limit_far_contract").is_not_null()
    known = known.with_columns(pl.when(has_ratio).then(pl.min_horizontal(names)).alias("allowed_far"))
    binding = pl.coalesce(
        pl.when(pl.col(f"limit_{code}") == pl.col("allowed_far")).then(pl.lit(code)) for code in LIMITS
    )
    unknown = pl.concat_str(
        [pl.when(pl.col(f"limit_{code}").is_null()).then(pl.lit(code)) for code in LIMITS],
        separator=",",
        ignore_nulls=True,
    )
    return known.with_columns(binding.alias("binding"), unknown.alias("open_limits"))


def _told(name: str) -> pl.Expr:
    return pl.when(pl.col(name) > 0).then(pl.col(name))
