"""How the standards' resources stand in the OpenAPI document: their parameters and answers."""

from typing import Any

from service.access.policy import PROPERTIES
from service.features.filters import LANGUAGES
from service.features.formats.formats import FORMATS
from service.features.table import Property
from service.negotiation import GEOJSON, HTML, JSON, MAPBOX_STYLE, MVT, QML, SLD
from service.ogc.collections import Collection
from service.ogc.documents.schemas import described, feature_schema
from service.ogc.files import PARAMETERS
from service.ogc.queries.filters import FILTER, FILTER_CRS, FILTER_LANG
from service.ogc.queries.parameters import OFFSET_LIMIT

Parameter = dict[str, Any]
Responses = dict[int | str, dict[str, Any]]

LIMIT = {"$ref": "#/components/parameters/limit"}
"""Described once, where QGIS looks for the page size."""


def _query(name: str, schema: dict[str, Any], description: str) -> Parameter:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "style": "form",
        "explode": False,
        "schema": schema,
    }


def f(*formats: str) -> Parameter:
    """Return the parameter for clients that cannot send an Accept header."""
    return _query("f", {"type": "string", "enum": list(formats)}, "Representation, as the Accept header.")


EVALUATION = _query(
    "evaluation",
    {"type": "integer", "minimum": 1},
    "Number of an evaluation; drafts need the scope evaluate or analyst. Default: the latest published one "
    "of each district. 评价编号",
)

PERIOD = _query(
    "period",
    {"type": "string", "pattern": r"^(19|20)[0-9]{2}$", "examples": ["2023"]},
    "Year of the figures. Default: the newest that a published evaluation is of, else the newest with "
    "figures, else last year. 所属期",
)

_BBOX = _query(
    "bbox",
    {
        "type": "array",
        "items": {"type": "number"},
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    },
    "West, south, east, north in degrees (OGC:CRS84), or with heights, which say nothing here. "
    "West greater than east crosses the antimeridian.",
)
_DATETIME = _query(
    "datetime",
    {"type": "string"},
    "Instant, day or interval (RFC 3339; `..` is open, one side may be a duration) that the evaluated period "
    "must meet. Results are then those of the latest published evaluation of each district and each year "
    "that meets it: of one year for a time slider's year, of several for a longer interval. What has no "
    "time, as parcels, always matches. "
    "时间点或时段：取与之相交的每一年最近一次已发布的评价；无时间属性的要素始终匹配。",
)
CHOOSING = (EVALUATION, _DATETIME, PERIOD)
"""All that choose what some collection shows."""

_CRS_URI = {"type": "string", "format": "uri"}
_BBOX_CRS = _query("bbox-crs", _CRS_URI, "Coordinate system of bbox, axes as its authority orders them.")
CRS = _query("crs", _CRS_URI, "Coordinate system of the answer, one of those under crs of the collection.")
LARGEST_OFFSET = _query(
    "maxAllowableOffset",
    {"type": "number", "minimum": 0},
    "Simplify geometries by up to this, in units of the coordinate system of the answer.",
)
_FILTERS = (
    _query(
        FILTER,
        {"type": "string"},
        "Condition in CQL2 on queryables, e.g. `far < 1 AND town = '东城'`. 过滤条件",
    ),
    _query(
        FILTER_LANG,
        {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]},
        "Encoding of the filter.",
    ),
    _query(
        FILTER_CRS, _CRS_URI, "Coordinate system of geometries in the filter, axes as its authority has them."
    ),
)
_OFFSET = _query(
    "offset",
    {"type": "integer", "minimum": 0, "maximum": OFFSET_LIMIT},
    "Features to skip, for clients that cannot follow links.",
)
_TOKEN = _query("token", {"type": "string"}, "Where the page begins; only as found in a link `next`.")


F_FEATURES = f("json", "geojson", "html", *(each.f for each in FORMATS))
FILE_PARAMETERS = [
    F_FEATURES,
    *(
        _query(name, {"type": "string", "enum": list(values)}, f"Only with f={of}; {values[0]} by default.")
        for name, (of, values) in PARAMETERS.items()
    ),
]
"""What says in which format features are given."""


