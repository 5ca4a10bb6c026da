"""Reading cql2-json: what is no JSON, too long or too deep is refused before a tree is made of it."""

import re
from typing import Any

import orjson

from service.features.filters.limits import DEEPEST, LONGEST, invalid, too_deep, too_long

_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"|([\[{])|[\]}]', re.DOTALL)
_DEEPEST = 2 * DEEPEST + 10
"""A level of a filter is an object and the array of its arguments; a geometry adds a few."""


def parse_json(text: str) -> Any:
    """Return the tree of a filter in cql2-json; raises `InvalidFilter`."""
    if len(text) > LONGEST:
        raise too_long()
    depth = 0
    for bracket in _BRACKETS.finditer(text):
        if bracket[0][0] == '"':
            continue
        depth += 1 if bracket[1] else -1
        if depth > _DEEPEST:
            raise too_deep()
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise invalid(
            f"The filter is no JSON: {error.msg} at character {error.pos + 1}.",
            f"过滤条件不是有效的 JSON（第 {error.pos + 1} 个字符）。",
            "Write CQL2 as JSON, or cql2-text without filter-lang. 请检查 JSON 语法。",
        ) from None
