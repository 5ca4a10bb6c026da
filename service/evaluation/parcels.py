"""A parcel as the scheme sees it: the land area that counts, the floor-area ratio, occupants and figures."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.domain.scheme import PARCEL_PROPERTIES, POINT, Scheme
from service.evaluation.conditions import condition
from service.evaluation.frames import Frame, double, half_up, largest, no_text, one_if


def occupants(amounts: Frame, enterprises: Frame, metrics: Sequence[str]) -> Frame:
    """Sum up, per parcel of this evaluation, its occupants and what their shares bring.

    Above scale if any occupant is (unknown if none is and one is unknown); industry of the most prominent
    one. Per metric: ``amount`` (missing when no occupant has one) and ``have``, the occupants that have one.
    """
    known = enterprises.select("uscc", "industry", "above_scale", nw.lit(True).alias("registered"))
    here = amounts.filter(nw.col("here")).join(known, on="uscc", how="left")
    occupies = nw.col("occupies")
    above = nw.col("above_scale")
    counted = here.select(
        "parcel_code",
        one_if(occupies).alias("occupants"),
        one_if(occupies & nw.col("registered")).alias("registered"),
        one_if(occupies & above).alias("above"),
        one_if(occupies & above.is_null()).alias("above__unknown"),
        one_if(nw.col("partial")).alias("partial"),
        one_if(nw.col("overlet")).alias("overlet"),
        one_if(~nw.col("problem").is_null()).alias("problem"),
        *(nw.col(f"{m}__amount").fill_null(0) for m in metrics),
        *(one_if(occupies & ~nw.col(f"{m}__amount").is_null()).alias(f"{m}__have") for m in metrics),
    )
    counts = ["occupants", "registered", "above", "above__unknown", "partial", "overlet", "problem"]
    sums = [f"{m}__{part}" for m in metrics for part in ("amount", "have")]
    summed = counted.group_by("parcel_code").agg(*(nw.col(name).sum() for name in [*counts, *sums]))
    first = largest(here.filter(occupies), "parcel_code", "prominence", "uscc")
    industry = first.join(known.select("uscc", "industry"), on="uscc", how="left").drop("uscc")
    above_scale = nw.when(nw.col("above") > 0).then(nw.lit(True))
    nobody_above = (nw.col("occupants") > 0) & (nw.col("above__unknown") == 0)
    return (
        summed.with_columns(
            above_scale.otherwise(nw.when(nobody_above).then(nw.lit(False))).alias("above_scale"),
            (nw.col("partial") > 0).alias("partial_occupancy"),
            *(
                nw.when(nw.col(f"{m}__have") > 0).then(nw.col(f"{m}__amount")).alias(f"{m}__amount")
                for m in metrics
            ),
        )
        .drop("above", "above__unknown")
        .join(industry, on="parcel_code", how="left")
    )


def reported_here(direct: Frame, amounts: Frame, metrics: Sequence[str]) -> Frame:
    """Sum up, per parcel, the figures reported for it, and count them.

    ``direct`` sums and ``directs`` counts all; ``whole`` counts figures for the parcel itself, ``lone`` those
    of an enterprise that brings no other amount to the parcel.
    """
    shared = amounts.filter(nw.col("occupies")).select(
        "parcel_code", nw.col("uscc").alias("part_of"), *(f"{m}__amount" for m in metrics)
    )
    here = direct.filter(nw.col("here")).join(shared, on=["parcel_code", "part_of"], how="left")
    is_part = nw.col("part_of") != ""
    columns: list[nw.Expr] = []
    for m in metrics:
        given = ~nw.col(m).is_null()
        columns += [
            nw.col(m).fill_null(0).alias(f"{m}__direct"),
            one_if(given).alias(f"{m}__directs"),
            one_if(given & ~is_part).alias(f"{m}__whole"),
            one_if(given & is_part & nw.col(f"{m}__amount").is_null()).alias(f"{m}__lone"),
        ]
    names = [f"{m}__{part}" for m in metrics for part in ("direct", "directs", "whole", "lone")]
    return here.select("parcel_code", *columns).group_by("parcel_code").agg(*(nw.col(n).sum() for n in names))


def describe(
    parcels: Frame, scheme: Scheme, occupied: Frame, reported: Frame, metrics: Sequence[str]
) -> Frame:
    """Return the parcels with land area, FAR, occupants, amounts, track, and why one cannot be scored."""
    kinds = [nw.col(f"{kind}_area") for kind in scheme.land_area]
    counts = ["occupants", "registered", "partial", "overlet", "problem"]
    counts += [f"{m}__{part}" for m in metrics for part in ("have", "direct", "directs", "whole", "lone")]
    return (
        parcels.with_columns(
            nw.coalesce(*kinds).alias("land_area"), kinds[0].is_null().alias("area_fallback")
        )
        .with_columns(effective_far().alias("far"))
        .join(occupied, on="parcel_code", how="left")
        .join(reported, on="parcel_code", how="left")
        .with_columns(
            *(nw.col(name).fill_null(0) for name in counts),
            nw.col("partial_occupancy").fill_null(False),
            nw.col("industry").str.replace_all(r"^[A-Za-z]", "").str.slice(0, 2).alias("division"),
        )
        .with_columns(*(_amount(m).alias(f"{m}__amount") for m in metrics))
        .with_columns(track(scheme).alias("track"))
        .with_columns(_why_not(metrics).alias("reason"))
    )


def effective_far() -> nw.Expr:
    """The recorded floor-area ratio, else floor area ÷ land area, in millionths."""
    built = half_up(double(nw.col("floor_area")) * float(POINT) / double(nw.col("land_area")))
    return nw.when(nw.col("far").is_null() & (nw.col("land_area") > 0)).then(built).otherwise(nw.col("far"))


def track(scheme: Scheme) -> nw.Expr:
    """The first track whose predicate holds; none while all are false or unknown."""
    chosen = no_text()
    for each in reversed(scheme.tracks):
        code = nw.lit(each.code)
        chosen = nw.when(condition(each.when or "TRUE", PARCEL_PROPERTIES)).then(code).otherwise(chosen)
    return chosen


def _amount(metric: str) -> nw.Expr:
    """What the shares bring and what was reported for the parcel; missing when neither is there."""
    shared, direct = nw.col(f"{metric}__amount"), nw.col(f"{metric}__direct")
    return nw.when(nw.col(f"{metric}__directs") > 0).then(shared.fill_null(0) + direct).otherwise(shared)


def _why_not(metrics: Sequence[str]) -> nw.Expr:
    amounts = [nw.col(f"{m}__amount").is_null() for m in metrics]
    no_figures = nw.all_horizontal(*amounts, ignore_nulls=False) if metrics else nw.lit(False)
    return (
        nw.when(nw.col("land_area").is_null())
        .then(nw.lit("land_area_missing"))
        .when(nw.col("land_area") == 0)
        .then(nw.lit("land_area_zero"))
        .when(no_figures & (nw.col("occupants") == 0))
        .then(nw.lit("no_occupant"))
        .when(no_figures)
        .then(nw.lit("no_figures"))
        .when(nw.col("track").is_null())
        .then(nw.lit("no_track"))
        .otherwise(no_text())
    )
