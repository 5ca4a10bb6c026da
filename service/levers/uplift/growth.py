"""Growth that points to a lack of space: figures of a parcel's firms beside those of the year before."""

from collections.abc import Sequence

import polars as pl


def growth(
    parcels: pl.DataFrame, shares: pl.DataFrame, firms: pl.DataFrame, metrics: Sequence[str]
) -> pl.DataFrame:
    """Return the parcels with ``growth_…`` of each metric: now ÷ before − 1.

    Both years by the shares that the parcel has of its firms now, and of the firms alone that have figures of
    both: one that came or went would pass for growth. Null when there is none, or nothing before.
    """
    both = firms.filter(pl.col("now").is_not_null() & pl.col("before").is_not_null())
    summed = (
        shares.filter(pl.col("uscc") != "")
        .group_by("parcel_code", "uscc")
        .agg(pl.col("share").sum())
        .join(both, on="uscc", how="inner")
        .group_by("parcel_code", "metric")
        .agg((pl.col(name) * pl.col("share")).sum() for name in ("now", "before"))
    )
    grown = summed.with_columns(
        growth=pl.when(pl.col("before") > 0).then((pl.col("now") / pl.col("before") - 1).round(6))
    )
    for metric in metrics:
        of_metric = grown.filter(pl.col("metric") == metric).select(
            "parcel_code", pl.col("growth").alias(f"growth_{metric}")
        )
        parcels = parcels.join(of_metric, on="parcel_code", how="left", maintain_order="left")
    return parcels
