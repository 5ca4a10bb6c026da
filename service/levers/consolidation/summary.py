"""Parcels with their reasons in a row: which, since how many years, how much of the land they leave idle."""

import polars as pl

from service.levers.consolidation.reasons import REASONS

SUMMARY = {
    "reasons": pl.String,
    "years": pl.Int64,
    "reason_years": pl.String,
    "idle_land_ha": pl.Float64,
    "figure_reasons": pl.String,
    "figure_reason_years": pl.String,
    "idle_ha": pl.Float64,
    "idle_by": pl.String,
    "unknown": pl.String,
    "reasons_verified": pl.Boolean,
}
"""Columns beside ``parcel_code``.

``reasons`` follow from land, contracts and grades, ``figure_reasons`` from what single firms hold or
reported; ``years`` is the longest run among the former, ``reason_years`` that of each (``not_fully_used:2``).
``idle_land_ha`` is the largest of the former, ``idle_ha`` of all, by the reason and yardstick ``idle_by``.
``unknown`` are reasons that could not be judged, each with what is missing (``vacancy:floor_area``).
"""


def summary(evidence: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every parcel with a reason, or one that could not be judged.

    :param evidence: `service.levers.consolidation.reasons.EVIDENCE`
    :param years: ``parcel_code``, ``reason``, ``years``
    """
    holds = evidence.filter(pl.col("state") == "holds").join(years, on=["parcel_code", "reason"], how="left")
    order = pl.DataFrame({"reason": list(REASONS), "place": range(len(REASONS))})
    holds = holds.join(order, on="reason", how="left").sort("parcel_code", "place", "basis")
    by_figures = pl.col("rests_on") == "figures"
    land, figures = _listed(holds.filter(~by_figures)), _listed(holds.filter(by_figures))
    largest = (
        holds.filter(pl.col("idle_ha").is_not_null())
        .sort("parcel_code", "idle_ha", descending=[False, True], maintain_order=True)
        .group_by("parcel_code", maintain_order=True)
        .agg(
            pl.col("idle_ha").first(),
            pl.concat_str("reason", "basis", separator=":").first().alias("idle_by"),
        )
    )
    on_land = holds.filter(~by_figures).group_by("parcel_code").agg(idle_land_ha=pl.col("idle_ha").max())
    unknown = (
        evidence.filter(pl.col("state") == "unknown")
        .select("parcel_code", told=pl.concat_str("reason", "missing", separator=":"))
        .unique()
        .sort("told")
        .group_by("parcel_code")
        .agg(unknown=pl.col("told").str.join(","))
    )
    verified = holds.group_by("parcel_code").agg(reasons_verified=pl.col("verified").all())
    found = evidence.select(pl.col("parcel_code").unique()).sort("parcel_code")
    figures = figures.rename({"reasons": "figure_reasons", "reason_years": "figure_reason_years"})
    for part in (land, on_land, figures.drop("years"), largest, unknown, verified):
        found = found.join(part, on="parcel_code", how="left")
    return found.select("parcel_code", *(pl.col(name).cast(kind) for name, kind in SUMMARY.items()))


def _listed(holds: pl.DataFrame) -> pl.DataFrame:
    once = holds.unique(["parcel_code", "reason"], keep="first", maintain_order=True)
    return once.group_by("parcel_code", maintain_order=True).agg(
        reasons=pl.col("reason").str.join(","),
        years=pl.col("years").max(),
        reason_years=pl.concat_str("reason", pl.col("years").cast(pl.String), separator=":").str.join(","),
    )
