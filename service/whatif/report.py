"""What comparisons and sensitivities say, as plain values: areas in m², points in points."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from service.domain.scheme import Title

Status = Literal["scored", "not_scored", "outside", "absent"]
"""``absent``: the parcel is not in that evaluation."""


class Run(BaseModel):
    """One side of a comparison; ``evaluation_id`` and ``created_at`` are null for what is only simulated."""

    evaluation_id: int | None
    district: str
    period: str
    scheme_name: str
    scheme_title: Title
    scheme_hash: str
    verified: bool = Field(description="Whether every value of the scheme was read in its document")
    for_period: bool = Field(description="Whether the scheme is meant for this period")
    created_at: datetime | None = None


class GradeTotal(BaseModel):
    """How much has a grade; null: none."""

    grade: str | None
    parcels: int
    land_area_m2: float


class Totals(BaseModel):
    """An evaluation as a whole."""

    parcels: int
    scored: int
    land_area_m2: float
    mean_points: float | None
    grades: list[GradeTotal]


class Cell(BaseModel):
    """Parcels that went from one grade to another; every parcel is in exactly one cell."""

    from_status: Status
    from_grade: str | None
    to_status: Status
    to_grade: str | None
    parcels: int
    land_area_before_m2: float
    land_area_after_m2: float


class Movement(BaseModel):
    """How a group of parcels moved; a grade is ``regraded`` where the two scales are not the same."""

    parcels: int
    mean_points_before: float | None
    mean_points_after: float | None
    raised: int
    lowered: int
    regraded: int
    same_grade: int
    newly_scored: int
    no_longer_scored: int


class TrackMovement(Movement):
    """Parcels of one track before and one after; null: of none."""

    track_before: str | None
    track_after: str | None


class TownMovement(Movement):
    """Parcels of one town."""

    town: str | None


class Changed(BaseModel):
    """Parcels that began or ceased to be something, by the reason of that."""

    parcels: int
    land_area_m2: float
    reasons: dict[str, int]


class FlagChange(BaseModel):
    """Parcels with a flag (标记); ``reasons`` are those that it was gained or lost by."""

    before: int
    after: int
    gained: Changed
    lost: Changed


class UpliftChange(FlagChange):
    """FAR uplift (容积率提升), with the floor area that could be added."""

    additional_floor_area_before_m2: float
    additional_floor_area_after_m2: float


class Amount(BaseModel):
    """A metric of a parcel or the value of an indicator, in its unit."""

    unit: str
    before: str | None
    after: str | None


class Item(BaseModel):
    """An indicator's value and item points of a parcel."""

    value: Amount
    points_before: float | None
    points_after: float | None


class Move(BaseModel):
    """One parcel in both results; positive changes are better.

    ``grade_steps`` is null where a side has no grade or the scales differ. ``amounts`` and ``items`` reveal
    single firms' figures and are for analysts; absent otherwise.
    """

    parcel_code: str
    town: str | None
    track_before: str | None
    track_after: str | None
    status_before: Status
    status_after: Status
    reason_before: str | None
    reason_after: str | None
    points_before: float | None
    points_after: float | None
    points_change: float | None
    rank_before: int | None
    rank_after: int | None
    ranked_before: int | None
    ranked_after: int | None
    rank_change: int | None
    grade_before: str | None
    grade_after: str | None
    grade_steps: int | None
    low_efficiency_before: bool | None
    low_efficiency_after: bool | None
    far_uplift_before: bool | None
    far_uplift_after: bool | None
    land_area_m2: float | None
    amounts: dict[str, Amount] | None = None
    items: dict[str, Item] | None = None


class Moves(BaseModel):
    """A page of parcels, those that moved furthest first: grade steps, then points, then by code."""

    total: int
    offset: int
    parcels: list[Move]


class FieldDifference(BaseModel):
    """A field of a scheme that differs; null: not stated."""

    field: str
    en: str
    zh: str
    old: str | None
    new: str | None


class SchemeDifference(BaseModel):
    """A part of a scheme that was added, removed or changed; ``code`` names it among its ``kind``."""

    track: str
    kind: str
    code: str
    change: Literal["added", "removed", "changed"]
    en: str
    zh: str
    fields: list[FieldDifference]


class Comparison(BaseModel):
    """Two results beside each other: ``before`` and ``after``."""

    before: Run
    after: Run
    totals_before: Totals
    totals_after: Totals
    in_both: int
    only_before: Changed
    only_after: Changed
    grades: list[Cell]
    newly_scored: Changed = Field(description="In both; reasons are those of before")
    no_longer_scored: Changed = Field(description="In both; reasons are those of after")
    tracks: list[TrackMovement]
    towns: list[TownMovement]
    low_efficiency: FlagChange
    far_uplift: UpliftChange
    scheme_differences: list[SchemeDifference]
    moves: Moves


class LargestMove(BaseModel):
    """The parcel whose rank changed most; of equals the first code."""

    parcel_code: str
    rank_before: int
    rank_after: int


class Variant(BaseModel):
    """The ranking with one weight changed and the others scaled to make up 100."""

    change: str = Field(examples=["+10%", "-10%", "without"])
    weight: str
    kendall_tau: float | None = Field(description="1: no pair of parcels changed its order; null: no pairs")
    grades_changed: int
    newly_scored: int
    no_longer_scored: int
    largest_move: LargestMove | None


class WeightSensitivity(BaseModel):
    """How the ranking hangs on one weight; no variants where no other indicator can make up for it."""

    indicator: str
    title: Title
    weight: str
    variants: list[Variant]


class Border(BaseModel):
    """How close parcels lie to a cut-off: the least points with which the better grade was reached.

    ``gap`` is the distance to the next parcel below. Grades are those of the cut-offs, before any is raised
    or lowered.
    """

    ranking_group: str
    better: str
    worse: str
    cut_off: float
    gap: float | None
    within_millionth_above: int
    within_millionth_below: int
    within_point_above: int
    within_point_below: int


class TrackSensitivity(BaseModel):
    """One track; parcels of other tracks do not depend on its weights."""

    track: str
    title: Title
    scored: int
    weights: list[WeightSensitivity]
    borders: list[Border]


class Sensitivity(BaseModel):
    """How the ranking of an evaluation hangs on each weight, and how close the grades are."""

    evaluation: Run
    step: int = Field(description="Percent of each weight")
    reproduced: bool = Field(
        description="Whether the calculation gave the stored points, ranks and grades again"
    )
    tracks: list[TrackSensitivity]
