"""Coverage (数据覆盖): for which land which feeds are there, evaluated or not."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.paging import YEAR, Text
from service.api.problems import responses
from service.jobs import covering
from service.jobs.covering import CoverageReport
from service.reference.schemes import shipped_scheme

router = APIRouter(tags=["Coverage 数据覆盖"])


@router.get("/coverage", responses=responses(404))
def coverage(
    store: Store,
    period: Annotated[
        str, Query(max_length=20, description="The year of the figures 所属期", json_schema_extra=YEAR)
    ],
    district: Annotated[Text | None, Query(description="One district; else all of them 行政区")] = None,
    scheme: Annotated[
        Text, Query(description="The shipped scheme that names the metrics 评价办法")
    ] = covering.DEFAULT_SCHEME,
) -> CoverageReport:
    """Count, per district, town and feed, the parcels and the land for which a feed gave what it should."""
    return covering.coverage(store, district, period, shipped_scheme(scheme))
