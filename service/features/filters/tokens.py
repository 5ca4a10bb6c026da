"""The words of a filter in cql2-text: numbers, texts, names, operators; and where each stands."""

import re
from typing import NamedTuple

from service.features.filters.limits import LONGEST, invalid, too_long

# identifierStart and identifierPart of the standard's grammar, which are those of XML names
_START = (
    ":A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1ffe\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = f"{_START}.0-9\u0300-\u036f\u203f\u2040"
_TOKEN = re.compile(
    rf"""\s*+(?:
      (?P<number>(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)
    | (?P<text>'(?:[^'\\]++|''|\\.)*+')
    | (?P<name>[{_START}][{_PART}]*+)
    | (?P<quoted>"(?:[^"]++|"")*+")
    | (?P<operator><>|<=|>=|!=|[=<>()+\-*/%^,])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPED = dict(zip("abtnvfr'\\", "\a\b\t\n\v\f\r'\\", strict=True))


class Token(NamedTuple):
    """A word: its kind (number, text, name, quoted, operator, end), itself, and at which character it is."""

    kind: str
    value: str
    position: int

    @property
    def word(self) -> str:
        """The keyword or operator it may be, in lower case; nothing for a text or a quoted name."""
        return self.value.lower() if self.kind in ("name", "operator") else ""


def tokens(text: str) -> list[Token]:
    """Return the words, the last of kind ``end``; raises `InvalidFilter` for a character that begins none."""
    if len(text) > LONGEST:
        raise too_long()
    found: list[Token] = []
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise invalid(
                f"{text[start]!r} at character {start + 1} is nothing in CQL2, or is never closed.",
                f"第 {start + 1} 个字符 {text[start]!r} 无法识别，或引号未闭合。",
            )
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind) + 1))
        if kind == "end":
            return found
        position = match.end()


def text_of(literal: str) -> str:
    """Return what a text in single quotes says.

    A backslash keeps its place before what it does not escape: there it is for the pattern of a LIKE.
    """

    def plain(escape: re.Match[str]) -> str:
        character = escape[1]
        return "'" if character is None else _ESCAPED.get(character, escape[0])

    return _ESCAPE.sub(plain, literal[1:-1])


def number_of(literal: str) -> int | float:
    """Return a number, an integer as one where 64 bits hold it."""
    if literal.isdecimal() and len(literal) <= 19:
        return int(literal)
    return float(literal)
