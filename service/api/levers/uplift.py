"""Uplift of the floor-area ratio (容积率提升) of an evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.levers.answers import REPORT, TAG, ReportAsked
from service.jobs.levers import uplift as job

router = APIRouter(tags=[TAG])

Target = Annotated[
    float | None,
    Query(gt=0, le=20, description="Build up to this floor-area ratio, within the limits 目标容积率"),
]


@router.get("/evaluations/{evaluation_id}/uplift", **REPORT)
def uplift(
    store: Store,
    asked: ReportAsked,
    target: Target = None,
) -> Any:
    """Tell who is efficient and short of space, what each may add by which limit, and what it would bring."""
    with store.reading() as connection:
        report = job.report(connection, asked.evaluation_id, target)
    return asked.answer(report)
