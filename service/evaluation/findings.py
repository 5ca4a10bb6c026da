"""Findings (疑点): what a person should look at before anybody acts on a score."""

from collections.abc import Sequence

import narwhals.stable.v2 as nw

from service.domain.tables import RESULTS
from service.evaluation.frames import Frame, no_number, stacked


def findings(
    direct: Frame, totals: Frame, here: Frame, parcels: Frame, benchmarks: Frame, metrics: Sequence[str]
) -> Frame:
    """Return the table ``findings``.

    ``repeated_total``: the same amount was reported for several parcels of one enterprise or holder, as when
    a total is written on every deed. ``direct_exceeds_reported``: an enterprise's parcels report more than it
    does; the amount is the excess. ``negative_amount``: a parcel's amount is negative.
    ``single_member_group`` and ``all_values_equal``: a group that compares nobody.
    """
    tables: list[Frame] = []
    for metric in metrics:
        tables.append(_repeated(direct, here, metric))
        tables.append(
            _table(
                totals.filter(~nw.col(f"{metric}__excess").is_null()),
                "direct_exceeds_reported",
                "enterprise",
                nw.col("uscc"),
                nw.lit(metric),
                nw.col(f"{metric}__excess"),
            )
        )
        amount = nw.col(f"{metric}__amount")
        tables.append(
            _table(
                parcels.filter(amount < 0),
                "negative_amount",
                "parcel",
                nw.col("parcel_code"),
                nw.lit(metric),
                amount,
            )
        )
    size, low, high = (nw.col(name) for name in ("size", "low", "high"))
    for code, holds in {
        "single_member_group": size == 1,
        "all_values_equal": (size > 1) & (low == high),
    }.items():
        tables.append(
            _table(benchmarks.filter(holds), code, "group", nw.col("group"), nw.col("indicator"), no_number())
        )
    return stacked(RESULTS["findings"], *tables)


def _table(rows: Frame, code: str, kind: str, subject: nw.Expr, metric: nw.Expr, amount: nw.Expr) -> Frame:
    columns = (nw.lit(code), nw.lit(kind), subject, metric, amount)
    return rows.select(
        *(column.alias(name) for column, name in zip(columns, RESULTS["findings"], strict=True))
    )


def _repeated(direct: Frame, here: Frame, metric: str) -> Frame:
    """Amounts that stand on several parcels with one enterprise: named by the figure, or holding them all."""
    amount = nw.col(metric)
    given = direct.filter(~amount.is_null(), amount != 0).select("parcel_code", "part_of", metric)
    named = given.filter(nw.col("part_of") != "").select(
        "parcel_code", nw.col("part_of").alias("uscc"), metric
    )
    held = given.filter(nw.col("part_of") == "").join(
        here.select("parcel_code", "uscc").unique(), on="parcel_code", how="inner"
    )
    rows = nw.concat([named, held.select("parcel_code", "uscc", metric)])
    counts = rows.group_by("uscc", metric).agg(nw.len().cast(nw.Int64).alias("parcels"))
    repeated = rows.join(counts.filter(nw.col("parcels") > 1), on=["uscc", metric], how="inner")
    return _table(
        repeated.select("parcel_code", metric).unique(),
        "repeated_total",
        "parcel",
        nw.col("parcel_code"),
        nw.lit(metric),
        amount,
    )
