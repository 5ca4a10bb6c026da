"""The routes of one collection, under paths of its own, as QGIS reads filters only from those."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from service.negotiation import HTML, JSON, SCHEMA, choose
from service.ogc import items
from service.ogc.at_once import at_once, or_store
from service.ogc.collections import Collection
from service.ogc.documents import descriptions, openapi_parts, schemas
from service.ogc.documents.openapi_parts import f
from service.ogc.edits import EDITABLE
from service.ogc.edits import routes as edit_routes
from service.ogc.pages import document_answer, page_answer
from service.ogc.routes.adding import Endpoint, get
from service.ogc.routes.prefixed import PrefixedRouter
from service.ogc.routes.styles import add_styles
from service.ogc.routes.tiles import add_tiles
from service.ogc.views import properties_for, viewing

SchemaDocument = Callable[[Request, Collection], dict[str, Any]]

FeatureId = Annotated[str, Path(alias="featureId", description="Identifier of the feature")]


def collection_router(collection: Collection) -> APIRouter:
    """Return the routes of one collection."""
    router = PrefixedRouter(prefix=f"/collections/{collection.id}", tags=[collection.title])
    name = collection.id

    def describe(request: Request) -> Response:
        """What the collection is, where it lies in space and time, and where its items and tiles are."""
        media_type = choose(request, JSON, HTML)
        with viewing(request) as view:
            document = descriptions.collection_document(request, view, collection)
        properties = properties_for(request, collection)
        return document_answer(request, document, media_type, "collection", properties)

    def of_schema(make: SchemaDocument) -> Endpoint:
        def schema(request: Request) -> Response:
            document, media_type = make(request, collection), choose(request, SCHEMA, HTML)
            if media_type == HTML:
                return page_answer(request, document, (SCHEMA,))
            return document_answer(request, document, media_type)

        schema.__doc__ = make.__doc__
        return schema

    def list_items(request: Request) -> Response:
        """Features, page by page: follow the link `next`. Every property is a filter, and so is `filter`."""
        return or_store(items.items, request, collection)

    async def one_item(request: Request, feature_id: FeatureId) -> Response:
        """One feature by its identifier."""
        return await at_once(items.item, request, collection, feature_id)

    parts, either = openapi_parts, [f("json", "html")]
    about = f"{collection.title}: "
    get(router, "", describe, f"{name}.describe", collection.title, parts.linked("Collection"), either)
    for path, make, title in (
        ("schema", schemas.logical_schema, "schema"),
        ("queryables", schemas.queryables, "queryables 可查询属性"),
        ("feature-schema", schemas.geojson_schema, "schema of a GeoJSON feature"),
    ):
        get(
            router,
            f"/{path}",
            of_schema(make),
            f"{name}.{path}",
            f"{about}{title}",
            parts.plain("JSON Schema", SCHEMA, html=True),
            either,
        )
    get(
        router,
        "/items",
        list_items,
        f"{name}.items",
        f"{about}items",
        parts.page(collection),
        parts.items_parameters(collection),
    )
    get(
        router,
        "/items/{featureId}",
        one_item,
        f"{name}.item",
        f"{about}one item",
        parts.feature(collection),
        [openapi_parts.CRS, openapi_parts.LARGEST_OFFSET, *openapi_parts.FILE_PARAMETERS],
    )
    add_tiles(router, collection)
    add_styles(router, collection)
    if collection.id in EDITABLE:
        edit_routes.add(router, collection)
    return router
