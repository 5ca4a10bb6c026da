"""Energy diagnosis 能源检查诊断 of an evaluation, or of one parcel of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, Format, ReportTold, answer
from service.api.paging import Limit, Text
from service.api.problems import responses
from service.jobs.levers.energy import energy_report

router = APIRouter(prefix="/evaluations", tags=["Levers 结果应用"])


@router.get(
    "/{evaluation_id}/energy",
    response_model=ReportTold,
    dependencies=[Depends(one_of_few)],
    responses={**DOCUMENTED, **responses(404, 406, 503)},
)
def energy(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    f: Format = None,  # noqa: ARG001 - read by the negotiation
    parcel: Annotated[Text | None, Query(description="Of this parcel only 宗地代码")] = None,
    offset: Annotated[int, Query(ge=0, le=10**9, description="Rows of every table to pass over")] = 0,
    limit: Limit = 100,
) -> Any:
    """Tell which above-scale firms are due for inspection, and where energy could be saved.

    Energy per output against the industry, the load of transformers, machines worth a retrofit, and what
    roofs could yield. What tells of a single firm is for analysts.
    """
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
        report = energy_report(connection, evaluation_id, parcel)
    return answer(request, response, asker, report, offset, min(limit, settings.page_size_limit))
