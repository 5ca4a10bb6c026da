"""Dates, timestamps and intervals of a filter (RFC 3339, timestamps in UTC).

Beside a date a timestamp counts as its day: what has days only cannot be compared more finely.
"""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from service.features.filters.limits import invalid
from service.features.filters.nodes import INSTANTS, Constant, Kind, Node, Operation

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIMESTAMP = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6})\d*)?Z", re.ASCII)
OPEN = ".."


def instant(text: Any, kind: Kind | None = None) -> Constant:
    """Return a date or a timestamp, of this kind if one is given; raises `InvalidFilter`."""
    try:
        if kind is not Kind.TIMESTAMP and isinstance(text, str) and _DATE.fullmatch(text):
            return Constant(date.fromisoformat(text), Kind.DATE)
        if kind is not Kind.DATE and isinstance(text, str) and (found := _TIMESTAMP.fullmatch(text)):
            whole, fraction = found.groups()
            moment = datetime.fromisoformat(whole).replace(microsecond=int((fraction or "0").ljust(6, "0")))
            return Constant(moment, Kind.TIMESTAMP)
    except ValueError:
        pass  # a thirteenth month
    expected = {Kind.DATE: "DATE('2024-02-29')", Kind.TIMESTAMP: "TIMESTAMP('2024-02-29T08:00:00Z')"}
    raise invalid(
        f"{str(text)[:40]!r} is no date or time; one is written {' or '.join(_chosen(expected, kind))}.",
        f"{str(text)[:40]!r} 不是有效的日期或时刻。",
    )


def _chosen(expected: dict[Kind, str], kind: Kind | None) -> list[str]:
    return list(expected.values()) if kind is None else [expected[kind]]


def alike(nodes: list[Node]) -> list[Node]:
    """Return the operands in one granularity: texts beside instants are such, all are days if any is."""
    if not any(node.kind in INSTANTS or node.kind is Kind.INTERVAL for node in nodes):
        return nodes
    read = [
        instant(node.value) if isinstance(node, Constant) and node.kind is Kind.TEXT else node
        for node in nodes
    ]
    granularity = Kind.DATE if any(_has_days(node) for node in read) else Kind.TIMESTAMP
    return [_in(granularity, node) for node in read]


def _has_days(node: Node) -> bool:
    if isinstance(node, Operation) and node.op == "interval":
        return any(_has_days(end) for end in node.args)
    return node.kind is Kind.DATE


def _in(granularity: Kind, node: Node) -> Node:
    """Return the node in days, or as it is; open ends become the first and the last day or instant."""
    if isinstance(node, Operation) and node.op == "interval":
        start, end = (_in(granularity, each) for each in node.args)
        least, most = (date.min, date.max) if granularity is Kind.DATE else (datetime.min, datetime.max)
        start, end = _filled(start, least, granularity), _filled(end, most, granularity)
        if isinstance(start, Constant) and isinstance(end, Constant) and start.value > end.value:
            raise invalid("An interval ends before it begins.", "时间段的结束早于开始。")
        return replace(node, args=(start, end))
    if isinstance(node, Constant) and node.kind is Kind.TIMESTAMP and granularity is Kind.DATE:
        return Constant(node.value.date(), Kind.DATE) if node.value is not None else node
    return node


def _filled(end: Node, value: date, kind: Kind) -> Node:
    return Constant(value, kind) if isinstance(end, Constant) and end.value is None else end
