"""Values as people read them: numbers with separators, gaps as a dash, each language marked as what it is."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
# short Latin words and figures inside a Chinese sentence belong to it
_CHINESE = re.compile(f"[{_HAN}]+(?:[^{_HAN}]{{1,12}}[{_HAN}]+)*")
_SHORT = 32
_NAMES = ("name", "title", "code", "parcel_code", "id")


def spoken(text: object) -> Markup:
    """Return a text as HTML with its Chinese marked as Chinese; the page itself is in English."""
    parts, at = [], 0
    whole = str(text)
    for found in _CHINESE.finditer(whole):
        parts.append(escape(whole[at : found.start()]))
        parts.append(Markup('<span lang="zh">{}</span>').format(found[0]))
        at = found.end()
    parts.append(escape(whole[at:]))
    return Markup("").join(parts)


def number(value: float) -> str:
    """Return a number with thousands separators, up to six decimals, and no needless digits."""
    if isinstance(value, int):
        return f"{value:,}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    # what six decimals would hide is told in full
    return text if value == 0 or abs(value) >= 1e-4 else repr(value)


def is_address(value: object) -> bool:
    """Tell whether a value is the address of a web page, which may be followed."""
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"']+", value) is not None


def is_colour(value: object) -> bool:
    """Tell whether a value is a colour, ``#rrggbb``."""
    return isinstance(value, str) and re.fullmatch("#[0-9a-f]{6}", value) is not None


def is_table(value: object) -> bool:
    """Tell whether a value is a list of objects, which are the rows of a table."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def is_records(value: object) -> bool:
    """Tell whether a value is an object of flat objects, which are the rows of a table with a name each."""
    return (
        isinstance(value, Mapping)
        and len(value) > 1
        and all(
            isinstance(row, Mapping) and not any(isinstance(cell, (Mapping, list)) for cell in row.values())
            for row in value.values()
        )
    )


def is_inline(value: object) -> bool:
    """Tell whether a value is a list of short values, which stand in one line."""
    return isinstance(value, list) and all(
        isinstance(item, (int, float)) or (isinstance(item, str) and len(item) <= _SHORT) for item in value
    )


def columns_of(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the keys that any of the rows has, in the order in which they come; links go last."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return sorted(names, key=lambda name: name == "links")


def name_of(feature: Mapping[str, Any]) -> str:
    """Return what a feature is called: by its name or title, else by its code, else by its id."""
    properties = feature.get("properties") or {}
    return next((str(properties[name]) for name in _NAMES if properties.get(name)), str(feature["id"]))
