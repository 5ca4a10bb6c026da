"""Items of a collection, page by page or one by one, as GeoJSON or as files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.features import geojson
from service.features.crs import CRS84
from service.features.formats.content import Content, content_of
from service.features.table import FeatureTable, Property, Rows
from service.negotiation import GEOJSON, HTML, JSON, choose
from service.ogc.answers import answer, etag, not_modified, representation
from service.ogc.collections import Collection
from service.ogc.documents.links import base_url, encodings, here, link
from service.ogc.edits import EDITABLE
from service.ogc.entity_tags import feature_tag, http_date
from service.ogc.files import FILES, alternates, answer_file, page_headers, read_options
from service.ogc.pages import ROWS, page_answer
from service.ogc.queries.datetimes import meets
from service.ogc.queries.paging import Position, read_token, write_token
from service.ogc.queries.parameters import ItemsQuery, Written, read_items_query, read_written
from service.ogc.sources.source import Edition
from service.ogc.views import View, properties_for, viewing
from service.store import parcels

_OTHERS = (GEOJSON, *FILES)
_OUTLINES = Written(CRS84, None)


def items(request: Request, collection: Collection) -> Response:
    """Answer a page of features, with the exact number of all that match and a link to the next page."""
    media_type = choose(request, GEOJSON, HTML, *FILES)
    format, options = FILES.get(media_type), read_options(request, media_type)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    query = read_items_query(
        request, collection, properties, request.app.state.settings, whole=format is not None
    )
    if media_type == HTML:
        query = _for_reading(request, query)
    with viewing(request) as view:
        edition, after = _start(view, collection, query)
        shown = _in_time(edition, query)
        table = view.table(collection, shown or edition)
        moment = collection.source.changed_at(view, edition)
        # a file tells its time in its bytes
        made = moment if format else None
        tag = etag(request, media_type, view.store, table.stamp, names, shown, edition, made)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        rows = view.chosen(collection, table, query.selection) if shown else table.everything[:0]
        first = int(np.searchsorted(table.ids[rows], after, side="right")) + query.offset
        page = rows[first : first + query.limit]
        texts = geojson.texts(table, page, names, *query.written) if format is None else []
    following = None
    if first + query.limit < len(rows):
        position = Position(int(table.ids[page[-1]]), began_with(edition))
        following = here(request, token=write_token(position, query.listing), offset=None)
    if format is not None:
        content = _content(collection, table, page, properties, query.written, moment, options)
        headers = page_headers(request, media_type, len(rows), len(page), following)
        return answer_file(request, content, format, tag=tag, headers=headers)
    head = {
        "type": "FeatureCollection",
        **({"timeStamp": moment} if moment else {}),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": _page_links(request, collection, following),
    }
    body = b"".join((orjson.dumps(head)[:-1], b',"features":[', b",".join(texts), b"]}"))
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), _OTHERS, "items", properties, tag)
    headers = {"Content-Crs": f"<{query.written.crs.uri}>"}
    return answer(request, body, media_type, tag=tag, headers=headers)


def item(request: Request, collection: Collection, feature_id: str) -> Response:
    """Answer one feature; raises `NotFound` when there is none under this id for whoever asks."""
    media_type = choose(request, GEOJSON, HTML, *FILES)
    format, options = FILES.get(media_type), read_options(request, media_type)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    written = read_written(request)
    if media_type == HTML:
        written = _OUTLINES
    with viewing(request) as view:
        table = view.table(collection, _edition_of(view, collection, feature_id))
        row = table.row_of.get(feature_id)
        if row is None:
            raise _no_feature(collection, feature_id)
        tag = feature_tag(int(table.versions[row]), representation(request, media_type, view.store, names))
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        headers = _last_modified(view, collection, feature_id)
        if format is not None:
            # without a time: the version alone decides the bytes
            content = _content(collection, table, np.array([row]), properties, written, None, options)
            return answer_file(request, content, format, tag=tag, headers=headers)
        (text,) = geojson.texts(table, np.array([row]), names, *written)
    parent = f"{base_url(request)}/collections/{collection.id}"
    links = [
        *encodings(here(request, f=None), "This feature", GEOJSON, HTML),
        link(parent, "collection", JSON, collection.title),
        link(f"{base_url(request)}/", "root", JSON, "Mujun 亩均"),
        *alternates(request),
    ]
    body = b'%b,"links":%b}' % (text[:-1], orjson.dumps(links))
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), _OTHERS, "item", properties, tag, headers)
    headers["Content-Crs"] = f"<{written.crs.uri}>"
    return answer(request, body, media_type, tag=tag, headers=headers)


def _for_reading(request: Request, query: ItemsQuery) -> ItemsQuery:
    """Return the query for a page that people read: not too long, with outlines as they are drawn."""
    limit = query.limit if "limit" in request.query_params else min(query.limit, ROWS)
    return replace(query, limit=limit, written=_OUTLINES)


def _last_modified(view: View, collection: Collection, feature_id: str) -> dict[str, str]:
    """Return the header that edits can be conditional on; empty for what is not edited."""
    now = parcels.current(view.connection, feature_id) if collection.id in EDITABLE else None
    return {} if now is None else {"Last-Modified": http_date(now.received_at)}


def _content(
    collection: Collection,
    table: FeatureTable,
    rows: Rows,
    properties: Sequence[Property],
    written: Written,
    moment: str | None,
    options: Mapping[str, Any],
) -> Content:
    """Return features for a file; without a moment its time is the epoch, so that bytes stay equal."""
    return content_of(
        table,
        rows,
        properties,
        name=collection.id,
        title=collection.title,
        crs=written.crs,
        largest_offset=written.largest_offset,
        time=datetime.fromisoformat(moment or "1970-01-01T00:00:00Z").astimezone(UTC),
        **options,
    )


def _start(view: View, collection: Collection, query: ItemsQuery) -> tuple[Edition, int]:
    """Return what the listing shows, and behind which row id the page begins.

    A token goes on with what its listing began with, also when another evaluation is published meanwhile.
    """
    if query.token is None:
        return view.edition(collection, query.evaluation, query.period, query.interval), -1
    position = read_token(query.token, query.listing)
    if collection.source.chosen_by == "period":
        return Edition(period=str(position.began_with[0])), position.after
    edition = Edition(position.began_with)
    try:
        view.named(edition.runs)
    except NotFound:
        raise InvalidParameter(
            "The listing that the paging token belongs to is no longer there.",
            "分页标记对应的评价结果已不可用。",
            code="invalid-token",
            place="query parameter token",
            action="Begin again without a token.",
        ) from None
    return edition, position.after


def began_with(edition: Edition) -> tuple[int, ...]:
    """Return what a paging token keeps of an edition."""
    return edition.runs if edition.period is None else (int(edition.period),)


def _in_time(edition: Edition, query: ItemsQuery) -> Edition | None:
    """Return the edition unless its period lies outside the interval; evaluations are chosen by it."""
    outside = query.interval and edition.period and not meets(query.interval, edition.period)
    return None if outside else edition


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


def _page_links(request: Request, collection: Collection, following: str | None) -> list[dict[str, Any]]:
    parent = f"{base_url(request)}/collections/{collection.id}"
    links = [
        *encodings(here(request, f=None), "This page", GEOJSON, HTML),
        link(parent, "collection", JSON, collection.title),
        *alternates(request),
    ]
    if following is not None:
        links.append(link(following, "next", GEOJSON, "Next page 下一页"))
    return links
