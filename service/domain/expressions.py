"""Rules as text: the small part of CQL2 (OGC 21-065) in which schemes say who and when.

Understood: ``AND OR NOT``, ``= <> < <= > >=``, ``BETWEEN``, ``IN``, ``IS NULL``, ``+ - * /``, ``TRUE`` and
``FALSE``, numbers, text in single quotes, and the properties of a `Vocabulary`. Logic is three-valued: what
depends on an unknown value is unknown, neither true nor false.

A scheme is uploaded, so a rule is bounded before the package ``cql2`` sees it: a fault within brackets costs
it twice the time for every bracket around, and thousands of levels end the process.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import cql2

LONGEST = 2_000
"""Characters of a rule; those of the schemes in force have up to 120."""

MOST_BRACKETS = 10
"""Brackets within each other."""

DEEPEST = 100
"""Operators within each other, and the longest sum: reading and evaluating go down level by level."""

MOST_STEPS = 2_000
"""Operators, properties and literals, each as often as an evaluation works it out."""

# a bracket within a text or a quoted name is none; a backslash escapes nothing there
_BRACKETS = re.compile(r"""'(?:[^']|'')*+'|"[^"]*+"|[()]""")


class Kind(StrEnum):
    """What an expression yields."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Property:
    """What a rule may read; a number is kept as an integer of ``1 / per_unit`` (areas 0.01 m², FAR 1e-6).

    ``column`` is where an evaluation finds it, unless that is its name.
    """

    name: str
    kind: Kind
    per_unit: int = 1
    column: str = ""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant as written."""

    value: Decimal | str | bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator and its arguments; ``in`` and ``between`` keep all theirs in one row."""

    op: str
    args: tuple["Node", ...]
    kind: Kind


Node = Property | Literal | Operation
Vocabulary = Mapping[str, Property]


class RuleError(ValueError):
    """The text is not a rule over this vocabulary; the message is for the scheme's author."""


def vocabulary(*properties: Property) -> Vocabulary:
    """Return the properties by name."""
    return {known.name: known for known in properties}


def parse_rule(text: str, known: Vocabulary) -> Node:
    """Return the tree of a rule that yields true, false or unknown; raises `RuleError`."""
    node = _node(_tree(text), known)
    if node.kind is not Kind.TRUTH:
        raise RuleError(f"A rule must be true or false; this one yields a {node.kind}.")
    if _steps(node) > MOST_STEPS:
        raise RuleError(
            f"A rule takes at most {MOST_STEPS:,} steps; "
            "divisions, IN and BETWEEN repeat what is within them."
        )
    return node


def names_in(text: str) -> set[str]:
    """Return the names of all properties that a text reads, known or not; none when it is no CQL2."""

    def walk(tree: Any) -> Iterator[str]:
        match tree:
            case {"property": str(name)}:
                yield name
            case dict():
                yield from (name for member in tree.values() for name in walk(member))
            case list():
                yield from (name for member in tree for name in walk(member))

    try:
        return set(walk(_tree(text)))
    except RuleError:
        return set()


def _tree(text: str) -> Any:
    _check_size(text)
    try:
        tree = cql2.parse_text(text).to_json()
    except Exception as error:  # the package's errors share no root of their own
        raise RuleError(f"This is not CQL2 text: {' '.join(str(error).split())}") from None
    _check_depth(tree)
    return tree


def _check_size(text: str) -> None:
    if len(text) > LONGEST:
        raise RuleError(f"A rule has at most {LONGEST:,} characters; this one has {len(text):,}.")
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth > MOST_BRACKETS:
            raise RuleError(f"A rule has at most {MOST_BRACKETS} brackets within each other.")


def _check_depth(tree: Any) -> None:
    level = [tree]
    for _ in range(DEEPEST):
        level = [each for parent in level for each in _below(parent)]
        if not level:
            return
    raise RuleError(f"A rule nests at most {DEEPEST} operators within each other.")


def _below(tree: Any) -> list[Any]:
    """Return the arguments of an operator, those in lists too."""
    args = tree.get("args", []) if isinstance(tree, dict) else tree if isinstance(tree, list) else []
    return args if isinstance(args, list) else [args]


_LOGIC = {"and", "or", "not"}
_COMPARE = {"=", "<>", "<", "<=", ">", ">="}
_ARITHMETIC = {"+", "-", "*", "/"}


def _node(tree: Any, known: Vocabulary) -> Node:
    match tree:
        case bool():
            return Literal(tree, Kind.TRUTH)
        case int() | float():
            if not math.isfinite(tree):
                raise RuleError("A number in it is too large.")
            return Literal(Decimal(repr(tree)), Kind.NUMBER)  # the shortest text that gives the same number
        case str():
            return Literal(tree, Kind.TEXT)
        case {"property": str(name)}:
            if name not in known:
                raise RuleError(f"Unknown property {name!r}; known here: {', '.join(sorted(known))}.")
            return known[name]
        case {"op": "in", "args": [subject, list(choices)]}:
            return _typed("in", [_node(each, known) for each in [subject, *choices]])
        case {"op": str(op), "args": list(args)}:
            return _typed(op, [_node(each, known) for each in args])
    raise RuleError(f"{tree!r} is outside the part of CQL2 that rules understand.")


def _steps(node: Node) -> int:
    if not isinstance(node, Operation):
        return 1
    first, *others = (_steps(each) for each in node.args)
    match node.op:
        case "in" | "between":  # what is compared with each of them
            return first * len(others) + sum(others) + len(others)
        case "/":  # a test for zero, and the quotient
            return 2 * (first + sum(others)) + 1
    return first + sum(others) + 1


def _typed(op: str, args: list[Node]) -> Operation:
    kinds = {each.kind for each in args}
    if op == "isNull":
        return Operation(op, tuple(args), Kind.TRUTH)
    if op in _LOGIC:
        if kinds != {Kind.TRUTH}:
            raise RuleError(f"{op.upper()} joins conditions, not values.")
        return Operation(op, tuple(args), Kind.TRUTH)
    if op in _ARITHMETIC:
        if kinds != {Kind.NUMBER}:
            raise RuleError(f"'{op}' calculates with numbers only.")
        return Operation(op, tuple(args), Kind.NUMBER)
    if op in _COMPARE or op in {"in", "between"}:
        if len(kinds) != 1:
            raise RuleError(f"'{op}' compares values of one kind, not {' with '.join(sorted(kinds))}.")
        return Operation(op, tuple(args), Kind.TRUTH)
    raise RuleError(f"'{op}' is outside the part of CQL2 that rules understand.")
