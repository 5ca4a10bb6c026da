"""Uplift of the floor-area ratio (容积率提升) of an evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, Format, Offset, ReportTold, answer
from service.api.paging import Limit
from service.api.problems import responses
from service.jobs.levers import uplift as job

router = APIRouter(prefix="/evaluations/{evaluation_id}", tags=["Levers 抓手"])

Target = Annotated[
    float | None,
    Query(gt=0, le=20, description="Build up to this floor-area ratio, within the limits 目标容积率"),
]


@router.get(
    "/uplift",
    response_model=ReportTold,
    responses={**DOCUMENTED, **responses(404, 406, 503)},
    dependencies=[Depends(one_of_few)],
)
def uplift(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    target: Target = None,
    offset: Offset = 0,
    limit: Limit = 100,
    f: Format = None,  # noqa: ARG001 - read by `choose`
) -> Any:
    """Tell who is efficient and short of space, what each may add by which limit, and what it would bring."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
        report = job.report(connection, evaluation_id, target)
    return answer(request, response, asker, report, offset, min(limit, settings.page_size_limit))
