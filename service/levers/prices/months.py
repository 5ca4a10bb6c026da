"""Calendar months (月) as text ``2023-07``: those of a span, their days, a year shared out over them."""

from calendar import isleap, monthrange
from collections.abc import Iterable
from datetime import date, timedelta


def months_between(first: str, last: str) -> list[str]:
    """Return the months from the first to the last, both included; none when the last is before the first."""
    start, end = _number(first), _number(last)
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(start, end + 1)]


def days_held(month: str, valid_from: date | None, valid_to: date | None) -> int:
    """Return on how many days of a month something held whose first and last day may be open."""
    first, last = first_day(month), last_day(month)
    since = max(first, valid_from or first)
    until = min(last, valid_to or last)
    return max((until - since).days + 1, 0)


def days_of(month: str, spans: Iterable[tuple[date | None, date | None]]) -> int:
    """Return on how many days of a month any of several spans held, each day once."""
    days, reached = 0, date.min
    first, last = first_day(month), last_day(month)
    for since, until in sorted((since or first, until or last) for since, until in spans):
        begins, ends = max(since, first, reached), min(until, last)
        if begins <= ends:
            days += (ends - begins).days + 1
            reached = ends + timedelta(days=1)
    return days


def days_in_year(month: str) -> int:
    """Return the days of a month's year."""
    return 366 if isleap(int(month[:4])) else 365


def first_day(month: str) -> date:
    """Return the first day of a month."""
    return date.fromisoformat(f"{month}-01")


def last_day(month: str) -> date:
    """Return the last day of a month."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def twelfths(total: int) -> list[int]:
    """Share a year's total out over its months equally, to the last unit; the first months get the rest."""
    part, rest = divmod(total, 12)
    return [part + (place < rest) for place in range(12)]


def _number(month: str) -> int:
    year, of_year = month.split("-")
    return int(year) * 12 + int(of_year) - 1


def holds_on(day: date, since: date | None, until: date | None) -> bool:
    """Return whether what holds between two days, both included, holds on a day."""
    return (since is None or since <= day) and (until is None or day <= until)


def stretches(month: str, spans: Iterable[tuple[date | None, date | None]]) -> list[tuple[date, int]]:
    """Cut a month where a span begins or has ended; return the first days of the pieces and their lengths."""
    first = first_day(month)
    end = first + timedelta(days_held(month, None, None))
    cuts = {first}
    for since, until in spans:
        cuts |= {since} if since else set()
        cuts |= {until + timedelta(1)} if until and until < end else set()
    inside = sorted(day for day in cuts if first <= day < end)
    return [(day, (after - day).days) for day, after in zip(inside, [*inside[1:], end], strict=True)]
