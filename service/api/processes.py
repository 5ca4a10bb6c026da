"""Processes (处理流程): OGC API Processes ``/processes``: what may be ordered, and the ordering."""

import base64
import binascii
import tempfile
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from service import __version__
from service.access.identity import Principal
from service.access.policy import visible
from service.api.dependencies import Asker, Configuration, Store
from service.api.evaluations import EvaluationRequest, evaluation_order, visible_evaluation
from service.api.job_documents import (
    JOB_LOCATION,
    REL,
    Link,
    StatusInfo,
    itself,
    ordered,
    wants_async,
)
from service.api.pages import PAGE, Format, page_or
from service.api.paging import LARGEST_ID, Text
from service.api.problems import base_url, responses
from service.api.uploads import Epsg
from service.api.validation import json_body_only
from service.domain.hand_overs import Feed
from service.errors import InvalidParameter, NotFound
from service.feeds.mappings.mapping import parse_mapping
from service.jobs import evaluating
from service.jobs.exporting import ExportFormat, exportable
from service.jobs.importing import keep_file
from service.jobs.pulling import Sources
from service.store import received
from service.store.database import Database
from service.workflows.orders import ExportOrder, ImportOrder, Process, PullOrder, written_down

router = APIRouter(prefix="/processes", tags=["Processes 处理流程"])

_EXECUTE = f"{REL}execute"
FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\.][^\x00-\x1f\x7f/\\]*$"),
]


class _Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ImportInputs(_Inputs):
    """The file: in Base64, or by the SHA-256 of one that the store keeps."""

    feed: Feed = Field(description="What the file hands over 数据类别")
    file_name: FileName = Field(description="Its name as received; the ending tells the format 文件名")
    file: str | None = Field(None, description="Content in Base64, for small files 文件内容")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="Of a file that the store keeps 已保存文件的校验值"
    )
    mapping: Annotated[str, StringConstraints(max_length=256 * 1024)] | None = Field(
        None, description="YAML: which column fills which field 字段映射"
    )
    district: Text | None = Field(None, description="District of the parcels 行政区")
    crs: Epsg | None = Field(None, description="EPSG:4549, before the file's own 坐标系")
    repair: bool = Field(False, description="Mend invalid geometries, do not hold them 修复图形")

    @model_validator(mode="after")
    def _one_file(self) -> "ImportInputs":
        if (self.file is None) == (self.sha256 is None):
            raise ValueError("name the file by either `file` or `sha256`")
        return self


class EvaluateInputs(EvaluationRequest):
    """What to evaluate: by which scheme, for which period and district."""


class ExportInputs(_Inputs):
    """Which evaluation to write, and how."""

    evaluation: Annotated[int, Field(ge=1, le=LARGEST_ID, description="Its number 评价编号")]
    format: ExportFormat = Field(ExportFormat.GEOPACKAGE, description="Format of the file 格式")


class PullInputs(_Inputs):
    """Which source to pull."""

    source: Annotated[
        str, StringConstraints(min_length=1, max_length=63), Field(description="Its name 数据源名称")
    ]
    afresh: bool = Field(False, description="Forget how far an unfinished pull came 重新开始")


Inputs = TypeVar("Inputs", bound=BaseModel)


class Execute(BaseModel, Generic[Inputs]):
    """An order: the inputs of a process. Outputs are always given, and as a document."""

    model_config = ConfigDict(extra="forbid")

    inputs: Inputs
    outputs: dict[str, Any] | None = Field(None, description="All outputs are given, whatever is named")
    response: Literal["document"] = "document"


class ProcessSummary(BaseModel):
    """A process, as it stands in the list."""

    id: Process
    version: str = __version__
    title: str
    description: str
    jobControlOptions: list[Literal["sync-execute", "async-execute", "dismiss"]]  # noqa: N815
    outputTransmission: list[Literal["value", "reference"]]  # noqa: N815
    links: list[Link]


