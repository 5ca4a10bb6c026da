"""A scheme (评价办法): the rule of one jurisdiction for some periods, as data with its citation.

A scheme is read from YAML (`service.reference.schemes`), checked here as a whole, and stored with every
evaluation as canonical JSON. What a value is worth as evidence travels with it: ``verified`` is false for a
number that was not read in the document itself, and ``source`` says where it comes from. Next year's rule is
a new file; a new kind of rule is a new member of one of the unions below.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from service.domain.areas import AreaKind
from service.domain.expressions import Kind, Property, Vocabulary, parse_rule, vocabulary

POINT = 1_000_000
"""Points, weights, shares and floor-area ratios are kept in millionths."""

AREAS = ("land_area", "floor_area")
"""Areas an indicator may name beside metrics."""

PARCEL_PROPERTIES: Vocabulary = vocabulary(
    Property("town", Kind.TEXT),
    Property("land_use", Kind.TEXT),
    Property("industry", Kind.TEXT),  # GB/T 4754 code of the occupant with the largest weight
    Property("division", Kind.TEXT),  # its first two digits
    Property("above_scale", Kind.TRUTH),  # 规上: any occupant is
    Property("occupants", Kind.NUMBER),
    Property("partial_occupancy", Kind.TRUTH),
    Property("land_area", Kind.NUMBER, 100),  # m², the area that counts
    Property("floor_area", Kind.NUMBER, 100),  # m²
    Property("far", Kind.NUMBER, POINT),  # recorded, else floor ÷ land area
    Property("far_limit", Kind.NUMBER, POINT),
)
"""What a track's predicate may read: the parcel and its occupants."""

RESULT_PROPERTIES: Vocabulary = MappingProxyType(
    {
        **PARCEL_PROPERTIES,
        **vocabulary(
            Property("track", Kind.TEXT),
            Property("status", Kind.TEXT),
            Property("reason", Kind.TEXT),
            Property("grade", Kind.TEXT),
            Property("points", Kind.NUMBER, POINT),
            Property("rank", Kind.NUMBER),
            Property("ranked", Kind.NUMBER),
        ),
    }
)
"""What a flag's rule may read: the same, and the result."""


def _rule(known: Vocabulary) -> AfterValidator:
    def check(text: str) -> str:
        parse_rule(text, known)  # a RuleError is a ValueError: pydantic keeps its place
        return text

    return AfterValidator(check)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")  # 1.50 and 1.5 are one number and have one hash


