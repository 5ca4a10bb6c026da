"""Sensitivity (敏感性): how the ranking hangs on each weight.

Item points are rounded, capped, filled with means and renormalised at their weight, so stretching the points
of an evaluation would be off by some millionths, and ties and cut-offs turn on those. Instead values and
benchmarks, which no weight touches, are calculated once, and points, ranks and grades anew for every variant.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import numpy as np
import polars as pl

from service.domain.scheme import POINT, Indicator, PointGrades, Scheme, Track
from service.evaluation import pipeline
from service.evaluation.explain.quantities import decimal
from service.evaluation.frames import Frame
from service.evaluation.pipeline import Measured
from service.whatif.kendall import kendall_tau
from service.whatif.report import Border, LargestMove, TrackSensitivity, Variant, WeightSensitivity
from service.whatif.weights import rescaled, with_weights

_RESULT = ("parcel_code", "status", "ranking_group", "points", "rank", "ranked_grade", "grade")


def graded(measured: Measured, scheme: Scheme) -> dict[str, pl.DataFrame]:
    """Return per track its parcels with points, rank and grade, in the order of their codes."""
    return {track.code: _graded(measured, scheme, track) for track in scheme.tracks}


def sensitivity(
    measured: Measured, scheme: Scheme, results: dict[str, pl.DataFrame], step: int
) -> list[TrackSensitivity]:
    """Return, per track and indicator, what ± ``step`` percent of its weight does, and leaving it out.

    :param results: `graded` of the same scheme
    """
    found = []
    for track in scheme.tracks:
        before = results[track.code]
        found.append(
            TrackSensitivity(
                track=track.code,
                title=track.title,
                scored=before["points"].count(),
                weights=[
                    WeightSensitivity(
                        indicator=indicator.code,
                        title=indicator.title,
                        weight=decimal(indicator.weight),
                        variants=[
                            _variant(change, weights[indicator.code], before, _graded(measured, *changed))
                            for change, weights in _variants(track, indicator, step)
                            for changed in [with_weights(scheme, track, weights)]
                        ],
                    )
                    for indicator in track.indicators
                    if indicator.weight
                ],
                borders=list(_borders(track, before)),
            )
        )
    return found


def _variants(track: Track, indicator: Indicator, step: int) -> Iterator[tuple[str, dict[str, Decimal]]]:
    weights = {each.code: each.weight for each in track.indicators}
    for change, factor in ((f"+{step}%", 100 + step), (f"-{step}%", 100 - step), ("without", 0)):
        moved = min((indicator.weight * factor / 100).quantize(Decimal(1) / POINT), Decimal(100))
        changed = rescaled(weights, {indicator.code: moved})
        if changed is not None and moved != indicator.weight:
            yield change, changed


def _unsettled(frame: Frame) -> Frame:
    """One plan as a whole: only a few columns of it are wanted."""
    return frame


def _graded(measured: Measured, scheme: Scheme, track: Track) -> pl.DataFrame:
    frame = pipeline.grade(measured, scheme, track, _unsettled).to_native()
    status = pl.when(pl.col("reason").is_null()).then(pl.lit("scored")).otherwise(pl.lit("not_scored"))
    result: pl.DataFrame = frame.with_columns(status.alias("status")).select(*_RESULT).collect()
    return result.sort("parcel_code")


def _variant(change: str, weight: Decimal, before: pl.DataFrame, after: pl.DataFrame) -> Variant:
    both = pl.concat([before, after.select(pl.all().name.suffix("__after"))], how="horizontal")
    was, is_ = pl.col("rank").is_not_null(), pl.col("rank__after").is_not_null()
    ranked = both.filter(was & is_)
    furthest = ranked.with_columns((pl.col("rank") - pl.col("rank__after")).abs().alias("way"))
    furthest = furthest.filter((pl.col("way") > 0) & (pl.col("way") == pl.col("way").max()))
    return Variant(
        change=change,
        weight=decimal(weight),
        kendall_tau=_tau(ranked),
        grades_changed=both.filter(pl.col("grade").ne_missing(pl.col("grade__after"))).height,
        newly_scored=both.filter(is_ & ~was).height,
        no_longer_scored=both.filter(was & ~is_).height,
        largest_move=None
        if furthest.is_empty()
        else LargestMove(
            parcel_code=furthest["parcel_code"][0],
            rank_before=furthest["rank"][0],
            rank_after=furthest["rank__after"][0],
        ),
    )


def _tau(ranked: pl.DataFrame) -> float | None:
    group = ranked["ranking_group"].rank("dense").cast(pl.Int64)
    numbers = (group, ranked["rank"], ranked["rank__after"])
    tau = kendall_tau(*(np.asarray(column.to_numpy(), dtype=np.int64) for column in numbers))
    return None if tau is None else round(tau, 6)


def _borders(track: Track, graded: pl.DataFrame) -> Iterator[Border]:
    scored = graded.filter(pl.col("points").is_not_null())
    for (group,), rows in sorted(scored.partition_by("ranking_group", as_dict=True).items()):
        points = np.sort(rows["points"].to_numpy())
        for number, (better, worse) in enumerate(pairwise(track.grades.letters)):
            cut_off = _cut_off(track, rows, number)
            if cut_off is None:
                continue
            at = int(np.searchsorted(points, cut_off))
            near = {
                name: (
                    int(np.searchsorted(points, cut_off + reach, side="right")) - at,
                    at - int(np.searchsorted(points, cut_off - reach)),
                )
                for name, reach in (("millionth", 1), ("point", POINT))
            }
            yield Border(
                ranking_group=str(group),
                better=better,
                worse=worse,
                cut_off=cut_off / POINT,
                gap=(cut_off - int(points[at - 1])) / POINT if at else None,
                within_millionth_above=near["millionth"][0],
                within_millionth_below=near["millionth"][1],
                within_point_above=near["point"][0],
                within_point_below=near["point"][1],
            )


def _cut_off(track: Track, rows: pl.DataFrame, number: int) -> int | None:
    """The least points of this grade or a better one; None where nobody reached it."""
    if isinstance(track.grades, PointGrades):
        return int((track.grades.cuts[number].at_least or Decimal(0)) * POINT)
    reached = rows.filter(pl.col("ranked_grade").is_in(track.grades.letters[: number + 1]))
    return None if reached.is_empty() else int(reached["points"].min())  # type: ignore[arg-type]
