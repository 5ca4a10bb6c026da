"""Which period a scheme may evaluate, and from which day on (施行日期)."""

import re
from datetime import date, datetime, timedelta, timezone

from service.domain.scheme import Scheme
from service.errors import InvalidParameter

_CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")  # no summer time


def require_period(period: str, scheme: Scheme | None = None) -> None:
    """Raise `InvalidParameter` unless the period is a year, and one that the scheme is for."""
    if not re.fullmatch(r"(19|20)\d{2}", period):
        raise InvalidParameter(
            f"{period!r} is not a period: a year such as 2023.",
            "所属期须为年份，如 2023。",
            code="invalid-period",
            place="period",
        )
    if scheme is None:
        return
    if scheme.periods and period not in scheme.periods:
        raise _not_for(period, scheme, ", ".join(scheme.periods), f"{'、'.join(scheme.periods)} 年度")
    if scheme.valid_to is not None and int(period) > scheme.valid_to.year:
        end = scheme.valid_to
        raise _not_for(
            period, scheme, f"periods up to {end.year}, it ended on {end}", f"{end.year} 年度及以前"
        )


def _not_for(period: str, scheme: Scheme, english: str, chinese: str) -> InvalidParameter:
    return InvalidParameter(
        f"The scheme {scheme.name} is for {english}, not for {period}.",
        f"评价办法“{scheme.title.zh}”适用于{chinese}，不适用于 {period} 年度。",
        code="scheme-not-for-period",
        place="period",
    )


def require_in_force(scheme: Scheme) -> None:
    """Raise `InvalidParameter` when the scheme begins after today.

    One that has ended still evaluates the periods it was made for.
    """
    if scheme.valid_from > today():
        raise InvalidParameter(
            f"The scheme {scheme.name} is in force from {scheme.valid_from} on, not yet today ({today()}).",
            f"评价办法“{scheme.title.zh}”自 {scheme.valid_from} 起施行，今日（{today()}）尚未施行。",
            code="scheme-not-in-force",
            place="scheme",
            action="Wait for that day, or try the scheme on cases: mujun scheme test. "
            "请待施行后再评价，或先以算例试算。",
        )


def today() -> date:
    """Return the day in China (Asia/Shanghai), by which schemes begin and end."""
    return datetime.now(_CHINA).date()
