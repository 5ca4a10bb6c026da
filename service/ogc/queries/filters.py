"""The parameters ``filter``, ``filter-lang`` and ``filter-crs`` (OGC API Features, Part 3)."""

from collections.abc import Sequence

from fastapi import Request

from service.errors import InvalidParameter
from service.features.crs import CRS84, find_crs
from service.features.filters import LANGUAGES, Filter, parse_filter
from service.features.table import Property

FILTER, FILTER_LANG, FILTER_CRS = "filter", "filter-lang", "filter-crs"
FILTER_PARAMETERS = (FILTER, FILTER_LANG, FILTER_CRS)


def read_filter(request: Request, properties: Sequence[Property]) -> Filter | None:
    """Return the filter of a request, if it has one; ``properties`` are those that whoever asks may see.

    Raises `InvalidParameter` for another language or system, `InvalidFilter` for what is no filter.
    """
    given = request.query_params
    wanted = given.get(FILTER_LANG, LANGUAGES[0])
    language = next((each for each in LANGUAGES if each == wanted), None)
    if language is None:
        raise InvalidParameter(
            f"Filters are not read in the language {wanted[:40]!r}.",
            f"不支持过滤语言 {wanted[:40]!r}。",
            place=f"query parameter {FILTER_LANG}",
            action=f"Use one of {', '.join(LANGUAGES)}.",
        )
    crs = find_crs(given.get(FILTER_CRS, CRS84.uri), f"query parameter {FILTER_CRS}")
    text = given.get(FILTER)
    if text is None:
        return None
    return parse_filter(text, language, {item.name: item for item in properties}, crs)
