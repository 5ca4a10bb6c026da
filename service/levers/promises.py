"""When a promise of a grant contract is due, and whether it is kept (履约判定): one rule for all levers."""

from datetime import date

import polars as pl

from service.levers.report import Basis
from service.reference.contracts import Bound, ContractRules

_NEAR = 1e-9
"""A value that is worked out by a division may miss its promise by the last bit: part of the promise."""

YEARLY, BUILT = "promises_after", "completion_due"
"""The day after which promises of every year are due, and those of what is built."""


def with_due_days(contracts: pl.DataFrame, rules: ContractRules) -> pl.DataFrame:
    """Return the contracts with ``completion_due``, ``reach_due`` and ``promises_after``.

    An extension puts completion off, and full production never lies before completion. Promises of a year
    count from the first whole year after ``promises_after``.

    :param contracts: ``complete_by``, ``extended_to`` and ``reach_by``; any may be null
    """
    completion = pl.max_horizontal("complete_by", "extended_to")
    due = contracts.with_columns(
        completion.alias("completion_due"),
        pl.when(pl.col("reach_by").is_not_null())
        .then(pl.max_horizontal("reach_by", completion))
        .alias("reach_due"),
    )
    days = {"reach_by": "reach_due", "complete_by": BUILT}
    return due.with_columns(pl.coalesce(days[name] for name in rules.due.after).alias(YEARLY))


def is_due(day: pl.Expr, period: int) -> pl.Expr:
    """Return whether the day (`YEARLY`, `BUILT`) lies before the year; null when no day is known.

    The figures of the year are then those of a whole one.
    """
    return day <= date(period, 1, 1)


def is_kept(actual: pl.Expr, promised: pl.Expr, bound: Bound) -> pl.Expr:
    """Return whether a promise is reached, to the last bit of a division; null when one is not known."""
    near = (actual - promised).abs() <= _NEAR * promised.abs()
    return near | ((actual >= promised) if bound == "at_least" else (actual <= promised))


def due_bases(rules: ContractRules) -> tuple[Basis, Basis]:
    """Return the rules by which a promise is due, as reports tell them."""
    extension, due = rules.extension, rules.due
    return (
        Basis.of(
            extension,
            rules.edition,
            "extension",
            ("What an extension puts off", "延建顺延"),
            "start and completion 开工、竣工" if extension.shifts_start else "completion 竣工",
        ),
        Basis.of(
            due,
            rules.edition,
            "due",
            ("From when promises of a year count", "年度指标起算"),
            f"first whole year after {', else '.join(due.after)}",
        ),
    )
