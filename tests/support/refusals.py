"""Texts that are no scheme, and the place at which each is refused."""

import pytest

from service.errors import InvalidScheme
from service.reference.scheme_text import read_scheme


def line_of(text: str, part: str) -> int:
    """Return the number of the first line that contains a part."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def refused(text: str) -> InvalidScheme:
    """Return the error with which a text is refused."""
    with pytest.raises(InvalidScheme) as caught:
        read_scheme(text, "own.yaml")
    return caught.value


def assert_refused(text: str, line: str, said: str) -> None:
    """Assert that a text is refused at the first line that contains a part, in both languages."""
    error = refused(text)
    assert (error.place, said in error.detail) == (f"own.yaml:{line_of(text, line)}", True), error.detail
    assert error.detail_zh
