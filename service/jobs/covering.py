"""Coverage (数据覆盖): which feeds are there for which land, live from the store, evaluated or not."""

from typing import Literal

import narwhals.stable.v2 as nw
import polars as pl
from pydantic import BaseModel
from sqlalchemy import Connection

from service.domain.scheme import Scheme
from service.domain.tables import feed_names
from service.evaluation.pipeline import place
from service.jobs.districts import resolve_district
from service.jobs.periods import require_period
from service.reference.schemes import shipped_scheme
from service.store import inputs, sources
from service.store.database import Database

DEFAULT_SCHEME = "parcel"


class Covered(BaseModel):
    """Parcels and their land (m²; those without a land area count none) in one state of coverage."""

    parcels: int
    area_m2: float


class FeedCoverage(BaseModel):
    """One feed in one town of a district; ``reasons`` counts the parcels that are not complete by reason."""

    district: str
    town: str | None
    feed: str
    complete: Covered
    partial: Covered
    missing: Covered
    reasons: dict[str, int]


class CoverageReport(BaseModel):
    """Coverage of one district or of all, for one period and the metrics that a scheme reads.

    ``parcels`` of the report; ``covered`` are those for which every feed is complete.
    """

    period: str
    scheme_name: str
    districts: list[str]
    parcels: Covered
    covered: Covered
    feeds: list[FeedCoverage]


Status = Literal["complete", "partial", "missing"]
_STATUSES: tuple[Status, ...] = ("complete", "partial", "missing")


def coverage(
    database: Database, district: str | None, period: str, scheme: Scheme | None = None
) -> CoverageReport:
    """Count what each feed gave, per district, town and feed.

    :param district: one district; None: all of the store
    :param period: a year, for the figures
    :param scheme: names the metrics and the land area; None: the scheme ``parcel``
    :raises NotFound: when the district has no parcels
    :raises InvalidParameter: when the period is none
    """
    scheme = scheme or shipped_scheme(DEFAULT_SCHEME)
    require_period(period)
    with database.reading() as connection:
        if district is None:
            names = sources.districts(connection)
        else:
            names = [resolve_district(connection, district)]
        rows = [_of_district(connection, name, period, scheme) for name in names]
    table = pl.concat(rows) if rows else pl.DataFrame(schema=_SCHEMA)
    per_parcel = table.group_by("district", "parcel_code").agg(
        pl.col("area").first(), (pl.col("status") == "complete").all().alias("covered")
    )
    return CoverageReport(
        period=period,
        scheme_name=scheme.name,
        districts=names,
        parcels=_counted(per_parcel),
        covered=_counted(per_parcel.filter("covered")),
        feeds=_feeds(table, feed_names(scheme.metrics)),
    )


_SCHEMA = {
    "district": pl.String,
    "town": pl.String,
    "parcel_code": pl.String,
    "area": pl.Int64,
    "feed": pl.String,
    "status": pl.String,
    "reason": pl.String,
}


def _of_district(connection: Connection, district: str, period: str, scheme: Scheme) -> pl.DataFrame:
    tables = inputs.read(connection, district, period)
    placed = place({name: nw.from_native(table.lazy()) for name, table in tables.items()}, scheme, period)
    parcels: pl.DataFrame = placed.parcels.collect().to_native()
    return pl.concat([_of_feed(parcels, district, feed) for feed in feed_names(scheme.metrics)])


def _of_feed(parcels: pl.DataFrame, district: str, feed: str) -> pl.DataFrame:
    have, reason = pl.col(f"{feed}__have"), pl.col(f"{feed}__reason")
    status = (
        pl.when(reason.is_null())
        .then(pl.lit("complete"))
        .when(have == 0)
        .then(pl.lit("missing"))
        .otherwise(pl.lit("partial"))
    )
    return parcels.select(
        pl.lit(district).alias("district"),
        "town",
        "parcel_code",
        pl.col("land_area").fill_null(0).alias("area"),
        pl.lit(feed).alias("feed"),
        status.alias("status"),
        reason.alias("reason"),
    )


def _counted(parcels: pl.DataFrame) -> Covered:
    return Covered(parcels=parcels.height, area_m2=int(parcels["area"].sum()) / 100)


def _feeds(table: pl.DataFrame, order: list[str]) -> list[FeedCoverage]:
    keys = ["district", "town", "feed"]
    counts = table.group_by(*keys, "status", "reason").agg(pl.len().alias("parcels"), pl.col("area").sum())
    shown = counts.sort(
        "district", "town", pl.col("feed").replace_strict(order, range(len(order))), nulls_last=True
    )
    found: list[FeedCoverage] = []
    for (district, town, feed), group in shown.group_by(keys, maintain_order=True):
        by_status = {status: group.filter(pl.col("status") == status) for status in _STATUSES}
        reasons = group.drop_nulls("reason").group_by("reason").agg(pl.col("parcels").sum()).sort("reason")
        found.append(
            FeedCoverage(
                district=str(district),
                town=None if town is None else str(town),
                feed=str(feed),
                reasons={str(reason): int(count) for reason, count in reasons.rows()},
                **{
                    status: Covered(parcels=int(rows["parcels"].sum()), area_m2=int(rows["area"].sum()) / 100)
                    for status, rows in by_status.items()
                },
            )
        )
    return found
