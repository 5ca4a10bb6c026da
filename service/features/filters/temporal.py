"""How two times lie to each other (OWL-Time), each from its start to its end, both included."""

from collections.abc import Callable, Mapping

import polars as pl

Span = tuple[pl.Expr, pl.Expr]


def _disjoint(a: Span, b: Span) -> pl.Expr:
    return (a[1] < b[0]) | (a[0] > b[1])


RELATIONS: Mapping[str, Callable[[Span, Span], pl.Expr]] = {
    "t_after": lambda a, b: a[0] > b[1],
    "t_before": lambda a, b: a[1] < b[0],
    "t_disjoint": _disjoint,
    "t_equals": lambda a, b: (a[0] == b[0]) & (a[1] == b[1]),
    "t_intersects": lambda a, b: ~_disjoint(a, b),
    "t_contains": lambda a, b: (a[0] < b[0]) & (a[1] > b[1]),
    "t_during": lambda a, b: (a[0] > b[0]) & (a[1] < b[1]),
    "t_finishedby": lambda a, b: (a[0] < b[0]) & (a[1] == b[1]),
    "t_finishes": lambda a, b: (a[0] > b[0]) & (a[1] == b[1]),
    "t_meets": lambda a, b: a[1] == b[0],
    "t_metby": lambda a, b: a[0] == b[1],
    "t_overlappedby": lambda a, b: (a[0] > b[0]) & (a[0] < b[1]) & (a[1] > b[1]),
    "t_overlaps": lambda a, b: (a[0] < b[0]) & (a[1] > b[0]) & (a[1] < b[1]),
    "t_startedby": lambda a, b: (a[0] == b[0]) & (a[1] > b[1]),
    "t_starts": lambda a, b: (a[0] == b[0]) & (a[1] < b[1]),
}
