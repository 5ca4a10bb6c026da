"""Apportionment (分摊): every figure of an enterprise goes to its parcels, to the last minor unit.

rest   = reported − what was reported for single parcels of it (a negative rest is a finding and counts 0)
part   = floor(rest × share), and the remainder to the holding with the largest weight
reported = direct + allocated + unallocated, for every enterprise and metric
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.domain.tables import RESULTS
from service.evaluation.frames import (
    Frame,
    codes,
    double,
    integer,
    no_number,
    no_text,
    one_if,
    stacked,
    with_metrics,
)


def direct_figures(parcel_figures: Frame, parcels: Frame, metrics: Sequence[str]) -> Frame:
    """Return the figures reported for parcels, with ``here``: whether the parcel is of this evaluation."""
    here = parcels.select("parcel_code", nw.lit(True).alias("here"))
    return (
        with_metrics(parcel_figures, metrics)
        .select("parcel_code", nw.col("part_of").fill_null(""), "elsewhere", *metrics)
        .join(here, on="parcel_code", how="left")
        .with_columns(nw.col("here").fill_null(False), nw.col("elsewhere").fill_null(False))
    )


def enterprise_totals(enterprise_figures: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return, per enterprise and metric, what it reported, what of it for parcels, the rest to apportion.

    An enterprise that gave figures for parcels but no total has reported the sum of these; nothing is left
    over.
    """
    places = {
        "direct": nw.col("here"),
        "direct__elsewhere": ~nw.col("here") & nw.col("elsewhere"),
        "direct__unknown": ~nw.col("here") & ~nw.col("elsewhere"),
    }
    parts = direct.filter(nw.col("part_of") != "").select(
        nw.col("part_of").alias("uscc"),
        *(
            nw.when(condition).then(nw.col(m)).otherwise(integer(0)).fill_null(0).alias(f"{m}__{place}")
            for m in metrics
            for place, condition in places.items()
        ),
        *(one_if(~nw.col(m).is_null()).alias(f"{m}__metered") for m in metrics),
    )
    names = [f"{m}__{part}" for m in metrics for part in (*places, "metered")]
    sums = parts.group_by("uscc").agg(*(nw.col(name).sum() for name in names))
    totals = with_metrics(enterprise_figures, metrics).select("uscc", *metrics)
    everyone = nw.concat([totals.select("uscc"), sums.select("uscc")]).unique()
    joined = everyone.join(totals, on="uscc", how="left").join(sums, on="uscc", how="left")
    joined = joined.with_columns(*(nw.col(name).fill_null(0) for name in names))
    columns: list[nw.Expr] = []
    for m in metrics:
        all_direct = (
            nw.col(f"{m}__direct") + nw.col(f"{m}__direct__elsewhere") + nw.col(f"{m}__direct__unknown")
        )
        is_metered = nw.col(f"{m}__metered") > 0
        rest = nw.when(is_metered).then((nw.col(m) - all_direct).clip(0)).otherwise(nw.col(m))
        reported = nw.when(nw.col(m).is_null() & is_metered).then(all_direct).otherwise(nw.col(m))
        columns += [
            rest.alias(f"{m}__rest"),
            reported.alias(f"{m}__reported"),
            (is_metered & (nw.col(m) < all_direct)).fill_null(False).alias(f"{m}__exceeded"),
        ]
    return joined.with_columns(*columns).drop(*metrics)


def apportion(shares: Frame, totals: Frame, parcels: Frame, metrics: Sequence[str]) -> Frame:
    """Add to every holding, per metric: what its enterprise ``reported`` in all and the ``amount`` it gets.

    A missing amount means that nothing was reported, or that nothing can be placed. ``here`` tells the
    holdings on the parcels of this evaluation from those elsewhere.
    """
    rests = totals.select("uscc", *(f"{m}__{part}" for m in metrics for part in ("rest", "reported")))
    here = parcels.select("parcel_code", nw.lit(True).alias("here"))
    held = (
        shares.join(rests, on="uscc", how="left")
        .join(here, on="parcel_code", how="left")
        .with_columns(
            nw.col("here").fill_null(False),
            *(
                (double(nw.col(f"{m}__rest")) * nw.col("share")).floor().cast(nw.Int64).alias(f"{m}__part")
                for m in metrics
            ),
        )
    )
    placed = (
        held.select("uscc", *(nw.col(f"{m}__part").fill_null(0).alias(f"{m}__placed") for m in metrics))
        .group_by("uscc")
        .agg(*(nw.col(f"{m}__placed").sum() for m in metrics))
    )
    joined = held.join(placed, on="uscc", how="left")
    return joined.with_columns(
        *(
            nw.when(nw.col("takes_remainder"))
            .then(nw.col(f"{m}__part") + nw.col(f"{m}__rest") - nw.col(f"{m}__placed"))
            .otherwise(nw.col(f"{m}__part"))
            .alias(f"{m}__amount")
            for m in metrics
        )
    ).drop(*(f"{m}__{part}" for m in metrics for part in ("rest", "part", "placed")))


