"""Styles of paging: the parameters of a page, and where the next one is. Positions are plain JSON values."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from service.pulling.configuration import NextCursor, Offset, OnePage, Pages, Paging
from service.pulling.json_text import at

Position = dict[str, Any]
"""Where a pull goes on; ``seen`` counts the records of the pages before."""

_LINK = re.compile(r'<([^>]*)>\s*;[^,]*\brel\s*=\s*"?next"?', re.IGNORECASE)


def first(paging: Paging) -> Position:
    """Return where a pull begins."""
    return {"page": paging.first, "seen": 0} if isinstance(paging, Pages) else {"seen": 0}


def parameters(paging: Paging, position: Position) -> dict[str, str]:
    """Return what asks for the page at a position."""
    match paging:
        case Pages():
            asked = {paging.page: str(position["page"])}
            return asked | ({paging.size: str(paging.page_size)} if paging.size else {})
        case Offset():
            return {paging.offset: str(position["seen"]), paging.limit: str(paging.page_size)}
        case NextCursor():
            return {paging.parameter: str(position["cursor"])} if "cursor" in position else {}
    return {}


def following(
    paging: Paging,
    position: Position,
    count: int,
    total: int | None,
    document: Any,
    headers: Mapping[str, str],
    url: str,
) -> Position | None:
    """Return where the next page is, or None behind the last one.

    :param count: records on this page
    :param total: records in all, where the source tells; what it hands out in a page may be less than asked
    """
    seen = position["seen"] + count
    match paging:
        case OnePage():
            return None
        case Pages() | Offset():
            whole = total is not None and seen >= total
            short = total is None and paging.ends == "short" and count < paging.page_size
            if whole or short or not count:
                return None
            more = {"page": position["page"] + 1} if isinstance(paging, Pages) else {}
            return {"seen": seen, **more}
        case NextCursor():
            mark = at(document, paging.next)
            more_to_come = isinstance(mark, (str, int)) and not isinstance(mark, bool) and mark != ""
            return {"seen": seen, "cursor": mark} if more_to_come else None
    link = _header_link(headers) if paging.header else _body_link(at(document, paging.next))
    return {"seen": seen, "link": str(httpx.URL(url).join(link))} if link else None


def _header_link(headers: Mapping[str, str]) -> str | None:
    found = _LINK.search(headers.get("link", ""))
    return found[1] if found else None


def _body_link(found: Any) -> str | None:
    """Return a link that stands there as text, as an object, or in a list of links by relation."""
    if isinstance(found, list):
        found = next((each for each in found if isinstance(each, dict) and each.get("rel") == "next"), None)
    if isinstance(found, dict):
        found = found.get("href")
    return found if isinstance(found, str) and found else None
