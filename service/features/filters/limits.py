"""How much a filter may hold, so that none costs more than a moment, and how a filter is refused.

A level of nesting takes two to three frames of Python's stack of 1,000, both in reading and in evaluation.
"""

from service.errors import InvalidFilter

LONGEST = 100_000
"""Characters of a filter."""

DEEPEST = 100
"""Levels of brackets, negations, functions and operators within each other."""

MOST_NODES = 5_000
"""Operators, properties and literals, members of lists included."""

MOST_PATTERNS = 50
MOST_SPATIAL = 20
MOST_VERTICES = 10_000
"""Vertices of all geometry literals."""

LONGEST_PATTERN = 1_000
"""Characters of the pattern of one LIKE."""

PLACE = "query parameter filter"
ACTION = (
    "Write CQL2, for example: grade = 'A' AND S_INTERSECTS(geometry, BBOX(121.4,29.8,121.6,30)). "
    "请使用 CQL2 表达式。"
)


def invalid(detail: str, detail_zh: str, action: str = ACTION) -> InvalidFilter:
    """Return the error that refuses a filter."""
    return InvalidFilter(detail, detail_zh, place=PLACE, action=action)


def too_deep() -> InvalidFilter:
    """Return the error for more levels than are read."""
    return invalid(
        f"The filter nests deeper than {DEEPEST} levels.",
        f"过滤条件嵌套超过 {DEEPEST} 层。",
        "Join conditions with AND and OR side by side, without brackets around each. 请减少括号嵌套。",
    )


def too_many(what: str, what_zh: str, most: int) -> InvalidFilter:
    """Return the error for more of something than one filter may hold."""
    return invalid(
        f"The filter holds more than {most} {what}.",
        f"过滤条件中{what_zh}超过 {most} 个。",
        "Ask in several requests. 请分多次查询。",
    )


def too_long() -> InvalidFilter:
    """Return the error for more text than is read."""
    return invalid(
        f"The filter is longer than {LONGEST} characters.",
        f"过滤条件超过 {LONGEST} 个字符。",
        "Ask in several requests, or simplify the geometries in the filter. 请分多次查询或简化图形。",
    )
