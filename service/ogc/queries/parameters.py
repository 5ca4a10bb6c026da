"""The query parameters of items: read, checked and typed; whatever has no meaning here is refused."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fastapi import Request

from service.errors import InvalidParameter
from service.features.crs import CRS84, Crs, find_crs
from service.features.table import Property
from service.jobs.periods import require_period
from service.ogc.collections import Collection
from service.ogc.queries.bbox import parse_bbox
from service.ogc.queries.datetimes import Interval, parse_datetime
from service.ogc.queries.filters import FILTER_PARAMETERS, read_filter
from service.ogc.queries.selection import Selection, Value
from service.settings import Settings

OFFSET_LIMIT = 100_000
LARGEST = 2**63 - 1

_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}  # GDAL has numbers for them
_NOT_FILTERS = frozenset(
    {"f", "limit", "offset", "token", "crs", "maxAllowableOffset", "geometry", "encoding"}
)
_FIXED = (*_NOT_FILTERS, *FILTER_PARAMETERS, "bbox", "bbox-crs", "datetime")


class Written(NamedTuple):
    """How geometries are to be written: in which coordinates, and how far a line may be simplified."""

    crs: Crs
    largest_offset: float | None


@dataclass(frozen=True)
class ItemsQuery:
    """What a request for items asks for; ``listing`` is the same for all pages of one listing."""

    limit: int
    offset: int
    token: str | None
    selection: Selection
    interval: Interval | None
    evaluation: int | None
    period: str | None
    written: Written
    listing: str


def read_items_query(
    request: Request,
    collection: Collection,
    properties: Sequence[Property],
    settings: Settings,
    *,
    whole: bool = False,
) -> ItemsQuery:
    """Return the query; ``properties`` are those that whoever asks may see, the others are no filters either.
    ``whole`` is for files, which hold all that match unless ``limit`` says otherwise.

    Raises `InvalidParameter`.
    """
    given = request.query_params
    chosen_by = collection.source.chosen_by
    chooses = {chosen_by} if chosen_by else set()
    filters = {item.name: item for item in properties if item.name not in chooses}
    known = {*_FIXED, *filters, *chooses}
    if unknown := sorted(given.keys() - known):
        raise InvalidParameter(
            f"Unknown query parameter: {', '.join(unknown)}.",
            f"未知的查询参数：{'、'.join(unknown)}。",
            code="unknown-parameter",
            place=f"query parameter {unknown[0]}",
            action=f"Known here: {', '.join(sorted(known))}.",
        )
    if "token" in given and "offset" in given:
        raise _invalid(
            "offset", "A page is found by token or by offset, not by both.", "token 与 offset 不能同时使用。"
        )
    filtering = sorted((name, value) for name, value in given.items() if name not in _NOT_FILTERS)
    box_crs = find_crs(given.get("bbox-crs", CRS84.uri), "query parameter bbox-crs")
    return ItemsQuery(
        limit=_limit(given.get("limit"), settings, whole),
        offset=_offset(given.get("offset")),
        token=given.get("token"),
        selection=Selection(
            equal=tuple((name, _typed(filters[name], value)) for name, value in filtering if name in filters),
            box=parse_bbox(given["bbox"], box_crs) if "bbox" in given else None,
            where=read_filter(request, properties),
        ),
        interval=read_interval(request),
        evaluation=read_evaluation(request),
        period=read_period(request) if chosen_by == "period" else None,
        written=read_written(request),
        listing=repr((collection.id, filtering)),
    )


def read_written(request: Request) -> Written:
    """Return how geometries are to be written, as the parameters ``crs`` and ``maxAllowableOffset`` say."""
    given = request.query_params
    crs = find_crs(given.get("crs", CRS84.uri), "query parameter crs")
    text = given.get("maxAllowableOffset")
    if text is not None and not (_NUMBER.fullmatch(text) and 0 <= float(text) < math.inf):
        raise _invalid(
            "maxAllowableOffset",
            "maxAllowableOffset takes a number from 0 on, in units of the coordinate system.",
            "maxAllowableOffset 需要不小于 0 的数值，单位与坐标系一致。",
        )
    return Written(crs, None if text is None else float(text))


def read_evaluation(request: Request) -> int | None:
    """Return the number in the parameter ``evaluation``, where it is given."""
    text = request.query_params.get("evaluation")
    return None if text is None else _positive(text, "evaluation")


def read_interval(request: Request) -> Interval | None:
    """Return the parameter ``datetime``, where it is given; raises `InvalidParameter` for what is no time."""
    text = request.query_params.get("datetime")
    return None if text is None else parse_datetime(text)


def read_period(request: Request) -> str | None:
    """Return the parameter ``period``; raises `InvalidParameter` for what is no year."""
    period = request.query_params.get("period")
    if period is not None:
        require_period(period)
    return period


def _limit(text: str | None, settings: Settings, whole: bool) -> int:
    usual, most = settings.page_size, settings.page_size_limit
    if whole:
        usual = most = settings.download_limit
    return min(usual if text is None else _positive(text, "limit"), most)


def _positive(text: str, name: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", text) or int(text) == 0:
        raise _invalid(name, f"{name} takes a whole number from 1 on.", f"{name} 需要不小于 1 的整数。")
    return int(text)


def _offset(text: str | None) -> int:
    if text is None:
        return 0
    if not re.fullmatch("[0-9]{1,18}", text) or int(text) > OFFSET_LIMIT:
        raise _invalid(
            "offset",
            f"offset takes a whole number from 0 to {OFFSET_LIMIT}; the link next goes on beyond.",
            f"offset 需要 0 至 {OFFSET_LIMIT} 的整数，更多内容请使用 next 链接。",
        )
    return int(text)


def _typed(item: Property, text: str) -> Value:
    """Return a filter's value in the type of its property."""
    match item.type:
        case "string" if "\0" not in text:
            return text
        case "boolean" if text in _TRUTHS:
            return _TRUTHS[text]
        case "integer" if _INTEGER.fullmatch(text) and abs(int(text)) <= LARGEST:
            return int(text)
        case "date" if (day := _date(text)) is not None:
            return day
        case "number" if _NUMBER.fullmatch(text) and math.isfinite(float(text)):
            return float(text)
    expected = {
        "date": "a date as 2023-01-31",
        "boolean": "true or false",
        "integer": "a whole number",
        "number": "a number",
    }
    raise _invalid(
        item.name,
        f"{item.name} is compared with {expected.get(item.type, 'text')}.",
        f"{item.title} 的取值类型不正确。",
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def _invalid(name: str, detail: str, detail_zh: str) -> InvalidParameter:
    return InvalidParameter(detail, detail_zh, place=f"query parameter {name}")
