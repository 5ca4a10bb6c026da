"""Two tables of scores as one: a row for every parcel of either, ``name__before`` and ``name__after``."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from service.domain.scheme import Scheme

SIDES = ("before", "after")

_COMPARED = (
    "status",
    "reason",
    "track",
    "town",
    "land_area",
    "points",
    "rank",
    "ranked",
    "grade",
    "low_efficiency",
    "low_efficiency_reasons",
    "far_uplift",
    "far_uplift_reasons",
    "additional_floor_area",
)


@dataclass(frozen=True, slots=True)
class Side:
    """A result: its scheme, its table of scores, and the town of each parcel."""

    scheme: Scheme
    scores: pl.DataFrame
    towns: pl.DataFrame


def paired(before: Side, after: Side) -> pl.DataFrame:
    """Return the parcels of both sides with what is compared, and by how much it changed.

    ``points_change`` and ``rank_change`` are positive for the better, like ``grade_steps``, which counts
    grades of one scale; it is null where the tracks of the two sides have different scales.
    """
    left, right = (_side(side, name) for side, name in zip((before, after), SIDES, strict=True))
    both = left.join(right, on="parcel_code", how="full", coalesce=True)
    same_scale = pl.col("scale__before") == pl.col("scale__after")
    return both.with_columns(
        *(pl.col(f"status__{side}").fill_null("absent") for side in SIDES),
        (pl.col("points__after") - pl.col("points__before")).alias("points_change"),
        (pl.col("rank__before") - pl.col("rank__after")).alias("rank_change"),
        pl.when(same_scale).then(pl.col("step__before") - pl.col("step__after")).alias("grade_steps"),
    )


def differs(*names: str) -> pl.Expr:
    """Where any of these is not the same on both sides; two that are missing are the same."""
    return pl.any_horizontal(pl.col(f"{name}__before").ne_missing(pl.col(f"{name}__after")) for name in names)


def _side(side: Side, name: str) -> pl.DataFrame:
    scales = _scales(side.scheme)
    known = side.scores.join(side.towns.select("parcel_code", "town"), on="parcel_code", how="left")
    known = known.join(scales, on=["track", "grade"], how="left")
    return known.select("parcel_code", pl.col(*_COMPARED, "scale", "step").name.suffix(f"__{name}"))


def _scales(scheme: Scheme) -> pl.DataFrame:
    """Per track and grade: the track's grades, best first, and the place among them."""
    rows = [
        (track.code, letter, ",".join(track.grades.letters), step)
        for track in scheme.tracks
        for step, letter in enumerate(track.grades.letters)
    ]
    schema = {"track": pl.String, "grade": pl.String, "scale": pl.String, "step": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def letters(*schemes: Scheme) -> Sequence[str]:
    """Return all grades of some schemes, best first as far as they agree."""
    tracks = [track.grades.letters for scheme in schemes for track in scheme.tracks]
    return list(dict.fromkeys(letter for grades in tracks for letter in grades))
