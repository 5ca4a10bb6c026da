"""The leasing match (招租匹配、腾笼换鸟) of an evaluation."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.levers.answers import REPORT, TAG, ReportAsked
from service.api.paging import Text
from service.jobs.levers import leasing as job

router = APIRouter(tags=[TAG])

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


@router.get("/evaluations/{evaluation_id}/leasing", **REPORT)
def leasing(
    store: Store,
    asked: ReportAsked,
    objective: Objective = "tax",
    projects: Projects = None,
    project: Project = None,
    certain: Certain = False,
    candidates: Candidates = None,
) -> Any:
    """Tell which projects may come to which vacant or low-efficiency premises, and who gets which."""
    wanted = job.Asked(objective, tuple(projects or ()), certain, candidates, project)
    report = job.report(store, asked.evaluation_id, wanted)
    return asked.answer(report)
