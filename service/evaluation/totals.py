"""From items to points (总分): items × correction + bonus − deduction, between floor and cap."""

from functools import reduce
from operator import add

import narwhals.stable.v2 as nw

from service.domain.expressions import Vocabulary
from service.domain.scheme import POINT, Bonus, Deduction, Rule, Scheme, Total, Track
from service.evaluation.conditions import condition
from service.evaluation.frames import Frame, added, codes, double, half_up, integer, no_number, one_if
from service.evaluation.scores import millionths

_APPLIED = "applied__"


def with_totals(frame: Frame, scheme: Scheme, track: Track) -> Frame:
    """Add ``items correction bonus deduction points`` and ``applied``: the codes of the rules that counted.

    All of them are missing where the parcel is not scored. A rule that depends on something unknown does not
    count; nor does a second correction, nor what is worth nothing here, as a first tenant that is free.
    """
    known = scheme.valued_vocabulary(track)
    rules: list[Bonus | Deduction] = [*track.bonuses, *track.deductions]
    frame = added(frame, (_worth(rule, known).alias(f"{_APPLIED}{rule.code}") for rule in rules))
    frame = added(frame, _firsts(track, known))
    points = [nw.col(f"{i.code}__points") for i in track.indicators if i.weight]
    frame = frame.with_columns(_sum(points).alias("items"))
    bonus = _sum([nw.col(f"{_APPLIED}{rule.code}") for rule in track.bonuses])
    most = track.total.bonus_at_most
    frame = frame.with_columns(
        *_corrected(track),
        (bonus if most is None else bonus.clip(upper_bound=millionths(most))).alias("bonus"),
        _sum([nw.col(f"{_APPLIED}{rule.code}") for rule in track.deductions]).alias("deduction"),
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
    told = [rule.code for rule in (*track.corrections, *rules)]
    return frame.with_columns(
        *(nw.when(scored).then(value).otherwise(no_number()).alias(name) for name, value in results.items()),
        codes(*((scored & (nw.col(f"{_APPLIED}{code}") > 0), code) for code in told)).alias("applied"),
    )


def _sum(points: list[nw.Expr]) -> nw.Expr:
    return reduce(add, points) if points else integer(0)


def _holds(rule: Rule, known: Vocabulary) -> nw.Expr:
    return condition(rule.when, known).fill_null(False)


def _firsts(track: Track, known: Vocabulary) -> list[nw.Expr]:
    """For each correction 1 where it is the first that holds."""
    firsts: list[nw.Expr] = []
    earlier = nw.lit(False)
    for rule in track.corrections:
        holds = _holds(rule, known)
        firsts.append(one_if(holds & ~earlier).alias(f"{_APPLIED}{rule.code}"))
        earlier = earlier | holds
    return firsts


def _corrected(track: Track) -> list[nw.Expr]:
    """The factor of the correction that counts, and the items multiplied by it."""
    factor, corrected = integer(POINT), nw.col("items")
    for rule in track.corrections:
        counts = nw.col(f"{_APPLIED}{rule.code}") > 0
        factor = nw.when(counts).then(integer(millionths(rule.factor))).otherwise(factor)
        product = half_up(double(nw.col("items")) * float(rule.factor))
        corrected = nw.when(counts).then(product).otherwise(corrected)
    return [factor.alias("correction"), corrected.alias("corrected")]


def _worth(rule: Bonus | Deduction, known: Vocabulary) -> nw.Expr:
    """The points that a bonus adds or a deduction takes off: 0 where it does not hold."""
    points = integer(millionths(rule.points))
    if rule.per is not None:
        count = _count(rule.per, known)
        points = _stepped(rule, count) if isinstance(rule, Deduction) else points * count
    if rule.at_most is not None:
        points = points.clip(upper_bound=millionths(rule.at_most))
    return nw.when(_holds(rule, known)).then(points).otherwise(integer(0))


def _stepped(rule: Deduction, count: nw.Expr) -> nw.Expr:
    """So many are free, the next costs the first step, each further one the points."""
    charged = (count - rule.free).clip(0)
    first = millionths(rule.points if rule.first is None else rule.first)
    stepped = (charged - 1) * millionths(rule.points) + first
    return nw.when(charged > 0).then(stepped).otherwise(integer(0))


def _count(name: str, known: Vocabulary) -> nw.Expr:
    assert name in known  # noqa: S101 - `service.reference.scheme_checks` saw to it
    return nw.col(name).fill_null(0)


def _between(points: nw.Expr, total: Total) -> nw.Expr:
    floor = None if total.floor is None else millionths(total.floor)
    cap = None if total.cap is None else millionths(total.cap)
    return points if floor is None and cap is None else points.clip(floor, cap)
