"""The electricity of months as it was reported (月度用电): readings, meters, holdings; twelfths of a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from service.levers.prices.months import twelfths


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure of a month, in Wh.

    ``kind`` is ``meter``, ``parcel`` or ``enterprise``; ``part_of`` the USCC whose total contains a parcel's
    figure, else empty. ``period`` is ``2023-07``, or a year before `estimated` has shared it out.
    """

    kind: str
    subject: str
    part_of: str
    period: str
    wh: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class MeterAt:
    """A meter and whom it measures; parcel and firm are empty where unknown, ``share`` is in millionths."""

    meter: str
    parcel_code: str
    uscc: str
    share: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A firm on a parcel, as the evaluation has it.

    ``share`` of the firm's figures in 1e-12, null where the evaluation could not tell; ``days`` it held the
    parcel in the evaluated year; ``spans`` the first and last days of its occupancies.
    """

    parcel_code: str
    uscc: str
    share: int | None
    days: int
    spans: tuple[tuple[date | None, date | None], ...] = ((None, None),)


SHARE = 10**12
"""What a whole share is."""


def estimated(
    monthly: Iterable[Reading], yearly: Iterable[Reading], meters: Iterable[MeterAt]
) -> list[Reading]:
    """Return a twelfth of a year's figure for each month, marked, where no month of that year is known.

    A firm's total is shared out only if no meter or parcel of the firm has a month of that year either.
    """
    owners: dict[str, set[str]] = {}
    for at in meters:
        owners.setdefault(at.meter, set()).add(at.uscc)
    known: set[tuple[str, str, str]] = set()  # year, kind, subject
    for each in monthly:
        year = each.period[:4]
        known.add((year, each.kind, each.subject))
        firms = owners.get(each.subject, set()) if each.kind == "meter" else {each.part_of}
        known.update((year, "enterprise", uscc) for uscc in firms)
    return [
        Reading(each.kind, each.subject, each.part_of, f"{each.period}-{number:02d}", part, True)
        for each in yearly
        if (each.period, each.kind, each.subject) not in known
        for number, part in enumerate(twelfths(each.wh), 1)
    ]
