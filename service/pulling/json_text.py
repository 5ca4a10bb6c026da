"""JSON read without losing a letter: where records stand in a text, so that each is kept as received."""

import json
from json.decoder import WHITESPACE  # type: ignore[attr-defined]
from typing import Any

_DECODER = json.JSONDecoder()


def loads(text: str) -> Any:
    """Return the document; raises ValueError for what is no JSON, or beyond reason in numbers and depth."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def at(document: Any, path: str) -> Any:
    """Return what stands under a path of keys (``data.rows``), the document for an empty path, or None."""
    for key in path.split(".") if path else ():
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def whole(value: Any) -> int | None:
    """Return a count or a moment that stands there as number or text, or None for anything else."""
    text = str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
    return int(text) if len(text) <= 18 and text.isascii() and text.isdecimal() else None


def records_at(text: str, path: str) -> list[str] | None:
    """Return the members of the array under a path, each in one line as it was written, or None without one.

    :param text: a document that `loads` accepts
    """
    start = _space(text, 0)
    for key in path.split(".") if path else ():
        found = _member(text, start, key)
        if found is None:
            return None
        start = found
    if text[start] != "[":
        return None
    members = []
    end = _space(text, start + 1)
    while text[end] != "]":
        _, stop = _DECODER.raw_decode(text, end)
        # a line break can stand between tokens only
        members.append(text[end:stop].replace("\r", " ").replace("\n", " "))
        end = _space(text, stop)
        if text[end] == ",":
            end = _space(text, end + 1)
    return members


def _member(text: str, start: int, wanted: str) -> int | None:
    """Return where the value of a key begins; of a key that stands twice the last one, as parsers do."""
    if text[start] != "{":
        return None
    found = None
    end = _space(text, start + 1)
    while text[end] != "}":
        key, end = _DECODER.raw_decode(text, end)
        value = _space(text, _space(text, end) + 1)  # behind the colon
        if key == wanted:
            found = value
        _, end = _DECODER.raw_decode(text, value)
        end = _space(text, end)
        if text[end] == ",":
            end = _space(text, end + 1)
    return found


def _space(text: str, start: int) -> int:
    return int(WHITESPACE.match(text, start).end())
