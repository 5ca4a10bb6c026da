"""Styles (样式): lists of them, and each as a document for MapLibre, SLD or QGIS, as one may see it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.features.styles import Drawing, drawing, maplibre_style, qml_style, sld_style
from service.negotiation import HTML, JSON, MAPBOX_STYLE, QML, SLD, choose, name_of
from service.ogc.answers import answer, etag, not_modified
from service.ogc.collections import COLLECTIONS, Collection
from service.ogc.documents.links import REL, base_url, encoded, encodings, here, link
from service.ogc.pages import document_answer, page_answer
from service.ogc.queries.parameters import read_evaluation, read_interval, read_period
from service.ogc.tiles.tilesets import choice
from service.ogc.views import properties_for
from service.reference.styles import style_table

STYLESHEETS: Mapping[str, str] = {MAPBOX_STYLE: "MapLibre", SLD: "SLD 1.0", QML: "QGIS"}
"""Encodings of a style and what they are called."""

_CHOOSES: Mapping[str | None, frozenset[str]] = {
    "evaluation": frozenset({"evaluation", "datetime"}),
    "period": frozenset({"period"}),
    None: frozenset(),
}


def list_styles(request: Request, collections: Sequence[Collection]) -> Response:
    """Answer the styles of these collections."""
    document = {
        "title": "Styles 样式",
        "links": encodings(here(request, f=None), "Styles 样式", JSON, HTML),
        "styles": [
            {
                "id": collection.id,
                "title": _drawing(request, collection).title,
                "links": _links(request, collection, f"{base_url(request)}/styles/{collection.id}"),
            }
            for collection in collections
        ],
    }
    return document_answer(request, document, choose(request, JSON, HTML))


def show_style(request: Request, style_id: str) -> Response:
    """Answer a style; raises `NotFound` for none of that name, `InvalidParameter` for a senseless choice."""
    collection = next((each for each in COLLECTIONS if each.id == style_id), None)
    if collection is None:
        raise NotFound(
            f"There is no style {style_id!r}.",
            f"没有名为 {style_id!r} 的样式。",
            place="path parameter styleId",
            action="GET /styles lists those there are.",
        )
    media_type = choose(request, *STYLESHEETS, HTML)
    _check_choice(request, collection)
    drawn = _drawing(request, collection)
    if media_type == HTML:
        return _legend(request, collection, drawn)
    body = _body(request, collection, drawn, media_type)
    tag = etag(request, media_type, hashlib.blake2b(body, digest_size=12).hexdigest())
    if (unchanged := not_modified(request, tag)) is not None:
        return unchanged
    suffix = "json" if media_type == MAPBOX_STYLE else name_of(media_type)
    named = {"Content-Disposition": f'inline; filename="{collection.id}.{suffix}"'}
    return answer(request, body, media_type, tag=tag, headers=named)


def _drawing(request: Request, collection: Collection) -> Drawing:
    visible = {item.name for item in properties_for(request, collection)}
    return drawing(collection.id, style_table().styles[collection.id], visible)


def _body(request: Request, collection: Collection, drawn: Drawing, media_type: str) -> bytes:
    colours = style_table().colours
    ink, paper = colours["ink"], colours["paper"]
    if media_type == SLD:
        return sld_style(drawn, ink, paper)
    if media_type == QML:
        return qml_style(drawn, ink, paper)
    address = f"{base_url(request)}/collections/{collection.id}/tiles/WebMercatorQuad/tilejson"
    return orjson.dumps(maplibre_style(drawn, f"{address}{choice(request)}", ink, paper))


def _legend(request: Request, collection: Collection, drawn: Drawing) -> Response:
    """Return the page of a style: what its colours mean."""
    table = style_table()
    document = {
        "title": drawn.title,
        "description": collection.title,
        "classes": [{"title": rule.text, "fill": rule.fill, "outline": rule.outline} for rule in drawn.rules],
        "property": drawn.property,
        "label": drawn.label.property if drawn.label else None,
        "edition": table.edition,
        "source": table.source,
        "verified": table.verified,
        "links": _links(request, collection, here(request, f=None)),
    }
    return page_answer(request, document, tuple(STYLESHEETS))


def _links(request: Request, collection: Collection, address: str) -> list[dict[str, Any]]:
    base = base_url(request)
    return [
        *(
            link(encoded(address, media_type), "stylesheet", media_type, f"{collection.title}: {name}")
            for media_type, name in STYLESHEETS.items()
        ),
        link(encoded(address, HTML), "alternate", HTML, f"{collection.title}: legend 图例"),
        link(f"{base}/collections/{collection.id}", "collection", JSON, collection.title),
        link(f"{base}/styles", f"{REL}styles", JSON, "Styles 样式"),
    ]


def _check_choice(request: Request, collection: Collection) -> None:
    """Read what chooses the data, which a style passes on to its tiles, so that they do not refuse it."""
    read_evaluation(request), read_period(request), read_interval(request)
    known = _CHOOSES[collection.source.chosen_by]
    if wrong := sorted({"evaluation", "datetime", "period"} & request.query_params.keys() - known):
        raise InvalidParameter(
            f"The collection {collection.id} is not chosen by {wrong[0]}.",
            f"数据集 {collection.id} 不能用 {wrong[0]} 选择。",
            code="unknown-parameter",
            place=f"query parameter {wrong[0]}",
            action=f"Known here: {', '.join(sorted(known | {'f'}))}.",
        )
