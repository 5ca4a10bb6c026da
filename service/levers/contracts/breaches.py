"""What was promised and not kept (违约事项): promises of the year, days, and trades that are not allowed."""

from collections.abc import Iterator

import polars as pl

from service.levers.industries import division, divisions

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

    A list that names no divisions, or more than divisions, allows or forbids nothing here (see `not_read`).

    :param industries: ``parcel_code`` and ``industry``
    """
    rows = [
        (code, INDUSTRY, f"{trade} ∉ {allowed}")
        for code, allowed, trade in _trades(contracts, industries)
        if allowed and trade is not None and trade not in allowed.split(",")
    ]
    schema = dict.fromkeys(("parcel_code", "clause", "detail"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def not_read(contracts: pl.DataFrame, industries: pl.DataFrame) -> pl.DataFrame:
    """Return the parcels whose contract tells trades in words alone, with the ``reason``."""
    rows = [
        (code, INDUSTRY, "industries_in_words")
        for code, allowed, _ in _trades(contracts, industries)
        if allowed is None
    ]
    schema = dict.fromkeys(("parcel_code", "clause", "reason"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _trades(
    contracts: pl.DataFrame, industries: pl.DataFrame
) -> Iterator[tuple[str, str | None, str | None]]:
    """The divisions that contracts tell, see `service.levers.industries`, and those of the parcels."""
    told = contracts.filter(pl.col("industries").str.strip_chars() != "")
    there = told.join(industries, on="parcel_code", how="inner", maintain_order="left")
    for code, text, industry in there.select("parcel_code", "industries", "industry").iter_rows():
        yield code, divisions(text), division(industry)


def per_parcel(found: pl.DataFrame) -> pl.DataFrame:
    """Return ``breaches``, the ``worst_breach`` and ``days_late``, the most, of the parcels that have any."""
    return found.group_by("parcel_code", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("breaches"),
        pl.col("clause").first().alias("worst_breach"),
        pl.col("days_late").max(),
    )
