"""A page of features: those that match, in the order of their ids, behind the last one seen."""

from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.features import geojson
from service.negotiation import GEOJSON, HTML, JSON, choose
from service.ogc.answers import answer, etag, not_modified
from service.ogc.collections import Collection
from service.ogc.documents.links import Here, here, link
from service.ogc.files import FILES, alternates, answer_file, page_headers, read_options
from service.ogc.items.representations import OTHERS, OUTLINES, file_content
from service.ogc.pages import ROWS, page_answer
from service.ogc.queries.datetimes import meets
from service.ogc.queries.paging import Position, read_token, write_token
from service.ogc.queries.parameters import ItemsQuery, read_items_query
from service.ogc.sources.source import Edition
from service.ogc.views import View, properties_for, viewing


def items(request: Request, collection: Collection, *, from_memory: bool = False) -> Response:
    """Answer a page of features, with the exact number of all that match and a link to the next page.

    From memory alone it raises `NotInMemory` when the store has to be asked.
    """
    media_type = choose(request, GEOJSON, HTML, *FILES)
    format, options = FILES.get(media_type), read_options(request, media_type)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    query = read_items_query(
        request, collection, properties, request.app.state.settings, whole=format is not None
    )
    if media_type == HTML:
        query = _for_reading(request, query)
    with viewing(request, from_memory=from_memory) as view:
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
        content = file_content(collection, table, page, properties, query.written, moment, options)
        headers = page_headers(request, media_type, len(rows), len(page), following)
        return answer_file(request, content, format, tag=tag, headers=headers)
    head = {
        "type": "FeatureCollection",
        **({"timeStamp": moment} if moment else {}),
        "numberMatched": len(rows),
        "numberReturned": len(page),
        "links": _page_links(Here(request), collection, following),
    }
    body = _collected(orjson.dumps(head)[:-1] + b',"features":[', texts)
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), OTHERS, "items", properties, tag)
    headers = {"Content-Crs": f"<{query.written.crs.uri}>"}
    return answer(request, body, media_type, tag=tag, headers=headers)


def _collected(head: bytes, texts: list[bytes]) -> bytes:
    """Return the document: joined once, as a second time would copy it all again."""
    if len(texts) < 2:
        return head + b"".join(texts) + b"]}"
    return b",".join((head + texts[0], *texts[1:-1], texts[-1] + b"]}"))


def _for_reading(request: Request, query: ItemsQuery) -> ItemsQuery:
    """Return the query for a page that people read: not too long, with outlines as they are drawn."""
    limit = query.limit if "limit" in request.query_params else min(query.limit, ROWS)
    return replace(query, limit=limit, written=OUTLINES)


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


def _page_links(address: Here, collection: Collection, following: str | None) -> list[dict[str, Any]]:
    links = [
        *address.encodings("This page", GEOJSON, HTML),
        link(f"{address.base}/collections/{collection.id}", "collection", JSON, collection.title),
        *alternates(address),
    ]
    if following is not None:
        links.append(link(following, "next", GEOJSON, "Next page 下一页"))
    return links
