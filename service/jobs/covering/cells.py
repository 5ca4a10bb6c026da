"""The state of every feed for every parcel of a district and period: what all of coverage is counted from.

It is worked out from the store as it is, with the same steps as an evaluation, and remembered until the next
writing transaction or the next day. Nothing of it is stored, so nothing of it can be out of date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import narwhals.stable.v2 as nw
import polars as pl
from sqlalchemy import Connection

from service.domain.coverage import CAUSES, OLD, REGISTERS, Extent, State
from service.domain.scheme import Scheme
from service.domain.tables import feed_names
from service.evaluation.pipeline import Placed, place
from service.jobs.periods import require_period
from service.reference.bureaus import stale_after
from service.store import coverage, inputs
from service.store.database import Database
from service.store.memory import Memories, Memory

_MEMORIES = Memories(256 * 1024 * 1024)
_AS_STATE, _AS_EXTENT, _AS_REASON = (
    pl.Enum([str(word) for word in words]) for words in (State, Extent, CAUSES)
)


@dataclass(frozen=True)
class Covering:
    """Coverage of a district and period.

    ``parcels``: ``id`` (row id), ``parcel_code``, ``district``, ``town``, ``industry`` (division of GB/T
    4754), ``area`` (0.01 m²: the land area that counts, or the geometry's where none is recorded) and
    ``state``, the worst of its feeds; in the order of the row ids. ``cells``: one row per parcel (``place``,
    its row number in ``parcels``) and ``feed``: ``state``, ``extent``, ``have``, ``need``, ``reason``,
    ``batch_id`` and ``received_at`` of the last hand-over that speaks of it, ``earlier`` (the period of
    figures that are there instead), ``rows``, ``held_batch_id`` and ``held_reason`` of what is held; by
    parcel, feeds in the order of ``feeds``.
    """

    district: str
    period: str
    scheme_hash: str
    as_of: date
    feeds: tuple[str, ...]
    parcels: pl.DataFrame
    cells: pl.DataFrame

    @property
    def nbytes(self) -> int:
        """About how many bytes it takes."""
        return int(self.parcels.estimated_size() + self.cells.estimated_size())


def covering(
    database: Database, connection: Connection, district: str, period: str, scheme: Scheme, as_of: date
) -> Covering:
    """Return the coverage of a district that has parcels, as the connection sees the store.

    :param period: a year
    :param as_of: the day on which freshness is judged
    :raises InvalidParameter: when the period is none
    """
    require_period(period)
    key = (database.data_version(connection), district, period, scheme.content_hash(), as_of)
    memory: Memory = _MEMORIES.of(database)
    return memory.get(key, lambda: work_out(connection, district, period, scheme, as_of))


def remember(database: Database, version: int, found: Covering) -> None:
    """Remember what was worked out as true of another version of the data."""
    key = (version, found.district, found.period, found.scheme_hash, found.as_of)
    _MEMORIES.of(database).get(key, lambda: found)


def work_out(connection: Connection, district: str, period: str, scheme: Scheme, as_of: date) -> Covering:
    """Calculate what `covering` remembers."""
    feeds, metrics = feed_names(scheme.metrics), scheme.metrics
    tables = inputs.read(connection, district, period)
    placed = place({name: nw.from_native(table.lazy()) for name, table in tables.items()}, scheme, period)
    described: pl.DataFrame = placed.parcels.collect().to_native()
    known = coverage.parcels(connection, district).with_columns(
        geodesic=(pl.col("geodesic_m2") * 100 + 0.5).floor().cast(pl.Int64)
    )
    parcels = described.join(known, on="parcel_code", how="left").sort("id").with_row_index("place")
    cells = _long(parcels, feeds)

    speakers = _speakers(placed, parcels, tables["firms"], metrics)
    spoke = coverage.last_hand_overs(connection, period, metrics)
    rows = coverage.named_rows(connection, period, metrics)
    areas = parcels.select(feed=pl.lit("land_area"), subject="parcel_code", batch_id="batch_id")
    last = pl.concat([spoke, areas, rows.confirmed])
    by, cell = ["feed", "subject"], ["place", "feed"]
    newest = speakers.join(last, on=by).group_by(cell).agg(pl.col("batch_id").max())
    owing = speakers.filter("owes")
    before = coverage.earlier(connection, period, metrics)
    before = owing.join(before, on=by).group_by(cell).agg(pl.col("earlier").max())
    held = owing.join(rows.held.rename({"batch_id": "held_batch_id"}), on=by).sort(
        "held_batch_id", "held_reason"
    )
    held = held.group_by(cell).agg(
        pl.col("rows").sum(), pl.col("held_batch_id").last(), pl.col("held_reason").last()
    )
    cells = (
        cells.join(newest, on=cell, how="left")
        .join(coverage.received(connection), on="batch_id", how="left")
        .join(before, on=cell, how="left")
        .join(held, on=cell, how="left")
    )
    cells = _judged(cells, period, as_of, feeds)
    worst = cells.group_by("place").agg(pl.col("state").min())
    return Covering(
        district,
        period,
        scheme.content_hash(),
        as_of,
        tuple(feeds),
        parcels.join(worst, on="place", how="left")
        .sort("place")
        .select(
            "id",
            "parcel_code",
            pl.lit(district).alias("district"),
            "town",
            _division().alias("industry"),
            pl.coalesce("land_area", "geodesic").fill_null(0).alias("area"),
            "state",
        ),
        cells,
    )


def _long(parcels: pl.DataFrame, feeds: Sequence[str]) -> pl.DataFrame:
    return pl.concat(
        parcels.select(
            "place",
            pl.lit(feed).alias("feed"),
            pl.col(f"{feed}__have").alias("have"),
            pl.col(f"{feed}__need").alias("need"),
            pl.col(f"{feed}__reason").alias("reason"),
        )
        for feed in feeds
    )


def _speakers(
    placed: Placed, parcels: pl.DataFrame, firms: pl.DataFrame, metrics: Sequence[str]
) -> pl.DataFrame:
    """Return whose hand-overs speak of a feed of a parcel, and who of them ``owes`` something still.

    A parcel speaks of itself; its occupants speak of what they hold, of themselves, and of their figures.
    """
    here: pl.DataFrame = placed.here.collect().to_native()
    occupants = (
        here.filter("occupies")
        .join(parcels.select("place", "parcel"), on="parcel")
        .join(firms, on="enterprise")
        .rename({"uscc": "subject"})
    )

    def of_parcel(feed: str) -> pl.DataFrame:
        return parcels.select("place", pl.lit(feed).alias("feed"), subject="parcel_code", owes=pl.lit(True))

    def of_firms(feed: str, owes: pl.Expr, which: pl.Expr | None = None) -> pl.DataFrame:
        chosen = occupants if which is None else occupants.filter(which)
        return chosen.select("place", pl.lit(feed).alias("feed"), "subject", owes.alias("owes"))

    return pl.concat(
        [
            of_parcel("land_area"),
            of_parcel("occupancy"),
            of_firms("occupancy", pl.lit(True)),
            of_firms("enterprise", ~pl.col("registered").fill_null(False)),
            *(of_parcel(metric) for metric in metrics),
            *(
                of_firms(metric, pl.col(f"{metric}__amount").is_null(), pl.col("counts"))
                for metric in metrics
            ),
        ]
    )


def _judged(cells: pl.DataFrame, period: str, as_of: date, feeds: Sequence[str]) -> pl.DataFrame:
    """Add ``state`` and ``extent``, and the reason of what is complete but old."""
    complete = pl.col("reason").is_null()
    old = complete & (pl.col("fresh_until") < as_of).fill_null(False)
    state = (
        pl.when(~complete & pl.col("rows").is_not_null())
        .then(pl.lit(State.HELD.value))
        .when(~complete & pl.col("earlier").is_not_null())
        .then(pl.lit(State.STALE.value))
        .when(~complete)
        .then(pl.lit(State.MISSING.value))
        .when(old)
        .then(pl.lit(State.STALE.value))
        .otherwise(pl.lit(State.FRESH.value))
    )
    extent = (
        pl.when(complete)
        .then(pl.lit(Extent.COMPLETE.value))
        .when(pl.col("have") > 0)
        .then(pl.lit(Extent.PARTIAL.value))
        .otherwise(pl.lit(Extent.NONE.value))
    )
    order = pl.Enum(list(feeds))
    return (
        cells.with_columns(_fresh_until(period, feeds).alias("fresh_until"))
        .with_columns(
            state.cast(_AS_STATE).alias("state"),
            extent.cast(_AS_EXTENT).alias("extent"),
            pl.when(old).then(pl.lit(OLD)).otherwise("reason").cast(_AS_REASON).alias("reason"),
            pl.when(~complete & pl.col("rows").is_null())
            .then("earlier")
            .cast(pl.Categorical)
            .alias("earlier"),
            pl.col("feed").cast(order),
            *(pl.when(~complete).then(name).alias(name) for name in ("rows", "held_batch_id", "held_reason")),
        )
        .sort("place", "feed")
        .select(*_CELL)
    )


_CELL = (
    *("place", "feed", "state", "extent", "have", "need", "reason", "batch_id", "received_at", "earlier"),
    *("rows", "held_batch_id", "held_reason"),
)


def _fresh_until(period: str, feeds: Sequence[str]) -> pl.Expr:
    """The last day on which a hand-over is fresh: so many months after it came.

    Figures count from the end of their period at the earliest: what comes within a year is not older for it.
    """
    end = pl.lit(date(int(period), 12, 31))
    came = pl.col("received_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
    until = pl.lit(None, dtype=pl.Date)
    for feed in feeds:
        since = came if feed in REGISTERS else pl.max_horizontal(came, end)
        last = pl.when(came.is_not_null()).then(since).dt.offset_by(f"{stale_after(feed)}mo")
        until = pl.when(pl.col("feed") == feed).then(last).otherwise(until)
    return until


def _division() -> pl.Expr:
    """The division of GB/T 4754, of codes with and without the letter of their section."""
    industry = pl.col("industry").str.strip_chars_start("ABCDEFGHIJKLMNOPQRST")
    return pl.when(industry.str.len_chars() >= 2).then(industry.str.slice(0, 2))
