"""The limit: scan, two joins, two group-bys, one rank; what any evaluation of this data does at least."""

from pathlib import Path

import polars as pl

from tests.benchmarks.snapshot import METRICS


def skeleton(folder: str) -> pl.DataFrame:
    """Divide every figure by floor area, sum per parcel, rank by tax per area."""
    occupancies = pl.scan_parquet(Path(folder) / "occupancies.parquet").select(
        "enterprise", "parcel", "floor_area"
    )
    figures = pl.scan_parquet(Path(folder) / "enterprise_figures.parquet").select("enterprise", *METRICS)
    weights = occupancies.group_by("enterprise").agg(pl.col("floor_area").sum().alias("all"))
    share = pl.col("floor_area") / pl.col("all")
    sums = (
        occupancies.join(figures.join(weights, on="enterprise"), on="enterprise")
        .group_by("parcel")
        .agg((pl.col(name) * share).sum() for name in METRICS)
    )
    parcels = pl.scan_parquet(Path(folder) / "parcels.parquet").select(
        "parcel", "registered_area", "floor_area", "far_limit"
    )
    per_area = pl.col("tax") / pl.col("registered_area")
    return (
        parcels.join(sums, on="parcel", how="left")
        .with_columns(per_area.rank("min", descending=True).alias("rank"))
        .collect()
    )