Number = Annotated[Decimal, Field(allow_inf_nan=False), PlainSerializer(_plain, return_type=str)]
Millionths = Annotated[Number, Field(ge=0, decimal_places=6)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
GroupBy = Literal["town", "industry", "division", "land_use"]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Title(_Model):
    """A name in both languages."""

    zh: str
    en: str


class _Sourced(_Model):
    verified: bool = True
    source: str = ""


class Fixed(_Sourced):
    """A benchmark set by the document, in the indicator's unit."""

    method: Literal["fixed"]
    value: Annotated[Number, Field(gt=0)]


class GroupBenchmark(_Sourced):
    """A benchmark that the parcels of the track set themselves.

    ``mean`` and ``median`` are of the parcels' values, ``pooled`` is sum of numerators ÷ sum of denominators.
    ``over`` splits the track into groups; empty: the whole track.
    """

    method: Literal["mean", "median", "pooled"]
    over: tuple[GroupBy, ...] = ()


Benchmark = Annotated[Fixed | GroupBenchmark, Field(discriminator="method")]


class Indicator(_Sourced):
    """Numerator ÷ denominator against a benchmark; ``verified`` and ``source`` are of weight, cap and floor.

    ``scale`` is the number of minor units in one ``unit``; `service.reference.schemes` checks that ``unit``
    belongs to both metrics and that the benchmark keeps seven significant digits. ``cap`` and ``floor`` are
    multiples of the weight. Weight 0 shows an indicator without scoring it.
    """

    code: Code
    title: Title
    numerator: str
    denominator: str
    unit: str
    scale: Annotated[int, Field(ge=1, le=10**12)] = POINT
    method: Literal["ratio"] = "ratio"
    direction: Literal["higher", "lower"] = "higher"
    weight: Annotated[Millionths, Field(le=100)]
    benchmark: Benchmark
    cap: Annotated[Millionths, Field(le=1000)] | None = None
    floor: Annotated[Millionths, Field(le=1)] | None = None
    missing: Literal["zero", "group_mean", "renormalise", "not_scored"]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics it reads; areas are not metrics."""
        return tuple(name for name in (self.numerator, self.denominator) if name not in AREAS)

    @model_validator(mode="after")
    def _lower_needs_a_cap(self) -> "Indicator":
        if self.direction == "lower" and self.weight and self.cap is None:
            raise ValueError("An indicator of which less is better needs a cap: at zero it has no limit.")
        return self


class Ranking(_Model):
    """Who is ranked with whom: the track, split by ``within``.

    ``base`` says what the share of a grade is counted on: ``scored`` parcels, or ``all`` parcels of the
    group, those that could not be scored included.
    """

    within: tuple[GroupBy, ...] = ()
    base: Literal["scored", "all"] = "scored"


class Cut(_Model):
    """A grade and the percentage of the ranking up to which it reaches."""

    grade: Annotated[str, Field(min_length=1, max_length=8)]
    up_to: Annotated[Millionths, Field(gt=0, le=100)]


class Grades(_Sourced):
    """Cut-offs by share of the ranking, best grade first; the last one ends at 100 percent."""

    by: Literal["share"] = "share"
    cuts: Annotated[tuple[Cut, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ascending(self) -> "Grades":
        ends = [cut.up_to for cut in self.cuts]
        if any(end <= previous for previous, end in pairwise(ends)):
            raise ValueError("The cut-offs must ascend from the best grade to the last.")
        if ends[-1] != 100:
            raise ValueError("The last grade must end at 100 percent.")
        _distinct("grade", [cut.grade for cut in self.cuts])
        return self


class Track(_Model):
    """A class of parcels with indicators of its own; ``when`` is absent for the track that takes all."""

    code: Code
    title: Title
    when: Annotated[str, _rule(PARCEL_PROPERTIES)] | None = None
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    ranking: Ranking = Ranking()
    grades: Grades

    @model_validator(mode="after")
    def _holds_together(self) -> "Track":
        total = sum(each.weight for each in self.indicators)
        if total != 100:
            raise ValueError(
                f"The weights of track {self.code!r} sum to {_plain(Decimal(total))}, not to 100."
            )
        _distinct("indicator", [each.code for each in self.indicators])
        return self


class Rule(_Sourced):
    """A condition with the code by which results name it."""

    code: Code
    title: Title
    when: Annotated[str, _rule(RESULT_PROPERTIES)]


class Flag(_Model):
    """True when any rule holds; cannot be judged, and stays unknown, while any ``unless`` holds."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    unless: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _distinct_codes(self) -> "Flag":
        _distinct("rule", [rule.code for rule in (*self.rules, *self.unless)])
        return self


class FarUplift(Flag):
    """FAR uplift (容积率提升); the additional floor area is (min(target, limit) − FAR) × land area."""

    target: Annotated[Millionths, Field(gt=0)] | None = None


class Scheme(_Model):
    """A whole scheme; the first land area that is recorded counts, in the order given."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    title: Title
    jurisdiction: str
    document: str
    citation: str
    valid_from: date
    valid_to: date | None = None
    periods: tuple[Annotated[str, Field(pattern=r"^\d{4}$")], ...] = ()
    land_area: Annotated[tuple[AreaKind | Literal["geodesic"], ...], Field(min_length=1)]
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)]
    low_efficiency: Flag | None = None
    far_uplift: FarUplift | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> "Scheme":
        _distinct("track", [track.code for track in self.tracks])
        if any(track.when is None for track in self.tracks[:-1]):
            raise ValueError("A track without 'when' takes every parcel, so it must be the last.")
        if not self.metrics:
            raise ValueError("A scheme reads at least one metric; areas alone evaluate nobody.")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("The scheme ends before it begins.")
        return self

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric any indicator reads, in alphabetical order."""
        return tuple(sorted({m for track in self.tracks for i in track.indicators for m in i.metrics}))

    def canonical_json(self) -> str:
        """Return the one JSON text of this scheme: sorted keys, plain numbers, defaults spelled out."""
        return json.dumps(
            self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )

    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def unverified(self) -> list[dict[str, str]]:
        """Return every value that is not verified: its place in the scheme and what its source says."""
        return list(_unverified(self.model_dump(mode="json"), ""))


def _distinct(what: str, codes: list[str]) -> None:
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        raise ValueError(f"The {what} code {code!r} is used twice.")


def _unverified(value: Any, place: str) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if value.get("verified") is False:
            yield {"place": place, "source": value["source"]}
        for key, member in value.items():
            yield from _unverified(member, f"{place}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            name = member.get("code", index) if isinstance(member, dict) else index
            yield from _unverified(member, f"{place}.{name}")