def items_parameters(collection: Collection) -> list[Parameter]:
    """Return the parameters of a collection's items, its properties included."""
    filters = [
        _query(item.name, _value(item), f"{item.title}: equal to this.")
        for item in collection.properties
        if item.name in PROPERTIES[collection.id] and item.name != collection.source.chosen_by
    ]
    fixed = [LIMIT, _BBOX, _BBOX_CRS, _DATETIME, *_FILTERS, CRS, LARGEST_OFFSET, _OFFSET, _TOKEN]
    chosen = [each for each in choosing(collection) if each not in fixed]
    return [*fixed, *FILE_PARAMETERS, *chosen, *filters]


def _value(item: Property) -> dict[str, Any]:
    """Return the schema of a property's values, as among the queryables."""
    return {key: value for key, value in described(item).items() if key != "title"}


def choosing(collection: Collection) -> list[Parameter]:
    """Return the parameters that choose what the collection shows: evaluations, or a period."""
    return {"evaluation": [EVALUATION, _DATETIME], "period": [PERIOD], None: []}[collection.source.chosen_by]


_LINK = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}
_LINKS = {"type": "array", "items": _LINK}
_PAGE = {HTML: {"schema": {"type": "string"}}}


def landing(html: bool) -> Responses:
    """Return the entry of the landing page."""
    content: dict[str, Any] = {JSON: {"schema": _linked_object()}}
    if html:
        content |= _PAGE
    return {200: {"description": "Landing page", "content": content}}


def linked(description: str, *lists: str) -> Responses:
    """Return the entry of a JSON object with links and lists of objects."""
    schema = _linked_object(**{name: {"type": "array", "items": {"type": "object"}} for name in lists})
    return {200: {"description": description, "content": {JSON: {"schema": schema}, **_PAGE}}}


def plain(description: str, media_type: str = JSON, *, html: bool = False) -> Responses:
    """Return the entry of a JSON object that another document describes, and of its page."""
    content = {media_type: {"schema": {"type": "object"}}, **(_PAGE if html else {})}
    return {200: {"description": description, "content": content}}


def feature(collection: Collection) -> Responses:
    """Return the entry of one feature."""
    schema = feature_schema(collection, _public(collection), with_null=True)
    return {200: {"description": collection.title, "content": {GEOJSON: {"schema": schema}, **_files()}}}


def page(collection: Collection) -> Responses:
    """Return the entry of a page of features."""
    schema = {
        "type": "object",
        "required": ["type", "features", "links", "numberMatched", "numberReturned"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
            "links": _LINKS,
            "features": {
                "type": "array",
                "items": feature_schema(collection, _public(collection), with_null=True),
            },
        },
    }
    content = {GEOJSON: {"schema": schema}, **_files()}
    return {200: {"description": f"{collection.title}: a page", "content": content}}


def _files() -> dict[str, Any]:
    files = {
        each.media_type: {"schema": {"type": "string", "contentMediaType": each.media_type}}
        for each in FORMATS
    }
    return files | _PAGE


def tile() -> Responses:
    """Return the entries of a tile: with something on it, and without."""
    binary = {"type": "string", "contentMediaType": MVT}
    return {
        200: {"description": "Mapbox Vector Tile", "content": {MVT: {"schema": binary}}},
        204: {"description": "Nothing lies on this tile"},
    }


def style() -> Responses:
    """Return the entry of a style: a document for each kind of program, and its legend as a page."""
    content: dict[str, Any] = {MAPBOX_STYLE: {"schema": {"type": "object"}}}
    content |= {each: {"schema": {"type": "string", "contentMediaType": each}} for each in (SLD, QML)}
    return {200: {"description": "Style 样式", "content": {**content, **_PAGE}}}


def _linked_object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["links", *properties],
        "properties": {"links": _LINKS, **properties},
    }


def _public(collection: Collection) -> list[str]:
    """The properties that every key sees; what only some see is not promised."""
    return [name for name, sensitivity in PROPERTIES[collection.id].items() if sensitivity == "public"]
