"""The trend of coverage over imports: one point per hand-over, district, period, feed and state."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import polars as pl
from pydantic import BaseModel
from sqlalchemy import Connection

from service.domain.coverage import REGISTERS, State
from service.domain.hand_overs import Feed
from service.errors import NotFound
from service.jobs.covering.cells import Covering, covering, remember
from service.jobs.covering.scope import DEFAULT_SCHEME, Covered, Named, districts, named_feed
from service.jobs.periods import require_period, today
from service.reference.schemes import shipped_scheme
from service.store import coverage, hand_overs, sources
from service.store.database import Database

_PERIODS = 2
"""So many of the newest periods get a point; older ones are looked up in an evaluation, not in a trend."""

_TOUCHES = frozenset({*(feed for feed, _ in REGISTERS.values()), Feed.FIGURES.value})
"""The feeds that change what coverage counts."""


class Point(BaseModel):
    """Coverage of a feed in a district and period after a hand-over: parcels and land per state."""

    batch_id: int
    batch_feed: str
    received_at: datetime
    district: str
    period: str
    feed: Named
    fresh: Covered
    stale: Covered
    held: Covered
    missing: Covered


class Trend(BaseModel):
    """Points in the order of the hand-overs."""

    points: list[Point]


def record_coverage(database: Database, batch_id: int | None) -> int:
    """Record how coverage stands after a hand-over; returns how many points there are.

    To be called once its import is committed; called again, it writes the points anew, as coverage stands
    then. Only the feeds that coverage counts are recorded: of figures the years that the batch brought, of
    registers the newest years with figures; of either the newest two. Counted by the scheme ``parcel``, as of
    today. What was worked out for it is remembered, so that the next look at coverage costs nothing.

    :param batch_id: None when the import changed nothing

    :raises NotFound: when there is no such batch
    """
    if batch_id is None:
        return 0
    with database.reading() as connection:
        version = database.data_version(connection)
        batch = hand_overs.batch(connection, batch_id)
        if batch is None:
            raise NotFound(
                f"There is no batch {batch_id}.", f"没有编号为 {batch_id} 的交付批次。", place="batch_id"
            )
        if batch["feed"] not in _TOUCHES:
            return 0
        scheme = shipped_scheme(DEFAULT_SCHEME)
        found = [
            covering(database, connection, district, period, scheme, today())
            for district in _districts(connection, batch)
            for period in _periods(connection, batch)
        ]
    points = [point for each in found for point in _points(each)]
    if points:
        with database.writing() as connection:
            still = database.data_version(connection) == version
            coverage.keep_points(connection, batch_id, datetime.now(UTC), points)
        if still:  # nobody else wrote, and points change nothing that coverage is counted from
            for each in found:
                remember(database, version + 1, each)
    return len(points)


def trend(
    database: Database, district: str | None = None, periods: Sequence[str] = (), feed: str | None = None
) -> Trend:
    """Return the trend of a district or all, of these periods or all, of one feed or all.

    :raises NotFound: when the district has no parcels
    :raises InvalidParameter: when a period is none
    """
    for period in periods:
        require_period(period)
    with database.reading() as connection:
        if district is not None:
            districts(connection, district)
        rows = coverage.points(connection, district, periods, feed)
    by = ("batch_id", "district", "period", "feed")
    return Trend(
        points=[_point(list(group)) for _, group in groupby(rows, lambda row: [row[name] for name in by])]
    )


def _districts(connection: Connection, batch: Any) -> list[str]:
    if batch["feed"] == Feed.PARCELS:
        return [batch["district"]] if batch["district"] else coverage.districts_of(connection, batch["id"])
    known = sources.districts(connection)
    return [batch["district"]] if batch["district"] in known else known


def _periods(connection: Connection, batch: Any) -> list[str]:
    brought = coverage.periods_of(connection, batch["id"]) if batch["feed"] == Feed.FIGURES else []
    return (brought or coverage.periods(connection) or [str(today().year - 1)])[:_PERIODS]


def _points(each: Covering) -> list[dict[str, Any]]:
    areas = each.parcels.with_row_index("place").select("place", "area")
    counts = (
        each.cells.select("place", "feed", "state")
        .join(areas, on="place")
        .group_by("feed", "state")
        .agg(pl.len().alias("parcels"), pl.col("area").sum())
        .sort("feed", "state")
    )
    return [
        {
            "district": each.district,
            "period": each.period,
            "feed": feed,
            "state": state,
            "parcels": parcels,
            "area_m2": area / 100,
        }
        for feed, state, parcels, area in counts.rows()
    ]


def _point(rows: list[dict[str, Any]]) -> Point:
    first = rows[0]
    states = {row["state"]: Covered(parcels=row["parcels"], area_m2=row["area_m2"]) for row in rows}
    nothing = Covered(parcels=0, area_m2=0)
    return Point(
        batch_id=first["batch_id"],
        batch_feed=first["batch_feed"],
        received_at=first["received_at"],
        district=first["district"],
        period=first["period"],
        feed=named_feed(first["feed"]),
        **{state.value: states.get(state.value, nothing) for state in State},
    )
