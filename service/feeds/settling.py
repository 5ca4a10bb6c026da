"""What rows of one file say to each other: decided whatever their order, on frames of facts.

All rows that take part in a contradiction are held; of rows that say the same, the first states it.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from service.domain.hand_overs import AT, ROW, Verdict

LATER: dict[str, Any] = {
    AT: pl.UInt32,
    "verdict": pl.String,
    "reason": pl.String,
    "column": pl.String,
    "detail": pl.String,
}
"""The columns of verdicts that are given after a row was read; they replace its first one whole."""

_METRIC, _VALUE = "@metric", "@value"
_NAMED = 10  # so many other rows are named to each


def settle(facts: pl.DataFrame, key: Sequence[str], *, apart: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the facts that are left, each key once, and the verdicts of rows that this changes.

    :param key: the columns of the key
    :param apart: whether each column of the content is a fact of its own where it is not null (figures)
    """
    content = [name for name in facts.columns if name not in (AT, ROW, *key)]
    again = facts.select(key).is_duplicated()
    if not again.any():
        return facts, pl.DataFrame(schema=LATER)
    alone, shared = facts.filter(~again), facts.filter(again)
    whole_key, said = list(key), content
    if apart:
        shared = shared.unpivot(content, index=[AT, ROW, *key], variable_name=_METRIC, value_name=_VALUE)
        shared = shared.drop_nulls(_VALUE).sort(AT, maintain_order=True)
        whole_key, said = [*key, _METRIC], [_VALUE]
    shared = shared.with_columns(
        disputed=pl.any_horizontal(
            pl.lit(False), *(pl.col(name).ne_missing(pl.col(name).first()) for name in said)
        )
        .any()
        .over(whole_key)
    )
    held = _held(shared, whole_key)
    contradicted = held[AT].implode()
    shared = shared.filter(~pl.col(AT).is_in(contradicted)).drop("disputed")
    alone = alone.filter(~pl.col(AT).is_in(contradicted))
    fresh = shared.filter(pl.col(AT) == pl.col(AT).min().over(whole_key)).unique(
        [AT, *whole_key], maintain_order=True
    )
    silent = shared.select(AT).unique().join(fresh, on=AT, how="anti").join(alone, on=AT, how="anti")
    repeated = silent.select(
        AT,
        verdict=pl.lit(Verdict.DUPLICATE.value),
        reason=pl.lit("repeated_row"),
        column=pl.lit(None, pl.String),
        detail=pl.lit(None, pl.String),
    )
    if apart:
        fresh = fresh.pivot(_METRIC, index=[AT, ROW, *key], values=_VALUE, aggregate_function="first")
    left = pl.concat([alone, fresh], how="diagonal").select(facts.columns).cast(facts.schema).sort(AT)
    return left, pl.concat([held, repeated]).sort(AT)


def _held(shared: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    disputed = shared.filter("disputed")
    if disputed.is_empty():
        return pl.DataFrame(schema=LATER)
    rows = disputed.group_by(key).agg(pl.col(ROW).head(_NAMED + 1))
    # of several disputes of a row, the first it states is told
    first = disputed.unique(AT, keep="first", maintain_order=True).join(
        rows, on=key, how="left", nulls_equal=True, suffix="s"
    )
    details = []
    for number, numbers, *parts in first.select(ROW, f"{ROW}s", *key).iter_rows():
        others = [str(other) for other in numbers if other != number][:_NAMED]
        what = " ".join(str(part) for part in parts if part not in (None, ""))
        details.append(f"Row {', '.join(others)} of this file says something else of {what}.")
    return first.select(
        AT,
        verdict=pl.lit(Verdict.HELD.value),
        reason=pl.lit("conflicting_rows"),
        column=pl.lit(None, pl.String),
        detail=pl.Series(details, dtype=pl.String),
    )
