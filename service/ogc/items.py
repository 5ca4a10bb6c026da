"""Items of a collection, page by page or one by one, as GeoJSON."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
from fastapi import Request
from starlette.responses import Response

from service.errors import InvalidParameter, NotFound
from service.negotiation import GEOJSON, HTML, JSON, choose
from service.ogc import geojson
from service.ogc.answers import answer, etag, not_modified
from service.ogc.collections import Collection
from service.ogc.documents.links import base_url, encodings, here, link
from service.ogc.pages import ROWS, page_answer
from service.ogc.queries.datetimes import covered_by
from service.ogc.queries.paging import Position, read_token, write_token
from service.ogc.queries.parameters import ItemsQuery, read_items_query
from service.ogc.views import View, properties_for, viewing
from service.store.layers import Run, Selection


def items(request: Request, collection: Collection) -> Response:
    """Answer a page of features, with the exact number of all that match and a link to the next page."""
    media_type = choose(request, GEOJSON, HTML)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    query = read_items_query(request, collection, properties, request.app.state.settings)
    if media_type == HTML and "limit" not in request.query_params:
        query = replace(query, limit=min(query.limit, ROWS))
    with viewing(request) as view:
        start = _start(view, collection, query)
        runs, period = _edition(view, collection, start)
        everything = view.all_of(collection, _in_time(query, runs), period)
        if period is not None and not _meets(query, period):
            everything = replace(everything, ranges=())
        tag = etag(request, media_type, base_url(request), view.state, names, start, everything, weak=True)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        selection = view.within(collection, replace(everything, equal=query.equal), query.box)
        matched = view.count(collection, selection)
        place = (start.after, query.offset, query.limit)
        page = view.remember(
            ("page", collection.id, selection, names, place),
            lambda: _page(view, collection, selection, names, *place),
        )
    following = None
    if page.more:
        token = write_token(Position(page.last, start.began_with), query.listing)
        following = here(request, token=token, offset=None)
    head = {
        "type": "FeatureCollection",
        "timeStamp": _now(),
        "numberMatched": matched,
        "numberReturned": page.size,
        "links": _page_links(request, collection, following),
    }
    body = b"".join((geojson.encode(head)[:-1], b',"features":', page.features, b"}"))
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), (GEOJSON,), "items", properties, tag)
    return answer(request, body, media_type, tag=tag)


def item(request: Request, collection: Collection, feature_id: str) -> Response:
    """Answer one feature; raises `NotFound` when there is none under this id for whoever asks."""
    media_type = choose(request, GEOJSON, HTML)
    properties = properties_for(request, collection)
    names = tuple(item.name for item in properties)
    with viewing(request) as view:
        key = _key(view, collection, feature_id)
        day = view.day if collection.of_periods else None
        tag = etag(request, media_type, base_url(request), view.state, names, day, weak=False)
        if (unchanged := not_modified(request, tag)) is not None:
            return unchanged
        found = view.one(collection, key, names)
    if not found.rows:
        raise _no_feature(collection, feature_id)
    parent = f"{base_url(request)}/collections/{collection.id}"
    links = [
        *encodings(here(request, f=None), "This feature", GEOJSON, HTML),
        link(parent, "collection", JSON, collection.title),
        link(f"{base_url(request)}/", "root", JSON, "Mujun 亩均"),
    ]
    document = {**geojson.features(found)[0], "links": links}
    body = geojson.encode(document)
    if media_type == HTML:
        return page_answer(request, orjson.loads(body), (GEOJSON,), "item", properties, tag)
    return answer(request, body, media_type, tag=tag)


class _Page(NamedTuple):
    """The features of a page as a JSON array, how many, the last one's row id, and whether others follow."""

    features: bytes
    size: int
    last: int
    more: bool

    @property
    def nbytes(self) -> int:
        return len(self.features)


def _page(
    view: View,
    collection: Collection,
    selection: Selection,
    names: Sequence[str],
    after: int,
    offset: int,
    limit: int,
) -> _Page:
    # one more than asked for tells whether there is a next page
    found = view.page(collection, selection, names, limit=limit + 1, after=after, offset=offset)
    more, found = len(found.rows) > limit, found._replace(rows=found.rows[:limit])
    content = geojson.encode(geojson.features(found))
    return _Page(content, len(found.rows), found.ids[-1] if found.rows else after, more)


def _start(view: View, collection: Collection, query: ItemsQuery) -> Position:
    """Return where the page begins: the token's position, among what its listing began with."""
    if query.token is None:
        if (period := view.period(collection, query.period)) is not None:
            return Position(0, (int(period),))
        return Position(0, tuple(run.id for run in view.runs(collection, query.evaluation)))
    position = read_token(query.token, query.listing)
    if collection.of_periods:
        return position
    try:
        view.named(position.began_with)
    except NotFound:
        raise InvalidParameter(
            "The listing that the paging token belongs to is no longer there.",
            "分页标记对应的评价结果已不可用。",
            code="invalid-token",
            place="query parameter token",
            action="Begin again without a token.",
        ) from None
    return position


def _edition(view: View, collection: Collection, start: Position) -> tuple[tuple[Run, ...], str | None]:
    """Return the evaluations or the period that a listing shows."""
    if collection.of_periods:
        return (), str(start.began_with[0])
    return (view.named(start.began_with) if start.began_with else ()), None


def _meets(query: ItemsQuery, period: str) -> bool:
    interval, covered = query.interval, covered_by(period)
    return interval is None or covered is None or interval.meets(covered)


def _in_time(query: ItemsQuery, runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Leave out the evaluations whose period lies outside the interval; what has no time is always in it."""
    interval = query.interval
    if interval is None:
        return runs
    return tuple(run for run in runs if (period := covered_by(run.period)) is None or interval.meets(period))


def _key(view: View, collection: Collection, feature_id: str) -> tuple[str | int, ...]:
    if "\0" in feature_id:
        raise _no_feature(collection, feature_id)
    if not collection.layer.of_evaluations:
        return (feature_id,)
    evaluation, _, code = feature_id.partition(":")
    if not re.fullmatch("[1-9][0-9]{0,17}", evaluation):
        raise _no_feature(collection, feature_id)
    try:
        view.named((int(evaluation),))
    except NotFound:
        raise _no_feature(collection, feature_id) from None
    return int(evaluation), code


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
    ]
    if following is not None:
        links.append(link(following, "next", GEOJSON, "Next page 下一页"))
    return links


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
