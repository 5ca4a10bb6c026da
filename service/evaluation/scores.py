"""Item points (指标得分), in millionths of a point.

    ratio, attainment   value ÷ benchmark × weight       (benchmark ÷ value × weight where less is better),
                        held between floor × weight and cap × weight
    min_max             weight × (base + (1 − base) × (value − low) ÷ (high − low))
                        (high − value where less is better); where all values are equal, the whole weight
    rank                weight × (size − place + 1) ÷ size

What is missing is scored as the indicator's policy says: zero, the group's mean item, by the other indicators
alone (renormalise), or the parcel is not scored at all. Against a benchmark that is not above zero an item is
worth 0. An item that lacks its benchmark, as a parcel without a contract lacks a promise, is a missing item.
"""

from decimal import Decimal

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT, Indicator, Promised, Track
from service.evaluation.frames import (
    Frame,
    Settle,
    double,
    half_up,
    integer,
    no_number,
    no_text,
    quotient,
    sums_by,
    total,
    with_groups,
)

_HUNDRED = 100 * POINT


def millionths(number: Decimal) -> int:
    """Return a scheme's number in millionths; schemes allow no more than six places."""
    return int(number * POINT)


def with_points(frame: Frame, track: Track, settle: Settle) -> Frame:
    """Add ``code__weight __uncapped __points __outcome``; ``reason`` where one is not scored."""
    counted = [indicator for indicator in track.indicators if indicator.weight]
    frame = frame.with_columns(_remaining_weight(counted).alias("remaining"))
    frame = frame.with_columns(*(_weight(i, counted).alias(f"{i.code}__weight") for i in track.indicators))
    frame = frame.with_columns(
        *(_uncapped(i, _of(i, "weight")).alias(f"{i.code}__uncapped") for i in track.indicators)
    )
    by_mean = [indicator for indicator in track.indicators if indicator.missing == "group_mean"]
    if by_mean:
        items = frame = settle(frame)
        for indicator in by_mean:
            frame = with_groups(frame, _group_means(items, indicator), on=f"{indicator.code}__group")
    frame = frame.with_columns(_why_not(counted).alias("reason"))
    return frame.with_columns(
        *(column for i in track.indicators for column in (_points(i).alias(f"{i.code}__points"), _outcome(i)))
    )


def _of(indicator: Indicator, part: str) -> nw.Expr:
    return nw.col(f"{indicator.code}__{part}")


def _is_missing(indicator: Indicator) -> nw.Expr:
    if isinstance(indicator.benchmark, Promised):
        return _of(indicator, "value").is_null() | _of(indicator, "benchmark").is_null()
    return _of(indicator, "value").is_null()


def _lack(indicator: Indicator) -> nw.Expr:
    """What a missing item lacks: one side of its value, or the promise."""
    if isinstance(indicator.benchmark, Promised):
        return nw.coalesce(_of(indicator, "lack"), nw.lit("promise_missing"))
    return _of(indicator, "lack")


def _remaining_weight(counted: list[Indicator]) -> nw.Expr:
    """100 less the weights of missing indicators whose policy hands their weight to the others."""
    rest = integer(_HUNDRED)
    for i in counted:
        if i.missing == "renormalise":
            rest = rest - nw.when(_is_missing(i)).then(integer(millionths(i.weight))).otherwise(integer(0))
    return rest


def _weight(indicator: Indicator, counted: list[Indicator]) -> nw.Expr:
    nominal = integer(millionths(indicator.weight))
    if indicator not in counted or all(each.missing != "renormalise" for each in counted):
        return nominal
    remaining = nw.col("remaining")
    raised = half_up(quotient(double(nominal) * float(_HUNDRED), double(remaining)))
    weight = (
        nw.when(remaining == _HUNDRED).then(nominal).when(remaining > 0).then(raised).otherwise(integer(0))
    )
    if indicator.missing != "renormalise":
        return weight
    return nw.when(_is_missing(indicator)).then(integer(0)).otherwise(weight)


def _uncapped(indicator: Indicator, weight: nw.Expr) -> nw.Expr:
    """The formula, before cap and floor; missing where the item is."""
    match indicator.method:
        case "min_max":
            points = _min_max(indicator, weight)
        case "rank":
            size, place = double(_of(indicator, "size")), double(_of(indicator, "place"))
            points = half_up(quotient(double(weight) * (size - place + 1.0), size))
        case _:
            points = _quotient(indicator, weight)
    return nw.when(~_is_missing(indicator)).then(points)


def _quotient(indicator: Indicator, weight: nw.Expr) -> nw.Expr:
    value, benchmark = _of(indicator, "value"), _of(indicator, "benchmark")
    if indicator.direction == "higher":
        ratio = half_up(quotient(double(value), double(benchmark)) * double(weight))
        return nw.when(benchmark > 0).then(ratio).otherwise(integer(0))
    inverse = half_up(quotient(double(benchmark), double(value)) * double(weight))
    least = half_up(double(weight) * float(indicator.cap or 0))  # nothing used at all is worth the cap
    return (
        nw.when((benchmark > 0) & (value > 0))
        .then(inverse)
        .when((benchmark > 0) & (value <= 0))
        .then(least)
        .otherwise(integer(0))
    )


