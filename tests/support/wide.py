"""Results in their wide shape, as many parcels as wanted, for tests of what stores and compares them."""

import numpy as np
import polars as pl

from service.domain.tables import KEYS

METRICS = ("energy_equal_supply", "output", "tax")
INDICATORS = ("output_per_energy", "output_per_mu", "tax_per_mu")
FEEDS = ("land_area", "occupancy", "enterprise", *METRICS)


def results(parcels: int, start: int = 0) -> dict[str, pl.DataFrame]:
    """Return every table of results for parcels ``P000000`` …: one firm and two holdings to two parcels.

    Firm ``U<n>`` holds parcels ``2n`` and ``2n + 1``; odd parcels have a second holder, the firm before.
    """
    number = pl.DataFrame({"n": np.arange(start, start + parcels, dtype=np.int64)})
    code, firm = pl.format("P{}", pl.col("n").cast(pl.String).str.zfill(6)), _uscc(pl.col("n") // 2)
    scores = number.select(
        parcel_code=code,
        status=_every(10, "not_scored", "scored"),
        reason=_every(10, "no_occupant", None),
        track=pl.lit("all"),
        industry=pl.lit("C3411"),
        industry_group=pl.lit("34"),
        ranking_group=pl.lit("all"),
        land_area=1_000_000 + pl.col("n"),
        floor_area=800_000 + pl.col("n"),
        footprint_area=400_000 + pl.col("n"),
        far=pl.lit(800_001, pl.Int64),
        far_limit=pl.lit(None, pl.Int64),
        items=_scored(80_000_000 + pl.col("n")),
        correction=_scored(pl.lit(1_050_000, pl.Int64)),
        bonus=_scored(pl.lit(2_500_000, pl.Int64)),
        deduction=_scored(pl.lit(0, pl.Int64)),
        points=_scored(86_500_000 + pl.col("n")),
        rank=_scored(pl.col("n") + 1),
        ranked=_scored(pl.lit(parcels, pl.Int64)),
        ranked_grade=_scored(pl.lit("B")),
        grade=_scored(pl.lit("A")),
        adjustments=_scored(pl.lit("new_firm,high_tech")),
        low_efficiency=pl.col("n") % 7 == 0,
        low_efficiency_reasons=_every(7, "grade_d", ""),
        far_uplift=pl.lit(None, pl.Boolean),
        far_uplift_reasons=pl.lit("far_limit_missing"),
        additional_floor_area=pl.lit(None, pl.Int64),
        partial_occupancy=pl.lit(False),
        missing_feeds=pl.lit("tax"),
        verified=pl.col("n") % 2 == 0,
        **{f"{metric}__amount": pl.col("n") * 1000 + 7 for metric in METRICS},
        **{
            f"{indicator}__{part}": expression
            for indicator in INDICATORS
            for part, expression in {
                "value": pl.col("n") * 17 + 3,
                "benchmark": pl.lit(5_000_000, pl.Int64),
                "group": pl.lit("34"),
                "size": pl.lit(parcels, pl.Int64),
                "weight": pl.lit(33_000_000, pl.Int64),
                "uncapped": pl.col("n") * 19 + 1,
                "points": _scored(pl.col("n") * 13 + 5),
                "outcome": _every(10, "not_scored", "scored"),
            }.items()
        },
    )
    first = number.select(parcel_code=code, uscc=firm, n="n")
    second = number.filter(pl.col("n") % 2 == 1).select(
        parcel_code=code, uscc=_uscc(pl.col("n") // 2 - 1), n="n"
    )
    amounts = {f"{metric}__amount": pl.col("n") * 500 for metric in METRICS}
    holdings = pl.concat([first, second]).select(
        "parcel_code",
        "uscc",
        basis=pl.lit("floor_area"),
        weight=pl.col("n") * 365,
        days=pl.lit(365, pl.Int64),
        share=1 / (pl.col("n") + 3),
        **amounts,
    )
    firms = number.filter(pl.col("n") % 2 == 0).select(uscc=firm, n="n")
    sums = {
        f"{metric}__{part}": pl.col("n") * 1000 if part != "direct" else pl.lit(0, pl.Int64)
        for metric in METRICS
        for part in ("reported", "direct", "allocated")
    }
    left = firms.filter(pl.col("n") % 100 == 0)
    coverage = number.select(
        parcel_code=code,
        **{
            f"{feed}__{part}": pl.lit("not_reported") if part == "reason" else pl.col("n") % 3
            for feed in FEEDS
            for part in ("have", "need", "reason")
        },
    )
    benchmarks = pl.DataFrame(
        {"track": ["all"] * 6, "indicator": [*INDICATORS] * 2, "group": ["34"] * 3 + ["13"] * 3}
    ).with_columns(
        size=pl.lit(parcels, pl.Int64),
        benchmark=pl.lit(5_000_000, pl.Int64),
        low=pl.lit(None, pl.Int64),
        high=pl.lit(None, pl.Int64),
    )
    findings = pl.concat(
        [
            first.filter(pl.col("n") % 50 == 0).select(
                code=pl.lit("much_land"),
                subject_kind=pl.lit("parcel"),
                subject_code="parcel_code",
                amount="n",
            ),
            left.select(
                code=pl.lit("unplaced"), subject_kind=pl.lit("enterprise"), subject_code="uscc", amount="n"
            ),
        ]
    ).select("code", "subject_kind", "subject_code", pl.lit("tax").alias("metric"), "amount")
    found = {
        "scores": scores,
        "coverage": coverage,
        "holdings": holdings,
        "reconciliation": firms.select("uscc", **sums),
        "unallocated": left.select("uscc", metric=pl.lit("tax"), amount="n", reason=pl.lit("no_parcel")),
        "benchmarks": benchmarks,
        "findings": findings,
    }
    return {name: table.sort(KEYS[name]) for name, table in found.items()}


def _uscc(number: pl.Expr) -> pl.Expr:
    return pl.format("U{}", number.cast(pl.String).str.zfill(6))


def _every(step: int, value: str, otherwise: str | None) -> pl.Expr:
    return pl.when(pl.col("n") % step == 0).then(pl.lit(value)).otherwise(pl.lit(otherwise, pl.String))


def _scored(value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col("n") % 10 != 0).then(value)
