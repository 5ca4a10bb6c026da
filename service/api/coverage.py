"""Coverage (数据覆盖): for which land which feeds are there, who owes the others, and what blocks."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from service.access.policy import masked
from service.api.dependencies import Asker, Configuration, Store
from service.api.paging import LARGEST_ID, YEAR, After, Limit, Text, next_page
from service.api.problems import responses
from service.domain.coverage import Extent, State
from service.domain.days import Day
from service.jobs import covering
from service.jobs.covering import BlockerReport, CoverageReport, GroupBy, Trend
from service.jobs.covering.scope import Named
from service.reference.schemes import shipped_scheme

router = APIRouter(prefix="/coverage", tags=["Coverage 数据覆盖"])


District = Annotated[Text | None, Query(description="One district; else all of them 行政区")]
Scheme = Annotated[Text, Query(description="The shipped scheme that names the metrics 评价办法")]
AsOf = Annotated[
    Day | None,
    Query(description="The day on which freshness is judged; else today 时效基准日"),
]
_Year = Annotated[str, Field(min_length=4, max_length=20, json_schema_extra=YEAR)]
Periods = Annotated[
    list[_Year],
    Query(
        max_length=10,
        description="Years of the figures; else the newest that a published evaluation is of, the newest "
        "with figures, or last year 所属期",
    ),
]
Period = Annotated[
    str | None,
    Query(
        min_length=4,
        max_length=20,
        description="The year of the figures; else the newest that a published evaluation is of, the newest "
        "with figures, or last year 所属期",
        json_schema_extra=YEAR,
    ),
]


class ParcelFeed(BaseModel):
    """A feed of a parcel; what tells a held row apart is for analysts, and absent for others."""

    id: int
    parcel_code: str | None = None
    district: str | None = None
    town: str | None = None
    period: str | None = None
    feed: Named | None = None
    state: Named | None = Field(None, description="fresh, stale, held or missing")
    extent: Extent | None = None
    have: int | None = Field(None, description="How many of those who owe it gave it")
    need: int | None = None
    reason: Named | None = Field(None, description="Why it is not fresh; null where it is")
    earlier: str | None = Field(None, description="When stale: the newest earlier period there is")
    bureau: Named | None = Field(None, description="Who is responsible 责任部门")
    batch_id: int | None = Field(None, description="The last hand-over that speaks of it")
    received_at: Any | None = Field(
        None, json_schema_extra={"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    )
    held_rows: int | None = Field(None, description="For analysts: rows that are held")
    held_batch_id: int | None = Field(None, description="For analysts: the newest batch that has one")
    held_reason: str | None = Field(None, description="For analysts: why that one is held")


class ParcelFeeds(BaseModel):
    """A page of parcels × feeds, by parcel."""

    as_of: date
    period: str
    cells: list[ParcelFeed]
    next: str | None = None


class BlockerPage(BlockerReport):
    """What blocks a full evaluation, and where the list of waiting parcels goes on."""

    next: str | None = None


@router.get("", responses=responses(404))
def coverage(
    store: Store,
    period: Periods = [],  # noqa: B006 - read only, and FastAPI's way to a list
    district: District = None,
    scheme: Scheme = covering.DEFAULT_SCHEME,
    by: Annotated[GroupBy, Query(description="What the groups are: towns, industries or districts")] = "town",
    as_of: AsOf = None,
) -> CoverageReport:
    """Count parcels and land per feed that is fresh, stale, held or missing: for the park and per group."""
    return covering.coverage(store, district, period, shipped_scheme(scheme), by=by, as_of=as_of)


@router.get("/parcels", response_model_exclude_unset=True, responses=responses(404))
def parcels(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    period: Period = None,
    district: District = None,
    scheme: Scheme = covering.DEFAULT_SCHEME,
    state: Annotated[State | None, Query(description="Only this state 状态")] = None,
    feed: Annotated[Text | None, Query(description="Only this feed 数据")] = None,
    town: Annotated[Text | None, Query(description="Only this town 镇街")] = None,
    bureau: Annotated[Text | None, Query(description="Only what this bureau owes, by its code 部门")] = None,
    parcel: Annotated[Text | None, Query(description="Only this parcel, by its code 宗地代码")] = None,
    as_of: AsOf = None,
    limit: Limit = 100,
    after: After = 0,
) -> ParcelFeeds:
    """List parcel by parcel every feed with its state, reason, bureau and last hand-over."""
    wanted = covering.Wanted(state=state, feed=feed, town=town, bureau=bureau, parcel_code=parcel)
    page = covering.listed(
        store,
        district,
        period,
        shipped_scheme(scheme),
        wanted=wanted,
        as_of=as_of,
        after=after,
        limit=min(limit, settings.page_size_limit),
    )
    shown = [ParcelFeed(**masked(asker, "coverage_cells", dict(cell))) for cell in page.cells]
    following = next_page(request, after=page.cells[-1].id) if page.more else None
    return ParcelFeeds(as_of=page.as_of, period=page.period, cells=shown, next=following)


@router.get("/trend", responses=responses(404))
def trend(
    store: Store,
    period: Periods = [],  # noqa: B006 - read only, and FastAPI's way to a list
    district: District = None,
    feed: Annotated[Text | None, Query(description="Only this feed 数据")] = None,
) -> Trend:
    """Tell how coverage went from hand-over to hand-over, by the scheme ``parcel``."""
    return covering.trend(store, district, period, feed)


@router.get("/blockers", responses=responses(404))
def blockers(
    request: Request,
    store: Store,
    settings: Configuration,
    period: Period = None,
    district: District = None,
    scheme: Scheme = covering.DEFAULT_SCHEME,
    as_of: AsOf = None,
    limit: Limit = 100,
    offset: Annotated[int, Query(ge=0, le=LARGEST_ID, description="Waiting parcels to skip")] = 0,
) -> BlockerPage:
    """Tell which missing hand-overs keep land from a full evaluation, by how much each would unlock."""
    size = min(limit, settings.page_size_limit)
    found = covering.blockers(
        store, district, period, shipped_scheme(scheme), as_of=as_of, offset=offset, limit=size
    )
    following = next_page(request, offset=offset + size) if found.more else None
    return BlockerPage(**dict(found), next=following)
