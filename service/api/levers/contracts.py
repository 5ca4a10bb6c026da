"""The study of grant contracts (出让合同研判) of an evaluation, or of one of its parcels."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from service.api.busy import one_of_few
from service.api.coverage import iso_day
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, Format, Offset, ReportTold, answer
from service.api.paging import Limit, Text
from service.api.problems import responses
from service.jobs.levers import contracts as job

router = APIRouter(prefix="/evaluations/{evaluation_id}", tags=["Levers 抓手"])

Parcel = Annotated[Text | None, Query(description="Only this one 宗地代码")]
AsOf = Annotated[
    date | None,
    BeforeValidator(iso_day),
    Query(description="Count what is still open to this day; else to the end of the year 截止日期"),
]


@router.get(
    "/contracts",
    response_model=ReportTold,
    responses={**DOCUMENTED, **responses(404, 406, 503)},
    dependencies=[Depends(one_of_few)],
)
def contracts(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    parcel: Parcel = None,
    as_of: AsOf = None,
    offset: Offset = 0,
    limit: Limit = 100,
    f: Format = None,  # noqa: ARG001 - read by `choose`
) -> Any:
    """Tell what holders promised and kept, what they did not, and what their contracts allow."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
        report = job.report(connection, evaluation_id, parcel, as_of)
    return answer(request, response, asker, report, offset, min(limit, settings.page_size_limit))
