"""Readings of meters (计量), placed: each goes to the parcel and the firm that its meter measures.

A meter that measures several has shares; what has none divides the rest equally. Shares count for the days
of the year on which they held, and a reading is given out to the last minor unit. A figure that was reported
for a parcel itself comes before the readings of meters there.
"""

from calendar import isleap
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from service.store.frames import frame
from service.store.models import Figure, Meter

SUBJECT = "meter"
"""The kind of subject of a reading; its code is ``kind:meter``, as ``electricity:10023``."""

_WHOLE = 1_000_000
_CHUNK = 500
_READINGS = {"meter": "str", "metric": "str", "value": "int", "batch_id": "int"}
_METERS = {
    "meter": "str",
    "parcel_code": "str",
    "part_of": "str",
    "share": "float",
    "valid_from": "date",
    "valid_to": "date",
}


def readings(connection: Connection, period: str) -> pl.DataFrame:
    """Return the readings in effect of a year, in minor units, with the hand-over they came in."""
    query = select(Figure.subject_code, Figure.metric, Figure.value, Figure.batch_id)
    return frame(connection, query.where(in_effect(period)), _READINGS)


def in_effect(period: str) -> ColumnElement[bool]:
    """Condition on figures: a reading of a period that nothing superseded."""
    return (Figure.subject_kind == SUBJECT) & (Figure.period == period) & Figure.superseded_by.is_(None)


def sources(
    connection: Connection, period: str, as_of_batch: int, parcels: Iterable[str], firms: Iterable[str]
) -> list[dict[str, Any]]:
    """Return the readings of meters of these parcels or firms that were in effect after a hand-over.

    Each with ``parcel_code``, ``uscc`` (empty where unknown), ``meter``, ``metric`` and ``source_row_id``.
    """
    code = Meter.kind + ":" + Meter.meter
    query = (
        select(Meter.parcel_code, Meter.uscc, code.label("meter"), Figure.metric, Figure.source_row_id)
        .join(Figure, (Figure.subject_kind == SUBJECT) & (Figure.subject_code == code))
        .where(
            Figure.period == period,
            Figure.batch_id <= as_of_batch,
            Figure.superseded_by.is_(None) | (Figure.superseded_by > as_of_batch),
        )
    )
    found: list[dict[str, Any]] = []
    for column, wanted in ((Meter.parcel_code, parcels), (Meter.uscc, firms)):
        for some in _batched(sorted(wanted), _CHUNK):
            found.extend(dict(row) for row in connection.execute(query.where(column.in_(some))).mappings())
    return found


def _batched(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def meters(connection: Connection) -> pl.DataFrame:
    """Return all meters, by the code that readings have."""
    code = Meter.kind + ":" + Meter.meter
    query = select(code, Meter.parcel_code, Meter.uscc, Meter.share, Meter.valid_from, Meter.valid_to)
    return frame(connection, query, _METERS)


def placed(read: pl.DataFrame, known: pl.DataFrame, period: str) -> pl.DataFrame:
    """Give every reading out to what its meter measures; sums to the readings, to the last minor unit.

    :param read: ``meter``, ``metric``, ``value`` and whatever else, one row per meter and metric
    :param known: as `meters` returns them
    :returns: the columns of ``read`` with ``parcel_code`` and ``part_of`` (a USCC), null where unknown. The
        reading of a meter that nobody knows, or that measured nobody in the period, has its own code as
        parcel, which no parcel has, so that it stays visible among what cannot be placed.
    """
    given = read.join(_weights(known, int(period)), on="meter", how="left")
    nobody = pl.col("parcel_code").is_null() & pl.col("part_of").is_null()
    given = given.with_columns(
        parcel_code=pl.when(nobody).then("meter").otherwise("parcel_code"),
        weight=pl.col("weight").fill_null(1),
    )
    reading = ("meter", "metric")
    total = pl.col("weight").sum().over(reading)
    part = (pl.col("value").cast(pl.Float64) * (pl.col("weight") / total)).floor().cast(pl.Int64)
    in_order = given.sort(*reading, pl.col("weight").neg(), "parcel_code", "part_of")
    return (
        in_order.with_columns(part=part, first=pl.int_range(pl.len()).over(reading) == 0)
        .with_columns(
            value=pl.when("first")
            .then(pl.col("value") - pl.col("part").filter(~pl.col("first")).sum().over(reading))
            .otherwise("part")
        )
        .select(*read.columns, "parcel_code", "part_of")
    )


def of_parcels(given: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Return readings summed per parcel, firm and metric, where nothing was reported for the parcel itself.

    :param reported: figures of parcels, with ``parcel_code``, ``part_of`` (null for nobody) and ``metric``
    """
    keys = ["parcel_code", "part_of", "metric"]
    summed = given.filter(pl.col("parcel_code").is_not_null()).group_by(keys).agg(_sum(), _here())
    return summed.join(reported, on=keys, how="anti", nulls_equal=True)


def of_enterprises(given: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """Return the totals of firms that reported none and have a meter of which no parcel is known.

    Such a total counts all meters of the firm, so that what it has on parcels is a part of it.

    :param reported: totals, with ``uscc`` and ``metric``
    """
    keys = ["part_of", "metric"]
    homeless = given.filter(pl.col("parcel_code").is_null()).select(keys).unique()
    totals = given.join(homeless, on=keys, how="semi").group_by(keys).agg(_sum(), _here())
    return totals.rename({"part_of": "uscc"}).join(reported, on=["uscc", "metric"], how="anti")


def _sum() -> pl.Expr:
    return pl.col("value").sum()


def _here() -> pl.Expr:
    return pl.col("handed_over_here").any()


def _weights(known: pl.DataFrame, year: int) -> pl.DataFrame:
    """The meters that measured in a year; ``weight`` is share × days, in millionths of a day."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    since = pl.max_horizontal(pl.col("valid_from"), pl.lit(first))
    until = pl.min_horizontal(pl.col("valid_to"), pl.lit(last))
    share = (pl.col("share") * _WHOLE + 0.5).floor()
    silent = pl.col("share").is_null()
    rest = (_WHOLE - share.sum().over("meter")).clip(0) / silent.sum().over("meter")
    return (
        known.with_columns(days=((until - since).dt.total_days() + 1).clip(0, 366 if isleap(year) else 365))
        .filter(pl.col("days") > 0)
        .with_columns(
            weight=pl.when(silent).then(rest).otherwise(share).floor().cast(pl.Int64) * pl.col("days")
        )
        .filter(pl.col("weight") > 0)
        .select("meter", "parcel_code", "part_of", "weight")
    )
