"""How long another system asks to be left alone."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def seconds_of(text: str) -> float | None:
    """Return the seconds that a Retry-After header tells, in either of its forms; None for another."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