class ProcessDescription(ProcessSummary):
    """A process with its inputs and outputs, each with title and JSON Schema."""

    inputs: dict[str, Any]
    outputs: dict[str, Any]


class ProcessList(BaseModel):
    """All processes."""

    processes: list[ProcessSummary]
    links: list[Link]


_ABOUT: dict[Process, tuple[str, str, type[BaseModel], dict[str, Any]]] = {
    "import": (
        "Import a hand-over 导入交付文件",
        "Reads a file and stores every row of it with its verdict, wholly or not at all.",
        ImportInputs,
        {"report": {"title": "What became of its rows 导入结果", "schema": {"type": "object"}}},
    ),
    "evaluate": (
        "Evaluate a district 评价",
        "Evaluates the parcels of a district for a period; the result is a draft until it is published.",
        EvaluateInputs,
        {"evaluation": {"title": "The evaluation 评价", "schema": {"type": "object"}}},
    ),
    "export": (
        "Export an evaluation 导出评价结果",
        "Writes the scores of an evaluation, as far as you may see them, to a file.",
        ExportInputs,
        {
            "file": {"title": "Where the file is 文件", "schema": {"type": "object"}},
            "parcels": {"title": "Parcels in it 宗地数", "schema": {"type": "integer"}},
        },
    ),
    "pull": (
        "Pull a source 汇聚数据源",
        "Fetches the pages of a source that are new, imports them, and moves its watermark behind them.",
        PullInputs,
        {"pull": {"title": "What it did 汇聚结果", "schema": {"type": "object"}}},
    ),
}
_SYNC: set[Process] = {"evaluate"}


@router.get("", response_model=ProcessList, response_model_exclude_none=True, responses=PAGE)
def processes(request: Request, f: Format = None) -> Any:  # noqa: ARG001 - read by `page_or`
    """List what may be ordered."""
    links = itself(f"{base_url(request)}/processes")
    return page_or(request, ProcessList(processes=[_summary(request, name) for name in _ABOUT], links=links))


@router.get(
    "/{processId}",
    response_model=ProcessDescription,
    response_model_exclude_none=True,
    responses={**PAGE, **responses(404)},
)
def process(
    request: Request,
    name: Annotated[str, PathParameter(alias="processId", max_length=100)],
    f: Format = None,  # noqa: ARG001 - read by `page_or`
) -> Any:
    """Tell what a process takes and gives."""
    for known in _ABOUT:
        if known == name:
            return page_or(request, _description(request, known))
    raise NotFound("There is no such process.", "没有该处理流程。", code="no-such-process", place="processId")


def _answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    created = {"model": StatusInfo, "description": "Accepted as a job", "headers": JOB_LOCATION}
    return {201: created, **responses(*statuses)}


@router.post(
    "/import/execution",
    status_code=201,
    response_model=None,
    dependencies=[Depends(json_body_only)],
    responses=_answers(404, 413, 415),
)
def execute_import(request: Request, store: Store, asker: Asker, order: Execute[ImportInputs]) -> Response:
    """Import a file as a job; whole files larger than 1 MiB go to ``POST /feeds/{feed}/batches``."""
    wanted = order.inputs
    mapping = parse_mapping(wanted.mapping) if wanted.mapping is not None else None
    sha256 = wanted.sha256 or _keep(store, wanted)
    with store.reading() as connection:
        if not received.is_kept(connection, sha256):
            raise NotFound("The store keeps no such file.", "库中没有此文件。", place="/inputs/sha256")
    job = ImportOrder(
        feed=wanted.feed,
        file_name=wanted.file_name,
        sha256=sha256,
        mapping=written_down(mapping),
        district=wanted.district,
        crs=wanted.crs,
        repair=wanted.repair,
    )
    return ordered(request, asker, job, status_code=201)


