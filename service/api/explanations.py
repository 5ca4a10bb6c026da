"""Explanations (说明) of an evaluation: a parcel as JSON or as a sheet, reconciliation, findings."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from service.access.policy import masked
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.paging import After, Limit, Text, next_page
from service.api.problems import responses
from service.jobs import reconciling
from service.jobs.explaining import explanation
from service.negotiation import HTML, JSON, choose
from service.sheet import CONTENT_SECURITY_POLICY, render

router = APIRouter(prefix="/evaluations/{evaluation_id}", tags=["Evaluation 评价"])

ParcelCode = Annotated[str, Path(max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Format = Annotated[
    Literal["json", "html"] | None, Query(description="Instead of the Accept header: json, or html for print")
]
Record = dict[str, Any]


class Explanation(BaseModel):
    """Why a parcel got its result: every number back to a file and row, and forward to the grade (说明).

    ``calculation`` has the figures of single firms and is for analysts. What is hidden is absent.
    """

    evaluation: Record | None = None
    parcel: Record | None = None
    result: Record | None = None
    indicators: list[Record] | None = None
    total: Record | None = None
    flags: Record | None = None
    coverage: list[Record] | None = None
    unverified: list[Any] | None = None
    rounding: dict[str, str] | None = None
    calculation: Record | None = None


class Reconciliation(BaseModel):
    """Where the figures of an evaluation went: totals per metric, and enterprises with something left over.

    Per metric reported = direct + allocated + unallocated, in minor units. ``open`` counts the enterprises of
    which something is unallocated.
    """

    evaluation_id: int
    metrics: list[Record]
    enterprises: list[Record]
    open: int
    next: str | None = None


class Findings(BaseModel):
    """What a person should look at before anybody acts on a score (疑点): counts by code, and a page."""

    evaluation_id: int
    counts: list[Record]
    findings: list[Record]
    next: str | None = None


@router.get(
    "/parcels/{parcel_code}",
    response_model=Explanation,
    response_model_exclude_unset=True,
    responses={
        200: {
            "content": {HTML: {"schema": {"type": "string"}}},
            "description": "The explanation, or its sheet",
        },
        **responses(404, 406),
    },
)
def parcel_result(
    request: Request,
    response: Response,
    store: Store,
    asker: Asker,
    evaluation_id: EvaluationId,
    parcel_code: ParcelCode,
    f: Format = None,  # noqa: ARG001 - read by `choose`
) -> Any:
    """Explain one parcel's result, as JSON or as a sheet for print (一企一单); for analysts every figure."""
    representation = choose(request, JSON, HTML)
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    whole = explanation(store, evaluation_id, parcel_code, figures=asker.may("analyst"))
    seen = masked(asker, "explanation", whole)
    headers = {"Vary": "Accept"}
    if representation == HTML:
        headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return Response(render(seen), media_type="text/html; charset=utf-8", headers=headers)
    response.headers.update(headers)
    return Explanation(**seen)


@router.get("/reconciliation", responses=responses(404))
def reconciliation(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    limit: Limit = 100,
    after: After = 0,
) -> Reconciliation:
    """Tell where every reported unit went, of which enterprises something went nowhere, and why (核对)."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    found = reconciling.reconciliation(store, evaluation_id, limit=size, after=after)
    more = after + size < found["open"]
    return Reconciliation(**found, next=next_page(request, after=after + size) if more else None)


@router.get("/findings", responses=responses(404))
def findings(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    evaluation_id: EvaluationId,
    code: Annotated[Text | None, Query(description="Only findings of this kind")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> Findings:
    """List what a person should look at: repeated totals, negative amounts, groups of one (疑点)."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    found = reconciling.findings(store, evaluation_id, code=code, limit=size, after=after)
    more = after + size < found.pop("chosen")
    return Findings(**found, next=next_page(request, after=after + size) if more else None)
