"""Energy diagnosis 能源检查诊断 of an evaluation, or of one parcel of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from service.api.dependencies import Store
from service.api.levers.answers import REPORT, TAG, ReportAsked
from service.api.paging import Text
from service.jobs.levers.energy import energy_report

router = APIRouter(tags=[TAG])


@router.get("/evaluations/{evaluation_id}/energy", **REPORT)
def energy(
    store: Store,
    asked: ReportAsked,
    parcel: Annotated[Text | None, Query(description="Of this parcel only 宗地代码")] = None,
) -> Any:
    """Tell which above-scale firms are due for inspection, and where energy could be saved.

    Energy per output against the industry, the load of transformers, machines worth a retrofit, and what
    roofs could yield. What tells of a single firm is for analysts.
    """
    with store.reading() as connection:
        report = energy_report(connection, asked.evaluation_id, parcel)
    return asked.answer(report)
