"""The routes that lead to the collections."""

from collections.abc import Callable

from fastapi import APIRouter

from service.negotiation import OPENAPI
from service.ogc.documents import entrance, openapi_parts
from service.ogc.documents.openapi_parts import f
from service.ogc.routes.adding import get


def entrance_router(page: Callable[[], str] | None) -> APIRouter:
    """Return the routes that lead to the collections."""
    router = APIRouter(tags=["OGC API"])
    parts, either = openapi_parts, [f("json", "html")]
    landing, formats = entrance.landing_page(page), ["json", "html"] if page else ["json"]
    get(router, "/", landing, "landing", "Landing page", parts.landing(page is not None), [f(*formats)])
    get(
        router,
        "/conformance",
        entrance.conformance,
        "conformance",
        "Conformance classes",
        parts.plain("Conformance classes", html=True),
        either,
    )
    get(router, "/api", entrance.api, "api", "OpenAPI 3.0", parts.plain("OpenAPI 3.0", OPENAPI), [f("json")])
    get(
        router,
        "/collections",
        entrance.collections,
        "collections",
        "Collections 数据集",
        parts.linked("Collections", "collections"),
        either,
    )
    return router
