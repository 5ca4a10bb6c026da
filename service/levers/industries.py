"""Divisions of GB/T 4754 (行业大类) in lists as people write them: ``39、40``, ``C13-C15``, 不限."""

import re
import unicodedata

import polars as pl

_ANY = frozenset({"不限", "不限行业", "任何", "any", "all"})
_SEPARATORS = re.compile(r"[,;，；、/\s]+")
_ONE = re.compile(r"[A-T]?([0-9]{2})[0-9]{0,2}")
_SPAN = re.compile(r"[A-T]?([0-9]{2})(?:-|~|至|到)[A-T]?([0-9]{2})")


def division(code: str | None) -> str | None:
    """Return the division of a code of GB/T 4754: ``39`` of ``C3940``; None where it is none."""
    match = _ONE.fullmatch(_plain(code or ""))
    return match[1] if match else None


def division_of(industry: pl.Expr) -> pl.Expr:
    """Return the division of a column of codes, with and without the letter of their section."""
    return industry.str.extract(r"^[A-T]?([0-9]{2})")


def divisions(text: str | None) -> str | None:
    """Return the divisions of a list joined by commas, empty for any; None where it is not a list of them."""
    parts = [part for part in _SEPARATORS.split(_plain(text or "")) if part]
    if not parts:
        return None
    if len(parts) == 1 and parts[0].lower() in _ANY:
        return ""
    found = set()
    for part in parts:
        one, span = division(part), _SPAN.fullmatch(part)
        if one is not None:
            found.add(one)
        elif span is not None and span[1] <= span[2]:
            found |= {f"{number:02}" for number in range(int(span[1]), int(span[2]) + 1)}
        else:
            return None
    return ",".join(sorted(found))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()
