"""Who pays what for a month (应收): kilowatt-hours × the surcharge of the tier, in fen, line by line.

amount = Wh × rate (1e-6 yuan/kWh) ÷ 10^7 fen, rounded half up per line. Of several surcharges the highest
single one applies; the others do not stack on it. One of an unknown amount may be the highest, so nothing
is charged until it is known.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.levers.prices.apportioning import Line
from service.levers.prices.months import days_held, first_day
from service.levers.prices.tiers import Standing
from service.reference.prices import Exemption, PricePolicy

_PER_FEN = 10**7


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Another surcharge of a firm (其他加价), for one parcel or, with an empty code, for all of them.

    ``rate`` is in 1e-6 yuan/kWh, null where unknown. It counts for a whole month if it holds on any day of
    it.
    """

    uscc: str
    parcel_code: str
    kind: str
    rate: int | None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Firm:
    """What exemptions ask of a firm; null where unknown."""

    industry: str | None = None
    registered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """A line with what it costs and why; rates are in 1e-6 yuan/kWh.

    ``tier_rate`` is what the tier says, ``rate`` what this policy books. ``reason``: ``applies``;
    ``above_other`` (the part above a lower surcharge); ``replaces_other``; ``other_higher`` (or as high);
    ``other_unknown`` (one of an unknown amount holds; ``other_rate`` is null then); ``below_consumption``;
    ``exempt``; ``exemption_unknown``. What is unknown is not charged until it is known.
    """

    line: Line
    standing: Standing
    tier_rate: int
    other_kind: str
    other_rate: int | None
    rate: int
    amount_fen: int
    reason: str
    exemption: str = ""


def amount_fen(wh: int, rate: int) -> int:
    """Return what so many Wh cost at a rate in 1e-6 yuan/kWh, in fen, half up.

    >>> amount_fen(123_456_000, 100_000)
    1234560
    """
    return (2 * wh * rate + _PER_FEN) // (2 * _PER_FEN)


def charges(
    policy: PricePolicy,
    lines: Iterable[Line],
    standings: Mapping[str, Standing],
    others: Iterable[Surcharge],
    firms: Mapping[str, Firm],
) -> list[Charge]:
    """Return what every line on a parcel in a tier costs, by month, parcel, firm and meter."""
    of_firm: dict[str, list[Surcharge]] = defaultdict(list)
    for other in others:
        of_firm[other.uscc].append(other)
    charged = sorted(
        (each for each in lines if each.parcel_code in standings),
        key=lambda each: (each.month, each.parcel_code, each.uscc, each.meter),
    )
    used: dict[tuple[str, str, str], int] = defaultdict(int)
    for each in charged:
        used[each.month, each.parcel_code, each.uscc] += each.wh
    return [
        _charge(
            policy,
            each,
            standings[each.parcel_code],
            used[each.month, each.parcel_code, each.uscc],
            of_firm.get(each.uscc, ()),
            firms.get(each.uscc, Firm()),
        )
        for each in charged
    ]


def _charge(
    policy: PricePolicy, line: Line, standing: Standing, used: int, others: Iterable[Surcharge], firm: Firm
) -> Charge:
    other_rate, other_kind = _other(line, standing.rate, others)
    rate, reason = _highest(policy, standing.rate, other_rate)
    exemption, known = _exempted(policy.exemptions, firm, line.month)
    if exemption:
        rate, reason = 0, "exempt" if known else "exemption_unknown"
    elif used <= policy.above_wh:
        rate, reason = 0, "below_consumption"
    amount = amount_fen(line.wh, rate)
    return Charge(line, standing, standing.rate, other_kind, other_rate, rate, amount, reason, exemption)


def _other(line: Line, ours: int, others: Iterable[Surcharge]) -> tuple[int | None, str]:
    """Return the highest other surcharge on a line; null where one of an unknown amount may displace ours."""
    holding = [
        each
        for each in others
        if each.parcel_code in ("", line.parcel_code)
        and days_held(line.month, each.valid_from, each.valid_to)
    ]
    known = max(((each.rate, each.kind) for each in holding if each.rate is not None), default=(0, ""))
    unknown = sorted(each.kind for each in holding if each.rate is None)
    return (None, unknown[0]) if unknown and known[0] < ours else known


def _highest(policy: PricePolicy, ours: int, other: int | None) -> tuple[int, str]:
    if other is None:
        return 0, "other_unknown"
    if not other:
        return ours, "applies"
    if other >= ours:
        return 0, "other_higher"
    if policy.with_others == "replace":
        return ours, "replaces_other"
    return ours - other, "above_other"


def _exempted(exemptions: Iterable[Exemption], firm: Firm, month: str) -> tuple[str, bool]:
    """Return the exemption of a firm in a month, and whether it is known to hold; empty for none."""
    unknown = ""
    for each in exemptions:
        holds = _holds(each, firm, month)
        if holds:
            return each.code, True
        if holds is None:
            unknown = unknown or each.code
    return unknown, False


def _holds(exemption: Exemption, firm: Firm, month: str) -> bool | None:
    if exemption.registered_under_months is not None:
        if firm.registered_on is None:
            return None
        return first_day(month) < _months_later(firm.registered_on, exemption.registered_under_months)
    if firm.industry is None:
        return None
    return firm.industry.lstrip("ABCDEFGHIJKLMNOPQRST").startswith(exemption.industries)


def _months_later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
