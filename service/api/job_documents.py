"""Jobs in the words of OGC API Processes: status documents, links, who sees which, ``Prefer``."""

from datetime import datetime
from typing import Any, Literal

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from service.access.identity import Principal
from service.access.policy import process_scope
from service.api.problems import Problem, base_url, document_of
from service.negotiation import HTML
from service.workflows.jobs import Job, Status
from service.workflows.ledger import Ledger
from service.workflows.orders import FORMS, Order, Process

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
_JSON = "application/json"


class Link(BaseModel):
    """A link as it stands in a document."""

    href: str
    rel: str
    type: str = _JSON
    title: str | None = None


def itself(address: str, title: str = "This document") -> list[Link]:
    """Return the links of a document to itself and to its page."""
    page = f"{address}{'&' if '?' in address else '?'}f=html"
    return [
        Link(href=address, rel="self", title=title),
        Link(href=page, rel="alternate", type=HTML, title=f"{title}: HTML"),
    ]


class StatusInfo(BaseModel):
    """Where a job stands (OGC API Processes ``statusInfo``), with the problem of a failed one."""

    processID: Process  # noqa: N815 - the standard's name
    type: Literal["process"] = "process"
    jobID: str  # noqa: N815 - the standard's name
    status: Status
    message: str
    message_zh: str
    progress: int = Field(ge=0, le=100, description="Percent 进度")
    stage: str = Field(description="What it is at, as a stable word")
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    updated: datetime
    problem: Problem | None = Field(None, description="Why it failed")
    links: list[Link]


def status_info(request: Request, job: Job, *, status: Status | None = None) -> StatusInfo:
    """Return the status document of a job."""
    address = f"{base_url(request)}/jobs/{job.id}"
    links = itself(address)
    if job.status == "successful":
        links.append(Link(href=f"{address}/results", rel=f"{REL}results", title="Results 结果"))
    if job.status == "failed":
        links.append(
            Link(
                href=f"{address}/results",
                rel=f"{REL}exceptions",
                type="application/problem+json",
                title="Why it failed 失败原因",
            )
        )
    links.append(Link(href=f"{base_url(request)}/jobs", rel="up", title="Jobs 任务"))
    english, chinese = job.message
    problem = None
    if job.problem is not None:
        problem = document_of(request, job.problem.as_error(), instance=f"/jobs/{job.id}")
    return StatusInfo(
        processID=job.process,
        jobID=job.id,
        status=status or job.status,
        message=english,
        message_zh=chinese,
        progress=job.progress,
        stage=job.stage,
        created=job.created,
        started=job.started,
        finished=job.finished,
        updated=job.updated,
        problem=problem,
        links=links,
    )


def processes_of(asker: Principal) -> list[Process]:
    """Return the processes that somebody may start; they see the jobs of these, also of others."""
    return [process for process in FORMS if asker.may(process_scope(process))]


def wants_async(request: Request, asker: Principal) -> bool:
    """Tell whether the client asked for a job and may follow it; a preference may be ignored (RFC 7240)."""
    preferences = ",".join(request.headers.getlist("prefer"))
    names = {part.partition(";")[0].strip().lower() for part in preferences.split(",")}
    return "respond-async" in names and asker.may("read")


def ordered(request: Request, asker: Principal, order: Order, *, status_code: int) -> JSONResponse:
    """Write an order down and answer with the new job and where it is."""
    ledger: Ledger = request.app.state.worker.ledger
    job = ledger.place(order, asker.name)
    request.app.state.worker.wake()
    headers = {"Location": f"{base_url(request)}/jobs/{job.id}"}
    if request.headers.get("prefer"):
        headers["Preference-Applied"] = "respond-async"
    document = status_info(request, job).model_dump(mode="json", exclude_none=True)
    return JSONResponse(document, status_code, headers)


JOB_LOCATION: dict[str, Any] = {
    "Location": {"description": "The job", "schema": {"type": "string"}},
    "Preference-Applied": {"description": "respond-async", "schema": {"type": "string"}},
}
"""The headers of an answer that is a new job."""
