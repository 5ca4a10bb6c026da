"""From a tree as cql2-json has it to nodes: names that are known, operands of the kind an operator takes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from service.errors import InvalidFilter
from service.features.crs import Crs
from service.features.filters import limits
from service.features.filters.instants import OPEN, alike, instant
from service.features.filters.limits import invalid, too_deep, too_many
from service.features.filters.nodes import INSTANTS, SCALARS, Column, Constant, Kind, Node, Operation
from service.features.filters.patterns import FOLDS
from service.features.filters.shapes import box, shape
from service.features.table import GEOMETRY, Property

LOGIC = {"and", "or"}
COMPARISONS = {"=", "<>", "<", "<=", ">", ">="}
ARITHMETIC = {"+", "-", "*", "/", "%", "div", "^"}
SPATIAL = {
    *("s_intersects", "s_disjoint", "s_equals", "s_touches"),
    *("s_within", "s_contains", "s_overlaps", "s_crosses"),
}
TEMPORAL = {"t_after", "t_before", "t_disjoint", "t_equals", "t_intersects"}
OF_INTERVALS = {
    *("t_contains", "t_during", "t_finishedby", "t_finishes", "t_meets", "t_metby"),
    *("t_overlappedby", "t_overlaps", "t_startedby", "t_starts"),
}
FUNCTIONS = (*FOLDS, *sorted(SPATIAL), *sorted(TEMPORAL | OF_INTERVALS))

_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.NUMBER,
    "number": Kind.NUMBER,
    "boolean": Kind.TRUTH,
    "date": Kind.DATE,
}
_LARGEST = 2**63


def read(tree: Any, queryables: Mapping[str, Property], crs: Crs) -> Node:
    """Return the condition that a tree states; raises `InvalidFilter`."""
    node = _Reader(queryables, crs).node(tree)
    if node.kind is not Kind.TRUTH:
        raise invalid(
            f"A filter is true or false; this one yields a {node.kind}.",
            f"过滤条件应为真或假，此表达式的结果为{node.kind.zh}。",
        )
    return node


class _Reader:
    def __init__(self, queryables: Mapping[str, Property], crs: Crs) -> None:
        self._queryables = queryables
        self._crs = crs
        self._depth = 0
        self._nodes = self._patterns = self._spatial = self._vertices = 0

    def node(self, tree: Any) -> Node:
        self._nodes += 1
        if self._nodes > limits.MOST_NODES:
            raise too_many("operators, properties and literals", "运算符、属性和常量", limits.MOST_NODES)
        self._depth += 1
        if self._depth > limits.DEEPEST:
            raise too_deep()
        found = self._read(tree)
        self._depth -= 1
        return found

    def _read(self, tree: Any) -> Node:
        match tree:
            case bool():
                return Constant(tree, Kind.TRUTH)
            case int() | float():
                return Constant(_number(tree), Kind.NUMBER)
            case str():
                return Constant(tree, Kind.TEXT)
            case {"property": str(name)}:
                return self._property(name)
            case {"date": text}:
                return instant(text, Kind.DATE)
            case {"timestamp": text}:
                return instant(text, Kind.TIMESTAMP)
            case {"interval": [start, end]}:
                return Operation("interval", (self._end(start), self._end(end)), Kind.INTERVAL)
            case {"op": str(op), "args": list(args)}:
                return self._operation(op.lower(), args)
            case {"type": str()}:
                self._vertices += _positions_in(tree)
                if self._vertices > limits.MOST_VERTICES:
                    raise too_many("vertices of geometries", "图形顶点", limits.MOST_VERTICES)
                return Constant(shape(tree, self._crs), Kind.GEOMETRY)
            case {"bbox": edges}:
                return Constant(box(edges, self._crs), Kind.GEOMETRY)
            case None:
                raise invalid(
                    "NULL is compared with nothing.",
                    "NULL 不能参与比较。",
                    "Write: property IS NULL. 请使用 IS NULL。",
                )
        raise invalid(f"{str(tree)[:60]} is no expression of CQL2.", f"{str(tree)[:60]} 不是 CQL2 表达式。")

    def _property(self, name: str) -> Column:
        if name == GEOMETRY:
            return Column(name, Kind.GEOMETRY)
        found = self._queryables.get(name)
        if found is None:
            known = ", ".join([GEOMETRY, *self._queryables])
            raise invalid(
                f"Unknown property {name[:60]!r}.",
                f"未知的属性 {name[:60]!r}。",
                f"Known here: {known}. Texts are written in single quotes. 文本请用单引号。",
            )
        return Column(name, _KINDS[found.type], whole=found.type == "integer")

    def _end(self, tree: Any) -> Node:
        """Return an end of an interval."""
        if tree == OPEN:
            return Constant(None, Kind.TIMESTAMP)
        end = instant(tree) if isinstance(tree, str) else self.node(tree)
        if end.kind not in INSTANTS:
            raise invalid(
                "INTERVAL takes dates, timestamps, properties with dates, or '..'.",
                "INTERVAL 的两端应为日期、时刻、日期属性或 '..'。",
            )
        return end

    def _operation(self, op: str, trees: list[Any]) -> Node:
        if op == "in":
            subject, choices = trees if len(trees) == 2 else (None, None)
            if not isinstance(choices, list) or not choices:
                raise _takes(op, "a value and a list of at least one", "一个值和一个非空列表")
            return self._compared(op, [subject, *choices])
        if op in COMPARISONS or op == "between":
            self._count(op, trees, 3 if op == "between" else 2)
            return self._compared(op, trees)
        if op == "like":
            return self._like(op, trees)
        if op in FOLDS:
            return self._folded(op, trees)
        args = [self.node(tree) for tree in trees]
        if op in LOGIC:
            if len(args) < 2:
                raise _takes(op, "at least two conditions", "至少两个条件")
            return _typed(op, args, {Kind.TRUTH}, Kind.TRUTH)
        if op == "not":
            self._count(op, args, 1)
            return _typed(op, args, {Kind.TRUTH}, Kind.TRUTH)
        if op == "isnull":
            self._count(op, args, 1)
            return Operation(op, tuple(alike(args)), Kind.TRUTH)
        if op in ARITHMETIC:
            self._count(op, args, 2)
            return _typed(op, args, {Kind.NUMBER}, Kind.NUMBER)
        if op in SPATIAL:
            self._count(op, args, 2)
            self._spatial += 1
            if self._spatial > limits.MOST_SPATIAL:
                raise too_many("spatial comparisons", "空间比较", limits.MOST_SPATIAL)
            return _typed(op, args, {Kind.GEOMETRY}, Kind.TRUTH)
        if op in TEMPORAL or op in OF_INTERVALS:
            self._count(op, args, 2)
            allowed = {Kind.INTERVAL} if op in OF_INTERVALS else {Kind.INTERVAL, *INSTANTS}
            return _typed(op, alike(args), allowed, Kind.TRUTH)
        raise invalid(
            f"Unknown function {op[:60]!r}.",
            f"未知的函数 {op[:60]!r}。",
            f"Known here: {', '.join(name.upper() for name in FUNCTIONS)}. 请使用所列函数。",
        )

    def _compared(self, op: str, trees: Sequence[Any]) -> Node:
        args = alike([self.node(tree) for tree in trees])
        kinds = {arg.kind for arg in args}
        if len(kinds) > 1 or not kinds <= SCALARS:
            given, given_zh = " with ".join(sorted(kinds)), "与".join(kind.zh for kind in sorted(kinds))
            raise invalid(
                f"{op.upper()!r} compares values of one kind, texts, numbers, truths or times, not {given}.",
                f"{op.upper()} 只能比较同一类型的文本、数值、逻辑值或时间，此处为{given_zh}。",
            )
        return Operation(op, tuple(args), Kind.TRUTH)

    def _like(self, op: str, trees: list[Any]) -> Node:
        self._count(op, trees, 2)
        subject, pattern = (self.node(tree) for tree in trees)
        self._patterns += 1
        if self._patterns > limits.MOST_PATTERNS:
            raise too_many("LIKE patterns", "LIKE 模式", limits.MOST_PATTERNS)
        if not isinstance(pattern, Constant) or pattern.kind is not Kind.TEXT:
            raise _takes(op, "a text in single quotes as its pattern", "单引号中的文本作为模式")
        if len(pattern.value) > limits.LONGEST_PATTERN:
            raise invalid(
                f"A LIKE pattern is longer than {limits.LONGEST_PATTERN} characters.",
                f"LIKE 模式超过 {limits.LONGEST_PATTERN} 个字符。",
            )
        return _typed(op, [subject, pattern], {Kind.TEXT}, Kind.TRUTH)

    def _folded(self, op: str, trees: list[Any]) -> Node:
        self._count(op, trees, 1)
        folded = _typed(op, [self.node(tree) for tree in trees], {Kind.TEXT}, Kind.TEXT)
        (inner,) = folded.args
        return Constant(FOLDS[op](inner.value), Kind.TEXT) if isinstance(inner, Constant) else folded

    def _count(self, op: str, args: Sequence[Any], expected: int) -> None:
        if len(args) != expected:
            raise _takes(op, f"{expected} operands, not {len(args)}", f"{expected} 个参数")


def _typed(op: str, args: Sequence[Node], allowed: set[Kind], kind: Kind) -> Operation:
    """Return the operation; raises `InvalidFilter` for an operand of another kind."""
    for arg in args:
        if arg.kind not in allowed:
            expected, expected_zh = " or ".join(sorted(allowed)), "或".join(k.zh for k in sorted(allowed))
            raise invalid(
                f"{op.upper()} takes operands that are {expected}, not {arg.kind}.",
                f"{op.upper()} 的参数应为{expected_zh}，此处为{arg.kind.zh}。",
            )
    return Operation(op, tuple(args), kind)


def _takes(op: str, what: str, what_zh: str) -> InvalidFilter:
    return invalid(f"{op.upper()} takes {what}.", f"{op.upper()} 需要{what_zh}。")


def _number(value: int | float) -> int | float:
    """Return a number, an int where it has no fraction and fits 64 bits: then it is compared exactly."""
    try:
        if math.isfinite(value):
            return int(value) if -_LARGEST <= value < _LARGEST and value == int(value) else float(value)
    except OverflowError:
        pass
    raise invalid("A number in the filter is not finite.", "过滤条件中的数值超出范围。")


def _positions_in(tree: Any) -> int:
    """Return about how many positions a geometry has: its numbers are two or three each."""
    if isinstance(tree, dict):
        return sum(_positions_in(member) for member in tree.values())
    if not isinstance(tree, list):
        return 0
    if all(isinstance(member, int | float) for member in tree):
        return 1
    return sum(_positions_in(member) for member in tree)
