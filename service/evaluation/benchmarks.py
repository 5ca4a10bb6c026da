"""Benchmarks (标杆值): what a value is measured against, fixed by the document or set by a group."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.domain.scheme import Fixed, Indicator, Track
from service.evaluation.frames import Frame, double, half_up, integer, no_number, sums_by, total
from service.reference.schemes import conversion
from service.reference.tables import unit_table


def group_label(first: str, over: Sequence[str]) -> nw.Expr:
    """Name a group: the track, then what splits it, joined by ``·``; what a parcel lacks is ``unknown``."""
    if not over:
        return nw.lit(first)
    parts = [nw.col(name).fill_null("unknown") for name in over]
    return nw.concat_str(nw.lit(first), *parts, separator=" · ")


def with_benchmarks(frame: Frame, track: Track) -> Frame:
    """Add, per indicator, ``code__benchmark``, ``__group`` and ``__size``, of the parcels that set it.

    A fixed benchmark has no size. The group's own is over its parcels that have a value, the same in which a
    missing item takes the group's mean.
    """
    for indicator in track.indicators:
        code, benchmark = indicator.code, indicator.benchmark
        if isinstance(benchmark, Fixed):
            frame = frame.with_columns(
                integer(int(benchmark.value * indicator.scale)).alias(f"{code}__benchmark"),
                nw.lit(track.code).alias(f"{code}__group"),
                no_number().alias(f"{code}__size"),
            )
        else:
            frame = frame.with_columns(group_label(track.code, benchmark.over).alias(f"{code}__group"))
            frame = frame.join(_of_groups(frame, indicator), on=f"{code}__group", how="left")
    return frame


def _of_groups(frame: Frame, indicator: Indicator) -> Frame:
    code, group = indicator.code, f"{indicator.code}__group"
    match indicator.benchmark.method:
        case "mean":
            sums = sums_by(frame, [group], f"{code}__value")
            benchmark = half_up(total(f"{code}__value") / double(nw.col("size")))
        case "median":
            known = frame.filter(~nw.col(f"{code}__value").is_null())
            sums = known.group_by(group).agg(
                nw.col(f"{code}__value").median().alias("median"), nw.len().cast(nw.Int64).alias("size")
            )
            benchmark = half_up(nw.col("median"))
        case _:
            known = frame.filter(~nw.col(f"{code}__value").is_null())
            sums = sums_by(known, [group], f"{code}__numerator", f"{code}__denominator")
            per_unit = float(conversion(indicator, unit_table()))
            benchmark = half_up(total(f"{code}__numerator") * per_unit / total(f"{code}__denominator"))
    return sums.select(group, benchmark.alias(f"{code}__benchmark"), nw.col("size").alias(f"{code}__size"))
