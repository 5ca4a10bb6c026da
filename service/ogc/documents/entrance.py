"""The ways in: landing page, conformance, the OpenAPI 3.0 document, the list of collections."""

from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from service.negotiation import HTML, JSON, OPENAPI, choose
from service.ogc.answers import answer, json_answer
from service.ogc.documents import descriptions
from service.ogc.documents.conformance import CLASSES
from service.ogc.documents.links import encodings, here
from service.ogc.documents.openapi30 import to_openapi_30
from service.ogc.pages import document_answer
from service.ogc.views import viewing


def landing_page(page: Callable[[], str] | None) -> Callable[[Request], Response]:
    """Return the endpoint of ``/``: for browsers the page, if there is one, else the landing page."""
    offers = (JSON, HTML) if page is not None else (JSON,)

    def landing(request: Request) -> Response:
        """The landing page for programs, the map for browsers."""
        if choose(request, *offers) == HTML and page is not None:
            return answer(request, page().encode(), "text/html; charset=utf-8")
        return json_answer(request, descriptions.landing_page(request, html=page is not None))

    return landing


def conformance(request: Request) -> Response:
    """The conformance classes of the standards that this service meets."""
    document = {
        "links": encodings(here(request, f=None), "Conformance classes", JSON, HTML),
        "conformsTo": list(CLASSES),
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def api(request: Request) -> Response:
    """This API in OpenAPI 3.0, for GIS clients; 3.1 is at /openapi.json."""
    media_type = choose(request, OPENAPI)
    state = request.app.state
    if not hasattr(state, "openapi_30"):
        state.openapi_30 = to_openapi_30(request.app.openapi())
    return json_answer(request, state.openapi_30, media_type)


def collections(request: Request) -> Response:
    """All collections."""
    media_type = choose(request, JSON, HTML)
    with viewing(request) as view:
        document = descriptions.collections(request, view)
    return document_answer(request, document, media_type, "collections")
