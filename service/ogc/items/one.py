"""One feature by its identifier."""

import re

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from service.entity_tags import feature_tag, http_date
from service.errors import NotFound
from service.features import geojson
from service.negotiation import GEOJSON, HTML, JSON, choose
from service.ogc.answers import answer, not_modified, representation
from service.ogc.collections import Collection
from service.ogc.documents.links import Here, link
from service.ogc.edits import EDITABLE
from service.ogc.files import FILES, alternates, answer_file, read_options
from service.ogc.items.representations import OTHERS, OUTLINES, file_content
from service.ogc.pages import page_answer
from service.ogc.queries.parameters import read_written
from service.ogc.sources.source import Edition
from service.ogc.views import NotInMemory, View, properties_for, viewing


def item(request: Request, collection: Collection, feature_id: str, *, from_memory: bool = False) -> Response:
    """Answer one feature; raises `NotFound` when there is none under this id for whoever asks.

    From memory alone only GeoJSON is answered, whose text takes no time to make: else `NotInMemory`.
    """
    media_type = choose(request, GEOJSON, HTML, *FILES)
    if from_memory and media_type != GEOJSON:
        raise NotInMemory
    format, options = FILES.get(media_type), read_options(request, media_type)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    written = read_written(request)
    if media_type == HTML:
        written = OUTLINES
    with viewing(request, from_memory=from_memory) as view:
        table = view.table(collection, _edition_of(view, collection, feature_id))
        row = table.row_of.get(feature_id)
        if row is None:
            raise _no_feature(collection, feature_id)
        tag = feature_tag(int(table.versions[row]), representation(request, media_type, view.store, names))
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        headers = _last_modified(view, collection, int(table.versions[row]))
        if format is not None:
            # without a time: the version alone decides the bytes
            content = file_content(collection, table, np.array([row]), properties, written, None, options)
            return answer_file(request, content, format, tag=tag, headers=headers)
        (text,) = geojson.texts(table, np.array([row]), names, *written)
    address = Here(request)
    links = [
        *address.encodings("This feature", GEOJSON, HTML),
        link(f"{address.base}/collections/{collection.id}", "collection", JSON, collection.title),
        link(f"{address.base}/", "root", JSON, "Mujun 亩均"),
        *alternates(address),
    ]
    body = b'%b,"links":%b}' % (text[:-1], orjson.dumps(links))
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), OTHERS, "item", properties, tag, headers)
    headers["Content-Crs"] = f"<{written.crs.uri}>"
    return answer(request, body, media_type, tag=tag, headers=headers)


def _last_modified(view: View, collection: Collection, version: int) -> dict[str, str]:
    """Return the header that edits can be conditional on; empty for what is not edited."""
    moment = view.came_at(version) if collection.id in EDITABLE else None
    return {} if moment is None else {"Last-Modified": http_date(moment)}


def _edition_of(view: View, collection: Collection, feature_id: str) -> Edition:
    """Return the edition in which a feature would be: its id begins with its evaluation."""
    if collection.source.chosen_by != "evaluation":
        return view.edition(collection)
    evaluation = feature_id.partition(":")[0]
    if not re.fullmatch("[1-9][0-9]{0,17}", evaluation):
        raise _no_feature(collection, feature_id)
    try:
        return view.edition(collection, int(evaluation))
    except NotFound:
        raise _no_feature(collection, feature_id) from None


def _no_feature(collection: Collection, feature_id: str) -> NotFound:
    return NotFound(
        f"There is no feature {feature_id[:80]!r} in {collection.id}.",
        f"{collection.title} 中没有该要素。",
        place="featureId",
        action=f"GET /collections/{collection.id}/items lists those there are.",
    )
