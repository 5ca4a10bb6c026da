"""Corrections (更正): held rows of a hand-over, corrected one by one or in a workbook, or read again."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from service.access.identity import Principal
from service.access.policy import masked
from service.api.batches import BatchId
from service.api.dependencies import Asker, Configuration, Store
from service.api.paging import LARGEST_ID
from service.api.problems import responses
from service.api.uploads import Epsg, base_name, known_fields_only, on_disk
from service.domain.hand_overs import Feed, ImportReport
from service.errors import NotAllowed
from service.feeds import held_sheet
from service.jobs import correcting
from service.jobs.correcting import Change, Treatment
from service.jobs.following import follow_up

router = APIRouter(prefix="/feeds/{feed}/batches/{batch_id}/corrections", tags=["Hand-overs 数据交付"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": ImportReport, "description": "The same was said before: nothing changed"},
    201: {
        "description": "Read again; every row is accounted for",
        "headers": {"Location": {"description": "The batch that amends", "schema": {"type": "string"}}},
    },
}


class CorrectedRow(BaseModel):
    """A held row as it should be read: cells by source column, or dismissed; neither: as it stands."""

    model_config = ConfigDict(extra="forbid")

    id: int = Field(ge=1, le=LARGEST_ID, description="Of the held row")
    content: dict[str, str] = Field({}, max_length=1000, description="Source column → text as it should be")
    dismiss: bool = Field(False, description="Do not use this row 不予采用")


class CorrectedRows(BaseModel):
    """Held rows to read again; without ``rows`` all that are open."""

    model_config = ConfigDict(extra="forbid")

    rows: list[CorrectedRow] | None = Field(None, min_length=1, max_length=100_000)
    crs: Epsg | None = Field(None, description="As for an import; else as it was imported 坐标系")
    repair: bool = Field(False, description="Mend invalid geometries 修复图形")


@router.post("", status_code=201, responses={**_ANSWERS, **responses(404, 409)})
def correct(
    request: Request,
    response: Response,
    store: Store,
    asker: Asker,
    feed: Feed,
    batch_id: BatchId,
    corrected: CorrectedRows,
) -> ImportReport:
    """Read held rows again, corrected, and store what they state now as a batch that amends this one."""
    changes = None
    if corrected.rows is not None:
        changes = [Change(row.id, row.content, row.dismiss) for row in corrected.rows]
    treatment = Treatment(crs=corrected.crs, repair=corrected.repair)
    report = correcting.correct(store, batch_id, changes, feed=feed, treatment=treatment, by=asker.name)
    return _answer(request, response, follow_up(store, report))


@router.get(
    "/workbook",
    response_class=Response,
    responses={
        200: {"content": {XLSX: {}}, "description": "The open held rows, their reasons beside them"},
        **responses(404, 413),
    },
)
def workbook(store: Store, asker: Asker, feed: Feed, batch_id: BatchId) -> Response:
    """Give the held rows that nothing has settled as a workbook, to be corrected and handed in again.

    Cells are text, whatever they look like; those that hold what was received are for analysts.
    """
    _, rows = correcting.held_rows(store, batch_id, feed)
    content = held_sheet.write([masked(asker, "source_rows", row) for row in rows])
    name = f'attachment; filename="held-{batch_id}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


@router.post(
    "/workbook",
    status_code=201,
    dependencies=[Depends(known_fields_only)],
    responses={**_ANSWERS, **responses(403, 404, 409, 413, 415)},
)
def correct_by_workbook(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    feed: Feed,
    batch_id: BatchId,
    file: Annotated[UploadFile, File(description="The workbook of held rows, corrected 更正后的待核行")],
    repair: Annotated[bool, Form(description="Mend invalid geometries 修复图形")] = False,
) -> ImportReport:
    """Read held rows again as the workbook that was given out says, after a person worked on it."""
    _require_sight(asker)
    name = base_name(file)
    with on_disk(file, settings.max_upload_bytes) as path:
        report = correcting.correct_by_workbook(
            store,
            batch_id,
            path,
            file_name=name,
            feed=feed,
            treatment=Treatment(repair=repair),
            by=asker.name,
        )
    return _answer(request, response, follow_up(store, report))


def _require_sight(asker: Principal) -> None:
    # a workbook of somebody who did not see the cells would say that all of them are empty
    if not asker.may("analyst"):
        raise NotAllowed(
            "Correcting by workbook needs the scope 'analyst', as the workbook holds the rows' cells.",
            "以工作簿更正需要 'analyst' 权限，因为其中含有行内容。",
            code="scope-missing",
            action="Correct single cells with POST …/corrections. 可逐格更正。",
        )


def _answer(request: Request, response: Response, report: ImportReport) -> ImportReport:
    if report.batch_id is None:
        response.status_code = 200
    else:
        feeds = request.url.path.partition("/batches/")[0]
        response.headers["Location"] = f"{feeds}/batches/{report.batch_id}"
    return report
