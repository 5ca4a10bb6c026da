"""What was promised and not kept (违约事项): promises of the year, days, and trades that are not allowed."""

import polars as pl

INDUSTRY = "industry"
_DAYS_A_YEAR = 365

COLUMNS = (
    *("parcel_code", "clause", "promised", "actual", "unit", "shortfall", "shortfall_total_wan_yuan"),
    *("due_on", "done_on", "days_late", "still_open", "penalty_fen", "penalty", "detail", "weight"),
)


def breaches(attained: pl.DataFrame, late: pl.DataFrame, trades: pl.DataFrame) -> pl.DataFrame:
    """Return a row for every breach, of `COLUMNS`, the gravest first.

    ``shortfall`` is in the unit of the promise, ``shortfall_total_wan_yuan`` of the whole land, for money.
    ``weight``, by which they are ordered, is the part of the promise that is missing, or the years late.

    :param attained: of `service.levers.contracts.attainment`, of the evaluated year; not due is no breach
    :param late: of `service.levers.contracts.delays`
    :param trades: of `not_allowed`
    """
    missed = attained.filter(~pl.col("kept"), pl.col("due").fill_null(False))
    gap = (pl.col("promised") - pl.col("actual")).abs()
    whole = pl.when(pl.col("unit") == "万元/亩").then(gap * pl.col("land_mu"))
    missed = missed.with_columns(
        gap.alias("shortfall"),
        whole.when(pl.col("unit") == "万元").then(gap).round(6).alias("shortfall_total_wan_yuan"),
        (1 - pl.col("attainment")).alias("weight"),
    )
    late = late.with_columns(weight=pl.col("days_late") / _DAYS_A_YEAR)
    found = pl.concat([missed, late, trades.with_columns(weight=pl.lit(1.0))], how="diagonal_relaxed")
    return found.select(COLUMNS).sort("weight", "parcel_code", "clause", descending=[True, False, False])


def not_allowed(contracts: pl.DataFrame, industries: pl.DataFrame) -> pl.DataFrame:
    """Return the parcels whose trade is not among the divisions that the contract allows.

    What a contract says in words alone, without the two digits of a division, allows or forbids nothing here.

    :param industries: ``parcel_code`` and ``industry``
    """
    allowed = pl.col("industries").str.extract_all(r"\b\d\d\b")
    division = pl.col("industry").str.extract(r"(\d\d)")
    return (
        contracts.join(industries, on="parcel_code", how="inner")
        .with_columns(allowed.alias("allowed"), division.alias("division"))
        .filter(
            pl.col("allowed").list.len() > 0,
            pl.col("division").is_not_null(),
            ~pl.col("allowed").list.contains(pl.col("division")),
        )
        .select(
            "parcel_code",
            pl.lit(INDUSTRY).alias("clause"),
            pl.concat_str(pl.col("division"), pl.lit(" ∉ "), pl.col("allowed").list.join(",")).alias(
                "detail"
            ),
        )
    )


def per_parcel(found: pl.DataFrame) -> pl.DataFrame:
    """Return ``breaches``, the ``worst_breach`` and ``days_late``, the most, of the parcels that have any."""
    return found.group_by("parcel_code", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("breaches"),
        pl.col("clause").first().alias("worst_breach"),
        pl.col("days_late").max(),
    )
