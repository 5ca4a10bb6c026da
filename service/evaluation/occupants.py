"""Who is on a parcel and what they bring: occupants, tenants, landlord, marks, shared and direct figures."""

import narwhals.stable.v2 as nw

from service.domain.scheme import Indicator, Scheme
from service.evaluation.frames import Frame, integer, largest, one_if, with_metrics


def holders(amounts: Frame, enterprises: Frame, marked: Frame, scheme: Scheme) -> Frame:
    """Return the holdings on parcels of this evaluation with what the register says of their enterprises.

    ``tenant`` occupies and owns nothing here; ``counts`` tells whether its figures are the parcel's.
    """
    known = enterprises.select(
        "uscc",
        "industry",
        "above_scale",
        nw.col("registered_on").dt.year().cast(nw.Int64).alias("registered_in"),
        nw.lit(True).alias("registered"),
    )
    here = amounts.filter(nw.col("here")).join(known, on="uscc", how="left")
    if scheme.marks:
        marks = with_metrics(marked, scheme.marks).select("uscc", *scheme.marks)
        here = here.join(marks, on="uscc", how="left")
    here = here.with_columns((nw.col("occupies") & ~nw.col("owns")).alias("tenant"))
    if scheme.tenants.treatment == "merged":
        return here.with_columns(nw.col("occupies").alias("counts"))
    follows = nw.col("tenant") & ~nw.col("above_scale").fill_null(False)
    return here.with_columns((nw.col("occupies") & ~follows).alias("counts"))


def occupants(here: Frame, scheme: Scheme, period: str) -> Frame:
    """Sum up, per parcel of this evaluation, its occupants and what their shares bring.

    Above scale if any occupant is (unknown if none is and one is unknown); industry and age of the most
    prominent one whose figures count. Per metric: ``amount`` (missing when no occupant has one) and ``have``,
    the occupants that have one; per indicator with ``partial: missing``, ``unpaired`` counts the occupants
    that have the numerator and lack the denominator, or the other way round.
    """
    metrics, marks = scheme.metrics, scheme.marks
    pairs = [indicator for indicator in scheme.indicators if indicator.partial == "missing"]
    occupies, counts, tenant = (nw.col(name) for name in ("occupies", "counts", "tenant"))
    above = nw.col("above_scale")
    below = ~above.fill_null(False)
    counted = {
        "occupants": occupies,
        "reporting": counts,
        "registered": occupies & nw.col("registered"),
        "above": counts & above,
        "above__unknown": counts & above.is_null(),
        "tenants": tenant,
        "tenants_below_scale": tenant & below,
        "owners": nw.col("owns"),
        "owners__above": nw.col("owns") & above,
        "partial": nw.col("partial"),
        "overlet": nw.col("overlet"),
        "problem": ~nw.col("problem").is_null(),
        **{f"{m}__have": counts & ~nw.col(f"{m}__amount").is_null() for m in metrics},
        **{f"{indicator.code}__unpaired": counts & _is_unpaired(indicator) for indicator in pairs},
        **{f"{mark}__occupants": counts & (nw.col(mark) > 0) for mark in marks},
    }
    amounts = [nw.when(_brings(scheme)).then(nw.col(f"{m}__amount")).otherwise(integer(0)) for m in metrics]
    summed = (
        here.select(
            "parcel_code",
            *(one_if(holds).alias(name) for name, holds in counted.items()),
            *(amount.fill_null(0).alias(f"{m}__amount") for m, amount in zip(metrics, amounts, strict=True)),
        )
        .group_by("parcel_code")
        .agg(*(nw.col(name).sum() for name in (*counted, *(f"{m}__amount" for m in metrics))))
    )
    first = largest(here.filter(counts), "parcel_code", "prominence", "uscc")
    main = here.select("parcel_code", "uscc", "industry", "registered_in")
    main = first.join(main, on=["parcel_code", "uscc"], how="left").drop("uscc")
    nobody_above = (nw.col("reporting") > 0) & (nw.col("above__unknown") == 0)
    return (
        summed.with_columns(
            nw.when(nw.col("above") > 0)
            .then(nw.lit(True))
            .otherwise(nw.when(nobody_above).then(nw.lit(False)))
            .alias("above_scale"),
            nw.when(nw.col("owners") > 0).then(nw.col("owners__above") > 0).alias("landlord_above_scale"),
            (nw.col("partial") > 0).alias("partial_occupancy"),
            *(
                nw.when(nw.col(f"{m}__have") > 0).then(nw.col(f"{m}__amount")).alias(f"{m}__amount")
                for m in metrics
            ),
        )
        .drop("above", "above__unknown", "owners", "owners__above")
        .join(main, on="parcel_code", how="left")
        .with_columns((integer(int(period)) - nw.col("registered_in")).alias("registered_years"))
        .drop("registered_in")
    )


def _brings(scheme: Scheme) -> nw.Expr:
    """Whose amounts are the parcel's: everybody's, but for tenants that do not count."""
    return nw.lit(True) if scheme.tenants.treatment == "merged" else nw.col("counts") | ~nw.col("tenant")


def _is_unpaired(indicator: Indicator) -> nw.Expr:
    one, other = (nw.col(f"{m}__amount").is_null() for m in indicator.metrics)
    return one != other


def reported_here(direct: Frame, here: Frame, scheme: Scheme) -> Frame:
    """Sum up, per parcel, the figures reported for it, and count them.

    ``direct`` sums and ``directs`` counts all; ``whole`` counts figures for the parcel itself, ``lone`` those
    of an enterprise that brings no other amount to the parcel. Figures of a tenant that does not count are
    left out. ``mark__parcel`` is 1 where the parcel itself carries a mark.
    """
    metrics, marks = scheme.metrics, scheme.marks
    shared = here.filter(nw.col("occupies")).select(
        "parcel_code", nw.col("uscc").alias("part_of"), "counts", *(f"{m}__amount" for m in metrics)
    )
    placed = direct.filter(nw.col("here")).join(shared, on=["parcel_code", "part_of"], how="left")
    placed = placed.filter(nw.col("counts").fill_null(True))
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
    columns += [one_if(~is_part & (nw.col(mark) > 0)).alias(f"{mark}__parcel") for mark in marks]
    names = [f"{m}__{part}" for m in metrics for part in ("direct", "directs", "whole", "lone")]
    names += [f"{mark}__parcel" for mark in marks]
    return (
        placed.select("parcel_code", *columns).group_by("parcel_code").agg(*(nw.col(n).sum() for n in names))
    )
