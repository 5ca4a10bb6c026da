"""The parameter ``datetime`` (RFC 3339 instants and intervals), and the time an evaluated period covers."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from service.errors import InvalidParameter

_START, _END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Interval:
    """From ``start`` to ``end``, both included."""

    start: datetime
    end: datetime

    def meets(self, other: "Interval") -> bool:
        """Tell whether the two have an instant in common."""
        return self.start <= other.end and other.start <= self.end


def parse_datetime(text: str) -> Interval:
    """Return the interval that an instant, a day, or an interval of them stands for.

    ``..`` or nothing leaves a side open; beside a moment the other side may be an ISO 8601 duration.
    Raises `InvalidParameter`.
    """
    sides = text.split("/")
    try:
        if len(sides) == 1:
            return _moment(text)
        first, second = sides
        if first.startswith("P"):
            end = _moment(second).end
            interval = Interval(_shifted(end, first, -1), end)
        elif second.startswith("P"):
            start = _moment(first).start
            interval = Interval(start, _shifted(start, second, 1))
        else:
            interval = Interval(
                _START if first in ("", "..") else _moment(first).start,
                _END if second in ("", "..") else _moment(second).end,
            )
    except (ValueError, OverflowError):
        raise _invalid("is not an RFC 3339 instant or interval", "不是有效的时间或时间段") from None
    if interval.start > interval.end:
        raise _invalid("ends before it begins", "的结束时间早于开始时间")
    return interval


def meets(interval: Interval, period: str) -> bool:
    """Tell whether an evaluated period meets an interval; one without a time of its own always does."""
    covered = covered_by(period)
    return covered is None or interval.meets(covered)


def covered_by(period: str) -> Interval | None:
    """Return the time of an evaluated period: a year, or a half, quarter or month of one; None for others."""
    found = re.fullmatch(r"(\d{4})(?:-?H([12])|-?Q([1-4])|-(0[1-9]|1[0-2]))?", period, re.ASCII)
    if found is None or found[1] in ("0000", "9999"):
        return None
    year, (half, quarter, month) = int(found[1]), found.groups()[1:]
    first, months = 1, 12
    if half:
        first, months = 6 * int(half) - 5, 6
    elif quarter:
        first, months = 3 * int(quarter) - 2, 3
    elif month:
        first, months = int(month), 1
    start = datetime(year, first, 1, tzinfo=UTC)
    return Interval(start, _later(start, months) - timedelta(seconds=1))


def _moment(text: str) -> Interval:
    """Return an instant, or the whole of a day."""
    if _DATE.fullmatch(text):
        day = datetime.combine(date.fromisoformat(text), datetime.min.time(), tzinfo=UTC)
        return Interval(day, day + timedelta(days=1, microseconds=-1))
    if not _TIME.fullmatch(text):
        raise ValueError
    # nanoseconds are legal, microseconds are what Python keeps
    instant = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper())).astimezone(UTC)
    return Interval(instant, instant)


def _shifted(moment: datetime, duration: str, sign: int) -> datetime:
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return _later(moment, sign * (12 * years + months)) + sign * rest


def _later(moment: datetime, months: int) -> datetime:
    """Add calendar months; the day stays within the month."""
    month = moment.year * 12 + moment.month - 1 + months
    year, index = divmod(month, 12)
    following = date(year + (index == 11), (index + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return moment.replace(year=year, month=index + 1, day=min(moment.day, last))


def _invalid(what: str, what_zh: str) -> InvalidParameter:
    return InvalidParameter(
        f"datetime {what}.",
        f"datetime {what_zh}。",
        place="query parameter datetime",
        action="Write 2023-01-01T00:00:00Z, 2023-01-01/2023-12-31, 2023-01-01/.. or 2023-01-01/P1Y.",
    )
