"""When what a grant contract promises is due (约定到期), and whether it was kept: alike in every lever."""

from datetime import date

import polars as pl

from service.reference.contracts import ContractRules


def with_due_days(contracts: pl.DataFrame, rules: ContractRules) -> pl.DataFrame:
    """Return the contracts with ``start_due``, ``completion_due``, ``reach_due`` and ``promises_after``.

    An extension puts completion off, the start by as many days if the rules say so, and full production
    never lies before completion. Promises of a year count from the first whole year after
    ``promises_after``.
    """
    completion = pl.max_horizontal("complete_by", "extended_to")
    put_off = (completion - pl.col("complete_by")).fill_null(pl.duration(days=0))
    start = pl.col("start_by") + put_off if rules.extension.shifts_start else pl.col("start_by")
    due = contracts.with_columns(
        start.alias("start_due"),
        completion.alias("completion_due"),
        pl.when(pl.col("reach_by").is_not_null())
        .then(pl.max_horizontal("reach_by", completion))
        .alias("reach_due"),
    )
    days = {"reach_by": "reach_due", "complete_by": "completion_due"}
    return due.with_columns(pl.coalesce(days[name] for name in rules.due.after).alias("promises_after"))


def begun(column: str, period: int) -> pl.Expr:
    """Return whether the day lies before the year: its figures are then of a whole year."""
    return pl.col(column) <= date(period, 1, 1)


def kept(actual: pl.Expr, promised: pl.Expr, bound: str) -> pl.Expr:
    """Return whether a value is ``at_least`` or ``at_most`` what was promised; null where either is."""
    # a value that is worked out by a division may miss its promise by the last bit
    near = (actual - promised).abs() <= 1e-9 * promised.abs()
    return near | ((actual >= promised) if bound == "at_least" else (actual <= promised))
