"""LIKE patterns, and texts compared without regard to case or accents."""

import re
import unicodedata
from collections.abc import Callable, Mapping

ESCAPE, ANY, ONE = "\\", "%", "_"


def expression_of(pattern: str) -> str:
    """Return a LIKE pattern as regular expression: of it only wildcards are no plain text.

    The engine that takes it (Rust's regex) needs time linear in the text, whatever the pattern.
    """
    parts: list[str] = []
    escaped = False
    for character in pattern:
        if escaped:
            parts.append(re.escape(character))
            escaped = False
        elif character == ESCAPE:
            escaped = True
        elif character == ANY:
            if parts[-1:] != [".*"]:
                parts.append(".*")
        else:
            parts.append("." if character == ONE else re.escape(character))
    if escaped:  # at the end there is nothing to escape
        parts.append(re.escape(ESCAPE))
    return rf"\A(?s:{''.join(parts)})\z"


def _without_case(text: str) -> str:
    return text.casefold()


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


FOLDS: Mapping[str, Callable[[str], str]] = {"casei": _without_case, "accenti": _without_accents}
"""CASEI is Unicode's full case folding; ACCENTI leaves out what combines with the character before."""
