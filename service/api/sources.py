"""Sources (数据源): how far each has been pulled and when it is due, and a pull on request."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from service.api.dependencies import Asker, Configuration, Store
from service.api.job_documents import JOB_LOCATION, StatusInfo, ordered, wants_async
from service.api.problems import responses
from service.jobs.freshness import SourceStatus, statuses
from service.jobs.pulling import PullReport, Sources, pull
from service.workflows.orders import PullOrder

router = APIRouter(prefix="/feeds/sources", tags=["Sources 数据汇聚"])

Name = Annotated[str, Path(max_length=63, description="As in the sources file 数据源名称")]


class SourceList(BaseModel):
    """The sources that are configured, in the order of the file."""

    sources: list[SourceStatus]


@router.get("")
def sources(store: Store, settings: Configuration) -> SourceList:
    """Tell of every source when it was pulled last, how that went, and when it is due; never its secrets."""
    return SourceList(sources=statuses(store, Sources.of(settings)))


@router.post(
    "/{name}/pull",
    response_model=PullReport,
    responses={
        202: {"model": StatusInfo, "description": "Ordered; pulled as a job", "headers": JOB_LOCATION},
        **responses(404, 409, 502),
    },
)
def pull_source(request: Request, store: Store, settings: Configuration, asker: Asker, name: Name) -> Any:
    """Pull a source now, or go on where an unfinished pull was broken off, and import what it gives.

    With ``Prefer: respond-async`` it is pulled as a job.
    """
    source = Sources.of(settings).get(name)
    if wants_async(request, asker):
        return ordered(request, asker, PullOrder(source=name), status_code=202)
    return pull(store, source)
