"""Reconciliation (核对): where every reported unit went, and why some went nowhere."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.evaluation.frames import Frame, codes, integer, no_number, sum_of


def reconcile(amounts: Frame, totals: Frame, direct: Frame, metrics: Sequence[str]) -> Frame:
    """Return the table ``reconciliation``: per enterprise and metric what was reported, direct, allocated.

    One row more, without an enterprise, for what was reported for parcels themselves. What is missing between
    the three is unallocated.
    """
    placed = _allocated(amounts, nw.col("here"), metrics, "allocated")
    by_enterprise = totals.join(placed, on="enterprise", how="left").select(
        "enterprise",
        *(
            column
            for m in metrics
            for column in (
                f"{m}__reported",
                nw.when(~nw.col(f"{m}__reported").is_null())
                .then(nw.col(f"{m}__direct"))
                .alias(f"{m}__direct"),
                nw.when(~nw.col(f"{m}__reported").is_null())
                .then(nw.col(f"{m}__allocated").fill_null(0))
                .alias(f"{m}__allocated"),
            )
        ),
    )
    return nw.concat([by_enterprise, _without_enterprise(direct, metrics)])


def unallocated(
    reconciliation: Frame, amounts: Frame, totals: Frame, direct: Frame, metrics: Sequence[str]
) -> Frame:
    """Return the table ``unallocated``: what of a figure reached no parcel of this evaluation, and why.

    Few are concerned, so the reasons are looked for only there.
    """
    left_over = nw.any_horizontal(*(_remainder(m) != 0 for m in metrics), ignore_nulls=True)
    open_ = reconciliation.filter(left_over)
    involved = amounts.join(open_.select("enterprise"), on="enterprise", how="semi")
    problems = involved.group_by("enterprise").agg(
        nw.col("problem").max(),  # one per enterprise
        nw.len().cast(nw.Int64).alias("holdings"),
    )
    known_elsewhere = nw.col("elsewhere").fill_null(False)
    outside = involved.filter(~nw.col("here"))
    metered = direct.filter(~nw.col("enterprise").is_null(), ~nw.col("here")).with_columns(
        nw.col(m).alias(f"{m}__amount") for m in metrics
    )
    joined = open_.join(problems, on="enterprise", how="left").join(
        totals.select("enterprise", *(f"{m}__{part}" for m in metrics for part in ("rest", "excess"))),
        on="enterprise",
        how="left",
    )
    for name, condition in {"elsewhere": known_elsewhere, "unknown": ~known_elsewhere}.items():
        joined = joined.join(_allocated(outside, condition, metrics, name), on="enterprise", how="left")
        joined = joined.join(
            _allocated(metered, condition, metrics, f"metered_{name}"), on="enterprise", how="left"
        )
    return nw.concat([*(_reasons(joined, m) for m in metrics)])


def _remainder(metric: str) -> nw.Expr:
    return nw.col(f"{metric}__reported") - nw.col(f"{metric}__direct") - nw.col(f"{metric}__allocated")


def _allocated(rows: Frame, condition: nw.Expr, metrics: Sequence[str], name: str) -> Frame:
    """Sum up, per enterprise, the amounts of the rows for which the condition holds."""
    return (
        rows.select(
            "enterprise",
            *(
                nw.when(condition)
                .then(nw.col(f"{m}__amount"))
                .otherwise(integer(0))
                .fill_null(0)
                .alias(f"{m}__{name}")
                for m in metrics
            ),
        )
        .group_by("enterprise")
        .agg(*(sum_of(f"{m}__{name}") for m in metrics))
    )


def _reasons(joined: Frame, metric: str) -> Frame:
    problem, of_enterprise = nw.col("problem"), ~nw.col("enterprise").is_null()
    elsewhere = nw.col(f"{metric}__elsewhere").fill_null(0) + nw.col(
        f"{metric}__metered_elsewhere"
    ).fill_null(0)
    unknown = nw.col(f"{metric}__unknown").fill_null(0) + nw.col(f"{metric}__metered_unknown").fill_null(0)
    reasons = codes(
        (
            of_enterprise & nw.col("holdings").is_null() & (nw.col(f"{metric}__rest") != 0),
            "no_occupancy",
        ),
        (problem == "manual_share_over_one", "manual_share_over_one"),
        (problem == "manual_share_under_one", "manual_share_under_one"),
        (problem == "zero_weight", "zero_weight"),
        (~nw.col(f"{metric}__excess").is_null(), "direct_exceeds_reported"),
        (elsewhere != 0, "other_district"),
        ((unknown != 0) | ~of_enterprise, "parcel_unknown"),
    )
    return joined.filter(_remainder(metric) != 0).select(
        "enterprise",
        nw.lit(metric).alias("metric"),
        _remainder(metric).alias("amount"),
        reasons.alias("reason"),
    )


def _without_enterprise(direct: Frame, metrics: Sequence[str]) -> Frame:
    """What was reported for parcels themselves: direct, unless nobody knows the parcel."""
    own = direct.filter(nw.col("enterprise").is_null(), ~nw.col("elsewhere"))
    columns: list[nw.Expr] = []
    for m in metrics:
        columns += [
            nw.col(m).alias(f"{m}__reported"),
            nw.when(nw.col("here")).then(nw.col(m)).alias(f"{m}__direct"),
            nw.when(~nw.col(m).is_null()).then(integer(1)).alias(f"{m}__given"),
        ]
    names = [f"{m}__{part}" for m in metrics for part in ("reported", "direct", "given")]
    nobody = integer(0).alias("nobody")  # grouped, since an empty table has no row, and its sum would
    summed = own.select(nobody, *columns).group_by("nobody").agg(*(sum_of(name) for name in names))
    final: list[nw.Expr] = []
    for m in metrics:
        given = nw.col(f"{m}__given") > 0  # engines differ in the sum of nothing: null or 0
        final += [
            nw.when(given).then(nw.col(f"{m}__reported")).alias(f"{m}__reported"),
            nw.when(given).then(nw.col(f"{m}__direct").fill_null(0)).alias(f"{m}__direct"),
            nw.when(given).then(integer(0)).alias(f"{m}__allocated"),
        ]
    return summed.select(no_number().alias("enterprise"), *final)
