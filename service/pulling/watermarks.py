"""Watermarks (增量标记): the highest value of a field that was pulled, and what to ask for next time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from service.pulling.configuration import Watermark
from service.pulling.json_text import at


def highest(records: Iterable[Any], mark: Watermark) -> str | None:
    """Return the highest value of the field among parsed records (or features), as text."""
    top: str | None = None
    for record in records:
        value = at(record, mark.field)
        if value is None and isinstance(record, dict):
            value = at(record.get("properties"), mark.field)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            top = later(top, str(value), mark)
    return top


def later(one: str | None, other: str | None, mark: Watermark) -> str | None:
    """Return the higher of two values; what is no number is passed over where numbers are expected."""
    if mark.numeric:
        numbers = [(number, text) for text in (one, other) if (number := _number(text)) is not None]
        return max(numbers)[1] if numbers else None
    return max((text for text in (one, other) if text is not None), default=None)


def less_overlap(value: str | None, mark: Watermark) -> str | None:
    """Return what to send: the value less the overlap, in the form in which it came."""
    if value is None or not mark.overlap:
        return value
    if mark.numeric:
        number = _number(value)
        return None if number is None else format((number - Decimal(str(mark.overlap))).normalize(), "f")
    try:
        moment = datetime.fromisoformat(value) - timedelta(seconds=mark.overlap)
    except (ValueError, OverflowError):
        return value
    if len(value) == 10:
        return moment.date().isoformat()
    text = moment.isoformat(sep="T" if "T" in value else " ")
    return text.replace("+00:00", "Z") if value.endswith("Z") else text


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # a number with a thousand digits is none that anybody counts by
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None
