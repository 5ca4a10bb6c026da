"""When a source is due (计划): so long after its last success, or every day at a time of its zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.pulling.configuration import Schedule


def next_due(
    schedule: Schedule | None, succeeded: datetime | None, failed: datetime | None, now: datetime
) -> datetime | None:
    """Return when a source is due next, which may be past, or None for one that is pulled only when asked.

    :param succeeded: the last success
    :param failed: the last failure; one after the last success puts the next attempt off for a while
    """
    if schedule is None:
        return None
    due = now if succeeded is None else _after(schedule, succeeded)
    if failed is not None and (succeeded is None or failed > succeeded):
        due = max(
            due if succeeded is not None else failed, failed + timedelta(seconds=schedule.after_failure)
        )
    return due


def _after(schedule: Schedule, succeeded: datetime) -> datetime:
    if schedule.every is not None:
        return succeeded + timedelta(seconds=schedule.every)
    zone = ZoneInfo(schedule.zone)
    local = succeeded.astimezone(zone)
    at = datetime.combine(local.date(), time.fromisoformat(schedule.daily or "00:00"), zone)
    if at <= local:
        at = datetime.combine(local.date() + timedelta(days=1), at.time(), zone)
    return at.astimezone(UTC)
