"""Apportionment (分摊): every figure of an enterprise goes to its parcels, to the last minor unit.

rest   = reported − what was reported for single parcels of it (a negative rest is a finding and counts 0)
part   = floor(rest × share), and the remainder to the holding with the largest weight
reported = direct + allocated + unallocated, for every enterprise and metric
"""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.evaluation.frames import Frame, Settle, double, integer, no_number, one_if, sum_of, with_metrics


def direct_figures(parcel_figures: Frame, metrics: Sequence[str]) -> Frame:
    """Return the figures reported for parcels; ``enterprise`` is missing where they are nobody's part."""
    return with_metrics(parcel_figures, metrics).select(
        "parcel", "enterprise", nw.col("elsewhere").fill_null(False), "here", *metrics
    )


def enterprise_totals(enterprise_figures: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return, per enterprise and metric, what it reported, what of it for parcels, the rest to apportion.

    An enterprise that gave figures for parcels but no total has reported the sum of these; nothing is left
    over. ``direct`` is what it reported for parcels of this evaluation, ``direct__all`` for any.
    """
    parts = direct.filter(~nw.col("enterprise").is_null()).select(
        "enterprise",
        *(
            nw.when(nw.col("here")).then(nw.col(m)).otherwise(integer(0)).fill_null(0).alias(f"{m}__direct")
            for m in metrics
        ),
        *(nw.col(m).fill_null(0).alias(f"{m}__direct__all") for m in metrics),
        *(one_if(~nw.col(m).is_null()).alias(f"{m}__metered") for m in metrics),
    )
    names = [f"{m}__{part}" for m in metrics for part in ("direct", "direct__all", "metered")]
    sums = parts.group_by("enterprise").agg(*(sum_of(name) for name in names))
    totals = with_metrics(enterprise_figures, metrics).select("enterprise", *metrics)
    only_metered = sums.join(totals.select("enterprise"), on="enterprise", how="anti")
    nothing = only_metered.select("enterprise", *(no_number().alias(m) for m in metrics))
    joined = nw.concat([totals, nothing]).join(sums, on="enterprise", how="left")
    joined = joined.with_columns(*(nw.col(name).fill_null(0) for name in names))
    columns: list[nw.Expr] = []
    for m in metrics:
        metered, is_metered = nw.col(f"{m}__direct__all"), nw.col(f"{m}__metered") > 0
        rest = nw.when(is_metered).then((nw.col(m) - metered).clip(0)).otherwise(nw.col(m))
        reported = nw.when(nw.col(m).is_null() & is_metered).then(metered).otherwise(nw.col(m))
        excess = nw.when(is_metered & (nw.col(m) < metered)).then(metered - nw.col(m))
        columns += [
            rest.alias(f"{m}__rest"),
            reported.alias(f"{m}__reported"),
            excess.alias(f"{m}__excess"),
        ]
    kept = [f"{m}__{part}" for m in metrics for part in ("rest", "reported", "excess", "direct")]
    return joined.with_columns(*columns).select("enterprise", *kept)


def apportion(shares: Frame, totals: Frame, metrics: Sequence[str], settle: Settle) -> Frame:
    """Add to every holding, per metric, the ``amount`` it gets of its enterprise's rest.

    A missing amount means that nothing was reported, or that nothing can be placed. The holding that takes
    the remainder gets what the others leave.
    """
    rests = totals.select("enterprise", *(f"{m}__rest" for m in metrics))
    held = settle(
        shares.join(rests, on="enterprise", how="left").with_columns(
            (double(nw.col(f"{m}__rest")) * nw.col("share")).floor().cast(nw.Int64).alias(f"{m}__part")
            for m in metrics
        )
    )
    others = (
        held.filter(~nw.col("takes_remainder"))
        .select("enterprise", *(nw.col(f"{m}__part").fill_null(0).alias(f"{m}__others") for m in metrics))
        .group_by("enterprise")
        .agg(*(sum_of(f"{m}__others") for m in metrics))
    )
    return (
        held.join(others, on="enterprise", how="left")
        .with_columns(
            nw.when(nw.col("takes_remainder"))
            .then(nw.col(f"{m}__rest") - nw.col(f"{m}__others").fill_null(0))
            .otherwise(nw.col(f"{m}__part"))
            .alias(f"{m}__amount")
            for m in metrics
        )
        .drop(*(f"{m}__{part}" for m in metrics for part in ("rest", "part", "others")))
    )


def contributions(amounts: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return what each enterprise, or a figure of its own, brought to each parcel of this evaluation.

    Figures that the scheme does not read, marks among them, brought nothing.
    """
    names = [f"{m}__amount" for m in metrics]
    by_share = amounts.filter(nw.col("here")).select(
        "parcel", "enterprise", "basis", "weight", "days", "share", *names
    )
    brings_nothing = nw.all_horizontal(*(nw.col(m).is_null() for m in metrics), ignore_nulls=False)
    reported_here = direct.filter(nw.col("here"), ~brings_nothing).select(
        "parcel",
        "enterprise",
        nw.lit("direct").alias("basis"),
        no_number().alias("weight"),
        no_number().alias("days"),
        nw.lit(1.0).alias("share"),
        *(nw.col(m).alias(f"{m}__amount") for m in metrics),
    )
    return nw.concat([by_share, reported_here])
