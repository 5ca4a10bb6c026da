"""How far what was promised is kept, promise by promise and year by year (履约达成率)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from service.domain.areas import SQUARE_METRES_PER_MU
from service.levers.promises import begun, kept
from service.reference.contracts import ContractRules, Promise

YEAR: Mapping[str, Any] = {
    "parcel_code": pl.String,
    "land_area_m2": pl.Float64,
    "footprint_area_m2": pl.Float64,
    "far": pl.Float64,
}
"""What is read of a year's evaluation beside its amounts, in their units; any may be null."""

COLUMNS = (
    *("parcel_code", "clause", "period", "bound", "promised", "actual", "unit"),
    *("attainment", "kept", "due", "reason", "land_mu"),
)

_MU = float(SQUARE_METRES_PER_MU)


@dataclass(frozen=True, eq=False)
class Year:
    """A year as it was evaluated: the columns of `YEAR`, and one for every metric that its scheme reads."""

    period: int
    parcels: pl.DataFrame


def attainment(
    contracts: pl.DataFrame, years: Sequence[Year], heights: pl.DataFrame, rules: ContractRules
) -> pl.DataFrame:
    """Return a row for every promise of every contract and year, of `COLUMNS`.

    ``attainment`` is actual ÷ promised, for what is at most so much promised ÷ actual; ``kept`` whether it is
    reached, null when not known, with the ``reason``: not_in_scheme, no_figure, earlier_years_unknown,
    no_land_area; ``due`` whether it counts already, null when no day is known from which on it does.

    :param contracts: of `service.levers.promises.with_due_days`
    :param years: the newest first
    :param heights: ``parcel_code`` and ``height_m`` of the highest building, as it stands now
    """
    tables = []
    for place, year in enumerate(years):
        parcels = year.parcels.join(heights, on="parcel_code", how="left", maintain_order="left")
        there = contracts.rename({"far": "far_min"}).join(parcels, on="parcel_code", how="inner")
        there = there.filter(pl.col("signed_on").is_null() | (pl.col("signed_on").dt.year() <= year.period))
        tables += [_promise(there, each, year, years[place:]) for each in rules.promises]
        tables += [
            _row(
                there,
                each.code,
                "far_min" if each.column == "far" else each.column,
                each.bound,
                each.unit,
                year.period,
                actual=_measured(each.measure, newest=place == 0),
                missing=pl.lit("no_figure"),
                due=begun("completion_due", year.period) if each.bound == "at_least" else pl.lit(True),
            )
            for each in rules.limits
        ]
    if not tables:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    found = pl.concat(tables)
    return found.sort("parcel_code", "period", descending=[False, True], maintain_order=True)


def _promise(there: pl.DataFrame, each: Promise, year: Year, seen: Sequence[Year]) -> pl.DataFrame:
    there, amount, missing = _amount(there, each, year, seen)
    mu = pl.col("land_area_m2") / _MU
    actual = amount
    if each.per == "mu":
        actual = pl.when(mu > 0).then(amount / mu)
        missing = pl.when(mu > 0).then(missing).otherwise(pl.lit("no_land_area"))
    elif each.per == "output":
        output = pl.col("output") if "output" in there.columns else pl.lit(None, dtype=pl.Float64)
        actual = pl.when(output > 0).then(amount / output)
    after = "promises_after" if not each.summed else "completion_due"
    row = _row(
        there,
        each.code,
        each.column,
        each.bound,
        each.unit,
        year.period,
        actual,
        missing,
        begun(after, year.period),
    )
    if not each.summed:
        return row
    # a year without a figure, or before those that are seen, may hold what is missing
    unsure = ~pl.col("kept") & ~pl.col("all_seen").fill_null(False)
    seen_whole = there.select("parcel_code", _all_seen(year.period).alias("all_seen"))
    return (
        row.join(seen_whole, on="parcel_code", how="left", maintain_order="left")
        .with_columns(
            pl.when(unsure).then(None).otherwise("kept").alias("kept"),
            pl.when(unsure).then(pl.lit("earlier_years_unknown")).otherwise("reason").alias("reason"),
        )
        .select(COLUMNS)
    )


def _all_seen(period: int) -> pl.Expr:
    """Whether a figure is there of every year from that of signing to this one; null when unsigned."""
    first = pl.col("signed_on").dt.year().cast(pl.Int64)
    return pl.col("years_with_figure").list.set_intersection(pl.int_ranges(first, period + 1)).list.len() == (
        period + 1 - first
    )


def _amount(
    there: pl.DataFrame, each: Promise, year: Year, seen: Sequence[Year]
) -> tuple[pl.DataFrame, pl.Expr, pl.Expr]:
    """The amount of a year, or the sum of the years that are seen; and why it is missing where it is."""
    if each.metric not in year.parcels.columns:
        nothing = pl.lit(None, dtype=pl.List(pl.Int64)).alias("years_with_figure")
        return there.with_columns(nothing), pl.lit(None, dtype=pl.Float64), pl.lit("not_in_scheme")
    if not each.summed:
        return there, pl.col(each.metric), pl.lit("no_figure")
    told = [
        one.parcels.select("parcel_code", each.metric, pl.lit(one.period, dtype=pl.Int64).alias("of_year"))
        for one in seen
        if each.metric in one.parcels.columns
    ]
    summed = (
        pl.concat(told)
        .drop_nulls()
        .group_by("parcel_code")
        .agg(pl.col(each.metric).sum().alias("summed"), pl.col("of_year").alias("years_with_figure"))
    )
    return there.join(summed, on="parcel_code", how="left"), pl.col("summed"), pl.lit("no_figure")


def _row(
    there: pl.DataFrame,
    code: str,
    column: str,
    bound: str,
    unit: str,
    period: int,
    actual: pl.Expr,
    missing: pl.Expr,
    due: pl.Expr,
) -> pl.DataFrame:
    promised = pl.col(column)
    part, whole = (actual, promised) if bound == "at_least" else (promised, actual)
    return (
        there.filter(promised.is_not_null())
        .select(
            "parcel_code",
            pl.lit(code).alias("clause"),
            pl.lit(str(period)).alias("period"),
            pl.lit(bound).alias("bound"),
            promised.cast(pl.Float64).alias("promised"),
            actual.cast(pl.Float64).round(9).alias("actual"),
            pl.lit(unit).alias("unit"),
            pl.when(whole > 0).then((part / whole).round(6)).alias("attainment"),
            kept(actual, promised, bound).alias("kept"),
            due.alias("due"),
            pl.when(actual.is_null()).then(missing).alias("reason"),
            (pl.col("land_area_m2") / _MU).alias("land_mu"),
        )
        .select(COLUMNS)
    )


def _measured(measure: str, *, newest: bool) -> pl.Expr:
    if measure == "coverage":
        return pl.when(pl.col("land_area_m2") > 0).then(pl.col("footprint_area_m2") / pl.col("land_area_m2"))
    if measure == "height_m" and not newest:
        return pl.lit(None, dtype=pl.Float64)  # buildings are known as they stand now
    return pl.col(measure)
