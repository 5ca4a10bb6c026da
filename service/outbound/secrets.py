"""Secrets (密钥) are named, never written down: ``env:NAME`` or ``file:/path``; what is shown is redacted."""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from service.errors import InvalidSources

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+")
_CREDENTIAL = re.compile(
    r"auth(?!or(?:s|ity)?(?:$|[-_]))|cookie|token|secret|passw|pwd|(?:^|[-_])sign$|credential|api[-_]?key",
    re.IGNORECASE,
)
_LONGEST = 64 * 1024


def _reference(text: str) -> str:
    if not _REFERENCE.fullmatch(text):
        # the text itself may be a secret and is not repeated
        raise ValueError("a secret is named, not written here: env:NAME or file:/path")
    return text


SecretReference = Annotated[str, AfterValidator(_reference)]
"""Where a secret is: ``env:NAME`` or ``file:/path``."""


def is_reference(text: str) -> bool:
    """Tell whether a text names a secret instead of being something."""
    return _REFERENCE.fullmatch(text) is not None


def looks_like_credential(name: str) -> bool:
    """Tell whether a header or parameter of this name usually carries a credential."""
    return _CREDENTIAL.search(name) is not None


class Secrets:
    """The secrets in use by one source: read when needed, and taken out of texts that are shown or kept."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._known: set[str] = set()

    def reveal(self, reference: str) -> str:
        """Return the secret; raises `InvalidSources` (``secret-missing``) that names where it should be."""
        kind, _, where = reference.partition(":")
        if kind == "env":
            value = os.environ.get(where, "")
        else:
            try:
                with Path(where).open(encoding="utf-8") as file:
                    value = file.read(_LONGEST).strip()
            except (OSError, UnicodeDecodeError):
                value = ""
        if not value or not value.isprintable():
            # no folder: errors are also shown to those who pull over HTTP
            shown = reference if kind == "env" else f"file {Path(where).name}"
            raise InvalidSources(
                f"The secret {shown} is not there, or no single line of text.",
                "密钥不存在或内容无效。",
                code="secret-missing",
                place=self._place,
                action="Set the environment variable, or put the secret into the file. 请设置密钥。",
            )
        return self.remember(value)

    def remember(self, value: str) -> str:
        """Take note of a secret that was received, so that it is redacted as well; return it."""
        if len(value) >= 4:  # less would turn every message into asterisks
            self._known.add(value)
        return value

    def redacted(self, text: str) -> str:
        """Return the text with ``***`` in place of every secret known."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, "***")
        return text

    def inside(self, text: str) -> bool:
        """Tell whether a secret is part of the text."""
        return any(value in text for value in self._known)
