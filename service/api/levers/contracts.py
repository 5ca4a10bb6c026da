"""The study of grant contracts (出让合同研判) of an evaluation, or of one of its parcels."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.levers.answers import REPORT, TAG, ReportAsked
from service.api.paging import Text
from service.domain.days import Day
from service.jobs.levers import contracts as job

router = APIRouter(tags=[TAG])

Parcel = Annotated[Text | None, Query(description="Only this one 宗地代码")]
AsOf = Annotated[
    Day | None,
    Query(description="Count what is still open to this day; else to the end of the year 截止日期"),
]


@router.get("/evaluations/{evaluation_id}/contracts", **REPORT)
def contracts(
    store: Store,
    asked: ReportAsked,
    parcel: Parcel = None,
    as_of: AsOf = None,
) -> Any:
    """Tell what holders promised and kept, what they did not, and what their contracts allow."""
    with store.reading() as connection:
        report = job.report(connection, asked.evaluation_id, parcel, as_of)
    return asked.answer(report)
