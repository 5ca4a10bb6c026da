"""The report of coverage: parcels and land per state, for the park as a whole and per town or industry."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from pydantic import BaseModel

from service.domain.coverage import Extent, State
from service.domain.scheme import Scheme
from service.domain.tables import feed_names
from service.jobs.covering.cells import Covering, covering
from service.jobs.covering.scope import (
    Covered,
    GroupBy,
    Named,
    day,
    districts,
    named_bureau,
    named_feed,
    scheme_or_default,
    usual_period,
)
from service.store.database import Database

UNKNOWN = "unknown"
"""The group of parcels without a town, or whose main occupant's industry nobody knows."""


class FeedCoverage(BaseModel):
    """A feed by its four states; ``partial`` counts those of the last three of which something is there.

    ``reasons`` counts the parcels that are not fresh by reason.
    """

    feed: Named
    bureau: Named
    fresh: Covered
    stale: Covered
    held: Covered
    missing: Covered
    partial: Covered
    reasons: dict[str, int]


class GroupCoverage(BaseModel):
    """Some parcels in one period; ``covered`` are those for which every feed is complete: fresh, or only old.

    ``group`` is a town, a division of GB/T 4754, a district, or ``unknown``; null for the park as a whole.
    """

    period: str
    district: str | None
    group: str | None
    parcels: Covered
    covered: Covered
    feeds: list[FeedCoverage]


class CoverageReport(BaseModel):
    """Coverage of one district or all, per period: the park as a whole, and its groups.

    ``as_of`` is the day on which freshness is judged.
    """

    as_of: date
    scheme_name: str
    districts: list[str]
    periods: list[str]
    by: GroupBy
    park: list[GroupCoverage]
    groups: list[GroupCoverage]


def coverage(
    database: Database,
    district: str | None = None,
    periods: Sequence[str] = (),
    scheme: Scheme | None = None,
    *,
    by: GroupBy = "town",
    as_of: date | None = None,
) -> CoverageReport:
    """Count parcels and land per state of every feed.

    :param district: one district; None: all of the store
    :param periods: years, in the order in which they are reported; none: the usual one
    :param scheme: names the metrics and the land area; None: the scheme ``parcel``
    :raises NotFound: when the district has no parcels
    :raises InvalidParameter: when a period is none
    """
    scheme, as_of = scheme_or_default(scheme), day(as_of)
    park: list[GroupCoverage] = []
    groups: list[GroupCoverage] = []
    with database.reading() as connection:
        names = districts(connection, district)
        wanted = list(dict.fromkeys(periods)) or [usual_period(connection)]
        for period in wanted:
            found = [covering(database, connection, name, period, scheme, as_of) for name in names]
            counts = [_counts(each, by) for each in found]
            park.append(_park(counts, period, feed_names(scheme.metrics)))
            groups += [
                group for each, table in zip(found, counts, strict=True) for group in _groups(each, table)
            ]
    return CoverageReport(
        as_of=as_of,
        scheme_name=scheme.name,
        districts=names,
        periods=wanted,
        by=by,
        park=park,
        groups=groups,
    )


class _Counts:
    """``parcels``: per group, all and covered ones; ``cells``: per group, feed, state, extent and reason."""

    def __init__(self, parcels: pl.DataFrame, cells: pl.DataFrame) -> None:
        self.parcels, self.cells = parcels, cells


def _counts(each: Covering, by: GroupBy) -> _Counts:
    group = pl.col(by).fill_null(UNKNOWN).alias("group")
    parcels = each.parcels.with_row_index("place").select("place", group, "area")
    incomplete = each.cells.filter(pl.col("extent") != Extent.COMPLETE.value).select("place").unique()
    covered = parcels.join(incomplete, on="place", how="anti")
    sums = (pl.len().alias("parcels"), pl.col("area").sum())
    count = parcels.group_by("group").agg(*sums)
    count = count.join(covered.group_by("group").agg(*sums), on="group", how="left", suffix="__covered")
    cells = each.cells.select("place", "feed", "state", "extent", "reason").join(parcels, on="place")
    by_cell = cells.group_by("group", "feed", "state", "extent", "reason").agg(*sums)
    texts = (pl.col(name).cast(pl.String) for name in ("feed", "state", "extent", "reason"))
    return _Counts(count.fill_null(0).sort(pl.col("group") == UNKNOWN, "group"), by_cell.with_columns(*texts))


def _park(counts: Sequence[_Counts], period: str, feeds: Sequence[str]) -> GroupCoverage:
    parcels = pl.concat(each.parcels for each in counts) if counts else _NO_PARCELS
    cells = pl.concat(each.cells for each in counts) if counts else _NO_CELLS
    return _group(period, None, None, parcels, cells, feeds)


_NO_PARCELS = pl.DataFrame(
    schema=dict.fromkeys(("parcels", "area", "parcels__covered", "area__covered"), pl.Int64)
)
_NO_CELLS = pl.DataFrame(
    schema={
        **dict.fromkeys(("feed", "state", "extent", "reason"), pl.String),
        **dict.fromkeys(("parcels", "area"), pl.Int64),
    }
)


def _groups(each: Covering, counts: _Counts) -> list[GroupCoverage]:
    cells = counts.cells.partition_by("group", as_dict=True)
    return [
        _group(each.period, each.district, str(group), of_group, cells[(group,)], each.feeds)
        for (group,), of_group in counts.parcels.group_by("group", maintain_order=True)
    ]


def _group(
    period: str,
    district: str | None,
    group: str | None,
    parcels: pl.DataFrame,
    cells: pl.DataFrame,
    feeds: Sequence[str],
) -> GroupCoverage:
    by_feed = cells.partition_by("feed", as_dict=True)
    return GroupCoverage(
        period=period,
        district=district,
        group=group,
        parcels=_sum(parcels),
        covered=_sum(parcels, "__covered"),
        feeds=[_feed(feed, by_feed.get((feed,), _NO_CELLS)) for feed in feeds],
    )


def _feed(feed: str, cells: pl.DataFrame) -> FeedCoverage:
    reasons = cells.drop_nulls("reason").group_by("reason").agg(pl.col("parcels").sum()).sort("reason")
    return FeedCoverage(
        feed=named_feed(feed),
        bureau=named_bureau(feed),
        **{state.value: _sum(cells.filter(state=state.value)) for state in State},
        partial=_sum(cells.filter(extent=Extent.PARTIAL.value)),
        reasons={str(reason): int(count) for reason, count in reasons.select("reason", "parcels").rows()},
    )


def _sum(rows: pl.DataFrame, suffix: str = "") -> Covered:
    area = int(rows[f"area{suffix}"].sum())
    return Covered(parcels=int(rows[f"parcels{suffix}"].sum()), area_m2=area / 100)
