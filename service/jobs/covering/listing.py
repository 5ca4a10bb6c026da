"""Coverage parcel by parcel: every feed with its state, reason, bureau and last hand-over, page by page."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from pydantic import BaseModel, Field

from service.domain.coverage import STATES, Extent, State, state_reason
from service.domain.scheme import Scheme
from service.errors import InvalidParameter
from service.jobs.covering.cells import Covering, covering
from service.jobs.covering.scope import (
    Named,
    day,
    districts,
    named_bureau,
    named_feed,
    scheme_or_default,
    usual_period,
)
from service.store.database import Database

_FEEDS = 1024
"""More than any scheme reads: a row's place in the listing is parcel id × this + place of the feed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a listing: all, or those of these values; ``blocking`` leaves only what is incomplete."""

    state: State | None = None
    feed: str | None = None
    town: str | None = None
    bureau: str | None = None
    parcel_code: str | None = None
    blocking: bool = False


class Cell(BaseModel):
    """A feed of a parcel. What tells a held row apart is for analysts, and absent for others."""

    id: int = Field(description="Place in the listing, to continue after")
    parcel_code: str
    district: str
    town: str | None
    period: str
    feed: Named
    state: Named
    extent: Extent
    have: int = Field(description="How many of those who owe it gave it")
    need: int
    reason: Named | None = Field(description="Why it is not fresh; null where it is")
    earlier: str | None = Field(description="The newest earlier period of which there is one, when stale")
    bureau: Named = Field(description="Who is responsible 责任部门")
    batch_id: int | None = Field(description="The last hand-over that speaks of it")
    received_at: datetime | None
    held_rows: int | None = None
    held_batch_id: int | None = None
    held_reason: str | None = None


class CellPage(BaseModel):
    """A page of cells, by parcel; ``more`` when others follow."""

    as_of: date
    period: str
    cells: list[Cell]
    more: bool


def listed(
    database: Database,
    district: str | None = None,
    period: str | None = None,
    scheme: Scheme | None = None,
    *,
    wanted: Wanted | None = None,
    as_of: date | None = None,
    after: int = 0,
    limit: int = 100,
) -> CellPage:
    """Return up to ``limit`` rows behind ``after``, in the order of parcels as they came and of feeds.

    :raises NotFound: when the district has no parcels
    :raises InvalidParameter: when the period is none, or the scheme reads no such feed
    """
    scheme, as_of, wanted = scheme_or_default(scheme), day(as_of), wanted or Wanted()
    found: list[pl.DataFrame] = []
    with database.reading() as connection:
        period = period or usual_period(connection)
        for name in districts(connection, district):
            each = covering(database, connection, name, period, scheme, as_of)
            found.append(_rows(each, wanted, after, limit + 1))
    rows = pl.concat(found).sort("key").head(limit + 1).rows(named=True) if found else []
    page = [_cell(row, period) for row in rows[:limit]]
    return CellPage(as_of=as_of, period=period, cells=page, more=len(rows) > limit)


def _rows(each: Covering, wanted: Wanted, after: int, limit: int) -> pl.DataFrame:
    if wanted.feed is not None and wanted.feed not in each.feeds:
        raise InvalidParameter(
            f"The scheme reads no feed {wanted.feed!r}.",
            f"该评价办法不使用数据“{wanted.feed}”。",
            place="feed",
            action=f"One of: {', '.join(each.feeds)}.",
        )
    parcels = each.parcels.with_row_index("place").drop("state", "area")
    for column, value in (("town", wanted.town), ("parcel_code", wanted.parcel_code)):
        if value is not None:
            parcels = parcels.filter(pl.col(column) == value)
    rows = each.cells.lazy().filter(pl.lit(True), *_conditions(each, wanted))
    key = pl.col("id") * _FEEDS + pl.col("feed").to_physical().cast(pl.Int64)
    texts = (pl.col(name).cast(pl.String) for name in ("feed", "state", "extent", "reason", "earlier"))
    return (
        rows.join(parcels.lazy(), on="place")
        .with_columns(key.alias("key"))
        .filter(pl.col("key") > after)
        .bottom_k(limit, by="key")
        .with_columns(*texts)
        .collect()
    )


def _conditions(each: Covering, wanted: Wanted) -> list[pl.Expr]:
    conditions: list[pl.Expr] = []
    if wanted.state is not None:
        conditions.append(pl.col("state") == wanted.state.value)
    if wanted.feed is not None:
        conditions.append(pl.col("feed") == wanted.feed)
    if wanted.bureau is not None:
        theirs = [feed for feed in each.feeds if named_bureau(feed).code == wanted.bureau]
        conditions.append(pl.col("feed").cast(pl.String).is_in(theirs))
    if wanted.blocking:
        conditions.append(pl.col("extent") != Extent.COMPLETE.value)
    return conditions


def _cell(row: dict[str, Any], period: str) -> Cell:
    state, reason = State(row["state"]), row["reason"]
    told = state_reason(state, reason, row["earlier"])
    return Cell(
        id=row["key"],
        parcel_code=row["parcel_code"],
        district=row["district"],
        town=row["town"],
        period=period,
        feed=named_feed(row["feed"]),
        state=Named(code=state.value, en=STATES[state][0], zh=STATES[state][1]),
        extent=Extent(row["extent"]),
        have=row["have"],
        need=row["need"],
        reason=None if told is None else Named(code=reason, en=told[0], zh=told[1]),
        earlier=row["earlier"],
        bureau=named_bureau(row["feed"]),
        batch_id=row["batch_id"],
        received_at=row["received_at"],
        held_rows=row["rows"],
        held_batch_id=row["held_batch_id"],
        held_reason=row["held_reason"],
    )
