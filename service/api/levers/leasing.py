"""The leasing match (招租匹配、腾笼换鸟) of an evaluation."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, Format, Offset, ReportTold, answer
from service.api.paging import Limit, Text
from service.api.problems import responses
from service.jobs.levers import leasing as job

router = APIRouter(prefix="/evaluations/{evaluation_id}", tags=["Levers 抓手"])

Objective = Annotated[
    Literal["tax", "output", "tax_per_mu", "output_per_mu"],
    Query(description="What is to be as large as it can; per mu, the sum of the projects' own 匹配目标"),
]
Projects = Annotated[
    list[Text] | None,
    Query(max_length=500, description="Only these projects; else all that are open 项目"),
]
Project = Annotated[Text | None, Query(description="List all pairs of this project with reasons 逐一配对")]
Certain = Annotated[bool, Query(description="Give only what no question is open about 仅无待核事项")]
Candidates = Annotated[
    int | None, Query(ge=1, le=100, description="How many candidates for each project 每个项目的候选数")
]


@router.get(
    "/leasing",
    response_model=ReportTold,
    responses={**DOCUMENTED, **responses(404, 406, 503)},
    dependencies=[Depends(one_of_few)],
)
def leasing(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    objective: Objective = "tax",
    projects: Projects = None,
    project: Project = None,
    certain: Certain = False,
    candidates: Candidates = None,
    offset: Offset = 0,
    limit: Limit = 100,
    f: Format = None,  # noqa: ARG001 - read by `choose`
) -> Any:
    """Tell which projects may come to which vacant or low-efficiency premises, and who gets which."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    asked = job.Asked(objective, tuple(projects or ()), certain, candidates, project)
    report = job.report(store, evaluation_id, asked)
    return answer(request, response, asker, report, offset, min(limit, settings.page_size_limit))
