"""Measures (跟踪落实): proposed, changed, moved, listed; what they come to, and whether they worked."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from service.access.identity import Principal
from service.access.policy import visible
from service.api.dependencies import Asker, Configuration, Store
from service.api.levers.answers import DOCUMENTED, ReportTold, answered, as_workbook
from service.api.measure_forms import (
    Measures,
    MeasureWithHistory,
    require_may_say,
    shown,
    shown_outcome,
)
from service.api.paging import LARGEST_ID, Before, Limit, Text, next_page
from service.api.problems import responses
from service.api.validation import json_body_only
from service.domain.measures import MeasureKind, MeasureState
from service.entity_tags import feature_tag, if_match, is_known, require_condition, versions_in
from service.jobs.measures import keeping, records
from service.jobs.measures.dashboard import dashboard as dashboard_of
from service.jobs.measures.forms import Changed, Day, NewMeasure, Note
from service.jobs.measures.outcome import Outcome
from service.jobs.measures.outcome import outcome as outcome_of
from service.jobs.periods import today
from service.negotiation import JSON, XLSX, choose

MERGE_PATCH = "application/merge-patch+json"

router = APIRouter(prefix="/measures", tags=["Follow-up 跟踪落实"])

MeasureId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Format = Annotated[Literal["json", "xlsx"] | None, Query(description="Instead of the Accept header 输出格式")]
District = Annotated[Text | None, Query(description="Of this district only 行政区")]
OfKind = Annotated[MeasureKind | None, Query(description="Of this kind only 事项类型")]
Office = Annotated[Text | None, Query(description="Of this office only 责任部门")]

_TAG = {"ETag": {"description": "Of this version, for If-Match", "schema": {"type": "string"}}}
_TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": _TAG}}
_IF_MATCH: dict[str, Any] = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of the measure as it was read; if it changed since: 412",
            "schema": {"type": "string"},
        }
    ]
}


class Move(BaseModel):
    """Where a measure goes. Going back one step, and dropping it, needs a note."""

    model_config = ConfigDict(extra="forbid")

    to: MeasureState
    note: Note | None = Field(None, description="For those who follow up 说明")
    on: Day | None = Field(None, description="The day it happened; today, unless said 办理日期")


async def _merge_patch_only(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in (MERGE_PATCH, JSON):
        raise HTTPException(415, f"Send {MERGE_PATCH}.", {"Accept-Patch": MERGE_PATCH})


def _versions(request: Request) -> frozenset[int] | None:
    """Return the versions that a change may be made of, as the header If-Match says."""
    if (tags := if_match(request)) is not None:
        return versions_in(tags)
    require_condition(request, ("measure", "事项"))
    return None


Versions = Annotated[frozenset[int] | None, Depends(_versions)]


@router.post(
    "",
    status_code=201,
    response_model=MeasureWithHistory,
    response_model_exclude_unset=True,
    dependencies=[Depends(json_body_only)],
    responses={
        201: {
            "headers": {
                "Location": {"description": "The measure", "schema": {"type": "string"}},
                **_TAG,
            }
        },
        **responses(413, 415),
    },
)
def propose(request: Request, response: Response, store: Store, asker: Asker, said: NewMeasure) -> Any:
    """Propose a measure for a parcel, or for a block of several. Figures of firms also need analyst."""
    require_may_say(asker, said)
    measure = keeping.propose(store, said, asker.name)
    response.headers["Location"] = f"{request.url.path}/{measure}"
    return _answer(response, store, asker, measure)


@router.get(
    "",
    response_model=Measures,
    response_model_exclude_unset=True,
    responses={200: {**DOCUMENTED[200], "description": "A page of measures; as a workbook all of them"}},
)
def measures(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    kind: OfKind = None,
    state: Annotated[MeasureState | None, Query(description="In this state only 办理状态")] = None,
    district: District = None,
    office: Office = None,
    parcel: Annotated[Text | None, Query(description="About this parcel 宗地代码")] = None,
    due_before: Annotated[Day | None, Query(description="Due before this day 完成期限早于")] = None,
    overdue: Annotated[
        Literal["true"] | None, Query(description="true: only those overdue 仅逾期事项")
    ] = None,
    limit: Limit = 100,
    before: Before = None,
    f: Format = None,  # noqa: ARG001 - `choose` reads it
) -> Any:
    """List measures, the latest first."""
    size, day = min(limit, settings.page_size_limit), today()
    wanted: dict[str, Any] = {
        "kind": kind.value if kind else None,
        "state": state.value if state else None,
        "district": district,
        "office": office,
        "parcel": parcel,
        "due_before": due_before,
        "overdue_on": day if overdue else None,
    }
    whole = choose(request, JSON, XLSX) == XLSX
    with store.reading() as connection:
        if whole:
            return as_workbook(asker, records.listing(connection, day, **wanted))
        found = records.many(connection, day, before=before, limit=size + 1, **wanted)
    response.headers["Vary"] = "Accept"
    page: dict[str, Any] = {"measures": [shown(asker, each) for each in found[:size]]}
    if len(found) > size:
        page["next"] = next_page(request, before=found[size - 1]["id"])
    return page


@router.get("/dashboard", response_model=ReportTold, responses=DOCUMENTED)
def dashboard(
    request: Request,
    response: Response,
    store: Store,
    asker: Asker,
    kind: OfKind = None,
    district: District = None,
    office: Office = None,
    f: Format = None,  # noqa: ARG001 - `choose` reads it
) -> Any:
    """Count measures by kind and state and by office; sum land released, floor area added, tax gained.

    What is expected is summed of measures not dropped, what is achieved of those carried out or closed.
    """
    with store.reading() as connection:
        report = dashboard_of(
            connection, today(), kind=kind.value if kind else None, district=district, office=office
        )
    return answered(request, response, asker, report)


@router.get(
    "/{measure_id:int}",
    response_model=MeasureWithHistory,
    response_model_exclude_unset=True,
    responses={**_TAGGED, 304: {"description": "As the client has it"}, **responses(404)},
)
def measure(request: Request, response: Response, store: Store, asker: Asker, measure_id: MeasureId) -> Any:
    """Tell of a measure everything that became of it."""
    found = _answer(response, store, asker, measure_id)
    if is_known(request, response.headers["ETag"]):
        return Response(status_code=304, headers={"ETag": response.headers["ETag"]})
    return found


@router.patch(
    "/{measure_id:int}",
    response_model=MeasureWithHistory,
    response_model_exclude_unset=True,
    dependencies=[Depends(_merge_patch_only)],
    responses={**_TAGGED, **responses(404, 409, 412, 413, 415, 428)},
    openapi_extra=_IF_MATCH,
)
def change(
    response: Response,
    store: Store,
    asker: Asker,
    versions: Versions,
    measure_id: MeasureId,
    said: Annotated[Changed, Body(media_type=MERGE_PATCH)],
) -> Any:
    """Change what a merge patch (RFC 7396) names; what was achieved, once the measure is carried out.

    A note becomes a step of the history, also by itself.
    """
    require_may_say(asker, said)
    keeping.change(store, measure_id, said, asker.name, versions)
    return _answer(response, store, asker, measure_id)


@router.post(
    "/{measure_id:int}/moves",
    response_model=MeasureWithHistory,
    response_model_exclude_unset=True,
    dependencies=[Depends(json_body_only)],
    responses={**_TAGGED, **responses(404, 409, 412, 413, 415, 428)},
    openapi_extra=_IF_MATCH,
)
def move(
    response: Response, store: Store, asker: Asker, versions: Versions, measure_id: MeasureId, wanted: Move
) -> Any:
    """Move a measure on by one step, back by one with a note, or drop it with a note.

    Where it cannot go, the answer is 409 and names the states where it can.
    """
    keeping.move(store, measure_id, wanted.to, asker.name, note=wanted.note, on=wanted.on, versions=versions)
    return _answer(response, store, asker, measure_id)


@router.get("/{measure_id:int}/outcome", response_model_exclude_unset=True, responses=responses(404))
def outcome(store: Store, asker: Asker, measure_id: MeasureId) -> Outcome:
    """Compare its parcels in the evaluation that it comes from with those in the next that can show it.

    The next is the latest published whose period is after the year of carrying out, and after the first's.
    """
    with store.reading() as connection:
        found = outcome_of(connection, measure_id)
    return shown_outcome(asker, found)


def _answer(response: Response, store: Store, asker: Principal, measure_id: int) -> dict[str, Any]:
    day = today()
    with store.reading() as connection:
        record, version = records.one(connection, measure_id, day)
    names = ",".join(sorted(visible(asker, records.RECORD) | visible(asker, "measure_steps")))
    response.headers["ETag"] = feature_tag(version, f"measure {day} {names}")
    return shown(asker, record)
