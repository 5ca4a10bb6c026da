"""Cases (算例): parcels with their occupants in everyday units, and what a scheme must make of them."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from service.domain.scheme.values import Model

Name = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]
Amount = str | int
"""A number in the everyday unit of what it counts, or with a unit of its own: ``820``, ``8200000 元``."""
Exact = Annotated[Decimal, Field(allow_inf_nan=False)]
"""A number as written; its decimals are the tolerance with which it is compared."""


class Occupant(Model):
    """An enterprise on a parcel; one that holds several parcels has the same ``name`` on each.

    ``figures`` are its totals of the period, ``last_year`` those of the year before, ``metered`` what was
    reported for its part of this parcel; ``share`` is a share set by hand, between 0 and 1.
    """

    name: Name | None = None
    role: Literal["own", "leased_in", "leased_out"] = "own"
    above_scale: bool | None = None
    industry: Name | None = None
    registered_on: date | None = None
    floor_area: Amount | None = None
    land_area: Amount | None = None
    electricity: Amount | None = None
    share: Annotated[Exact, Field(ge=0, le=1)] | None = None
    since: date | None = None
    until: date | None = None
    marks: tuple[str, ...] = ()
    figures: dict[str, Amount] = Field(default_factory=dict)
    last_year: dict[str, Amount] = Field(default_factory=dict)
    metered: dict[str, Amount] = Field(default_factory=dict)


class Contract(Model):
    """The grant contract; ``promises`` are in the units of `service.domain.tables.PROMISES`."""

    signed_on: date | None = None
    complete_by: date | None = None
    completed_on: date | None = None
    promises: dict[str, Exact] = Field(default_factory=dict)


class Expected(Model):
    """What is expected of a parcel; only what is stated is compared.

    ``values``, ``benchmarks``, ``items`` (points) and ``outcomes`` are by indicator. A flag of null is one
    that cannot be judged; a grade or total of null is none at all.
    """

    status: Literal["scored", "not_scored", "outside"] | None = None
    reason: str | None = None
    track: str | None = None
    industry_group: str | None = None
    ranking_group: str | None = None
    values: dict[str, Exact | None] = Field(default_factory=dict)
    benchmarks: dict[str, Exact | None] = Field(default_factory=dict)
    items: dict[str, Exact | None] = Field(default_factory=dict)
    outcomes: dict[str, str | None] = Field(default_factory=dict)
    sum_of_items: Exact | None = None
    correction: Exact | None = None
    bonus: Exact | None = None
    deduction: Exact | None = None
    total: Exact | None = None
    rank: int | None = None
    ranked: int | None = None
    ranked_grade: str | None = None
    grade: str | None = None
    adjustments: tuple[str, ...] = ()
    low_efficiency: bool | None = None
    low_efficiency_reasons: tuple[str, ...] = ()
    far_uplift: bool | None = None
    far_uplift_reasons: tuple[str, ...] = ()
    additional_floor_area: Exact | None = None  # m²


class CaseParcel(Model):
    """A parcel; ``land_area`` is of the kind that the scheme counts first, ``areas`` are by kind."""

    code: Name | None = None
    town: str | None = None
    land_use: str | None = None
    land_area: Amount | None = None
    areas: dict[str, Amount] = Field(default_factory=dict)
    floor_area: Amount | None = None
    footprint_area: Amount | None = None
    far: Exact | None = None
    far_limit: Exact | None = None
    contract: Contract | None = None
    marks: tuple[str, ...] = ()
    figures: dict[str, Amount] = Field(default_factory=dict)
    last_year: dict[str, Amount] = Field(default_factory=dict)
    occupants: tuple[Occupant, ...] = ()
    expect: Expected | None = None


class Case(Model):
    """One situation: the parcels that are evaluated together."""

    title: str
    parcels: Annotated[tuple[CaseParcel, ...], Field(min_length=1)]


class CaseFile(Model):
    """Cases of one scheme and period; ``scheme`` is a shipped name, or a file beside this one."""

    scheme: str
    period: Annotated[Name, Field(pattern=r"^(19|20)\d{2}$")]
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]
