"""Hand-overs (交付批次): receive a file, and say what became of every row."""

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from service.access.identity import Principal
from service.access.policy import masked
from service.api.dependencies import Asker, Configuration, Store
from service.api.job_documents import JOB_LOCATION, StatusInfo, ordered, wants_async
from service.api.paging import LARGEST_ID, After, Before, Limit, Text, next_page
from service.api.problems import responses
from service.api.uploads import Epsg, base_name, known_fields_only, on_disk, text_of
from service.domain.hand_overs import Feed, ImportReport, Verdict
from service.errors import NotFound
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.profiles.choosing import mapping_for
from service.jobs.following import follow_up
from service.jobs.importing import import_file, keep_file
from service.store import corrections, hand_overs
from service.workflows.orders import ImportOrder, written_down

router = APIRouter(prefix="/feeds/{feed}/batches", tags=["Hand-overs 数据交付"])

BatchId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class Batch(BaseModel):
    """One hand-over: a file as it was received, and how many of its rows became what.

    Properties that the policy hides from whoever asks are absent.
    """

    id: int
    feed: Feed | None = None
    district: str | None = None
    file_name: str | None = None
    sha256: str | None = None
    received_at: datetime | None = None
    read: int | None = None
    accepted: int | None = None
    held: int | None = None
    duplicate: int | None = None
    skipped: int | None = None
    reasons: dict[str, int] | None = Field(None, description="Rows not accepted, by reason")
    mapping: dict[str, Any] | None = Field(None, description="The mapping as applied; for analysts")
    profile: str | None = Field(None, description="The profile by which it was read 交付方案")
    corrects: int | None = Field(None, description="The batch whose held rows it settles 更正的批次")
    pulled_from: str | None = Field(None, description="The source that was pulled 来源")


class Batches(BaseModel):
    """A page of batches, the latest first."""

    batches: list[Batch]
    next: str | None = None


class SourceRow(BaseModel):
    """A row as received, and its verdict; what it held is for analysts, and absent for others."""

    id: int
    sheet: str | None = None
    row: int | None = None
    verdict: Verdict | None = None
    reason: str | None = None
    column: str | None = None
    detail: str | None = None
    content: dict[str, Any] | None = Field(None, description="Source column → text as received")
    subject: str | None = Field(None, description="Parcel code or USCC of a held row, where it can be read")
    corrects: int | None = Field(None, description="The held row that this one corrects 更正的行")
    settled_by: int | None = Field(None, description="The later row that settled this held one 更正后的行")


class SourceRows(BaseModel):
    """A page of source rows in the order of the file."""

    rows: list[SourceRow]
    next: str | None = None


