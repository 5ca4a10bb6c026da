"""Kilowatt-hours of a month to parcels and firms (电量分摊), to the last Wh.

1. A meter's reading goes to what the meter measures: by share × days of the month, equal shares where none is
   told, of what the others leave on the same days. A meter of a parcel alone goes to its one firm, a meter of
   a firm alone by the firm's holdings.
2. A figure reported for a parcel comes before the readings of meters there.
3. A firm's total contains what meters have of it, and parcels' figures that say so; the rest goes by the
   firm's holdings: the share of the evaluation ÷ the days it counts × the days of the month.

Remainders go to the largest fractions. Whatever reaches nobody stays in sight with its reason, so that lines
and what is unplaced sum to what was reported. A month of which nothing was reported is missing, never zero.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from service.levers.prices.electricity import SHARE, Holding, MeterAt, Reading
from service.levers.prices.months import days_held, days_in_year, days_of, holds_on, stretches

Place = tuple[str, str]
"""Parcel code and USCC."""

_MILLION = 10**6
_SCALE = 1000  # of a share per day, so that dividing by days loses nothing that counts


@dataclass(frozen=True, slots=True)
class Line:
    """What a firm used on a parcel in a month by one meter; ``meter`` is empty for a reported figure."""

    month: str
    parcel_code: str
    uscc: str
    meter: str
    wh: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Unplaced:
    """What no firm on a parcel could be given, and why; negative where meters exceed a firm's total."""

    month: str
    parcel_code: str
    uscc: str
    meter: str
    wh: int
    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A month without a reading: of a meter, or of a firm on a parcel without any."""

    month: str
    parcel_code: str
    uscc: str
    meter: str
    reason: str


@dataclass(slots=True)
class Placed:
    """The electricity of months, by place."""

    lines: list[Line] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)


def shared_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights: floors first, then one each to the largest fractions, in order.

    >>> shared_out(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    parts = [total * each // whole for each in weights]
    order = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def apportion(
    months: Iterable[str],
    readings: Iterable[Reading],
    meters: Iterable[MeterAt],
    holdings: Iterable[Holding],
    wanted: Iterable[str],
) -> Placed:
    """Give the readings of months out; ``wanted`` are the parcels whose missing months are told."""
    of_month: dict[str, list[Reading]] = defaultdict(list)
    for each in readings:
        of_month[each.period].append(each)
    register, held, told = list(meters), list(holdings), frozenset(wanted)
    placed = Placed()
    for month in months:
        _Month(month, register, held).place(of_month.get(month, []), told, placed)
    return placed


class _Month:
    """One month: who holds what in it, which meters measure whom."""

    def __init__(self, month: str, meters: Sequence[MeterAt], holdings: Sequence[Holding]) -> None:
        self.month = month
        self.meters: dict[str, list[MeterAt]] = defaultdict(list)
        self.registered = {each.meter for each in meters}
        for each in meters:
            if days_held(month, each.valid_from, each.valid_to):
                self.meters[each.meter].append(each)
        self.holdings: dict[str, list[tuple[Holding, int]]] = defaultdict(list)
        self.firms_on: dict[str, list[str]] = defaultdict(list)
        for held in holdings:
            days = days_of(month, held.spans)
            self.holdings[held.uscc].append((held, days))
            if days and held.uscc not in self.firms_on[held.parcel_code]:
                self.firms_on[held.parcel_code].append(held.uscc)

    def place(self, readings: Sequence[Reading], wanted: frozenset[str], out: Placed) -> None:
        """Add this month's lines, and what is unplaced or missing."""
        self.out = out
        self.inside: dict[str, int] = defaultdict(int)  # beyond its lines, what a firm's total contains
        direct: dict[Place, list[Line]] = defaultdict(list)
        homeless: dict[str, list[Line]] = defaultdict(list)
        read = [each for each in readings if each.kind == "meter"]
        for each in read:
            self._meter(each, direct, homeless)
        reported = self._parcels([each for each in readings if each.kind == "parcel"], direct)
        totals: dict[str, tuple[int, bool]] = {}
        for each in readings:
            if each.kind == "enterprise":
                before, guessed = totals.get(each.subject, (0, False))
                totals[each.subject] = before + each.wh, guessed or each.estimated
        self._firms(totals, direct, homeless)
        out.lines.extend(_merged(line for lines in direct.values() for line in lines))
        self._missing({each.subject for each in read}, reported, totals, wanted)

    def _meter(
        self, reading: Reading, direct: dict[Place, list[Line]], homeless: dict[str, list[Line]]
    ) -> None:
        measured = _weights(self.month, self.meters.get(reading.subject, []))
        if not measured:
            known = reading.subject in self.registered
            self._leave("", "", reading.subject, reading.wh, "meter_idle" if known else "meter_unknown")
            return
        for (at, _), wh in zip(measured, shared_out(reading.wh, [each for _, each in measured]), strict=True):
            uscc = at.uscc or self._only_firm(at.parcel_code)
            line = Line(self.month, at.parcel_code, uscc, reading.subject, wh, reading.estimated)
            if at.parcel_code and uscc:
                direct[at.parcel_code, uscc].append(line)
            elif uscc:
                homeless[uscc].append(line)
            else:
                self._leave(at.parcel_code, "", reading.subject, wh, "firm_unknown")

    def _parcels(self, readings: Sequence[Reading], direct: dict[Place, list[Line]]) -> set[Place]:
        """Let figures of parcels take the place of meters there; return whose they are."""
        found = set()
        contained = {(each.subject, each.part_of) for each in readings if each.part_of}
        for each in readings:
            uscc = each.part_of or self._only_firm(each.subject)
            if not uscc:
                self._leave(each.subject, "", "", each.wh, "firm_unknown")
                continue
            place = each.subject, uscc
            if place not in found:
                for line in direct.pop(place, []):
                    self._leave(line.parcel_code, uscc, line.meter, line.wh, "parcel_figure_counts")
                    if place not in contained:  # the total still contains the meter
                        self.inside[uscc] += line.wh
            direct[place].append(Line(self.month, each.subject, uscc, "", each.wh, each.estimated))
            if not each.part_of:  # in nobody's total
                self.inside[uscc] -= each.wh
            found.add(place)
        return found

    def _firms(
        self,
        totals: Mapping[str, tuple[int, bool]],
        direct: dict[Place, list[Line]],
        homeless: Mapping[str, list[Line]],
    ) -> None:
        """Give out what firms have beside their meters and parcels."""
        of_firm: dict[str, int] = defaultdict(int, self.inside)
        for (_, uscc), lines in direct.items():
            of_firm[uscc] += sum(each.wh for each in lines)
        for uscc in sorted(totals.keys() | homeless.keys()):
            if uscc in totals:
                total, guessed = totals[uscc]
                rest = total - of_firm[uscc]
                if rest < 0:
                    self._leave("", uscc, "", rest, "total_below_meters")
                elif rest or not of_firm[uscc]:
                    self._by_holdings(Line(self.month, "", uscc, "", rest, guessed), direct)
            else:
                for line in homeless[uscc]:
                    self._by_holdings(line, direct)

    def _by_holdings(self, line: Line, direct: dict[Place, list[Line]]) -> None:
        held = self.holdings.get(line.uscc, [])
        if not held or any(each.share is None for each, _ in held):
            reason = "share_unknown" if held else "no_holding"
            self._leave("", line.uscc, line.meter, line.wh, reason)
            return
        weights = [(each.share or 0) * days * _SCALE // max(each.days, 1) for each, days in held]
        outside = SHARE - sum(each.share or 0 for each, _ in held)
        of_year = days_held(self.month, None, None) * _SCALE, days_in_year(self.month)
        elsewhere = outside * of_year[0] // of_year[1] if outside > SHARE // _MILLION else 0
        if not sum(weights) + elsewhere:
            self._leave("", line.uscc, line.meter, line.wh, "no_holding")
            return
        *parts, rest = shared_out(line.wh, [*weights, elsewhere])
        for (each, _), weight, wh in zip(held, weights, parts, strict=True):
            if weight:
                direct[each.parcel_code, line.uscc].append(
                    Line(self.month, each.parcel_code, line.uscc, line.meter, wh, line.estimated)
                )
        if elsewhere:
            self._leave("", line.uscc, line.meter, rest, "outside_evaluation")

    def _missing(
        self, read: set[str], reported: set[Place], totals: Mapping[str, object], wanted: frozenset[str]
    ) -> None:
        at: dict[Place, list[str]] = defaultdict(list)
        roaming: dict[str, set[str]] = defaultdict(set)
        for rows in self.meters.values():
            for each in rows:
                uscc = each.uscc or self._only_firm(each.parcel_code)
                if each.parcel_code:
                    at[each.parcel_code, uscc].append(each.meter)
                else:
                    roaming[uscc].add(each.meter)
        firms = {
            (held.parcel_code, uscc)
            for uscc, rows in self.holdings.items()
            for held, days in rows
            if days and held.share != 0
        }
        for place in sorted(firms | at.keys()):
            parcel, uscc = place
            if parcel not in wanted or uscc in totals or place in reported:
                continue
            for meter in sorted(set(at.get(place, ())) - read):
                self.out.missing.append(Missing(self.month, parcel, uscc, meter, "no_reading"))
            if place not in at and not roaming[uscc] & read:
                self.out.missing.append(Missing(self.month, parcel, uscc, "", "no_electricity"))

    def _only_firm(self, parcel: str) -> str:
        firms = self.firms_on.get(parcel, [])
        return firms[0] if len(firms) == 1 else ""

    def _leave(self, parcel: str, uscc: str, meter: str, wh: int, reason: str) -> None:
        self.out.unplaced.append(Unplaced(self.month, parcel, uscc, meter, wh, reason))


def _merged(lines: Iterable[Line]) -> list[Line]:
    """Sum lines of one firm, parcel and meter: a parcel's figure and what its firm's total adds."""
    found: dict[tuple[str, str, str], Line] = {}
    for each in lines:
        key = each.parcel_code, each.uscc, each.meter
        before = found.get(key)
        if before is not None:
            wh, guessed = before.wh + each.wh, before.estimated or each.estimated
            each = replace(each, wh=wh, estimated=guessed)
        found[key] = each
    return list(found.values())


def _weights(month: str, rows: Sequence[MeterAt]) -> list[tuple[MeterAt, int]]:
    """What a meter measures in a month, weighted share × days, over stretches of days with the same rows.

    Who has no share divides equally what the others of those days leave.
    """
    weights = [0] * len(rows)
    for day, days in stretches(month, [(each.valid_from, each.valid_to) for each in rows]):
        there = [at for at, each in enumerate(rows) if holds_on(day, each.valid_from, each.valid_to)]
        shares = [rows[at].share for at in there]
        rest = max(_MILLION - sum(share or 0 for share in shares), 0)
        for at, share in zip(there, shares, strict=True):
            weights[at] += (rest // shares.count(None) if share is None else share) * days
    return [(each, weight) for each, weight in zip(rows, weights, strict=True) if weight > 0]