@router.post(
    "/evaluate/execution",
    status_code=201,
    response_model=None,
    dependencies=[Depends(json_body_only)],
    responses={
        200: {
            "description": "Evaluated at once",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **_answers(404, 409, 413, 415),
    },
)
def execute_evaluate(
    request: Request, response: Response, store: Store, asker: Asker, order: Execute[EvaluateInputs]
) -> Any:
    """Evaluate at once, or with ``Prefer: respond-async`` as a job."""
    job, scheme = evaluation_order(asker, order.inputs)
    if wants_async(request, asker):
        return ordered(request, asker, job, status_code=201)
    response.status_code = 200
    done = evaluating.evaluate(store, scheme, order.inputs.period, order.inputs.district)
    return {"evaluation": done.model_dump(mode="json", exclude={"repeated"})}


@router.post(
    "/export/execution",
    status_code=201,
    response_model=None,
    dependencies=[Depends(json_body_only)],
    responses=_answers(404, 413, 415),
)
def execute_export(request: Request, store: Store, asker: Asker, order: Execute[ExportInputs]) -> Response:
    """Export as a job; the file holds what you may see."""
    with store.reading() as connection:
        visible_evaluation(connection, asker, order.inputs.evaluation)
    job = ExportOrder(
        evaluation_id=order.inputs.evaluation,
        format=order.inputs.format,
        properties=_seen(asker),
    )
    return ordered(request, asker, job, status_code=201)


@router.post(
    "/pull/execution",
    status_code=201,
    response_model=None,
    dependencies=[Depends(json_body_only)],
    responses=_answers(404, 413, 415),
)
def execute_pull(
    request: Request, settings: Configuration, asker: Asker, order: Execute[PullInputs]
) -> Response:
    """Pull a source as a job; killed amid it, the job goes on behind the last page that was kept."""
    Sources.of(settings).get(order.inputs.source)
    job = PullOrder(source=order.inputs.source, afresh=order.inputs.afresh)
    return ordered(request, asker, job, status_code=201)


def _seen(asker: Principal) -> list[str]:
    seen = visible(asker, "scores")
    return [name for name in exportable() if name in seen]


def _keep(store: Database, wanted: ImportInputs) -> str:
    try:
        content = base64.b64decode(wanted.file or "", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameter(
            "The file is not Base64.", "文件内容不是 Base64。", place="/inputs/file"
        ) from None
    with tempfile.TemporaryDirectory(prefix="mujun-") as folder:
        path = Path(folder, "received")
        path.write_bytes(content)
        return keep_file(store, path)


def _summary(request: Request, name: Process) -> ProcessSummary:
    title, description, _, outputs = _ABOUT[name]
    address = f"{base_url(request)}/processes/{name}"
    return ProcessSummary(
        id=name,
        title=title,
        description=description,
        jobControlOptions=["async-execute", "dismiss", *(["sync-execute"] if name in _SYNC else [])],
        outputTransmission=["reference" if "file" in outputs else "value"],
        links=[
            *itself(address, title),
            Link(href=f"{address}/execution", rel=_EXECUTE, title=f"Order: {title}"),
        ],
    )


def _description(request: Request, name: Process) -> ProcessDescription:
    _, _, form, outputs = _ABOUT[name]
    schema = form.model_json_schema(ref_template="#/$defs/{model}")
    shared = schema.get("$defs", {})
    inputs = {}
    for field, found in schema["properties"].items():
        resolved = _resolved(found, shared)
        about = resolved.pop("description", field)
        needed = field in schema.get("required", ())
        inputs[field] = {"title": about, "minOccurs": int(needed), "maxOccurs": 1, "schema": resolved}
    return ProcessDescription(**_summary(request, name).model_dump(), inputs=inputs, outputs=outputs)


def _resolved(schema: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """Return a field's schema with what it refers to written out, as a description stands alone."""
    whole = dict(schema)
    if "$ref" in whole:
        named = dict(shared[whole.pop("$ref").rpartition("/")[2]])
        named.pop("description", None)
        whole = {**named, **whole}
    return whole
