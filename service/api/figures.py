"""Where figures come from: a subject's figures with file, sheet and row, and the files as received."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from service.api.dependencies import Configuration, Store
from service.api.paging import LARGEST_ID, After, Limit, Text, next_page
from service.api.problems import responses
from service.domain.hand_overs import Feed
from service.entity_tags import is_known
from service.jobs.tracing import TracedFigure, kept_file, trace

router = APIRouter(tags=["Hand-overs 数据交付"])

_BYTES = "application/octet-stream"


class Figures(BaseModel):
    """A page of figures, in the order in which they were handed over."""

    figures: list[TracedFigure]
    next: str | None = None


@router.get("/figures")
def figures(
    request: Request,
    store: Store,
    settings: Configuration,
    subject: Annotated[Text, Query(description="USCC, parcel code, or a meter 统一社会信用代码或宗地代码")],
    period: Annotated[Text | None, Query(description="2023, 2023Q3 or 2023-07 所属期")] = None,
    metric: Annotated[Text | None, Query(description="The code of a metric 指标")] = None,
    superseded: Annotated[bool, Query(description="Also those that were replaced since 含历史")] = False,
    limit: Limit = 100,
    after: After = 0,
) -> Figures:
    """Tell a subject's figures in their units, each with the file, sheet and row that states it 数据溯源."""
    size = min(limit, settings.page_size_limit)
    found = trace(
        store,
        subject,
        period=period,
        metric=metric,
        superseded=superseded,
        limit=size + 1,
        after=after,
    )
    page = found[:size]
    return Figures(figures=page, next=next_page(request, after=page[-1].id) if len(found) > size else None)


@router.get(
    "/feeds/{feed}/batches/{batch_id}/file",
    response_class=Response,
    responses={
        200: {
            "description": "The file, byte by byte as it was received",
            "content": {_BYTES: {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "You have it"},
        **responses(404),
    },
)
def file(
    request: Request, store: Store, feed: Feed, batch_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> Response:
    """Hand out the file of a hand-over exactly as it was received 下载原始文件."""
    kept = kept_file(store, batch_id, feed)
    headers = {"ETag": f'"{kept.sha256}"', "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    headers |= {
        "Content-Length": str(kept.size),
        "Content-Encoding": "identity",  # compressed on the way it would not be what the tag names
        "Content-Disposition": _as_attachment(kept.name),
        # whatever it is, no browser shows it as a page of ours
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(kept.parts(), media_type=_BYTES, headers=headers)


def _as_attachment(name: str) -> str:
    """Return the Content-Disposition that saves a file under its name, whatever signs that has (RFC 6266)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
