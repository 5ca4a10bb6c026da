"""Ranking and grades (分档): by share of the ranking or by points, then raised, lowered, fixed or vetoed.

Minimum rank ÷ number ranked ≤ cut-off: equal points share the better grade.
"""

import narwhals.stable.v2 as nw

from service.domain.scheme import POINT, Adjustment, PointGrades, Scheme, ShareGrades, Track
from service.evaluation.benchmarks import group_label
from service.evaluation.conditions import condition
from service.evaluation.frames import (
    Frame,
    Settle,
    added,
    codes,
    integer,
    no_number,
    no_text,
    one_if,
    only_row,
    sum_of,
    with_groups,
)
from service.evaluation.scores import millionths


def with_grades(frame: Frame, scheme: Scheme, track: Track, settle: Settle) -> Frame:
    """Add ``ranking_group rank ranked ranked_grade grade adjustments``; who is not scored has no rank.

    Whether those count in ``ranked``, the base of the shares, is the scheme's choice. A class outside the
    ranking has the grade that the scheme gives it.
    """
    frame = settle(frame.with_columns(group_label(track.code, track.ranking.within).alias("ranking_group")))
    counted = frame.select("ranking_group", one_if(_in_base(track)).alias("ranked"))
    if track.ranking.within:
        frame = with_groups(
            frame, counted.group_by("ranking_group").agg(sum_of("ranked")), on="ranking_group"
        )
    else:
        ranked = only_row(counted.select(sum_of("ranked")))["ranked"] or 0
        frame = frame.with_columns(integer(ranked).alias("ranked"))
    rank = nw.col("points").rank("min", descending=True).over("ranking_group").cast(nw.Int64)
    frame = frame.with_columns(rank.alias("rank"))
    frame = frame.with_columns(_step(track.grades).alias("step"))
    frame = frame.with_columns(_letter(track, nw.col("step")).alias("ranked_grade"))
    holds = {
        each.code: condition(each.when, scheme.ranked_vocabulary(track)).fill_null(False)
        & ~nw.col("step").is_null()
        for each in track.adjustments
    }
    frame = added(frame, (held.alias(f"moves__{code}") for code, held in holds.items()))
    graded = (
        _letter(track, _adjusted(track)).alias("grade") if holds else nw.col("ranked_grade").alias("grade")
    )
    moved = codes(*((nw.col(f"moves__{code}"), code) for code in holds))
    return frame.with_columns(graded, _both(nw.col("applied"), moved).alias("adjustments"))


def outside_grade(scheme: Scheme) -> nw.Expr:
    """What parcels of a class outside the ranking are called instead of a grade."""
    grade = no_text()
    for each in scheme.outside:
        if each.grade is not None:
            grade = nw.when(nw.col("outside") == each.code).then(nw.lit(each.grade)).otherwise(grade)
    return grade


def _in_base(track: Track) -> nw.Expr:
    scored = nw.col("reason").is_null()
    match track.ranking.base:
        case "scored":
            return scored
        case "scored_and_outside":
            return scored | ~nw.col("outside").is_null()
    return nw.lit(True)


def _step(grades: ShareGrades | PointGrades) -> nw.Expr:
    """The number of the grade, 0 for the best, compared in whole numbers; none without points."""
    if isinstance(grades, ShareGrades):
        share, base = nw.col("rank") * (100 * POINT), nw.col("ranked")
        reached = [share <= base * millionths(cut.up_to) for cut in grades.cuts]
    else:
        ends = [cut.at_least for cut in grades.cuts if cut.at_least is not None]
        reached = [nw.col("points") >= millionths(end) for end in ends]
    step = integer(len(grades.cuts) - 1)
    for number in reversed(range(len(grades.cuts) - 1)):
        step = nw.when(reached[number]).then(integer(number)).otherwise(step)
    return nw.when(~nw.col("points").is_null()).then(step).otherwise(no_number())


def _letter(track: Track, step: nw.Expr) -> nw.Expr:
    grade = no_text()
    for number, letter in enumerate(track.grades.letters):
        grade = nw.when(step == number).then(nw.lit(letter)).otherwise(grade)
    return grade


def _adjusted(track: Track) -> nw.Expr:
    """Moves add up within best and worst; then the first fix that holds; then the first veto."""
    letters = track.grades.letters
    step = nw.col("step")
    for each in track.adjustments:
        if each.effect in {"raise", "lower"}:
            step = step + _moves(
                each, integer(-each.steps if each.effect == "raise" else each.steps), integer(0)
            )
    step = step.clip(0, len(letters) - 1)
    for effect in ("fix", "veto"):
        for each in reversed([each for each in track.adjustments if each.effect == effect]):
            step = _moves(each, integer(letters.index(each.grade or letters[-1])), step)
    return step


def _moves(adjustment: Adjustment, then: nw.Expr, otherwise: nw.Expr) -> nw.Expr:
    return nw.when(nw.col(f"moves__{adjustment.code}")).then(then).otherwise(otherwise)


def _both(first: nw.Expr, second: nw.Expr) -> nw.Expr:
    """Two lists of codes as one."""
    separator = nw.when((first != "") & (second != "")).then(nw.lit(",")).otherwise(nw.lit(""))
    return nw.concat_str(first, separator, second)
