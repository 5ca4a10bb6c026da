"""From items to points (总分): items × correction + bonus − deduction, between floor and cap."""

from collections.abc import Mapping

import narwhals.stable.v2 as nw

from service.domain.expressions import Vocabulary
from service.domain.scheme import POINT, Bonus, Deduction, Scheme, Total, Track
from service.evaluation.conditions import condition
from service.evaluation.frames import Frame, added, codes, double, half_up, integer, no_number
from service.evaluation.scores import millionths

_APPLIED = "applied__"


def with_totals(frame: Frame, scheme: Scheme, track: Track) -> Frame:
    """Add ``items correction bonus deduction points`` and ``applied``: the codes of the rules that counted.

    All of them are missing where the parcel is not scored. A rule that depends on something unknown does not
    count.
    """
    known = scheme.valued_vocabulary(track)
    holds = {rule.code: condition(rule.when, known).fill_null(False) for rule in _rules(track)}
    frame = added(frame, (holds[code].alias(f"{_APPLIED}{code}") for code in holds))
    points = [nw.col(f"{i.code}__points") for i in track.indicators if i.weight]
    items = points[0]
    for each in points[1:]:
        items = items + each
    frame = frame.with_columns(items.alias("items"))
    frame = frame.with_columns(
        *_corrected(track),
        _bonus(track, known).alias("bonus"),
        _deduction(track, known).alias("deduction"),
    )
    total = nw.col("corrected") + nw.col("bonus") - nw.col("deduction")
    scored = nw.col("reason").is_null()
    results = {
        "items": nw.col("items"),
        "correction": nw.col("correction"),
        "bonus": nw.col("bonus"),
        "deduction": nw.col("deduction"),
        "points": _between(total, track.total),
    }
    return frame.with_columns(
        *(nw.when(scored).then(value).otherwise(no_number()).alias(name) for name, value in results.items()),
        codes(*((nw.col(f"{_APPLIED}{code}") & scored, code) for code in holds)).alias("applied"),
    )


def _rules(track: Track) -> list[Bonus | Deduction]:
    return [*track.corrections, *track.bonuses, *track.deductions]  # type: ignore[list-item]


def _corrected(track: Track) -> list[nw.Expr]:
    """The factor of the first correction that holds, and the items multiplied by it."""
    factor, corrected = integer(POINT), nw.col("items")
    for rule in reversed(track.corrections):
        holds = nw.col(f"{_APPLIED}{rule.code}")
        factor = nw.when(holds).then(integer(millionths(rule.factor))).otherwise(factor)
        product = half_up(double(nw.col("items")) * float(rule.factor))
        corrected = nw.when(holds).then(product).otherwise(corrected)
    return [factor.alias("correction"), corrected.alias("corrected")]


def _bonus(track: Track, known: Vocabulary) -> nw.Expr:
    total = integer(0)
    for rule in track.bonuses:
        points = integer(millionths(rule.points))
        if rule.per is not None:
            points = points * _count(rule.per, known)
        total = total + _applied(rule, points)
    most = track.total.bonus_at_most
    return total if most is None else total.clip(upper_bound=millionths(most))


def _deduction(track: Track, known: Vocabulary) -> nw.Expr:
    total = integer(0)
    for rule in track.deductions:
        points = integer(millionths(rule.points))
        if rule.per is not None:
            charged = (_count(rule.per, known) - rule.free).clip(0)
            first = millionths(rule.points if rule.first is None else rule.first)
            stepped = (charged - 1) * millionths(rule.points) + first
            points = nw.when(charged > 0).then(stepped).otherwise(integer(0))
        total = total + _applied(rule, points)
    return total


def _applied(rule: Bonus | Deduction, points: nw.Expr) -> nw.Expr:
    if rule.at_most is not None:
        points = points.clip(upper_bound=millionths(rule.at_most))
    return nw.when(nw.col(f"{_APPLIED}{rule.code}")).then(points).otherwise(integer(0))


def _count(name: str, known: Mapping[str, object]) -> nw.Expr:
    assert name in known  # noqa: S101 - `service.reference.scheme_checks` saw to it
    return nw.col(name).fill_null(0)


def _between(points: nw.Expr, total: Total) -> nw.Expr:
    floor = None if total.floor is None else millionths(total.floor)
    cap = None if total.cap is None else millionths(total.cap)
    return points if floor is None and cap is None else points.clip(floor, cap)
