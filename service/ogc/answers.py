"""Representations: which one a client takes, whether it has it already, and the response that carries it."""

import gzip
import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service import __version__
from service.errors import InvalidParameter

JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
MVT = "application/vnd.mapbox-vector-tile"

# what a client names and what it then also takes: GeoJSON is JSON, and tiles have had several names
_ALSO = {
    GEOJSON: {JSON, "application/vnd.geo+json"},
    SCHEMA: {JSON},
    OPENAPI: {JSON, "application/vnd.oai.openapi+json", "application/openapi+json"},
    MVT: {"application/x-protobuf", "application/vnd.mvt", "application/octet-stream"},
}
_BY_F = {"json": {JSON, GEOJSON, SCHEMA, OPENAPI}, "geojson": {GEOJSON}, "html": {HTML}, "mvt": {MVT}}
_COMPRESS_FROM = 1024


def choose(request: Request, *offers: str) -> str:
    """Return the media type to answer with: the one the parameter ``f`` or the Accept header likes best.

    Raises `InvalidParameter` for an ``f`` that this resource has not, HTTP 406 for an Accept it cannot meet.
    """
    if (wanted := request.query_params.get("f")) is not None:
        for offer in offers:
            if offer in _BY_F.get(wanted, ()):
                return offer
        names = [name for name, types in _BY_F.items() if types & set(offers)]
        raise InvalidParameter(
            f"There is no representation {wanted!r} here.",
            f"此资源没有 {wanted!r} 格式。",
            place="query parameter f",
            action=f"Use f={names[0]}." if len(names) == 1 else f"Use one of f={', '.join(names)}.",
        )
    ranges = _accepted(request.headers.get("accept", "*/*"))
    quality = {offer: _quality(offer, ranges) for offer in offers}
    best = max(offers, key=lambda offer: quality[offer])  # the first of equals
    if quality[best] <= 0:
        raise HTTPException(406, f"This can be had as {' or '.join(offers)}.")
    return best


def etag(request: Request, *state: object, weak: bool) -> str:
    """Return the entity tag of this address in this state of the data.

    Weak where the body tells when it was made. The encoding is part of it: a tag names bytes.
    """
    content = (
        __version__,
        request.url.path,
        sorted(request.query_params.multi_items()),
        _takes_gzip(request),
    )
    digest = hashlib.blake2b(repr((content, state)).encode(), digest_size=12).hexdigest()
    return f'W/"{digest}"' if weak else f'"{digest}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """Return 304 when the client has what the tag stands for."""
    known = request.headers.get("if-none-match")
    if known is None:
        return None
    tags = {item.strip().removeprefix("W/") for item in known.split(",")}
    if tag.removeprefix("W/") in tags or "*" in tags:
        return Response(status_code=304, headers=_caching(tag))
    return None


def answer(request: Request, body: bytes, media_type: str, *, tag: str | None = None) -> Response:
    """Return the body as a response, compressed when it is worth it."""
    headers = _caching(tag)
    if len(body) >= _COMPRESS_FROM and _takes_gzip(request):
        # at once and fast, here in the worker thread
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type=media_type, headers=headers)


def nothing(tag: str) -> Response:
    """Return 204: it exists, and nothing is on it."""
    return Response(status_code=204, headers=_caching(tag))


def json_answer(request: Request, document: Any, media_type: str = JSON) -> Response:
    """Return a document as JSON."""
    return answer(request, orjson.dumps(document), media_type)


def _caching(tag: str | None) -> dict[str, str]:
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept, Accept-Encoding"}
    return headers | ({"ETag": tag} if tag else {})


def _takes_gzip(request: Request) -> bool:
    accepted = _accepted(request.headers.get("accept-encoding", ""))
    return max((quality for name, quality in accepted if name in ("gzip", "*")), default=0) > 0


def _accepted(header: str) -> list[tuple[str, float]]:
    """Return what an Accept header names, without parameters, with its quality (1 where malformed)."""
    found = []
    for item in header.split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 1.0
        if name:
            found.append((name, quality))
    return found


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Return how much a client likes a media type: the most specific range decides (RFC 9110, 12.5.1)."""
    plain = offer.partition(";")[0]
    names = {plain} | _ALSO.get(offer, set())
    for candidates in (names, {f"{plain.partition('/')[0]}/*"}, {"*/*"}):
        found = [quality for name, quality in ranges if name in candidates]
        if found:
            return max(found)
    return 0.0
