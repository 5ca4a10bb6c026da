"""Features as files: in every format but GeoJSON, with what a page says about itself in headers.

A file holds everything that matches, as who asks for a file wants it whole; ``limit`` and the setting
``download_limit`` make parts of it, each with a link to the next in the header ``Link`` (RFC 8288).
"""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from service.errors import InvalidParameter
from service.features.formats.content import CHUNK, Content
from service.features.formats.formats import FORMATS, Format
from service.negotiation import GEOJSON
from service.ogc.answers import answer, caching, takes_gzip
from service.ogc.documents.links import Here, here, link

FILES = {each.media_type: each for each in FORMATS}
"""Media type → format."""

PARAMETERS = {"geometry": ("csv", ("none", "wkt")), "encoding": ("shp", ("utf-8", "gbk"))}
"""Parameter → the ``f`` of the format that it is for, and its values."""


def read_options(request: Request, media_type: str) -> dict[str, Any]:
    """Return what is asked of a format beside itself, as options of `Content`.

    Raises `InvalidParameter` for another value, or another format than the one that knows the parameter.
    """
    given: dict[str, str] = {}
    for name, (f, values) in PARAMETERS.items():
        if (value := request.query_params.get(name)) is None:
            continue
        if media_type not in FILES or FILES[media_type].f != f:
            raise InvalidParameter(
                f"{name} is for f={f} alone.", f"{name} 仅用于 f={f}。", place=f"query parameter {name}"
            )
        if value.lower() not in values:
            raise InvalidParameter(
                f"{name} takes {' or '.join(values)}.",
                f"{name} 只能为 {' 或 '.join(values)}。",
                place=f"query parameter {name}",
            )
        given[name] = value.lower()
    return {"wkt": given.get("geometry") == "wkt", "encoding": given.get("encoding", "utf-8")}


def alternates(address: Here) -> list[dict[str, Any]]:
    """Return the links to what is shown in every format."""
    return [link(address.encoded(each.f), "alternate", each.media_type, each.title) for each in FORMATS]


def page_headers(
    request: Request, media_type: str, matched: int, returned: int, following: str | None
) -> dict[str, str]:
    """Return what a page of GeoJSON says in its body: how many there are, and where the next ones are."""
    links = [(here(request), "self", media_type), (here(request, f="json"), "alternate", GEOJSON)]
    if following is not None:
        links.append((following, "next", media_type))
    return {
        "Link": ", ".join(f'<{href}>; rel="{rel}"; type="{kind}"' for href, rel, kind in links),
        "OGC-NumberMatched": str(matched),
        "OGC-NumberReturned": str(returned),
    }


def answer_file(
    request: Request, content: Content, format: Format, *, tag: str, headers: Mapping[str, str]
) -> Response:
    """Answer with the file: a small one at once, others in parts as they are made.

    Raises what a format cannot hold before anything is sent.
    """
    name = f'attachment; filename="{content.name}{format.suffix}"'
    about = {
        **headers,
        "Content-Disposition": name,
        "Content-Crs": f"<{content.crs.uri}>",
    }
    media_type = (
        f"{format.media_type}; charset=utf-8" if format.media_type == "text/csv" else format.media_type
    )
    with ExitStack() as stack:
        parts = stack.enter_context(format.opened(content))
        if content.size <= CHUNK:
            compress = not format.compressed
            return answer(request, b"".join(parts), media_type, tag=tag, headers=about, compress=compress)
        about = caching(tag) | about
        if takes_gzip(request) and not format.compressed:
            parts = _gzipped(parts)
            about["Content-Encoding"] = "gzip"
        return _Parts(parts, stack.pop_all(), media_type, about)


class _Parts(StreamingResponse):
    """A response in parts, made in a worker thread; what they come from is let go in the end."""

    def __init__(
        self, parts: Iterator[bytes], held: ExitStack, media_type: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(parts, media_type=media_type, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the parts."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await run_in_threadpool(self._held.close)


def _gzipped(parts: Iterator[bytes]) -> Iterator[bytes]:
    # 16 more than the largest window asks for the head of gzip, which names no time
    pack = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for part in parts:
        if packed := pack.compress(part):
            yield packed
    yield pack.flush()
