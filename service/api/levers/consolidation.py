"""Consolidation of low-efficiency land (资源整合): reasons, idle land and blocks of an evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.levers.answers import REPORT, TAG, ReportAsked
from service.jobs.levers.consolidation import FARTHEST_M
from service.jobs.levers.consolidation import consolidation as found

router = APIRouter(tags=[TAG])

Distance = Annotated[
    float | None,
    Query(
        ge=0,
        le=FARTHEST_M,
        allow_inf_nan=False,
        description="Metres across which parcels lie together, instead of the rule's 连片距离（米）",
    ),
]


@router.get("/evaluations/{evaluation_id}/consolidation", **REPORT)
def consolidation(
    store: Store,
    asked: ReportAsked,
    distance_m: Distance = None,
) -> Any:
    """Tell which land is inefficiently used and why, what of it lies together, and what it could bring."""
    with store.reading() as connection:
        told = found(connection, asked.evaluation_id, distance_m)
    return asked.answer(told)
