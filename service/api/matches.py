"""Matches (企业匹配): names that imports could not place, and whom a person says they mean."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from service.access.identity import Principal
from service.access.policy import masked
from service.api.dependencies import Asker, Configuration, Store
from service.api.paging import LARGEST_ID, After, Limit, next_page
from service.api.problems import responses
from service.api.validation import json_body_only
from service.errors import InvalidParameter
from service.jobs import correcting, matching
from service.jobs.following import follow_up
from service.jobs.matching import Candidate
from service.store.matches import Status

router = APIRouter(prefix="/matches", tags=["Hand-overs 数据交付"])

MatchId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class Match(BaseModel):
    """A question whom a name means. Names and candidates come from rows, and are absent but for analysts."""

    id: int
    status: Status | None = Field(None, description="open 待认定, decided 已认定, rejected 非名录企业")
    asked_at: datetime | None = None
    decided_at: datetime | None = None
    waiting: int | None = Field(None, description="Held rows that wait for the decision 待核行数")
    registered: bool | None = Field(None, description="Whether the register has the enterprise decided on")
    wanted: str | None = Field(None, description="The name as it is compared, or an old registration number")
    name: str | None = Field(None, description="The name as first written 原名称")
    candidates: list[Candidate] | None = Field(None, description="The most alike, best first 候选企业")
    uscc: str | None = Field(None, description="The decision 认定的统一社会信用代码")
    decided_by: str | None = Field(None, description="Name of the key 认定人")


class Matches(BaseModel):
    """A page of questions in the order in which they were asked."""

    matches: list[Match]
    next: str | None = None


class Decision(BaseModel):
    """What a question comes to."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["decided", "rejected", "open"] = Field(
        description="decided with `uscc`; rejected: nobody of the register; open: revokes 撤销"
    )
    uscc: str | None = Field(None, max_length=40, description="Whom the name means 统一社会信用代码")


@router.get("", response_model_exclude_unset=True)
def matches(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    status: Annotated[Status | None, Query(description="Only these")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> Matches:
    """List the questions about names, the oldest first."""
    size = min(limit, settings.page_size_limit)
    found = matching.listing(store, status, limit=size + 1, after=after)
    page = [_shown(asker, each) for each in found[:size]]
    return Matches(matches=page, next=next_page(request, after=page[-1].id) if len(found) > size else None)


@router.get("/{match_id}", response_model_exclude_unset=True, responses=responses(404))
def match(store: Store, asker: Asker, match_id: MatchId) -> Match:
    """Tell of one question what is known."""
    return _shown(asker, matching.question(store, match_id))


@router.put(
    "/{match_id}",
    response_model_exclude_unset=True,
    dependencies=[Depends(json_body_only)],
    responses=responses(404, 409, 413, 415),
)
def decide(store: Store, asker: Asker, match_id: MatchId, decision: Decision) -> Match:
    """Decide, reject or revoke; the same again changes nothing, another decision is a conflict.

    Whoever wants to decide otherwise revokes first, so that of two who decide at once the second learns of
    the first. The rows that waited for a decision are read again by it.
    """
    if (decision.uscc is not None) != (decision.status == "decided"):
        raise InvalidParameter(
            "A decision names a USCC; a rejection or revocation names none.",
            "认定须给出统一社会信用代码；否定或撤销则不得给出。",
            place="/uscc",
        )
    if decision.uscc is not None:
        matching.decide(store, match_id, decision.uscc, asker.name)
        for report in correcting.replay_matched(store, match_id, asker.name):
            follow_up(store, report)
        return _shown(asker, matching.question(store, match_id))
    if decision.status == "rejected":
        return _shown(asker, matching.reject(store, match_id, asker.name))
    return _shown(asker, matching.revoke(store, match_id))


def _shown(asker: Principal, found: matching.Match) -> Match:
    return Match(**masked(asker, "matches", found.model_dump()))
