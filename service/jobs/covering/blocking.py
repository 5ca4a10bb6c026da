"""Blockers (堵点): the missing hand-overs by the land that each would unlock, and the parcels that wait."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl
from pydantic import BaseModel, Field

from service.domain.blockers import Amount, Lot, find_blockers
from service.domain.coverage import INCOMPLETE, Extent, State, root_of
from service.domain.scheme import Scheme
from service.jobs.covering.cells import Covering, covering
from service.jobs.covering.scope import (
    Covered,
    Named,
    day,
    districts,
    named_bureau,
    named_feed,
    scheme_or_default,
    usual_period,
)
from service.store.database import Database


class HandOver(NamedTuple):
    """What would have to come: a feed, from its bureau, for a district and the period asked about."""

    district: str
    feed: str


class Blocker(BaseModel):
    """A missing hand-over: ``unlocks`` would be fully covered if it alone came, ``touches`` lacks it at all.

    ``nobody_known`` is the part of ``unlocks`` whose holders are unknown: unlocked at best, if their figures
    are there. ``missing``, ``held`` and ``stale`` divide ``touches``: of what is held, correcting the rows
    suffices.
    """

    district: str
    feed: Named
    bureau: Named
    unlocks: Covered
    nobody_known: Covered
    touches: Covered
    missing: Covered
    held: Covered
    stale: Covered


class Step(BaseModel):
    """A step of the greedy order: what this one unlocks after those before it, and all unlocked so far."""

    district: str
    feed: Named
    bureau: Named
    unlocks: Covered
    unlocked: Covered


class BlockedParcel(BaseModel):
    """A parcel that waits, and for which hand-overs."""

    parcel_code: str
    district: str
    town: str | None
    area_m2: float
    lacks: list[Named]


class BlockerReport(BaseModel):
    """What keeps the land of a period from a full evaluation; the largest parcels first."""

    as_of: date
    period: str
    scheme_name: str
    districts: list[str]
    parcels: Covered
    uncovered: Covered
    blockers: list[Blocker] = Field(description="By the land that each would unlock if it alone came")
    order: list[Step] = Field(description="The greedy order, with what is unlocked until then")
    waiting: list[BlockedParcel]
    more: bool = Field(description="Whether others wait behind these")


def blockers(
    database: Database,
    district: str | None = None,
    period: str | None = None,
    scheme: Scheme | None = None,
    *,
    as_of: date | None = None,
    offset: int = 0,
    limit: int = 100,
) -> BlockerReport:
    """Find what blocks a full evaluation of a district, or of every one.

    :param offset: parcels that wait to skip, and ``limit`` how many to list
    :raises NotFound: when the district has no parcels
    :raises InvalidParameter: when the period is none
    """
    scheme, as_of = scheme_or_default(scheme), day(as_of)
    with database.reading() as connection:
        names = districts(connection, district)
        period = period or usual_period(connection)
        found = [covering(database, connection, name, period, scheme, as_of) for name in names]
    waiting = pl.concat([_NONE, *(_waiting(each) for each in found)])
    lots = waiting.group_by("district", "lacks").agg(pl.len(), pl.col("area").sum())
    blocked = find_blockers(
        Lot(frozenset(HandOver(name, feed) for feed in lacks), Amount(parcels, area))
        for name, lacks, parcels, area in lots.rows()
    )
    states = pl.concat([_NO_STATES, *(_states(each) for each in found)])
    alone = waiting.filter("nobody", pl.col("lacks").list.len() == 1)
    page = waiting.sort(["area", "district", "id"], descending=[True, False, False])
    page = page.slice(offset, limit + 1)
    parcels = [each.parcels for each in found]
    return BlockerReport(
        as_of=as_of,
        period=period,
        scheme_name=scheme.name,
        districts=names,
        parcels=_covered(Amount(sum(map(len, parcels)), sum(int(each["area"].sum()) for each in parcels))),
        uncovered=_covered(blocked.uncovered),
        blockers=[
            Blocker(
                **_who(each.hand_over),
                unlocks=_covered(each.unlocks),
                nobody_known=_summed(alone, each.hand_over, pl.col("lacks").list.first()),
                touches=_covered(each.touches),
                **{
                    state.value: _summed(states.filter(state=state.value), each.hand_over, pl.col("root"))
                    for state in (State.MISSING, State.HELD, State.STALE)
                },
            )
            for each in blocked.blockers
        ],
        order=[
            Step(**_who(each.hand_over), unlocks=_covered(each.unlocks), unlocked=_covered(each.unlocked))
            for each in blocked.order
        ],
        waiting=[_parcel(row) for row in page.head(limit).rows(named=True)],
        more=page.height > limit,
    )


_NONE = pl.DataFrame(
    schema={
        "id": pl.Int64,
        "parcel_code": pl.String,
        "district": pl.String,
        "town": pl.String,
        "area": pl.Int64,
        "lacks": pl.List(pl.String),
        "nobody": pl.Boolean,
    }
)
_NO_STATES = pl.DataFrame(
    schema={"district": pl.String, "root": pl.String, "state": pl.String, "area": pl.Int64}
)


def lacking(each: Covering) -> pl.DataFrame:
    """Return the incomplete cells with ``root``, the part of coverage that each waits for."""
    incomplete = each.cells.filter(pl.col("extent") != Extent.COMPLETE.value)
    feed, reason = (pl.col(name).cast(pl.String) for name in ("feed", "reason"))
    root = feed
    for code in INCOMPLETE:
        if root_of("", code):
            root = pl.when(reason == code).then(pl.lit(root_of("", code))).otherwise(root)
    return incomplete.select("place", "state", reason.alias("reason"), root.alias("root"))


def _waiting(each: Covering) -> pl.DataFrame:
    by_parcel = (
        lacking(each)
        .group_by("place")
        .agg(
            pl.col("root").unique().sort().alias("lacks"),
            (pl.col("reason") == "no_occupant").any().alias("nobody"),
        )
    )
    parcels = each.parcels.with_row_index("place")
    return parcels.join(by_parcel, on="place").select(*_NONE.columns)


def _states(each: Covering) -> pl.DataFrame:
    # of several that wait for the same, the worst state counts
    worst = lacking(each).group_by("place", "root").agg(pl.col("state").min().cast(pl.String))
    parcels = each.parcels.with_row_index("place").select("place", "district", "area")
    return worst.join(parcels, on="place").select(*_NO_STATES.columns)


def _who(hand_over: HandOver) -> dict[str, object]:
    feed = hand_over.feed
    return {"district": hand_over.district, "feed": named_feed(feed), "bureau": named_bureau(feed)}


def _summed(rows: pl.DataFrame, hand_over: HandOver, feed: pl.Expr) -> Covered:
    own = rows.filter(pl.col("district") == hand_over.district, feed == hand_over.feed)
    return _covered(Amount(own.height, int(own["area"].sum())))


def _covered(amount: Amount) -> Covered:
    return Covered(parcels=amount.parcels, area_m2=amount.area / 100)


def _parcel(row: dict[str, object]) -> BlockedParcel:
    lacks: Sequence[str] = row["lacks"]  # type: ignore[assignment]
    return BlockedParcel(
        parcel_code=str(row["parcel_code"]),
        district=str(row["district"]),
        town=None if row["town"] is None else str(row["town"]),
        area_m2=int(str(row["area"])) / 100,
        lacks=[named_feed(feed) for feed in lacks],
    )
