"""The routes of styles."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.documents import openapi_parts
from service.ogc.documents.openapi_parts import f
from service.ogc.routes.adding import get
from service.ogc.styles import styles

StyleId = Annotated[str, Path(alias="styleId", description="Identifier of the style")]


def styles_router() -> APIRouter:
    """Return the routes of all styles; those of one collection are among its own."""

    def list_styles(request: Request) -> Response:
        """The styles of all collections, one each, with every encoding."""
        return styles.list_styles(request, COLLECTIONS)

    def style(request: Request, style_id: StyleId) -> Response:
        """A style for MapLibre, SLD or QGIS, or its legend; what chooses a collection's data is passed on."""
        return styles.show_style(request, style_id)

    router, parts = APIRouter(tags=["Styles 样式"]), openapi_parts
    listed, either = parts.linked("Styles", "styles"), [f("json", "html")]
    get(router, "/styles", list_styles, "getStyles", "Styles 样式", listed, either)
    formats = f("mapbox", "sld", "qml", "html")
    asked = [formats, *parts.CHOOSING]
    get(router, "/styles/{styleId}", style, "getStyle", "One style", parts.style(), asked)
    return router


def add_styles(router: APIRouter, collection: Collection) -> None:
    """Add the route of a collection's styles."""

    def list_styles(request: Request) -> Response:
        """The styles of the collection."""
        return styles.list_styles(request, (collection,))

    get(
        router,
        "/styles",
        list_styles,
        f"{collection.id}.getStyles",
        f"{collection.title}: styles",
        openapi_parts.linked("Styles", "styles"),
        [f("json", "html")],
    )
