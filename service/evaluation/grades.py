"""Ranking and grades (分档): minimum rank ÷ number ranked ≤ cut-off: equal points share the better grade."""

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT, Track
from service.evaluation.benchmarks import group_label
from service.evaluation.frames import Frame, no_text, one_if
from service.evaluation.scores import millionths


def with_grades(frame: Frame, track: Track) -> Frame:
    """Add ``ranking_group``, ``rank``, ``ranked`` and ``grade``; parcels that are not scored have no rank.

    Whether they count in ``ranked``, the base of the shares, is the scheme's choice.
    """
    in_base = nw.col("reason").is_null() if track.ranking.base == "scored" else nw.lit(True)
    frame = frame.with_columns(group_label(track.code, track.ranking.within).alias("ranking_group"))
    sizes = (
        frame.select("ranking_group", one_if(in_base).alias("ranked"))
        .group_by("ranking_group")
        .agg(nw.col("ranked").sum())
    )
    rank = nw.col("points").rank("min", descending=True).over("ranking_group").cast(nw.Int64)
    return (
        frame.with_columns(rank.alias("rank"))
        .join(sizes, on="ranking_group", how="left")
        .with_columns(_grade(track).alias("grade"))
    )


def _grade(track: Track) -> nw.Expr:
    """The first grade whose cut-off the rank's share does not pass, compared in whole numbers."""
    share, base = nw.col("rank") * (100 * POINT), nw.col("ranked")
    grade = no_text()
    for cut in reversed(track.grades.cuts):
        grade = nw.when(share <= base * millionths(cut.up_to)).then(nw.lit(cut.grade)).otherwise(grade)
    return grade
