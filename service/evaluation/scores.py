"""Item points and their total.

    points = value ÷ benchmark × weight          (benchmark ÷ value × weight where less is better)
             held between floor × weight and cap × weight, in millionths of a point

What is missing is scored as the indicator's policy says: zero, the group's mean item, by the other indicators
alone (renormalise), or the parcel is not scored at all. Against a benchmark that is not above zero an item is
worth 0.
"""

from decimal import Decimal
from functools import reduce
from operator import add

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT, Indicator, Track
from service.evaluation.frames import Frame, double, half_up, integer, no_number, no_text, sums_by, total

_HUNDRED = 100 * POINT


def millionths(number: Decimal) -> int:
    """Return a scheme's number in millionths; schemes allow no more than six places."""
    return int(number * POINT)


def with_points(frame: Frame, track: Track) -> Frame:
    """Add ``code__weight``, ``__uncapped``, ``__points``, ``__outcome``, and the parcel's ``points``."""
    counted = [indicator for indicator in track.indicators if indicator.weight]
    frame = frame.with_columns(_remaining_weight(counted).alias("remaining"))
    frame = frame.with_columns(*(_weight(i, counted).alias(f"{i.code}__weight") for i in track.indicators))
    frame = frame.with_columns(
        *(_uncapped(i, _of(i, "weight")).alias(f"{i.code}__uncapped") for i in track.indicators)
    )
    for indicator in track.indicators:
        frame = _with_group_mean(frame, indicator)
    frame = frame.with_columns(_why_not(counted).alias("reason"))
    frame = frame.with_columns(
        *(column for i in track.indicators for column in (_points(i).alias(f"{i.code}__points"), _outcome(i)))
    )
    points = reduce(add, (_of(indicator, "points") for indicator in counted))
    return frame.with_columns(
        nw.when(nw.col("reason").is_null()).then(points).otherwise(no_number()).alias("points")
    )


def _of(indicator: Indicator, part: str) -> nw.Expr:
    return nw.col(f"{indicator.code}__{part}")


def _is_missing(indicator: Indicator) -> nw.Expr:
    return _of(indicator, "value").is_null()


def _remaining_weight(counted: list[Indicator]) -> nw.Expr:
    """100 less the weights of missing indicators whose policy hands their weight to the others."""
    handed_on = [
        nw.when(_is_missing(i)).then(integer(millionths(i.weight))).otherwise(integer(0))
        for i in counted
        if i.missing == "renormalise"
    ]
    return reduce(lambda rest, weight: rest - weight, handed_on, integer(_HUNDRED))


def _weight(indicator: Indicator, counted: list[Indicator]) -> nw.Expr:
    nominal = integer(millionths(indicator.weight))
    if indicator not in counted or all(each.missing != "renormalise" for each in counted):
        return nominal
    remaining = nw.col("remaining")
    raised = half_up(double(nominal) * float(_HUNDRED) / double(remaining))
    weight = (
        nw.when(remaining == _HUNDRED).then(nominal).when(remaining > 0).then(raised).otherwise(integer(0))
    )
    if indicator.missing != "renormalise":
        return weight
    return nw.when(_is_missing(indicator)).then(integer(0)).otherwise(weight)


def _uncapped(indicator: Indicator, weight: nw.Expr) -> nw.Expr:
    """The formula, before cap and floor; missing where the value is."""
    value, benchmark = _of(indicator, "value"), _of(indicator, "benchmark")
    nothing = nw.when(~value.is_null()).then(integer(0))
    if indicator.direction == "higher":
        ratio = half_up(double(value) / double(benchmark) * double(weight))
        return nw.when(benchmark > 0).then(ratio).otherwise(nothing)
    inverse = half_up(double(benchmark) / double(value) * double(weight))
    least = half_up(double(weight) * float(indicator.cap or 0))  # nothing used at all is worth the cap
    return (
        nw.when((benchmark > 0) & (value > 0))
        .then(inverse)
        .when((benchmark > 0) & (value <= 0))
        .then(least)
        .otherwise(nothing)
    )


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


def _with_group_mean(frame: Frame, indicator: Indicator) -> Frame:
    """Add ``__mean``: the mean item, at the nominal weight, of the group's parcels that have a value."""
    code = indicator.code
    if indicator.missing != "group_mean":
        return frame.with_columns(no_number().alias(f"{code}__mean"))
    nominal = integer(millionths(indicator.weight))
    items = frame.select(
        f"{code}__group", _held(indicator, _uncapped(indicator, nominal), nominal).alias("item")
    )
    means = sums_by(items, [f"{code}__group"], "item").select(
        f"{code}__group", half_up(total("item") / double(nw.col("size"))).alias(f"{code}__mean")
    )
    return frame.join(means, on=f"{code}__group", how="left")


def _points(indicator: Indicator) -> nw.Expr:
    weight = _of(indicator, "weight")
    held = _held(indicator, _of(indicator, "uncapped"), weight)
    if indicator.missing == "not_scored" or not indicator.weight:
        filled = no_number()
    elif indicator.missing == "group_mean":
        mean, nominal = _of(indicator, "mean"), millionths(indicator.weight)
        raised = half_up(double(mean) * double(weight) * (1.0 / nominal))
        filled = nw.when(weight == nominal).then(mean).otherwise(raised).fill_null(0)
    else:
        filled = integer(0)
    points = nw.when(_is_missing(indicator)).then(filled).otherwise(held)
    return nw.when(nw.col("reason").is_null()).then(points).otherwise(no_number())


def _outcome(indicator: Indicator) -> nw.Expr:
    """In one word what happened to the item."""
    uncapped, weight = _of(indicator, "uncapped"), _of(indicator, "weight")
    held = _held(indicator, uncapped, weight)
    missing = nw.lit(
        {"renormalise": "missing_renormalised"}.get(indicator.missing, f"missing_{indicator.missing}")
    )
    if not indicator.weight:
        missing = nw.lit("missing_shown_only")
    elif indicator.missing == "group_mean":
        missing = (
            nw.when(_of(indicator, "mean").is_null()).then(nw.lit("missing_no_group")).otherwise(missing)
        )
    outcome = (
        nw.when(~nw.col("reason").is_null())
        .then(nw.lit("not_scored"))
        .when(_is_missing(indicator))
        .then(missing)
        .when(_of(indicator, "benchmark").is_null() | (_of(indicator, "benchmark") <= 0))
        .then(nw.lit("benchmark_not_positive"))
        .when(nw.lit(not indicator.weight))
        .then(nw.lit("shown_only"))
        .when(held < uncapped)
        .then(nw.lit("capped"))
        .when(held > uncapped)
        .then(nw.lit("floored"))
        .otherwise(nw.lit("scored"))
    )
    return outcome.alias(f"{indicator.code}__outcome")


def _why_not(counted: list[Indicator]) -> nw.Expr:
    """The parcel's reason, else what the first indicator lacks without which it is not scored."""
    reasons = [nw.col("reason")]
    reasons += [nw.when(_is_missing(i)).then(_of(i, "lack")) for i in counted if i.missing == "not_scored"]
    nothing_left = nw.col("remaining") <= 0
    reasons += [nw.when(nothing_left).then(_of(i, "lack")) for i in counted]
    return nw.coalesce(*reasons, no_text())
