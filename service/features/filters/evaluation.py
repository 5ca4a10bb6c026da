"""Working out a condition on a table: three-valued, column by column."""

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import cast

import numpy as np
import polars as pl

from service.features.filters.nodes import Column, Constant, Kind, Node, Operation
from service.features.filters.patterns import FOLDS, expression_of
from service.features.filters.reading import ARITHMETIC, COMPARISONS
from service.features.filters.spatial import CONVERSE, PREDICATES, compared_with, compared_with_itself
from service.features.filters.temporal import RELATIONS, Span
from service.features.table import FeatureTable, Rows

_TYPES = {
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Float64(),
    Kind.TRUTH: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIMESTAMP: pl.Datetime("us"),
}
_WHOLE = pl.Int64()
_COMPARE: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def rows_where(condition: Node, table: FeatureTable) -> Rows:
    """Return the rows where the condition is true; where it is unknown it is not."""
    if not len(table):
        return table.everything
    truths = table.properties.select(_Evaluation(table).expression(condition)).to_series().fill_null(False)
    if len(truths) == 1:  # nothing in it depends on the row
        return table.everything if truths[0] else table.everything[:0]
    return np.flatnonzero(truths.to_numpy())


class _Evaluation:
    def __init__(self, table: FeatureTable) -> None:
        self._table = table
        self._made: dict[Node, pl.Expr] = {}

    def expression(self, node: Node) -> pl.Expr:
        """Return what a node yields, row by row or as one value."""
        if isinstance(node, Constant):
            return pl.lit(node.value, dtype=_WHOLE if _is_whole(node) else _TYPES[node.kind])
        if isinstance(node, Column):
            column = pl.col(node.name).cast(_WHOLE if node.whole else _TYPES[node.kind])
            # what is no number is none in GeoJSON either
            return column.fill_nan(None) if node.kind is Kind.NUMBER and not node.whole else column
        if node not in self._made:
            self._made[node] = self._operation(node)
        return self._made[node]

    def _operation(self, node: Operation) -> pl.Expr:
        op, args = node.op, node.args
        if op in COMPARISONS:
            return _COMPARE[op](*self._comparable(args))
        if op in ARITHMETIC:
            first, second = (self.expression(arg).cast(pl.Float64) for arg in args)
            result = self._values(_calculated(op, first, second))
            return pl.when(result.is_finite()).then(result)
        if op in FOLDS:
            return self._folded(op, args[0])
        if op in PREDICATES:
            return self._spatial(op, *args)
        if op in RELATIONS:
            return RELATIONS[op](*(self._span(arg) for arg in args))
        match op:
            case "and" | "or":
                joined = pl.all_horizontal if op == "and" else pl.any_horizontal
                return joined([self.expression(arg) for arg in args])
            case "not":
                return ~self.expression(args[0])
            case "between":
                self._settle(args[0])
                # each end by itself: a fraction at one must not make the other inexact
                above, below = (self._comparable((args[0], end)) for end in args[1:])
                return (above[0] >= above[1]) & (below[0] <= below[1])
            case "in":
                self._settle(args[0])
                return self._in(args[0], args[1:])
            case "like":
                return self._like(*args)
            case "isnull":
                return self._is_null(args[0])
        raise ValueError(f"no evaluation for {op}")  # what is read is evaluated

    def _settle(self, node: Node) -> None:
        """Work an operation out now, as it is named more than once: at every level that would double it."""
        if isinstance(node, Operation):
            self._made[node] = self._values(self.expression(node))

    def _values(self, expression: pl.Expr) -> pl.Expr:
        values = self._table.properties.select(expression).to_series()
        return pl.lit(values[0], dtype=values.dtype) if len(values) == 1 else pl.lit(values)

    def _comparable(self, nodes: tuple[Node, ...]) -> list[pl.Expr]:
        """Return the operands in one type; integers beside integers stay such, and so exact."""
        expressions = [self.expression(node) for node in nodes]
        if nodes[0].kind is not Kind.NUMBER or all(_is_whole(node) for node in nodes):
            return expressions
        return [each.cast(pl.Float64) for each in expressions]

    def _in(self, subject: Node, choices: tuple[Node, ...]) -> pl.Expr:
        values = [choice for choice in choices if isinstance(choice, Constant)]
        others = [choice for choice in choices if not isinstance(choice, Constant)]
        whole = _is_whole(subject)
        if whole:  # a fraction is no integer's equal
            values = [value for value in values if _is_whole(value)]
        tests = [_COMPARE["="](*self._comparable((subject, other))) for other in others]
        if values or not tests:
            kind = _WHOLE if whole else _TYPES[subject.kind]
            listed = pl.Series([value.value for value in values], dtype=kind, strict=False)
            tests.append(self.expression(subject).is_in(pl.lit(listed).implode()))
        return pl.any_horizontal(tests)

    def _like(self, subject: Node, pattern: Node) -> pl.Expr:
        return self.expression(subject).str.contains(expression_of(cast(Constant, pattern).value))

    def _folded(self, op: str, node: Node) -> pl.Expr:
        """Return a text column folded; each text in it only once, as Python has to do it."""
        texts = self._table.properties.select(self.expression(node)).to_series()
        different = texts.unique().drop_nulls()
        folded = pl.Series([FOLDS[op](text) for text in different.to_list()], dtype=pl.String)
        return pl.lit(texts.replace_strict(different, folded, default=None, return_dtype=pl.String))

    def _spatial(self, op: str, first: Node, second: Node) -> pl.Expr:
        if isinstance(first, Constant) and isinstance(second, Constant):
            return pl.lit(bool(PREDICATES[op](first.value, second.value)))
        if isinstance(first, Constant):
            return pl.lit(compared_with(self._table, op, first.value))
        if isinstance(second, Constant):
            return pl.lit(compared_with(self._table, CONVERSE.get(op, op), second.value))
        return pl.lit(compared_with_itself(self._table, op))

    def _span(self, node: Node) -> Span:
        if isinstance(node, Operation) and node.op == "interval":
            start, end = (self.expression(each) for each in node.args)
            return start, end
        moment = self.expression(node)
        return moment, moment

    def _is_null(self, node: Node) -> pl.Expr:
        if node.kind is Kind.GEOMETRY:
            return pl.lit(False) if isinstance(node, Constant) else pl.lit(self._table.wkb.is_null())
        ends = self._span(node) if node.kind is Kind.INTERVAL else (self.expression(node),)
        return reduce(operator.or_, (end.is_null() for end in ends))


def _is_whole(node: Node) -> bool:
    if isinstance(node, Constant):
        return isinstance(node.value, int) and not isinstance(node.value, bool)
    return isinstance(node, Column) and node.whole


def _calculated(op: str, first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Return a result in double precision; of a division by zero it is not finite."""
    match op:
        case "+":
            return first + second
        case "-":
            return first - second
        case "*":
            return first * second
        case "/":
            return first / second
        case "^":
            return first.pow(second)
        case "div":
            return _truncated(first / second)
    # the remainder has the sign of the dividend, as in SQL
    return first - second * _truncated(first / second)


def _truncated(number: pl.Expr) -> pl.Expr:
    return number.sign() * number.abs().floor()
