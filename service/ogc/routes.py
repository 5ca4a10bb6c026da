"""The standards' resources as routes: one path per collection, as QGIS reads filters only from those."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from service.features.tiles import MATRIX_SETS, WEB_MERCATOR_QUAD, MatrixSet
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
from service.ogc.styles import styles
from service.ogc.tiles import tilesets
from service.ogc.tiles.tile import tile as answer_tile
from service.ogc.views import properties_for, viewing

Endpoint = Callable[..., Response | Awaitable[Response]]
SchemaDocument = Callable[[Request, Collection], dict[str, Any]]
Responses = dict[int | str, dict[str, Any]]

FeatureId = Annotated[str, Path(alias="featureId", description="Identifier of the feature")]
TileMatrix = Annotated[str, Path(alias="tileMatrix", description="Zoom level")]
TileRow = Annotated[str, Path(alias="tileRow", description="Row, from the north")]
StyleId = Annotated[str, Path(alias="styleId", description="Identifier of the style")]
TileCol = Annotated[str, Path(alias="tileCol", description="Column, from the west")]


def routers(page: Callable[[], str] | None = None) -> list[APIRouter]:
    """Return the routers of the standards' resources; ``page`` makes what a browser sees at ``/``."""
    collections = (_collection(collection) for collection in COLLECTIONS)
    return [_entrance(page), *collections, _styles(), stylesheet_router()]


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
    for matrix_set in MATRIX_SETS.values():
        _get(
            router,
            f"/tileMatrixSets/{matrix_set.id}",
            _showing(matrix_set),
            f"getTileMatrixSet{_of(matrix_set)}",
            matrix_set.id,
            parts.plain("Tile matrix set", html=True),
            either,
        )
    return router


def _showing(matrix_set: MatrixSet) -> Endpoint:
    def show(request: Request) -> Response:
        """How the world is cut into tiles."""
        return tilesets.show_matrix_set(request, matrix_set)

    return show


def _of(matrix_set: MatrixSet) -> str:
    """Return what tells the operations of a matrix set from those of the first one."""
    return "" if matrix_set is WEB_MERCATOR_QUAD else f".{matrix_set.id}"


def _styles() -> APIRouter:
    """Return the routes of all styles; those of one collection are among its own."""

    def list_styles(request: Request) -> Response:
        """The styles of all collections, one each, with every encoding."""
        return styles.list_styles(request, COLLECTIONS)

    def style(request: Request, style_id: StyleId) -> Response:
        """A style for MapLibre, SLD or QGIS, or its legend; what chooses a collection's data is passed on."""
        return styles.show_style(request, style_id)

    router, parts = APIRouter(tags=["Styles 样式"]), openapi_parts
    listed, either = parts.linked("Styles", "styles"), [f("json", "html")]
    _get(router, "/styles", list_styles, "getStyles", "Styles 样式", listed, either)
    formats = f("mapbox", "sld", "qml", "html")
    asked = [formats, *parts.CHOOSING]
    _get(router, "/styles/{styleId}", style, "getStyle", "One style", parts.style(), asked)
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

    def list_styles(request: Request) -> Response:
        """The styles of the collection."""
        return styles.list_styles(request, (collection,))

    parts, either = openapi_parts, [f("json", "html")]
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
    _get(
        router,
        "/tiles",
        list_tilesets,
        f"{name}.collection.vector.getTileSetsList",
        f"{about}tilesets",
        parts.linked("Tilesets", "tilesets"),
        [*either, *chosen],
    )
    for matrix_set in MATRIX_SETS.values():
        _tileset(router, collection, matrix_set)
    _get(
        router,
        "/styles",
        list_styles,
        f"{name}.getStyles",
        f"{about}styles",
        parts.linked("Styles", "styles"),
        either,
    )
    if collection.id in EDITABLE:
        edit_routes.add(router, collection)
    return router


def _tileset(router: APIRouter, collection: Collection, matrix_set: MatrixSet) -> None:
    """Add the routes of a collection's tiles in a matrix set."""

    def tileset(request: Request) -> Response:
        """What the tileset holds and where its tiles are."""
        return tilesets.tileset(request, collection, matrix_set)

    def tilejson(request: Request) -> Response:
        """The same as TileJSON 3.0."""
        return tilesets.tilejson(request, collection, matrix_set)

    def tile(request: Request, matrix: TileMatrix, row: TileRow, column: TileCol) -> Response:
        """One Mapbox Vector Tile."""
        return answer_tile(request, collection, matrix_set, matrix, row, column)

    parts, path, chosen = openapi_parts, f"/tiles/{matrix_set.id}", openapi_parts.choosing(collection)
    name, about = f"{collection.id}.", f"{collection.title}: {matrix_set.id}, "
    _get(
        router,
        path,
        tileset,
        f"{name}collection.vector.getTileSet{_of(matrix_set)}",
        f"{about}tileset",
        parts.linked("Tileset"),
        [f("json", "html"), *chosen],
    )
    _get(
        router,
        f"{path}/tilejson",
        tilejson,
        f"{name}tilejson{_of(matrix_set)}",
        f"{about}TileJSON",
        parts.plain("TileJSON 3.0"),
        [f("json"), *chosen],
    )
    _get(
        router,
        f"{path}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
        tile,
        f"{name}collection.vector.getTile{_of(matrix_set)}",
        f"{about}tile",
        parts.tile(),
        [f("mvt"), *chosen],
    )
