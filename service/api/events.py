"""Events (事件) for systems that cannot be told of them: the same, page by page."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, Field

from service.api.dependencies import Configuration, Store
from service.api.paging import After, Limit, Text, next_page
from service.domain.events import TYPES
from service.store import events as stored
from service.webhooks.envelope import cloud_event

router = APIRouter(prefix="/events", tags=["Follow-up 跟踪落实"])


def _known(name: str) -> str:
    if name not in TYPES:
        raise ValueError(f"types are {', '.join(TYPES)}")
    return name


class CloudEvent(BaseModel):
    """An event as CloudEvents 1.0 has it; `data` holds nothing confidential."""

    specversion: str
    id: str = Field(description="The same whenever and however often it is told")
    source: str
    type: str = Field(description="; ".join(f"{name}: {en} {zh}" for name, (en, zh) in TYPES.items()))
    subject: str
    time: str
    datacontenttype: str
    sequence: str = Field(description="Grows with every event, and sorts as text")
    district: str
    data: dict[str, Any]


class Events(BaseModel):
    """A page of events, the oldest first; ``last`` is where to go on later, with ``after``."""

    events: list[CloudEvent]
    last: int
    next: str | None = None


@router.get("", response_model_exclude_none=True)
def events(
    request: Request,
    store: Store,
    settings: Configuration,
    type_: Annotated[
        Annotated[str, AfterValidator(_known)] | None, Query(alias="type", description="Of this type only")
    ] = None,
    district: Annotated[Text | None, Query(description="Of this district only 行政区")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> Events:
    """List events in the order in which they happened, from the one after ``after`` on."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        found = stored.after(
            connection,
            after,
            types=None if type_ is None else [type_],
            districts=None if district is None else [district],
            limit=size + 1,
        )
    page = found[:size]
    last = page[-1]["id"] if page else after
    told = [CloudEvent(**cloud_event(dict(each), settings.public_url)) for each in page]
    following = next_page(request, after=last) if len(found) > size else None
    return Events(events=told, last=last, next=following)
