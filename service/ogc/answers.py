"""Representations: whether a client has one already, and the response that carries it."""

import gzip
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from service import __version__
from service.entity_tags import is_known
from service.negotiation import JSON, accepted
from service.ogc.documents.links import base_url

_COMPRESS_FROM = 1024


def etag(request: Request, *state: object) -> str:
    """Return the entity tag of this address in this state of the data."""
    digest = hashlib.blake2b(representation(request, *state).encode(), digest_size=12).hexdigest()
    return f'"{digest}"'


def representation(request: Request, *state: object) -> str:
    """Return what the bytes of an answer depend on: the address, the program, compression, and ``state``.

    The query counts as it was written, as links repeat it.
    """
    packed = takes_gzip(request)
    address = (base_url(request), request.scope["path"], request.scope["query_string"])
    return repr((__version__, address, packed, state))


def not_modified(request: Request, tag: str) -> Response | None:
    """Return 304 when the client has what the tag stands for."""
    return Response(status_code=304, headers=caching(tag)) if is_known(request, tag) else None


def answer(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    tag: str | None = None,
    headers: Mapping[str, str] | None = None,
    compress: bool = True,
) -> Response:
    """Return the body as a response, compressed when it is worth it and not so already."""
    headers = {**caching(tag), **(headers or {})}
    if compress and len(body) >= _COMPRESS_FROM and takes_gzip(request):
        # at once and fast, here in the worker thread
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=headers)


def nothing(tag: str) -> Response:
    """Return 204: it exists, and nothing is on it."""
    return Response(status_code=204, headers=caching(tag))


def json_answer(request: Request, document: Any, media_type: str = JSON) -> Response:
    """Return a document as JSON."""
    return answer(request, orjson.dumps(document), media_type)


def caching(tag: str | None) -> dict[str, str]:
    """Return the headers by which a client keeps what it has."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Encoding"}
    return headers | ({"ETag": tag} if tag else {})


def takes_gzip(request: Request) -> bool:
    """Tell whether the client takes what is compressed."""
    encodings = accepted(request.headers.get("accept-encoding", ""))
    return max((quality for name, quality in encodings if name in ("gzip", "*")), default=0) > 0