def reconcile(amounts: Frame, totals: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return the table ``reconciliation``: where every reported unit went, and why some went nowhere."""
    here, elsewhere = nw.col("here"), nw.col("elsewhere")
    places = {"here": here, "elsewhere": ~here & elsewhere, "unknown": ~here & ~elsewhere}
    placed = (
        amounts.select(
            "uscc",
            "problem",
            *(
                nw.when(condition)
                .then(nw.col(f"{m}__amount"))
                .otherwise(integer(0))
                .fill_null(0)
                .alias(f"{m}__{place}")
                for m in metrics
                for place, condition in places.items()
            ),
        )
        .group_by("uscc")
        .agg(
            nw.col("problem").max(),  # one per enterprise
            nw.len().cast(nw.Int64).alias("holdings"),
            *(nw.col(f"{m}__{place}").sum() for m in metrics for place in places),
        )
    )
    joined = totals.join(placed, on="uscc", how="left").with_columns(
        nw.col("holdings").fill_null(0),
        *(nw.col(f"{m}__{place}").fill_null(0) for m in metrics for place in places),
    )
    by_enterprise = [_reconcile_one(joined, metric) for metric in metrics]
    return stacked(
        RESULTS["reconciliation"], *by_enterprise, *(_without_enterprise(direct, m) for m in metrics)
    )


def _reconcile_one(joined: Frame, metric: str) -> Frame:
    reported, direct, allocated = (nw.col(f"{metric}__{part}") for part in ("reported", "direct", "here"))
    unallocated = reported - direct - allocated
    elsewhere = nw.col(f"{metric}__elsewhere") + nw.col(f"{metric}__direct__elsewhere")
    unknown = nw.col(f"{metric}__unknown") + nw.col(f"{metric}__direct__unknown")
    problem = nw.col("problem")
    reasons = codes(
        ((nw.col("holdings") == 0) & (nw.col(f"{metric}__rest") != 0), "no_occupancy"),
        (problem == "manual_share_over_one", "manual_share_over_one"),
        (problem == "manual_share_under_one", "manual_share_under_one"),
        (problem == "zero_weight", "zero_weight"),
        (nw.col(f"{metric}__exceeded"), "direct_exceeds_reported"),
        (elsewhere != 0, "other_district"),
        (unknown != 0, "parcel_unknown"),
    )
    return joined.filter(~reported.is_null()).select(
        "uscc",
        nw.lit(metric).alias("metric"),
        reported.alias("reported"),
        direct.alias("direct"),
        allocated.alias("allocated"),
        unallocated.alias("unallocated"),
        nw.when(unallocated != 0).then(reasons).otherwise(no_text()).alias("reason"),
    )


def _without_enterprise(direct: Frame, metric: str) -> Frame:
    """One row for what was reported for parcels themselves: direct, unless nobody knows the parcel."""
    own = direct.filter(nw.col("part_of") == "", ~nw.col("elsewhere"), ~nw.col(metric).is_null())
    placed = nw.when(nw.col("here")).then(nw.col(metric)).otherwise(integer(0))
    unallocated = nw.col("reported") - nw.col("direct")
    return (
        own.select(nw.col("part_of").alias("uscc"), nw.col(metric).alias("reported"), placed.alias("direct"))
        .group_by("uscc")
        .agg(nw.col("reported").sum(), nw.col("direct").sum())
        .select(
            "uscc",
            nw.lit(metric).alias("metric"),
            "reported",
            "direct",
            (nw.col("direct") * 0).alias("allocated"),
            unallocated.alias("unallocated"),
            nw.when(unallocated != 0).then(nw.lit("parcel_unknown")).otherwise(no_text()).alias("reason"),
        )
    )


def contributions(amounts: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return the table ``holdings``: what each enterprise, or a figure of its own, brought to each parcel."""
    shared = amounts.filter(nw.col("here"))
    by_share = [
        shared.filter(~nw.col(f"{m}__amount").is_null()).select(
            "parcel_code",
            "uscc",
            "basis",
            "weight",
            "days",
            "share",
            nw.lit(m).alias("metric"),
            nw.col(f"{m}__reported").alias("reported"),
            nw.col(f"{m}__amount").alias("amount"),
        )
        for m in metrics
    ]
    reported_here = [
        direct.filter(nw.col("here"), ~nw.col(m).is_null()).select(
            "parcel_code",
            nw.col("part_of").alias("uscc"),
            nw.lit("direct").alias("basis"),
            no_number().alias("weight"),
            no_number().alias("days"),
            nw.lit(1.0).alias("share"),
            nw.lit(m).alias("metric"),
            nw.col(m).alias("reported"),
            nw.col(m).alias("amount"),
        )
        for m in metrics
    ]
    return stacked(RESULTS["holdings"], *by_share, *reported_here)
