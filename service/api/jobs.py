"""Jobs (任务): OGC API Processes ``/jobs``: list, status, results, dismiss."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel

from service.access.identity import Principal
from service.access.policy import process_scope, visible
from service.api.dependencies import Asker, Configuration, Jobs, Store
from service.api.job_documents import Link, StatusInfo, itself, processes_of, status_info
from service.api.pages import PAGE, Format, page_or
from service.api.problems import base_url, responses
from service.errors import NotAllowed, NotFound
from service.store import evaluations
from service.store.database import Database
from service.workflows.jobs import Job, Status
from service.workflows.ledger import Ledger
from service.workflows.orders import ExportOrder, Process
from service.workflows.steps import export_path

router = APIRouter(prefix="/jobs", tags=["Jobs 任务"])

JobId = Annotated[str, Path(alias="jobId", max_length=100, description="Identifier of the job")]
_LARGEST_OFFSET = 100_000


class JobList(BaseModel):
    """A page of jobs, the latest first."""

    jobs: list[StatusInfo]
    links: list[Link]


@router.get("", response_model=JobList, response_model_exclude_none=True, responses=PAGE)
def jobs(
    request: Request,
    ledger: Jobs,
    settings: Configuration,
    asker: Asker,
    type: Annotated[  # noqa: ARG001 - the standard has it, and all jobs are of this type
        Literal["process"] | None, Query(description="Jobs of processes: all are")
    ] = None,
    process_id: Annotated[
        list[Process] | None, Query(alias="processID", description="Only of these processes")
    ] = None,
    status: Annotated[list[Status] | None, Query(description="Only with one of these states")] = None,
    limit: Annotated[int, Query(ge=1, description="Items on a page; the maximum counts beyond it.")] = 100,
    offset: Annotated[int, Query(ge=0, le=_LARGEST_OFFSET, description="Jobs to skip")] = 0,
    f: Format = None,  # noqa: ARG001 - read by `page_or`
) -> Any:
    """List the jobs of the processes that you may start, the latest first."""
    size = min(limit, settings.page_size_limit)
    wanted = [name for name in processes_of(asker) if process_id is None or name in process_id]
    found = ledger.listing(processes=wanted, statuses=status or (), limit=size + 1, offset=offset)
    given = request.url.remove_query_params("f").query
    links = itself(f"{base_url(request)}/jobs?{given}".rstrip("?"))
    if len(found) > size:
        query = request.url.include_query_params(offset=offset + size, limit=size).query
        links.append(Link(href=f"{base_url(request)}/jobs?{query}", rel="next", title="Next page 下一页"))
    listed = JobList(jobs=[status_info(request, job) for job in found[:size]], links=links)
    return page_or(request, listed)


@router.get(
    "/{jobId}",
    response_model=StatusInfo,
    response_model_exclude_none=True,
    responses={**PAGE, **responses(404)},
)
def job(
    request: Request,
    ledger: Jobs,
    asker: Asker,
    number: JobId,
    f: Format = None,  # noqa: ARG001 - read by `page_or`
) -> Any:
    """Tell where a job stands."""
    return page_or(request, status_info(request, _visible(ledger, asker, number)))


@router.get("/{jobId}/results", responses=responses(403, 404, 409, 500, 503))
def results(request: Request, ledger: Jobs, store: Store, asker: Asker, number: JobId) -> dict[str, Any]:
    """Give what a job came to; of one that failed, the problem; 404 while it runs."""
    found = _visible(ledger, asker, number)
    if found.problem is not None:
        raise found.problem.as_error()
    if found.result is None:
        raise NotFound(
            f"The job is {found.status}; there are no results.",
            "任务尚无结果。",
            code="result-not-ready",
            place="jobId",
            action="Ask for its status until it is successful.",
        )
    if found.process != "export":
        return {_OUTPUTS[found.process]: found.result}
    order = _exported(store, asker, found)
    return {
        "file": {
            "href": f"{base_url(request)}/jobs/{found.id}/file",
            "type": order.format.media_type,
            "title": found.result["file_name"],
        },
        "parcels": found.result["parcels"],
    }


@router.get(
    "/{jobId}/file",
    response_class=FileResponse,
    responses={
        200: {"description": "The file that an export wrote", "content": {"application/octet-stream": {}}},
        **responses(403, 404),
    },
)
def file(ledger: Jobs, store: Store, settings: Configuration, asker: Asker, number: JobId) -> FileResponse:
    """Give the file that an export wrote, to those who may see all of its properties."""
    found = _visible(ledger, asker, number)
    if found.process != "export" or found.status != "successful":
        raise NotFound("This job has no file.", "该任务没有文件。", code="result-not-ready", place="jobId")
    order = _exported(store, asker, found)
    path = export_path(settings, found.id, order)
    if not path.is_file():
        raise NotFound(
            "The file of this export is no longer there.",
            "导出文件已不存在。",
            code="export-gone",
            place="jobId",
            action="Order the export again.",
        )
    name = f"scores-{order.evaluation_id}{order.format.suffix}"
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=order.format.media_type, filename=name, headers=headers)


@router.delete("/{jobId}", response_model_exclude_none=True, responses=responses(404))
def dismiss(
    request: Request, ledger: Jobs, settings: Configuration, asker: Asker, number: JobId
) -> StatusInfo:
    """Cancel a job; one that is over is forgotten, with the file that it wrote."""
    found = _visible(ledger, asker, number)
    if not found.is_over:
        return status_info(request, ledger.dismiss(found.id))
    ledger.remove(found.id)
    if found.process == "export":
        export_path(settings, found.id, ExportOrder.model_validate(found.order)).unlink(missing_ok=True)
    return status_info(request, found, status="dismissed")


_OUTPUTS: dict[Process, str] = {"import": "report", "evaluate": "evaluation", "pull": "pull"}
"""Process → the name of its one output."""


def _visible(ledger: Ledger, asker: Principal, number: str) -> Job:
    """Return a job of a process that the asker may start; others are not there."""
    found = ledger.get(number)
    if not asker.may(process_scope(found.process)):
        raise NotFound(f"There is no job {found.id}.", "没有该任务。", code="no-such-job", place="jobId")
    return found


def _exported(store: Database, asker: Principal, found: Job) -> ExportOrder:
    """Return the order of an export whose evaluation and properties the asker may see."""
    order = ExportOrder.model_validate(found.order)
    with store.reading() as connection:
        row = evaluations.get(connection, order.evaluation_id)
    if row is None or (row["status"] != "published" and not asker.sees_drafts):
        raise NotFound(f"There is no job {found.id}.", "没有该任务。", code="no-such-job", place="jobId")
    if not set(order.properties) <= visible(asker, "scores"):
        raise NotAllowed(
            "The export holds properties that this key may not see.",
            "导出内容超出该密钥的权限。",
            code="scope-missing",
            action="Order an export of your own: it holds what you may see.",
        )
    return order
