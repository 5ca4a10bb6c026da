"""Parcels with premises, for a map."""

import polars as pl


def of_parcels(premises: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """Return the parcels that have premises: how much is free there, of which kinds, and for how many."""
    by_premises = candidates.group_by("premises").agg(
        pl.col("project").unique(),
        pl.col("project").filter(pl.col("verdict") == "possible").unique().alias("sure"),
    )
    rows = (
        premises.join(by_premises, on="premises", how="left")
        .with_columns(pl.col("parcel_codes").str.split(",").alias("parcel"))
        .explode("parcel")
    )
    free, listed = (
        pl.col("floor").filter(pl.col("kind").is_in(kinds)).sum() / 100
        for kinds in (["listed", "vacant"], ["listed"])
    )
    return (
        rows.sort("parcel", "premises")
        .group_by("parcel", maintain_order=True)
        .agg(
            pl.col("premises").str.join(",").alias("premises"),
            pl.col("kind").unique(maintain_order=True).str.join(",").alias("kinds"),
            free.alias("free_floor_m2"),
            listed.alias("listed_floor_m2"),
            _how_many("project").alias("candidates"),
            _how_many("sure").alias("candidates_certain"),
        )
        .rename({"parcel": "parcel_code"})
    )


def _how_many(column: str) -> pl.Expr:
    return pl.col(column).explode().drop_nulls().n_unique().cast(pl.Int64)
