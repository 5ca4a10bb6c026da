"""What the store knows about hand-overs parcel by parcel: who spoke last, what is older, which rows are held.

Most functions return a frame of *feed*, *subject* (a parcel code or a USCC) and what is asked. A feed here
is what coverage shows: ``land_area``, ``occupancy``, ``enterprise``, or a metric.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import (
    JSON,
    Connection,
    Select,
    Text,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from service.domain.coverage import REGISTERS
from service.domain.hand_overs import Verdict
from service.store.frames import frame
from service.store.models import (
    Batch,
    CoveragePoint,
    Enterprise,
    Evaluation,
    Figure,
    Occupancy,
    Parcel,
    SourceRow,
)

_SUBJECT = {"feed": "str", "subject": "str"}
_BY_FEED = {feed: name for name, (feed, _) in REGISTERS.items()}
_SETTLING = (Verdict.ACCEPTED.value, Verdict.DUPLICATE.value, Verdict.SKIPPED.value)
_YEAR = r"((?:19|20)\d{2})"


def parcels(connection: Connection, district: str) -> pl.DataFrame:
    """Return the parcels of a district: ``id``, ``parcel_code``, ``geodesic_m2``, and last ``batch_id``."""
    query = (
        select(Parcel.id, Parcel.code, Parcel.geodesic_area_m2, SourceRow.batch_id)
        .join(SourceRow, SourceRow.id == Parcel.source_row_id)
        .where(Parcel.district == district)
    )
    columns = {"id": "int", "parcel_code": "str", "geodesic_m2": "float", "batch_id": "int"}
    return frame(connection, query, columns)


def received(connection: Connection) -> pl.DataFrame:
    """Return when every batch was received: ``batch_id`` and ``received_at`` (UTC)."""
    rows = connection.execute(select(Batch.id, Batch.received_at)).all()
    schema: dict[str, Any] = {"batch_id": pl.Int64, "received_at": pl.Datetime("ms", "UTC")}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def last_hand_overs(connection: Connection, period: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Return the newest ``batch_id`` that gave what the store has: register, holdings of the period, figures.

    The land area is in `parcels`.
    """
    registered = select(literal("enterprise", Text), Enterprise.uscc, SourceRow.batch_id)
    registered = registered.join(SourceRow, SourceRow.id == Enterprise.source_row_id)
    reported = _figures(metrics, func.max(Figure.batch_id)).where(Figure.period == period)
    columns = {**_SUBJECT, "batch_id": "int"}
    since, until = pl.col("valid_from").dt.year(), pl.col("valid_to").dt.year()
    year = int(period)
    holdings = _holdings(connection).filter((since <= year).fill_null(True), (until >= year).fill_null(True))
    return pl.concat(
        [
            *(frame(connection, query, columns) for query in (registered, reported)),
            holdings.group_by("feed", "subject").agg(pl.col("batch_id").max()),
        ]
    )


def earlier(connection: Connection, period: str, metrics: Sequence[str]) -> pl.DataFrame:
    """Return the newest year before the period (``earlier``) for which there is a figure or a holding."""
    reported = _figures(metrics, func.max(Figure.period)).where(
        Figure.period < period, func.length(Figure.period) == len(period)
    )
    found = frame(connection, reported, {**_SUBJECT, "earlier": "str"})
    ended = (
        _holdings(connection)
        .with_columns(pl.col("valid_to").dt.year())
        .filter(pl.col("valid_to") < int(period))
    )
    last = ended.group_by("feed", "subject").agg(pl.col("valid_to").max().cast(pl.String).alias("earlier"))
    return pl.concat([found, last])


def _holdings(connection: Connection) -> pl.DataFrame:
    query = select(
        literal("occupancy", Text),
        Occupancy.parcel_code,
        SourceRow.batch_id,
        Occupancy.valid_from,
        Occupancy.valid_to,
    ).join(SourceRow, SourceRow.id == Occupancy.source_row_id)
    return frame(connection, query, {**_SUBJECT, "batch_id": "int", "valid_from": "date", "valid_to": "date"})


class Named(NamedTuple):
    """Rows that changed nothing but name their subject: those held, and those that said it again."""

    held: pl.DataFrame
    confirmed: pl.DataFrame


