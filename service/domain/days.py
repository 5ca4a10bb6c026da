"""Days (日期) as requests write them."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_out(given: object) -> object:
    # a number would be taken for seconds since 1970, as text too
    if not isinstance(given, date) and not (isinstance(given, str) and _WRITTEN.fullmatch(given)):
        raise ValueError("a day is written as 2024-03-31")
    return given


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day as ISO 8601 writes it, and nothing else that may pass for one."""
