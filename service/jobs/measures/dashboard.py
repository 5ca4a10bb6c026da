"""The dashboard (驾驶舱): which measures are under way, late and done, and what they bring."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Connection

from service.domain.measures import ACHIEVED, DONE, ENDS, EXPECTED, KINDS, STATED, STATES, MeasureState
from service.features.table import Property
from service.jobs.measures.records import many, table
from service.levers.report import Report, Section, Total

POLICY = "measure_totals"

_OPEN = [state.value for state in MeasureState if state not in ENDS]
_DONE = [state.value for state in DONE]

_COUNTS = (
    Property("measures", "integer", "Measures 事项数"),
    Property("parcels", "integer", "Parcels 宗地数"),
    Property("overdue", "integer", "Of these overdue 其中逾期"),
    *(Property(name, "number", each.heading) for name, each in STATED.items()),
)


def dashboard(connection: Connection, day: date, **wanted: Any) -> Report:
    """Return counts and effects by kind and state, by office, and of all, as they are on a day.

    What is expected is summed of measures that are not dropped, what is achieved of those carried out or
    closed. A sum of nothing known is null.
    """
    measures = many(connection, day, **wanted)
    codes = pl.Series("codes", [each["parcel_codes"] for each in measures], dtype=pl.List(pl.String))
    rows = table(measures).with_columns(
        codes,
        *(
            pl.when(pl.col("state") != MeasureState.DROPPED.value).then(pl.col(each.name)).alias(each.name)
            for each in EXPECTED
        ),
        *(
            pl.when(pl.col("state").is_in(_DONE)).then(pl.col(each.name)).alias(each.name)
            for each in ACHIEVED
        ),
    )
    sections = (
        Section(
            "kinds",
            ("By kind and state", "按类型和状态"),
            POLICY,
            (
                Property("kind", "string", "Kind of measure 事项类型"),
                Property("kind_zh", "string", "Kind of measure in Chinese 类型名称"),
                Property("state", "string", "How far they are 办理状态"),
                Property("state_zh", "string", "How far they are, in Chinese 状态名称"),
                *_COUNTS,
            ),
            _ordered(_summed(rows, ["kind", "kind_zh", "state", "state_zh"])),
            _totals(rows),
        ),
        Section(
            "offices",
            ("By office", "按责任部门"),
            POLICY,
            (
                Property("office", "string", "Responsible office 责任部门"),
                Property("open", "integer", "Of these open 其中在办"),
                *_COUNTS,
            ),
            _summed(rows, ["office"], pl.col("state").is_in(_OPEN).sum().cast(pl.Int64).alias("open")).sort(
                ["overdue", "open", "office"], descending=[True, True, False], nulls_last=True
            ),
        ),
    )
    head = {"day": str(day), **{name: str(value) for name, value in wanted.items() if value is not None}}
    return Report("dashboard", ("Follow-up dashboard", "跟踪落实驾驶舱"), head, sections, ())


def _summed(rows: pl.DataFrame, by: Sequence[str], *more: pl.Expr) -> pl.DataFrame:
    found = rows.group_by(by).agg(
        *more,
        pl.len().cast(pl.Int64).alias("measures"),
        # several measures may be about one parcel
        pl.col("codes").explode().drop_nulls().n_unique().cast(pl.Int64).alias("parcels"),
        pl.col("overdue").sum().cast(pl.Int64),
        *(_sum(name) for name in STATED),
    )
    return found.select(*by, *(each.meta.output_name() for each in more), *(each.name for each in _COUNTS))


def _sum(name: str) -> pl.Expr:
    known = pl.col(name).drop_nulls()
    return pl.when(known.len() > 0).then(known.sum().round(STATED[name].effect.decimals)).alias(name)


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    kinds = {kind.value: place for place, kind in enumerate(KINDS)}
    states = {state.value: place for place, state in enumerate(STATES)}
    return rows.sort(
        pl.col("kind").replace_strict(kinds, return_dtype=pl.Int64),
        pl.col("state").replace_strict(states, return_dtype=pl.Int64),
    )


def _totals(rows: pl.DataFrame) -> tuple[Total, ...]:
    whole = _summed(rows.with_columns(pl.lit(0).alias("all")), ["all"]).to_dicts()
    sums: dict[str, Any] = whole[0] if whole else {}
    is_open = rows["state"].is_in(_OPEN).sum() if rows.height else 0
    return (
        Total("measures", ("Measures", "事项数"), rows.height),
        Total("open", ("Open", "在办"), int(is_open)),
        Total("overdue", ("Overdue", "逾期"), sums.get("overdue", 0)),
        *(Total(name, each.title, sums.get(name), each.effect.unit) for name, each in STATED.items()),
    )
