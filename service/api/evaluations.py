"""Evaluations (评价): run, list, publish."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, RowMapping

from service.access.identity import Principal
from service.api.dependencies import Asker, Configuration, Store
from service.api.job_documents import JOB_LOCATION, StatusInfo, ordered, wants_async
from service.api.paging import LARGEST_ID, YEAR, Before, Limit, Text, next_page
from service.api.problems import responses
from service.api.schemes import requested_scheme
from service.api.validation import json_body_only
from service.domain.scheme import Scheme
from service.errors import NotFound
from service.jobs import evaluating
from service.jobs.evaluating import EvaluationSummary
from service.jobs.periods import require_period
from service.store import evaluations as stored
from service.workflows.orders import EvaluateOrder

router = APIRouter(prefix="/evaluations", tags=["Evaluation 评价"])

EvaluationId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class EvaluationRequest(BaseModel):
    """What to evaluate: by which scheme, for which period and district."""

    model_config = ConfigDict(extra="forbid")

    scheme: str | dict[str, Any] = Field(
        description="Name of a shipped scheme, or a whole scheme as an object or a YAML text 评价办法"
    )
    period: str = Field(description="The year, such as 2023 所属期", max_length=20, json_schema_extra=YEAR)
    district: Text | None = Field(None, description="May be left out when the store has only one 行政区")


class Evaluation(EvaluationSummary):
    """An evaluation with the scheme that it followed, to the last number."""

    scheme: dict[str, Any]


class Evaluations(BaseModel):
    """A page of evaluations, the latest first."""

    evaluations: list[EvaluationSummary]
    next: str | None = None


@router.post(
    "",
    status_code=201,
    response_model=EvaluationSummary,
    dependencies=[Depends(json_body_only)],
    responses={
        200: {"model": EvaluationSummary, "description": "The very same run exists and is returned"},
        201: {
            "description": "Evaluated; a draft until published",
            "headers": {"Location": {"description": "The evaluation", "schema": {"type": "string"}}},
        },
        202: {"model": StatusInfo, "description": "Accepted as a job", "headers": JOB_LOCATION},
        **responses(404, 409, 413, 415),
    },
)
def evaluate(
    request: Request, response: Response, store: Store, asker: Asker, wanted: EvaluationRequest
) -> Any:
    """Evaluate a district for a period; the result is a draft until it is published.

    A scheme that is not shipped needs the analyst's scope as well. ``Prefer: respond-async`` makes it a job.
    """
    order, scheme = evaluation_order(asker, wanted)
    if wants_async(request, asker):
        return ordered(request, asker, order, status_code=202)
    summary = evaluating.evaluate(store, scheme, wanted.period, wanted.district)
    if summary.repeated:
        response.status_code = 200
    response.headers["Location"] = f"{request.url.path}/{summary.id}"
    return summary


@router.get("")
def evaluations(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    district: Annotated[Text | None, Query(description="Of this district only 行政区")] = None,
    status: Annotated[Literal["draft", "published"] | None, Query(description="Only these")] = None,
    limit: Limit = 100,
    before: Before = None,
) -> Evaluations:
    """List evaluations, the latest first; drafts exist for evaluators and analysts only."""
    size = min(limit, settings.page_size_limit)
    if not asker.sees_drafts:
        if status == "draft":
            return Evaluations(evaluations=[])
        status = "published"
    with store.reading() as connection:
        found = evaluating.summaries(
            connection, district=district, status=status, limit=size + 1, before=before
        )
    page = found[:size]
    following = next_page(request, before=page[-1].id) if len(found) > size else None
    return Evaluations(evaluations=page, next=following)


@router.get("/{evaluation_id}", responses=responses(404))
def evaluation(store: Store, asker: Asker, evaluation_id: EvaluationId) -> Evaluation:
    """Tell how an evaluation came out, and by which scheme."""
    with store.reading() as connection:
        row = visible_evaluation(connection, asker, evaluation_id)
        summary = evaluating.summary(connection, evaluation_id)
    return Evaluation(**summary.model_dump(), scheme=json.loads(row["scheme"]))


@router.post("/{evaluation_id}/publish", responses=responses(404, 409))
def publish(store: Store, evaluation_id: EvaluationId) -> EvaluationSummary:
    """Publish a draft; from then on it never changes."""
    return evaluating.publish(store, evaluation_id)


def evaluation_order(asker: Principal, wanted: EvaluationRequest) -> tuple[EvaluateOrder, Scheme]:
    """Return the order of a job, and the scheme by itself; raises as `requested_scheme`."""
    scheme = requested_scheme(asker, wanted.scheme)
    require_period(wanted.period, scheme)
    order = EvaluateOrder(scheme=scheme.canonical_json(), period=wanted.period, district=wanted.district)
    return order, scheme


def visible_evaluation(connection: Connection, asker: Principal, evaluation_id: int) -> RowMapping:
    """Return an evaluation; a draft is not there for those who may not see it."""
    row = stored.get(connection, evaluation_id)
    if row is None or (row["status"] != "published" and not asker.sees_drafts):
        raise NotFound(f"There is no evaluation {evaluation_id}.", f"没有评价 {evaluation_id}。")
    return row
