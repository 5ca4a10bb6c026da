"""Reading cql2-text: from words to the tree that cql2-json has for the same filter.

Operators bind as in the grammar of the standard (annex B): OR, AND, NOT, comparisons, ``+ -``, ``* / % div``,
``^``, signs; from loosest to tightest.
"""

from typing import Any

from service.errors import InvalidFilter
from service.features.filters.limits import DEEPEST, invalid, too_deep
from service.features.filters.tokens import Token, number_of, text_of, tokens
from service.features.filters.wkt import GEOMETRIES, WktReader

_BINDING = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("=", "<>", "!=", "<", ">", "<=", ">=", "is", "not", "like", "between", "in"), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%", "div"), 6),
    "^": 8,
}
_NOT, _COMPARISON = 3, 4
_RESERVED = {"and", "or", "not", "is", "null", "like", "between", "in", "div", "true", "false"}


def parse_text(text: str) -> Any:
    """Return the tree of a filter in cql2-text; raises `InvalidFilter`."""
    parser = _Parser(tokens(text))
    tree = parser.expression()
    if parser.next.kind != "end":
        raise parser.unexpected("an operator or the end")
    return tree


class _Parser:
    def __init__(self, words: list[Token]) -> None:
        self._words = words
        self._at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        return self._words[self._at]

    def take(self) -> Token:
        word = self._words[self._at]
        self._at += word.kind != "end"
        return word

    def takes(self, word: str) -> bool:
        """Tell whether the next word is this one, and go past it."""
        found = self.next.word == word
        self._at += found
        return found

    def expect(self, word: str) -> None:
        if not self.takes(word):
            raise self.unexpected(f"'{word.upper()}'")

    def expression(self, binding: int = 0) -> Any:
        """Return the tree of what follows, as far as operators bind tighter than ``binding``."""
        self._deeper()
        left = self._operand()
        while _BINDING.get(self.next.word, 0) > binding:
            left = self._joined(left)
        self._depth -= 1
        return left

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_deep()

    def _joined(self, left: Any) -> Any:
        """Return what the operator that comes next makes of its left side."""
        operator = self.take().word
        if operator in ("and", "or"):
            right = self.expression(_BINDING[operator])
            # a chain of any length is one operation, no tree as deep as it is long
            if isinstance(left, dict) and left.get("op") == operator:
                left["args"].append(right)
                return left
            return _operation(operator, left, right)
        if operator == "is":
            negated = self.takes("not")
            self.expect("null")
            return _negated(_operation("isNull", left), negated)
        negated = operator == "not"
        if negated:
            operator = self.take().word
        match operator:
            case "like":
                return _negated(_operation("like", left, self.expression(_COMPARISON)), negated)
            case "between":
                low = self.expression(_COMPARISON)
                self.expect("and")
                return _negated(_operation("between", left, low, self.expression(_COMPARISON)), negated)
            case "in":
                self.expect("(")
                return _negated(_operation("in", left, self._arguments()), negated)
        if negated:
            self._at -= 1
            raise self.unexpected("LIKE, BETWEEN or IN")
        right = self.expression(_BINDING[operator] - (operator == "^"))  # powers go from right to left
        return _operation("<>" if operator == "!=" else operator, left, right)

    def _operand(self) -> Any:
        word = self.take()
        match word.kind:
            case "number":
                return number_of(word.value)
            case "text":
                return text_of(word.value)
            case "quoted":
                return {"property": word.value[1:-1].replace('""', '"')}
        match word.word:
            case "(":
                inner = self.expression()
                self.expect(")")
                return inner
            case "+" | "-":
                return self._signed(word.word)
            case "not":
                return _operation("not", self.expression(_NOT))
            case "true" | "false":
                return word.word == "true"
        if word.kind != "name" or word.word in _RESERVED:
            self._at -= word.kind != "end"
            raise self.unexpected("a property, a literal, a function or '('")
        if word.word in GEOMETRIES and self.next.word in ("(", "z"):
            return WktReader(self).geometry(word.word)
        return self._call(word) if self.takes("(") else {"property": word.value}

    def _signed(self, sign: str) -> Any:
        self._deeper()
        value = self._operand()
        self._depth -= 1
        if sign == "+":
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
        return _operation("*", -1, value)

    def _call(self, name: Token) -> Any:
        """Return what stands behind a name and an opening bracket."""
        match name.word:
            case "bbox":
                return {"bbox": WktReader(self).numbers()}
            case "date" | "timestamp":
                word = self.take()
                if word.kind != "text":
                    self._at -= word.kind != "end"
                    raise self.unexpected("a text in single quotes")
                self.expect(")")
                return {name.word: text_of(word.value)}
            case "interval":
                return {"interval": self._arguments()}
        return _operation(name.value.lower(), *self._arguments())

    def _arguments(self) -> list[Any]:
        """Return what is listed up to the closing bracket."""
        if self.takes(")"):
            return []
        listed = [self.expression()]
        while self.takes(","):
            listed.append(self.expression())
        self.expect(")")
        return listed

    def unexpected(self, expected: str) -> InvalidFilter:
        word = self.next
        found = "the end" if word.kind == "end" else repr(word.value[:40])
        found_zh = "表达式结尾" if word.kind == "end" else repr(word.value[:40])
        return invalid(
            f"At character {word.position} stands {found}, where {expected} was expected.",
            f"第 {word.position} 个字符处为 {found_zh}，语法不符。",
        )


def _operation(op: str, *args: Any) -> dict[str, Any]:
    return {"op": op, "args": list(args)}


def _negated(tree: Any, negated: bool) -> Any:
    return _operation("not", tree) if negated else tree
