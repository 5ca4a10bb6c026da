"""Which above-scale firms (规上企业) were inspected in the year, and which are due."""

from datetime import date

import polars as pl

from service.reference.energy_diagnosis import InspectionRule

STATES = ("due", "never", "unknown", "not_due", "inspected")
"""From the most to the least pressing, as a parcel with several firms shows it.

``unknown``: whether the firm is above scale is not known, which does not mean that it need not be inspected.
"""


def inspections(firms: pl.DataFrame, items: pl.DataFrame, year: int, rule: InspectionRule) -> pl.DataFrame:
    """Return the firms that are above scale or may be, with the state of their inspection.

    :param firms: ``uscc``, ``above_scale``
    :param items: of this year or before, with ``year``; all kinds: whoever listed anything was inspected
    :returns: ``uscc``, ``inspection`` (one of `STATES`), ``last_year``, ``last_on`` (the day, where told),
        ``due_by`` (null where inspected in the year or not known to be above scale)
    """
    newest = items.filter(pl.col("year") == pl.col("year").max().over("uscc"))
    last = newest.group_by("uscc").agg(
        pl.col("year").first().alias("last_year"), pl.col("inspected_on").max().alias("last_on")
    )
    found = firms.filter(pl.col("above_scale").fill_null(True)).join(last, on="uscc", how="left")
    due_year = pl.col("last_year") + rule.cycle_years
    state = (
        pl.when(pl.col("last_year") == year)
        .then(pl.lit("inspected"))
        .when(pl.col("above_scale").is_null())
        .then(pl.lit("unknown"))
        .when(pl.col("last_year").is_null())
        .then(pl.lit("never"))
        .when(due_year <= year)
        .then(pl.lit("due"))
        .otherwise(pl.lit("not_due"))
    )
    by = (
        pl.when(pl.col("inspection") == "never")
        .then(pl.lit(date(year, 12, 31)))
        .when(pl.col("inspection").is_in(["due", "not_due"]))
        .then(pl.date(due_year, 12, 31))
    )
    return (
        found.with_columns(inspection=state)
        .with_columns(due_by=by)
        .select("uscc", "inspection", "last_year", "last_on", "due_by")
        .sort("uscc")
    )


def of_parcels(states: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return ``parcel_code`` and the most pressing ``inspection`` of its firms, with how many are due."""
    order = pl.col("inspection").replace_strict(dict(zip(STATES, range(len(STATES)), strict=True)))
    held = shares.select("parcel_code", "uscc").unique()
    joined = held.join(states, on="uscc").with_columns(order=order)
    return joined.group_by("parcel_code").agg(
        pl.col("inspection").sort_by("order").first(),
        pl.col("inspection").is_in(["due", "never"]).sum().cast(pl.Int64).alias("firms_due"),
    )