def _min_max(indicator: Indicator, weight: nw.Expr) -> nw.Expr:
    value, low, high = (_of(indicator, part) for part in ("value", "low", "high"))
    way = value - low if indicator.direction == "higher" else high - value
    base = float(indicator.base / 100)
    share = quotient(double(way), double(high - low)) * float(1 - indicator.base / 100) + base
    return nw.when(high > low).then(half_up(double(weight) * share)).otherwise(weight)


def _held(indicator: Indicator, uncapped: nw.Expr, weight: nw.Expr) -> nw.Expr:
    """The uncapped points between floor and cap."""
    points = uncapped
    if indicator.cap is not None:
        cap = half_up(double(weight) * float(indicator.cap))
        points = nw.when(uncapped > cap).then(cap).otherwise(points)
    if indicator.floor is not None:
        floor = half_up(double(weight) * float(indicator.floor))
        points = nw.when(uncapped < floor).then(floor).otherwise(points)
    return points


def _group_means(frame: Frame, indicator: Indicator) -> Frame:
    """Return per group ``__mean``: the mean item, at the nominal weight, of its parcels that have one."""
    code = indicator.code
    nominal = integer(millionths(indicator.weight))
    items = frame.select(
        f"{code}__group", _held(indicator, _uncapped(indicator, nominal), nominal).alias("item")
    )
    return sums_by(items, [f"{code}__group"], "item").select(
        f"{code}__group", half_up(quotient(total("item"), double(nw.col("size")))).alias(f"{code}__mean")
    )


def _points(indicator: Indicator) -> nw.Expr:
    weight = _of(indicator, "weight")
    held = _held(indicator, _of(indicator, "uncapped"), weight)
    if indicator.missing == "not_scored" or not indicator.weight:
        filled = no_number()
    elif indicator.missing == "group_mean":
        mean, nominal = _of(indicator, "mean"), millionths(indicator.weight)
        raised = half_up(quotient(double(mean) * double(weight), nw.lit(float(nominal))))
        filled = nw.when(weight == nominal).then(mean).otherwise(raised).fill_null(0)
    else:
        filled = integer(0)
    points = nw.when(_is_missing(indicator)).then(filled).otherwise(held.fill_null(0))
    return nw.when(nw.col("reason").is_null()).then(points).otherwise(no_number())


def _outcome(indicator: Indicator) -> nw.Expr:
    """In one word what happened to the item."""
    outcome = (
        nw.when(~nw.col("reason").is_null())
        .then(nw.lit("not_scored"))
        .when(_is_missing(indicator))
        .then(_outcome_of_missing(indicator))
    )
    if indicator.method in {"ratio", "attainment"}:
        benchmark = _of(indicator, "benchmark")
        outcome = outcome.when(benchmark.is_null()).then(nw.lit("benchmark_missing"))
        outcome = outcome.when(benchmark <= 0).then(nw.lit("benchmark_not_positive"))
    if not indicator.weight:
        return outcome.otherwise(nw.lit("shown_only")).alias(f"{indicator.code}__outcome")
    if indicator.method == "min_max":
        outcome = outcome.when(_of(indicator, "low") == _of(indicator, "high")).then(nw.lit("all_equal"))
    uncapped = _of(indicator, "uncapped")
    held = _held(indicator, uncapped, _of(indicator, "weight"))
    if indicator.cap is not None:
        outcome = outcome.when(held < uncapped).then(nw.lit("capped"))
    if indicator.floor is not None:
        outcome = outcome.when(held > uncapped).then(nw.lit("floored"))
    return outcome.otherwise(nw.lit("scored")).alias(f"{indicator.code}__outcome")


def _outcome_of_missing(indicator: Indicator) -> nw.Expr:
    if not indicator.weight:
        return nw.lit("missing_shown_only")
    if indicator.missing == "group_mean":
        nobody = _of(indicator, "mean").is_null()
        return nw.when(nobody).then(nw.lit("missing_no_group")).otherwise(nw.lit("missing_group_mean"))
    return nw.lit(
        {"renormalise": "missing_renormalised"}.get(indicator.missing, f"missing_{indicator.missing}")
    )


def _why_not(counted: list[Indicator]) -> nw.Expr:
    """The parcel's reason, else what the first indicator lacks without which it is not scored."""
    reasons = [nw.col("reason")]
    reasons += [nw.when(_is_missing(i)).then(_lack(i)) for i in counted if i.missing == "not_scored"]
    nothing_left = nw.col("remaining") <= 0
    reasons += [nw.when(nothing_left).then(_lack(i)) for i in counted]
    return nw.coalesce(*reasons, no_text())