def named_rows(connection: Connection, period: str, metrics: Sequence[str]) -> Named:
    """Return what held and duplicate rows of the period speak of.

    ``held``: ``rows`` that no correction has settled, the newest ``batch_id`` and a ``reason``; a row whose
    period cannot be read counts for every period. ``confirmed``: the newest ``batch_id`` whose row said what
    the store had already.
    """
    found = [_of_registers(connection), *_of_figures(connection, period, metrics)]
    rows = pl.concat(found)
    by = ["feed", "subject"]
    held = rows.filter(verdict=Verdict.HELD.value).sort("batch_id", "reason")
    return Named(
        held.group_by(by).agg(
            pl.col("rows").sum(), pl.col("batch_id").last(), pl.col("reason").last().alias("held_reason")
        ),
        rows.filter(verdict=Verdict.DUPLICATE.value).group_by(by).agg(pl.col("batch_id").max()),
    )


_ROWS = {
    "feed": "str",
    "subject": "str",
    "batch_id": "int",
    "verdict": "str",
    "reason": "str",
    "year": "str",
    "rows": "int",
}


def _of_registers(connection: Connection) -> pl.DataFrame:
    query = _open_rows(Batch.feed, null()).where(Batch.feed.in_(list(_BY_FEED)))
    found = frame(connection, query, _ROWS).drop("year")
    return found.with_columns(pl.col("feed").replace_strict(_BY_FEED, return_dtype=pl.String))


def _of_figures(connection: Connection, period: str, metrics: Sequence[str]) -> Iterable[pl.DataFrame]:
    """Yield the rows of figures, once for every metric that their batch may have spoken of."""
    alike: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    spoken: dict[int, list[str]] = {}
    query = select(Batch.id, Batch.mapping).where(
        Batch.feed == "figures", or_(Batch.held > 0, Batch.duplicate > 0)
    )
    for batch_id, text in connection.execute(query):
        mapping = json.loads(text).get("mapping", {})
        # without a list of its own, a batch may speak of any metric
        spoken[batch_id] = [m for m in metrics if m in mapping.get("metrics", {m: None})]
        alike[_period_of(mapping)].append(batch_id)
    for (constant, column), ids in alike.items():
        if constant is not None and constant != period:
            continue
        year = null() if column is None else _cell(connection, column)
        for start in range(0, len(ids), 500):
            chunk = [batch_id for batch_id in ids[start : start + 500] if spoken[batch_id]]
            rows = frame(connection, _open_rows(literal("", Text), year, chunk), _ROWS)
            read = pl.col("year").str.extract(_YEAR)
            rows = rows.filter(read.is_null() | (read == period)).drop("year", "feed")
            told = pl.DataFrame(
                [(batch_id, metric) for batch_id in chunk for metric in spoken[batch_id]],
                schema={"batch_id": pl.Int64, "feed": pl.String},
                orient="row",
            )
            yield rows.join(told, on="batch_id").select(*(name for name in _ROWS if name != "year"))


