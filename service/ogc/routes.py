"""The standards' resources as routes: one path per collection, as QGIS reads filters only from those."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from service.negotiation import HTML, JSON, OPENAPI, SCHEMA, choose
from service.ogc import items
from service.ogc.at_once import at_once, or_store
from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.documents import descriptions, entrance, openapi_parts, schemas
from service.ogc.documents.openapi_parts import Parameter, f
from service.ogc.edits import EDITABLE
from service.ogc.edits import routes as edit_routes
from service.ogc.pages import document_answer, page_answer, stylesheet_router
from service.ogc.routing import PrefixedRouter
from service.ogc.tiles import tilesets
from service.ogc.tiles.tile import tile as answer_tile
from service.ogc.views import properties_for, viewing

Endpoint = Callable[..., Response | Awaitable[Response]]
SchemaDocument = Callable[[Request, Collection], dict[str, Any]]
Responses = dict[int | str, dict[str, Any]]

FeatureId = Annotated[str, Path(alias="featureId", description="Identifier of the feature")]
TileMatrix = Annotated[str, Path(alias="tileMatrix", description="Zoom level")]
TileRow = Annotated[str, Path(alias="tileRow", description="Row, from the north")]
TileCol = Annotated[str, Path(alias="tileCol", description="Column, from the west")]


def routers(page: Callable[[], str] | None = None) -> list[APIRouter]:
    """Return the routers of the standards' resources; ``page`` makes what a browser sees at ``/``."""
    collections = (_collection(collection) for collection in COLLECTIONS)
    return [_entrance(page), *collections, stylesheet_router()]


def _get(
    router: APIRouter,
    path: str,
    endpoint: Endpoint,
    name: str,
    summary: str,
    responses: Responses,
    parameters: Sequence[Parameter] = (),
) -> None:
    """Add a GET route; its answers are made by hand, so nothing is guessed from types."""
    router.add_api_route(
        path,
        endpoint,
        methods=["GET"],
        operation_id=name,
        summary=summary,
        description=(endpoint.__doc__ or "").strip(),
        responses=dict(responses),
        response_class=Response,
        response_model=None,
        openapi_extra={"parameters": list(parameters)},
    )


def _entrance(page: Callable[[], str] | None) -> APIRouter:
    """Return the routes that lead to the collections."""
    router = APIRouter(tags=["OGC API"])
    parts, either = openapi_parts, [f("json", "html")]
    landing, formats = entrance.landing_page(page), ["json", "html"] if page else ["json"]
    _get(router, "/", landing, "landing", "Landing page", parts.landing(page is not None), [f(*formats)])
    _get(
        router,
        "/conformance",
        entrance.conformance,
        "conformance",
        "Conformance classes",
        parts.plain("Conformance classes", html=True),
        either,
    )
    _get(router, "/api", entrance.api, "api", "OpenAPI 3.0", parts.plain("OpenAPI 3.0", OPENAPI), [f("json")])
    _get(
        router,
        "/collections",
        entrance.collections,
        "collections",
        "Collections 数据集",
        parts.linked("Collections", "collections"),
        either,
    )
    _get(
        router,
        "/tileMatrixSets",
        tilesets.list_matrix_sets,
        "getTileMatrixSetsList",
        "Tile matrix sets",
        parts.linked("Tile matrix sets", "tileMatrixSets"),
        either,
    )
    _get(
        router,
        "/tileMatrixSets/WebMercatorQuad",
        tilesets.show_matrix_set,
        "getTileMatrixSet",
        "WebMercatorQuad",
        parts.plain("Tile matrix set", html=True),
        either,
    )
    return router


def _collection(collection: Collection) -> APIRouter:
    """Return the routes of one collection."""
    router = PrefixedRouter(prefix=f"/collections/{collection.id}", tags=[collection.title])
    name = collection.id
    chosen = openapi_parts.choosing(collection)

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

    def list_tilesets(request: Request) -> Response:
        """The tilesets of the collection."""
        return tilesets.tilesets(request, collection)

    def tileset(request: Request) -> Response:
        """What the tileset holds and where its tiles are."""
        return tilesets.tileset(request, collection)

    def tilejson(request: Request) -> Response:
        """The same as TileJSON 3.0."""
        return tilesets.tilejson(request, collection)

    def tile(request: Request, matrix: TileMatrix, row: TileRow, column: TileCol) -> Response:
        """One Mapbox Vector Tile."""
        return answer_tile(request, collection, matrix, row, column)

    parts, json_only, either = openapi_parts, [f("json")], [f("json", "html")]
    tileset_path = "/tiles/WebMercatorQuad"
    tile_path = f"{tileset_path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    about = f"{collection.title}: "
    _get(router, "", describe, f"{name}.describe", collection.title, parts.linked("Collection"), either)
    for path, make, title in (
        ("schema", schemas.logical_schema, "schema"),
        ("queryables", schemas.queryables, "queryables 可查询属性"),
        ("feature-schema", schemas.geojson_schema, "schema of a GeoJSON feature"),
    ):
        _get(
            router,
            f"/{path}",
            of_schema(make),
            f"{name}.{path}",
            f"{about}{title}",
            parts.plain("JSON Schema", SCHEMA, html=True),
            either,
        )
    _get(
        router,
        "/items",
        list_items,
        f"{name}.items",
        f"{about}items",
        parts.page(collection),
        parts.items_parameters(collection),
    )
    _get(
        router,
        "/items/{featureId}",
        one_item,
        f"{name}.item",
        f"{about}one item",
        parts.feature(collection),
        [openapi_parts.CRS, openapi_parts.LARGEST_OFFSET, *openapi_parts.FILE_PARAMETERS],
    )
    json_chosen, either_chosen = [*json_only, *chosen], [*either, *chosen]
    _get(
        router,
        "/tiles",
        list_tilesets,
        f"{name}.collection.vector.getTileSetsList",
        f"{about}tilesets",
        parts.linked("Tilesets", "tilesets"),
        either_chosen,
    )
    _get(
        router,
        tileset_path,
        tileset,
        f"{name}.collection.vector.getTileSet",
        f"{about}tileset",
        parts.linked("Tileset"),
        either_chosen,
    )
    _get(
        router,
        f"{tileset_path}/tilejson",
        tilejson,
        f"{name}.tilejson",
        f"{about}TileJSON",
        parts.plain("TileJSON 3.0"),
        json_chosen,
    )
    _get(
        router,
        tile_path,
        tile,
        f"{name}.collection.vector.getTile",
        f"{about}tile",
        parts.tile(),
        [f("mvt"), *chosen],
    )
    if collection.id in EDITABLE:
        edit_routes.add(router, collection)
    return router
