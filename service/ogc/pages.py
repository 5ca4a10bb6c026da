"""Documents as whoever asks takes them: as JSON, or as the page that `service.pages` makes of the same."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette._utils import get_route_path
from starlette.responses import Response

from service.errors import NotFound
from service.features.table import Property
from service.negotiation import HTML, JSON, name_of
from service.ogc.answers import answer, json_answer
from service.ogc.documents.links import base_url, encoded, here
from service.pages import STYLE, STYLE_VERSION, Frame, Other, render
from service.pages.page import Template

ROWS = 100
"""Features on a page of a listing for people, unless they ask for more or fewer."""

_UTF8 = f"{HTML}; charset=utf-8"


def document_answer(
    request: Request,
    document: Any,
    media_type: str,
    template: Template = "document",
    properties: Sequence[Property] = (),
) -> Response:
    """Return a document as JSON or, where that was chosen, as a page."""
    if media_type != HTML:
        return json_answer(request, document, media_type)
    return page_answer(request, document, (JSON,), template, properties)


def page_answer(
    request: Request,
    document: Mapping[str, Any],
    others: Sequence[str],
    template: Template = "document",
    properties: Sequence[Property] = (),
    tag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of a document, which is to be had in the ``others`` of its encodings too."""
    address = here(request)
    frame = Frame(
        base_url(request),
        quote(get_route_path(request.scope), safe="/:@"),
        tuple(Other(encoded(address, other), other, name_of(other).upper()) for other in others),
        here(request, token=None, offset=None) if {"token", "offset"} & request.query_params.keys() else None,
    )
    titles = {item.name: item.title for item in properties}
    page = render(frame, document, template, titles).encode()
    return answer(request, page, _UTF8, tag=tag, headers=headers)


def stylesheet_router() -> APIRouter:
    """Return the route of the stylesheet; its address changes with it, so caches may keep it."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/pages/{version}.css", _stylesheet, methods=["GET"], response_class=Response)
    return router


def _stylesheet(version: str) -> Response:
    """The stylesheet of the pages."""
    if version != STYLE_VERSION:
        raise NotFound(
            "There is no such stylesheet in this version.",
            "此版本没有该样式表。",
            place="version",
            action="Reload the page.",
        )
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(STYLE, media_type="text/css", headers=headers)
