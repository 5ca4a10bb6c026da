"""Turns a scheme's rule into an expression over columns, in three-valued logic: unknown stays unknown."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import and_, or_

import narwhals.stable.v2 as nw

from service.domain.expressions import Kind, Literal, Node, Operation, Property, Vocabulary, parse_rule
from service.evaluation.frames import double, integer, quotient

_INTEGERS = 2**63
"""Below it, up or down, an int64 holds a number."""


def condition(text: str, known: Vocabulary) -> nw.Expr:
    """Return the boolean expression of a rule whose properties are columns of the same names."""
    return _truth(parse_rule(text, known))


def _truth(node: Node) -> nw.Expr:
    if isinstance(node, Property):
        return nw.col(node.column or node.name)
    if isinstance(node, Literal):
        return nw.lit(bool(node.value))
    args = node.args
    match node.op:
        case "and":
            return _joined(and_, [_truth(each) for each in args])
        case "or":
            return _joined(or_, [_truth(each) for each in args])
        case "not":
            return ~_truth(args[0])
        case "isNull":
            return _value(args[0]).is_null()
        case "in":
            if isinstance(args[0], Property) and args[0].kind is Kind.TEXT:
                choices = [choice.value for choice in args[1:] if isinstance(choice, Literal)]
                if len(choices) == len(args) - 1:
                    return _value(args[0]).is_in(choices)
            return _joined(or_, [_compare("=", args[0], choice) for choice in args[1:]])
        case "between":
            return _compare(">=", args[0], args[1]) & _compare("<=", args[0], args[2])
    return _compare(node.op, args[0], args[1])


def _joined(op: Callable[[nw.Expr, nw.Expr], nw.Expr], parts: Sequence[nw.Expr]) -> nw.Expr:
    """Join conditions in halves: one by one, a long list would be an expression as deep as it is long."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return op(_joined(op, parts[:half]), _joined(op, parts[half:]))


def _compare(op: str, left: Node, right: Node) -> nw.Expr:
    a, b = _alike(left, right)
    match op:
        case "=":
            return a == b
        case "<>":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case _:
            return a >= b


def _alike(left: Node, right: Node) -> tuple[nw.Expr, nw.Expr]:
    """Both sides comparable: in whole minor units where both allow it, so that 0.6 is exactly 0.6."""
    sizes = {node.per_unit for node in (left, right) if isinstance(node, Property)}
    if left.kind is Kind.NUMBER and len(sizes) == 1:
        minor = _minor(left, *sizes), _minor(right, *sizes)
        if minor[0] is not None and minor[1] is not None:
            return minor[0], minor[1]
    return _value(left), _value(right)


def _minor(node: Node, per_unit: int) -> nw.Expr | None:
    if isinstance(node, Property):
        return nw.col(node.column or node.name)
    if isinstance(node, Literal) and isinstance(node.value, Decimal):
        minor = node.value * per_unit
        if abs(minor) < _INTEGERS and minor == int(minor):
            return integer(int(minor))
    return None


def _value(node: Node) -> nw.Expr:
    """Any node as a value; numbers as doubles in their unit."""
    if node.kind is Kind.TRUTH:
        return _truth(node)
    if isinstance(node, Property):
        return (
            quotient(double(nw.col(node.column or node.name)), nw.lit(float(node.per_unit)))
            if node.kind is Kind.NUMBER
            else nw.col(node.column or node.name)
        )
    if isinstance(node, Literal):
        return nw.lit(float(node.value) if node.kind is Kind.NUMBER else node.value)
    return _arithmetic(node)


def _arithmetic(node: Operation) -> nw.Expr:
    a, b = (_value(each) for each in node.args)
    match node.op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
    return quotient(a, b)  # a division by zero is unknown
