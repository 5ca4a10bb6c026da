"""Differential electricity price 差别化电价: simulate, decide, and read the ledger."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.access.policy import masked
from service.api.busy import one_of_few
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationId, visible_evaluation
from service.api.levers.answers import DOCUMENTED, REPORT, TAG, Format, ReportAsked, as_workbook
from service.api.paging import LARGEST_ID, After, Before, Limit, Text, next_page
from service.api.problems import responses
from service.api.validation import json_body_only
from service.jobs.levers import price_deciding, price_ledger
from service.jobs.levers.price_deciding import Decided
from service.jobs.levers.price_ledger import Decision, PriceEntry
from service.jobs.levers.prices import Asked, prices
from service.negotiation import JSON, XLSX, choose
from service.reference.prices import Code, Month, own_policy

router = APIRouter(tags=[TAG])

First = Annotated[Month | None, Query(alias="from", description="First month, 2024-01 起始月")]
Last = Annotated[Month | None, Query(alias="to", description="Last month, 2024-12 截止月")]
Named = Annotated[Code | None, Query(description="A shipped policy; else the district's own 政策")]
DecisionId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Note = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")
]


class DecisionRequest(BaseModel):
    """By which policy to charge which months."""

    model_config = ConfigDict(extra="forbid")

    policy: str | dict[str, Any] | None = Field(
        None,
        description="Name of a shipped policy, or a whole one as an object; else the district's own 政策",
    )
    first_month: Month | None = Field(None, description="2024-01; else those usual by the policy 起始月")
    last_month: Month | None = Field(None, description="2024-12 截止月")
    replace: bool = Field(
        False, description="Take the place of what another policy charged in the months 替换其他政策的加价"
    )
    note: Note | None = Field(None, description="Why, for the record 备注")


class Decisions(BaseModel):
    """A page of decisions, the latest first."""

    decisions: list[Decision]
    next: str | None = None


class PriceEntries(BaseModel):
    """A page of the ledger, in the order of posting."""

    entries: list[PriceEntry]
    next: str | None = None


@router.get("/evaluations/{evaluation_id}/prices", **REPORT)
def simulated(
    store: Store,
    asked: ReportAsked,
    policy: Named = None,
    first: First = None,
    last: Last = None,
    estimated: Annotated[
        bool, Query(description="Share yearly figures out by twelfths 按年均摊估算")
    ] = False,
) -> Any:
    """Tell what a policy charges for an evaluation: who pays what, why, per month; stores nothing 测算."""
    report = prices(store, asked.evaluation_id, Asked(policy, first, last, estimated))
    return asked.answer(report)


@router.post(
    "/evaluations/{evaluation_id}/prices",
    status_code=201,
    response_model=Decided,
    response_model_exclude_unset=True,
    dependencies=[Depends(json_body_only), Depends(one_of_few)],
    responses={
        200: {"model": Decided, "description": "The very same was decided before; nothing was posted"},
        201: {
            "description": "Decided and posted",
            "headers": {"Location": {"description": "The decision", "schema": {"type": "string"}}},
        },
        **responses(404, 409, 413, 415, 503),
    },
)
def decide(
    request: Request,
    response: Response,
    store: Store,
    asker: Asker,
    evaluation_id: EvaluationId,
    wanted: DecisionRequest,
) -> Any:
    """Book what a published evaluation costs; again, only refunds and corrections 决定并记账."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, evaluation_id)
    policy = own_policy(wanted.policy) if isinstance(wanted.policy, dict) else wanted.policy
    asked = Asked(policy, wanted.first_month, wanted.last_month)
    told = price_deciding.decide(
        store, evaluation_id, asked, by=asker.name, note=wanted.note, replace=wanted.replace
    )
    if told.repeated:
        response.status_code = 200
    prefix = request.url.path.partition("/evaluations/")[0]
    response.headers["Location"] = f"{prefix}/price-decisions/{told.id}"
    return Decided.model_construct(**masked(asker, "price_decisions", told.model_dump()))


@router.get("/price-decisions")
def decisions(
    request: Request,
    store: Store,
    settings: Configuration,
    district: Annotated[Text | None, Query(description="Of this district only 行政区")] = None,
    limit: Limit = 100,
    before: Before = None,
) -> Decisions:
    """List decisions, the latest first 电价决定."""
    size = min(limit, settings.page_size_limit)
    found = price_ledger.decisions(store, district=district, limit=size + 1, before=before)
    page = found[:size]
    following = next_page(request, before=page[-1].id) if len(found) > size else None
    return Decisions(decisions=page, next=following)


@router.get("/price-decisions/{decision_id}", responses=responses(404))
def decision(store: Store, decision_id: DecisionId) -> Decision:
    """Tell a decision with the rules that it applied and the evaluations that it counted 决定详情."""
    return price_ledger.decision(store, decision_id)


@router.get("/price-entries", response_model=PriceEntries, responses={**DOCUMENTED, **responses(406)})
def entries(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    parcel: Annotated[Text | None, Query(description="Parcel code 宗地代码")] = None,
    uscc: Annotated[Text | None, Query(description="USCC 统一社会信用代码")] = None,
    month: Annotated[Month | None, Query(description="2024-07 月份")] = None,
    decision: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Of this decision 决定编号")
    ] = None,
    limit: Limit = 100,
    after: After = 0,
    f: Format = None,  # noqa: ARG001 - `choose` reads it
) -> Any:
    """Read the ledger in the order of posting, with running balances of what is asked for 台账.

    A workbook has all entries at once, a page those after the last of the one before.
    """
    wanted: dict[str, Any] = {"parcel": parcel, "uscc": uscc, "month": month, "decision_id": decision}
    if choose(request, JSON, XLSX) == XLSX:
        return as_workbook(asker, price_ledger.listing(store, **wanted))
    response.headers["Vary"] = "Accept"
    size = min(limit, settings.page_size_limit)
    found = price_ledger.entries(store, limit=size + 1, after=after, **wanted)
    page = found[:size]
    following = next_page(request, after=page[-1].id) if len(found) > size else None
    return PriceEntries(entries=page, next=following)
