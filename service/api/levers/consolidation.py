"""Consolidation of low-efficiency land (资源整合): reasons, idle land and blocks of an evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.busy import one_of_few
from service.api.dependencies import Asker, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, Format, Offset, ReportTold, answer
from service.api.paging import Limit
from service.api.problems import responses
from service.jobs.levers.consolidation import FARTHEST_M
from service.jobs.levers.consolidation import consolidation as found

router = APIRouter(tags=["Levers 结果应用"])

Distance = Annotated[
    float | None,
    Query(
        ge=0,
        le=FARTHEST_M,
        allow_inf_nan=False,
        description="Metres across which parcels lie together, instead of the rule's 连片距离（米）",
    ),
]


@router.get(
    "/evaluations/{evaluation_id}/consolidation",
    dependencies=[Depends(one_of_few)],
    response_model=ReportTold,
    responses={**DOCUMENTED, **responses(404, 406, 503)},
)
def consolidation(
    request: Request,
    response: Response,
    store: Store,
    asker: Asker,
    evaluation_id: EvaluationId,
    distance_m: Distance = None,
    f: Format = None,  # noqa: ARG001 - read by the negotiation
    limit: Limit = 100,
    offset: Offset = 0,
) -> Any:
    """Tell which land is inefficiently used and why, what of it lies together, and what it could bring."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
        told = found(connection, evaluation_id, distance_m)
    return answer(request, response, asker, told, offset, limit)