@router.post(
    "",
    status_code=201,
    response_model=ImportReport,
    dependencies=[Depends(known_fields_only)],
    responses={
        200: {"model": ImportReport, "description": "Received before: nothing changed"},
        201: {
            "description": "Received; every row is accounted for",
            "headers": {"Location": {"description": "The batch", "schema": {"type": "string"}}},
        },
        202: {"model": StatusInfo, "description": "Kept; imported as a job", "headers": JOB_LOCATION},
        **responses(413, 415),
    },
)
def receive(
    request: Request,
    response: Response,
    store: Store,
    settings: Configuration,
    asker: Asker,
    feed: Feed,
    file: Annotated[UploadFile, File(description="The file as received; its ending tells the format.")],
    mapping: Annotated[
        UploadFile | str | None,
        File(description="YAML: which column fills which field 字段映射"),
    ] = None,
    profile: Annotated[
        Text | None, Form(description="A profile by name, in place of a mapping 交付方案")
    ] = None,
    district: Annotated[Text | None, Form(description="District of the parcels 行政区")] = None,
    crs: Annotated[Epsg | None, Form(description="EPSG:4549, before the file's own 坐标系")] = None,
    repair: Annotated[bool, Form(description="Mend invalid geometries, do not hold them 修复图形")] = False,
) -> Any:
    """Receive a hand-over file, wholly or not at all; rows that cannot be used are held with their reason.

    Without a mapping or profile the file uses our own names, or exactly one profile fits it. With
    ``Prefer: respond-async`` the file is kept at once and imported as a job.
    """
    text = text_of(mapping)
    name = base_name(file)
    with on_disk(file, settings.max_upload_bytes) as path:
        chosen = mapping_for(
            path,
            feed,
            mapping=parse_mapping(text) if text is not None else None,
            profile=profile,
            folder=settings.profiles_dir,
            file_name=name,
        )
        if wants_async(request, asker):
            order = ImportOrder(
                feed=feed,
                file_name=name,
                sha256=keep_file(store, path),
                mapping=written_down(chosen.mapping),
                notes=list(chosen.notes),
                district=district,
                crs=crs,
                repair=repair,
            )
            return ordered(request, asker, order, status_code=202)
        report = import_file(
            store,
            feed,
            path,
            mapping=chosen.mapping,
            district=district,
            crs=crs,
            repair=repair,
            file_name=name,
        )
    report.notes[:0] = chosen.notes
    report = follow_up(store, report)
    if report.batch_id is None:
        response.status_code = 200
    else:
        response.headers["Location"] = f"{request.url.path}/{report.batch_id}"
    return report


@router.get("", response_model_exclude_unset=True)
def batches(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    feed: Feed,
    limit: Limit = 100,
    before: Before = None,
) -> Batches:
    """List the hand-overs of a feed, the latest first."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        found = hand_overs.batches(connection, feed, limit=size + 1, before=before)
    page = [_batch(asker, row) for row in found[:size]]
    return Batches(batches=page, next=next_page(request, before=page[-1].id) if len(found) > size else None)


@router.get("/{batch_id}", response_model_exclude_unset=True, responses=responses(404))
def batch(store: Store, asker: Asker, feed: Feed, batch_id: BatchId) -> Batch:
    """Tell of one hand-over what became of its rows, and for which reasons."""
    with store.reading() as connection:
        row = hand_overs.batch(connection, batch_id, feed)
        if row is None:
            raise _no_batch(batch_id)
        return _batch(asker, row, reasons=hand_overs.reasons_of(connection, batch_id))


@router.get("/{batch_id}/rows", response_model_exclude_unset=True, responses=responses(404))
def rows(
    request: Request,
    store: Store,
    settings: Configuration,
    asker: Asker,
    feed: Feed,
    batch_id: BatchId,
    verdict: Annotated[Verdict | None, Query(description="Only rows with this verdict")] = None,
    limit: Limit = 100,
    after: After = 0,
) -> SourceRows:
    """List the rows of a hand-over as received, each with its verdict and reason."""
    size = min(limit, settings.page_size_limit)
    with store.reading() as connection:
        if hand_overs.batch(connection, batch_id, feed) is None:
            raise _no_batch(batch_id)
        found = hand_overs.rows_of(connection, batch_id, verdict=verdict, limit=size + 1, after=after)
        held = [row["id"] for row in found if row["verdict"] == Verdict.HELD]
        settled = corrections.settling(connection, held)
    page = [
        SourceRow(
            **masked(
                asker,
                "source_rows",
                {**row, "content": json.loads(row["content"]), "settled_by": settled.get(row["id"])},
            )
        )
        for row in found[:size]
    ]
    return SourceRows(rows=page, next=next_page(request, after=page[-1].id) if len(found) > size else None)


def _batch(asker: Principal, row: RowMapping, **more: object) -> Batch:
    return Batch(**masked(asker, "batches", {**row, "mapping": json.loads(row["mapping"]), **more}))


def _no_batch(batch_id: int) -> NotFound:
    return NotFound(
        f"There is no batch {batch_id} of this feed.", f"没有编号为 {batch_id} 的交付批次。", place="batch_id"
    )
