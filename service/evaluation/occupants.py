"""Who is on a parcel and what they bring: occupants, tenants, landlord, marks, shared and direct figures."""

import narwhals.stable.v2 as nw

from service.domain.scheme import Indicator, Scheme
from service.evaluation.frames import Frame, added, integer, largest, one_if, sum_of, with_metrics

_BELOW = "tenants_below_scale"


def holders(amounts: Frame, enterprises: Frame, marked: Frame, scheme: Scheme) -> Frame:
    """Return the holdings with what the register says of their enterprises.

    ``tenant`` occupies and owns nothing here; ``counts`` tells whether its figures are the parcel's.
    """
    known = enterprises.select("enterprise", "above_scale", nw.lit(True).alias("registered"))
    held = amounts.join(known, on="enterprise", how="left")
    if scheme.marks:
        marks = with_metrics(marked, scheme.marks).select("enterprise", *scheme.marks)
        held = held.join(marks, on="enterprise", how="left")
    held = held.with_columns((nw.col("occupies") & ~nw.col("owns")).alias("tenant"))
    if scheme.tenants.treatment == "merged":
        return held.with_columns(nw.col("occupies").alias("counts"))
    follows = nw.col("tenant") & ~nw.col("above_scale").fill_null(False)
    return held.with_columns((nw.col("occupies") & ~follows).alias("counts"))


def occupants(here: Frame, enterprises: Frame, scheme: Scheme, period: str) -> Frame:
    """Sum up, per parcel of this evaluation, its occupants and what their shares bring.

    Above scale if any occupant is (unknown if none is and one is unknown); industry and age of the most
    prominent one whose figures count. Per metric: ``amount`` (missing when no occupant has one) and ``have``,
    the occupants that have one; per indicator with ``partial: missing``, ``unpaired`` counts the occupants
    that have the numerator and lack the denominator, or the other way round. What no rule reads is left out.
    """
    metrics = scheme.metrics
    counted = _counted(scheme)
    brought = nw.lit(True) if scheme.tenants.treatment == "merged" else nw.col("counts") | ~nw.col("tenant")
    amounts = [
        nw.when(brought & ~nw.col(f"{m}__amount").is_null())
        .then(nw.col(f"{m}__amount"))
        .otherwise(integer(0))
        .alias(f"{m}__amount")
        for m in metrics
    ]
    summed = (
        here.select("parcel", *(one_if(holds).alias(name) for name, holds in counted.items()), *amounts)
        .group_by("parcel")
        .agg(*(sum_of(name) for name in (*counted, *(f"{m}__amount" for m in metrics))))
    )
    first = largest(here.filter(nw.col("counts")), "parcel", "prominence", "enterprise")
    main = first.join(_of_main(enterprises, period), on="enterprise", how="left").drop("enterprise")
    summed = added(summed, _said_of_all(scheme)).with_columns(
        (nw.col("partial") > 0).alias("partial_occupancy"),
        *(
            nw.when(nw.col(f"{m}__have") > 0).then(nw.col(f"{m}__amount")).alias(f"{m}__amount")
            for m in metrics
        ),
    )
    return summed.join(main, on="parcel", how="left")


def _counted(scheme: Scheme) -> dict[str, nw.Expr]:
    """What is counted over the holdings of a parcel."""
    occupies, counts, tenant = (nw.col(name) for name in ("occupies", "counts", "tenant"))
    above = nw.col("above_scale")
    pairs = [indicator for indicator in scheme.indicators if indicator.partial == "missing"]
    read = scheme.names_read
    wanted = {
        "occupants": occupies,
        "reporting": counts,
        "registered": occupies & nw.col("registered"),
        "partial": nw.col("partial"),
        "overlet": nw.col("overlet"),
        "problem": ~nw.col("problem").is_null(),
        **{f"{m}__have": counts & ~nw.col(f"{m}__amount").is_null() for m in scheme.metrics},
        **{f"{indicator.code}__unpaired": counts & _is_unpaired(indicator) for indicator in pairs},
        **{f"{mark}__occupants": counts & (nw.col(mark) > 0) for mark in scheme.marks},
    }
    if "tenants" in read:
        wanted["tenants"] = tenant
    if _BELOW in read:
        wanted[_BELOW] = tenant & ~above.fill_null(False)
    if "above_scale" in read:
        wanted |= {"above": counts & above, "above__unknown": counts & above.is_null()}
    if "landlord_above_scale" in read:
        wanted |= {"owners": nw.col("owns"), "owners__above": nw.col("owns") & above}
    return wanted


def _said_of_all(scheme: Scheme) -> list[nw.Expr]:
    """What follows from the counts."""
    said: list[nw.Expr] = []
    if "above_scale" in scheme.names_read:
        nobody_above = (nw.col("reporting") > 0) & (nw.col("above__unknown") == 0)
        below = nw.when(nobody_above).then(nw.lit(False))
        said.append(nw.when(nw.col("above") > 0).then(nw.lit(True)).otherwise(below).alias("above_scale"))
    if "landlord_above_scale" in scheme.names_read:
        owner_above = nw.when(nw.col("owners") > 0).then(nw.col("owners__above") > 0)
        said.append(owner_above.alias("landlord_above_scale"))
    return said


def _of_main(enterprises: Frame, period: str) -> Frame:
    """What a parcel takes from its most prominent occupant."""
    industry = nw.col("industry")
    first = industry.str.slice(0, 1)
    division = nw.when(first >= "A").then(industry.str.slice(1, 2)).otherwise(industry.str.slice(0, 2))
    since = nw.col("registered_on").dt.year().cast(nw.Int64)
    return enterprises.select(
        "enterprise",
        "industry",
        division.alias("division"),
        (integer(int(period)) - since).alias("registered_years"),
    )


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
        "parcel", "enterprise", "counts", *(f"{m}__amount" for m in metrics)
    )
    placed = direct.filter(nw.col("here")).join(shared, on=["parcel", "enterprise"], how="left")
    placed = placed.filter(nw.col("counts").fill_null(True))
    is_part = ~nw.col("enterprise").is_null()
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
    return placed.select("parcel", *columns).group_by("parcel").agg(*(sum_of(n) for n in names))
