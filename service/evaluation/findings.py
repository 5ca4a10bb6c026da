"""Findings (疑点): what a person should look at before anybody acts on a score."""

from functools import reduce
from operator import or_

import narwhals.stable.v2 as nw

from service.domain.scheme import GroupBenchmark, Scheme
from service.evaluation.frames import Codes, Frame, no_number


def findings(
    direct: Frame,
    totals: Frame,
    here: Frame,
    parcels: Frame,
    benchmarks: Frame,
    codes: Codes,
    scheme: Scheme,
) -> Frame:
    """Return the table ``findings``.

    ``repeated_total``: the same amount was reported for several parcels of one enterprise or holder, as when
    a total is written on every deed. ``direct_exceeds_reported``: an enterprise's parcels report more than it
    does; the amount is the excess. ``negative_amount``: a parcel's amount is negative.
    ``single_member_group`` and ``all_values_equal``: a group that compares nobody, unless it gave way to a
    wider one.
    """
    tables: list[Frame] = []
    for metric in scheme.metrics:
        excess, amount = nw.col(f"{metric}__excess"), nw.col(f"{metric}__amount")
        exceeding = codes.of_enterprises(totals.filter(~excess.is_null()))
        tables += [
            _table(
                codes.of_parcels(_repeated(direct, here, metric)),
                "repeated_total",
                "parcel",
                metric,
                nw.col(metric),
            ),
            _table(exceeding, "direct_exceeds_reported", "enterprise", metric, excess),
            _table(parcels.filter(amount < 0), "negative_amount", "parcel", metric, amount),
        ]
    counting = _that_count(benchmarks, scheme)
    size, low, high = (nw.col(name) for name in ("size", "low", "high"))
    alike = {"single_member_group": size == 1, "all_values_equal": (size > 1) & (low == high)}
    tables += [
        _table(counting.filter(holds), code, "group", None, no_number()) for code, holds in alike.items()
    ]
    return nw.concat(tables)


def _that_count(benchmarks: Frame, scheme: Scheme) -> Frame:
    """Leave out the groups that were too small; that of the whole track counts whatever its size."""
    small = [
        (nw.col("track") == track.code)
        & (nw.col("indicator") == each.code)
        & (nw.col("group") != track.code)
        & (nw.col("size") < each.benchmark.smallest)
        for track in scheme.tracks
        for each in track.indicators
        if isinstance(each.benchmark, GroupBenchmark) and each.benchmark.smallest > 1
    ]
    return benchmarks.filter(~reduce(or_, small)) if small else benchmarks


_SUBJECTS = {"parcel": "parcel_code", "enterprise": "uscc", "group": "group"}


def _table(rows: Frame, code: str, kind: str, metric: str | None, amount: nw.Expr) -> Frame:
    return rows.select(
        nw.lit(code).alias("code"),
        nw.lit(kind).alias("subject_kind"),
        nw.col(_SUBJECTS[kind]).alias("subject_code"),
        (nw.col("indicator") if metric is None else nw.lit(metric)).alias("metric"),
        amount.cast(nw.Int64).alias("amount"),
    )


def _repeated(direct: Frame, here: Frame, metric: str) -> Frame:
    """Amounts that stand on several parcels with one enterprise: named by the figure, or holding them all."""
    amount, enterprise = nw.col(metric), nw.col("enterprise")
    given = direct.filter(nw.col("here"), ~amount.is_null(), amount != 0).select(
        "parcel", "enterprise", metric
    )
    held = given.filter(enterprise.is_null()).drop("enterprise")
    held = held.join(here.select("parcel", "enterprise"), on="parcel", how="inner")
    rows = nw.concat([given.filter(~enterprise.is_null()), held.select("parcel", "enterprise", metric)])
    rows = rows.unique()
    counts = rows.group_by("enterprise", metric).agg(nw.len().cast(nw.Int64).alias("parcels"))
    repeated = rows.join(counts.filter(nw.col("parcels") > 1), on=["enterprise", metric], how="inner")
    return repeated.select("parcel", metric).unique()