def _period_of(mapping: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the year that a mapping sets for all rows, or the column that has each row's."""
    rule = mapping.get("columns", {}).get("period") or {}
    if not isinstance(rule, dict):
        return None, str(rule)
    if (constant := rule.get("constant")) is not None:
        found = re.search(_YEAR, str(constant))
        return (found[1] if found else None), None
    columns = rule.get("column") or []
    return None, str(columns[0] if isinstance(columns, list) else columns) if columns else None


def _cell(connection: Connection, column: str) -> Any:
    """The text of a row's own column; none where the name would be read as a path."""
    if column.startswith("$") or '"' in column:
        return null()
    if connection.dialect.name == "postgresql":
        return cast(SourceRow.content, JSON).op("->>")(literal(column, Text))
    return SourceRow.content.op("->>")(literal(column, Text))


def _open_rows(feed: Any, year: Any, batches: Sequence[int] | None = None) -> Select[Any]:
    """Select duplicate rows and held ones that no correction has settled, counted by what they say."""
    correction = aliased(SourceRow)
    settled = exists().where(correction.corrects == SourceRow.id, correction.verdict.in_(_SETTLING))
    query = (
        select(
            feed.label("feed"),
            SourceRow.subject,
            SourceRow.batch_id,
            SourceRow.verdict,
            SourceRow.reason,
            cast(year, Text).label("year"),
            func.count().label("rows"),
        )
        .join(Batch, Batch.id == SourceRow.batch_id)
        .where(
            SourceRow.subject.is_not(None),
            # a correction that was held again stands behind the row that it corrects
            SourceRow.corrects.is_(None),
            or_(
                SourceRow.verdict == Verdict.DUPLICATE.value,
                (SourceRow.verdict == Verdict.HELD.value) & ~settled,
            ),
        )
        .group_by("feed", SourceRow.subject, SourceRow.batch_id, SourceRow.verdict, SourceRow.reason, "year")
    )
    return query if batches is None else query.where(SourceRow.batch_id.in_(batches))


def _figures(metrics: Sequence[str], value: Any) -> Select[Any]:
    return (
        select(Figure.metric, Figure.subject_code, value)
        .where(
            Figure.metric.in_(list(metrics)),
            Figure.subject_kind.in_(["enterprise", "parcel"]),
            Figure.superseded_by.is_(None),
        )
        .group_by(Figure.metric, Figure.subject_code)
    )


def evaluated_period(connection: Connection) -> str | None:
    """Return the newest period of a published evaluation, else the newest year with a figure, else None."""
    published = select(func.max(Evaluation.period)).where(Evaluation.status == "published")
    newest = select(func.max(Figure.period)).where(
        Figure.superseded_by.is_(None), func.length(Figure.period) == 4
    )
    for query in (published, newest):
        if (period := connection.execute(query).scalar_one()) is not None:
            return str(period)
    return None


def periods_of(connection: Connection, batch_id: int) -> list[str]:
    """Return the years of the figures that a batch brought, the newest first."""
    query = select(Figure.period).where(Figure.batch_id == batch_id, func.length(Figure.period) == 4)
    return sorted(connection.execute(query.distinct()).scalars(), reverse=True)


def periods(connection: Connection) -> list[str]:
    """Return the years with figures in effect, the newest first."""
    query = select(Figure.period).where(Figure.superseded_by.is_(None), func.length(Figure.period) == 4)
    return sorted(connection.execute(query.distinct()).scalars(), reverse=True)


def districts_of(connection: Connection, batch_id: int) -> list[str]:
    """Return the districts in which a batch of parcels gave one its present state."""
    query = select(Parcel.district).join(SourceRow, SourceRow.id == Parcel.source_row_id)
    return sorted(connection.execute(query.where(SourceRow.batch_id == batch_id).distinct()).scalars())


def keep_points(
    connection: Connection, batch_id: int, taken_at: datetime, points: Sequence[Mapping[str, Any]]
) -> None:
    """Keep the points of a trend after a batch, in place of those that it has already."""
    connection.execute(delete(CoveragePoint).where(CoveragePoint.batch_id == batch_id))
    if points:
        rows = [{"batch_id": batch_id, "taken_at": taken_at, **point} for point in points]
        connection.execute(insert(CoveragePoint), rows)


def points(
    connection: Connection, district: str | None, periods: Sequence[str], feed: str | None
) -> list[dict[str, Any]]:
    """Return the points of a trend in the order of the batches, with when each was received."""
    query = (
        select(
            CoveragePoint.batch_id,
            Batch.feed.label("batch_feed"),
            Batch.received_at,
            CoveragePoint.taken_at,
            CoveragePoint.district,
            CoveragePoint.period,
            CoveragePoint.feed,
            CoveragePoint.state,
            CoveragePoint.parcels,
            CoveragePoint.area_m2,
        )
        .join(Batch, Batch.id == CoveragePoint.batch_id)
        .order_by(
            CoveragePoint.batch_id, CoveragePoint.district, CoveragePoint.period.desc(), CoveragePoint.id
        )
    )
    if district is not None:
        query = query.where(CoveragePoint.district == district)
    if periods:
        query = query.where(CoveragePoint.period.in_(list(periods)))
    if feed is not None:
        query = query.where(CoveragePoint.feed == feed)
    return [dict(row) for row in connection.execute(query).mappings()]
