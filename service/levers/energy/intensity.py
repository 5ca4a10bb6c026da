"""Energy per output (单位产值能耗) of parcels and firms, against those of the same industry."""

import polars as pl

from service.levers.peers import beside_peers, narrowest
from service.reference.energy_diagnosis import IntensityRule

_LEVELS = ("division", "industry_group", "park")
_PER_WAN = 1_000_000  # fen in 万元
COLUMNS = (
    *("tce_per_wan", "benchmark_level", "benchmark_group", "benchmark_size"),
    *("benchmark_median", "benchmark_pooled", "factor", "excess_kgce", "intensity_reason"),
)


def intensities(subjects: pl.DataFrame, rule: IntensityRule) -> pl.DataFrame:
    """Return the subjects with `COLUMNS`.

    :param subjects: ``energy`` in kgce, ``output`` in fen, ``division``, ``industry_group``; all may be null

    ``tce_per_wan`` is tce per 万元; the benchmark is that of the narrowest group of at least ``rule.least``
    subjects whose energy and output are known: the median, and beside it the pooled Σ energy ÷ Σ output.
    ``factor`` is the intensity over the median, ``excess_kgce`` the energy above output × median, rounded to
    1 kgce and never below zero. Without energy or a positive output there is a reason and no number.
    """
    energy, output = pl.col("energy"), pl.col("output")
    reason = (
        pl.when(energy.is_null())
        .then(pl.lit("energy_missing"))
        .when(energy < 0)
        .then(pl.lit("energy_negative"))
        .when(output.is_null())
        .then(pl.lit("output_missing"))
        .when(output <= 0)
        .then(pl.lit("output_zero"))
    )
    found = subjects.with_columns(park=pl.lit("park"), intensity_reason=reason)
    known = found.filter(pl.col("intensity_reason").is_null()).with_columns(
        tce_per_wan=energy.cast(pl.Float64) / 1000 / (output.cast(pl.Float64) / _PER_WAN)
    )
    pooled = energy.sum().cast(pl.Float64) / output.sum().cast(pl.Float64) * (_PER_WAN / 1000)
    told = {"median": pl.col("tce_per_wan").median(), "pooled": pooled}
    known = beside_peers(known, known, _LEVELS, told)
    known = known.with_columns(
        benchmark_level=narrowest({level: pl.lit(level) for level in _LEVELS}, rule.least),
        benchmark_group=narrowest({level: pl.col(level) for level in _LEVELS}, rule.least),
        **{
            f"benchmark_{part}": narrowest(
                {level: pl.col(f"{level}__{part}") for level in _LEVELS}, rule.least
            )
            for part in ("size", "median", "pooled")
        },
    )
    median = pl.col("benchmark_median")
    allowed = (output.cast(pl.Float64) / _PER_WAN * median * 1000 + 0.5).floor().cast(pl.Int64)
    known = known.with_columns(
        factor=pl.when(median > 0).then(pl.col("tce_per_wan") / median),
        excess_kgce=pl.when(median.is_not_null()).then((energy - allowed).clip(lower_bound=0)),
        intensity_reason=pl.when(median.is_null()).then(pl.lit("no_group")),
    )
    unknown = found.filter(pl.col("intensity_reason").is_not_null())
    return pl.concat([known.select(*subjects.columns, *COLUMNS), unknown], how="diagonal").select(
        *subjects.columns, *COLUMNS
    )
