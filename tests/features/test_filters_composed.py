"""Filters composed at random select what a plain evaluation of the same expression in Python finds."""

import operator
from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.features.places import ROWS, keys

Value = Any
Condition = tuple[str, Callable[[dict[str, Value]], bool | None]]
"""A text of CQL2, and what it is of a row: true, false, or None where that is unknown."""

COMPARE: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def known(row: dict[str, Value], name: str) -> Value:
    """The value of a property, None also for a number that is none."""
    value = row[name]
    return None if value != value else value


def literal(value: Value) -> str:
    """A value as CQL2 writes it."""
    match value:
        case bool():
            return str(value).upper()
        case date():
            return f"DATE('{value.isoformat()}')"
        case str():
            escaped = value.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n")
            return f"'{escaped}'"
    return repr(value)


VALUES: dict[str, st.SearchStrategy[Value]] = {
    "name": st.sampled_from(["Straße", "it's", "", "亩均", "line\nbreak", "papá", "x"]),
    "alias": st.sampled_from(["x", "papa", "back\\slash", "", "%", "_"]),
    "rank": st.one_of(st.integers(-3, 9), st.sampled_from([2**53, 2**53 + 1, 2.5])),
    "points": st.one_of(st.integers(-3, 9), st.floats(-5, 5, width=16), st.just(1e300)),
    "low": st.booleans(),
    "since": st.sampled_from([date(2020, 1, 1), date(2022, 4, 16), date(1999, 12, 31), date(2025, 5, 5)]),
}
NAMES = st.sampled_from(sorted(VALUES))


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    """A property beside a value, either first."""
    name, op = draw(NAMES), draw(st.sampled_from(sorted(COMPARE)))
    value, turned = draw(VALUES[name]), draw(st.booleans())

    def of(row: dict[str, Value]) -> bool | None:
        if (found := known(row, name)) is None:
            return None
        return COMPARE[op](value, found) if turned else COMPARE[op](found, value)

    return f"{literal(value)} {op} {name}" if turned else f"{name} {op} {literal(value)}", of


@st.composite
def ranges(draw: st.DrawFn) -> Condition:
    """A property between two values, or not."""
    name, negated = draw(NAMES), draw(st.booleans())
    low, high = draw(VALUES[name]), draw(VALUES[name])

    def of(row: dict[str, Value]) -> bool | None:
        found = known(row, name)
        return None if found is None else (low <= found <= high) != negated

    return f"{name} {'NOT ' * negated}BETWEEN {literal(low)} AND {literal(high)}", of


@st.composite
def lists(draw: st.DrawFn) -> Condition:
    """A property in a list, or not."""
    name, negated = draw(NAMES), draw(st.booleans())
    values = draw(st.lists(VALUES[name], min_size=1, max_size=4))

    def of(row: dict[str, Value]) -> bool | None:
        found = known(row, name)
        return None if found is None else (found in values) != negated

    return f"{name} {'NOT ' * negated}IN ({', '.join(map(literal, values))})", of


@st.composite
def gaps(draw: st.DrawFn) -> Condition:
    """A property that is null, or not."""
    name, negated = draw(NAMES), draw(st.booleans())
    return f"{name} IS {'NOT ' * negated}NULL", lambda row: (known(row, name) is None) != negated


def matches(pattern: str, text: str) -> bool:
    """LIKE by its definition, character by character."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(matches(pattern[1:], text[n:]) for n in range(len(text) + 1))
    if pattern[0] == "\\" and len(pattern) > 1:
        return text[:1] == pattern[1] and matches(pattern[2:], text[1:])
    return bool(text) and pattern[0] in ("_", text[0]) and matches(pattern[1:], text[1:])


@st.composite
def patterns(draw: st.DrawFn) -> Condition:
    """A text like a pattern, with or without regard to case."""
    name, folded = draw(st.sampled_from(["name", "alias"])), draw(st.booleans())
    pattern = draw(st.text(alphabet="%_\\ßSapxit'均\n", max_size=5))

    def of(row: dict[str, Value]) -> bool | None:
        if (found := row[name]) is None:
            return None
        return matches(pattern.casefold(), found.casefold()) if folded else matches(pattern, found)

    quoted = literal(pattern)
    return f"CASEI({name}) LIKE CASEI({quoted})" if folded else f"{name} LIKE {quoted}", of


def negation(condition: Condition) -> Condition:
    """NOT of a condition."""
    text, inner = condition
    return f"NOT ({text})", lambda row: None if (value := inner(row)) is None else not value


def junction(parts: tuple[str, list[Condition]]) -> Condition:
    """AND or OR of conditions."""
    word, conditions = parts
    decisive = word == "OR"

    def of(row: dict[str, Value]) -> bool | None:
        values = [inner(row) for _, inner in conditions]
        if decisive in values:
            return decisive
        return None if None in values else not decisive

    return f" {word} ".join(f"({text})" for text, _ in conditions), of


def composed(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions of conditions."""
    several = st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=4))
    return inner.map(negation) | several.map(junction)


SIMPLE = comparisons() | ranges() | lists() | gaps() | patterns()
CONDITIONS = st.recursive(SIMPLE, composed, max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS)
def test_composed_filters(condition: Condition) -> None:
    """Comparisons, ranges, lists, patterns and gaps, joined and negated: the rows for which all is true."""
    text, of = condition
    assert keys(text) == "".join(key for key, row, _ in ROWS if of(row) is True)


@settings(max_examples=100, deadline=None)
@given(CONDITIONS)
def test_a_condition_is_true_false_or_unknown(condition: Condition) -> None:
    """Of each row exactly one holds: the condition, its negation, or that it is unknown."""
    text, _ = condition
    parts = keys(text) + keys(f"NOT ({text})") + keys(f"({text}) IS NULL")
    assert sorted(parts) == [key for key, _, _ in ROWS]
