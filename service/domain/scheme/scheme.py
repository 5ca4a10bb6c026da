"""Tracks and the whole scheme (评价办法), with what it reads and what of it is not verified."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from service.domain.areas import AreaKind
from service.domain.expressions import Kind, Property, Vocabulary, names_in, vocabulary
from service.domain.scheme.benchmarks import GroupBenchmark
from service.domain.scheme.grades import Adjustment, Grades, Ranking, check_adjustments
from service.domain.scheme.indicator import Indicator
from service.domain.scheme.rules import FarUplift, Flag, Outside, Rule
from service.domain.scheme.totals import Bonus, Correction, Deduction, Total
from service.domain.scheme.values import Code, Sourced, Title, distinct, plain, unverified_parts
from service.domain.scheme.vocabulary import PARCEL_PROPERTIES, RANKED_PROPERTIES, RESULT_PROPERTIES
from service.domain.tables import Columns, result_columns

_ABOUT_THE_DOCUMENT = ("title", "jurisdiction", "document", "citation", "issued_on", "valid_from", "valid_to")


class IndustryGroup(Sourced):
    """A county's own group of industries (行业组): divisions of GB/T 4754, two digits each."""

    code: Code
    title: Title
    divisions: Annotated[tuple[Annotated[str, Field(pattern=r"^\d{2}$")], ...], Field(min_length=1)]


class Tenants(Sourced):
    """What tenants (承租企业) count for.

    ``merged``: the figures of all occupants are the parcel's. ``follow_landlord``: tenants below scale bring
    no figures and take the grade of the parcel, which is its landlord's. What they reported stays in the
    reconciliation. Points taken off for tenants are deductions ``per`` tenant.
    """

    treatment: Literal["merged", "follow_landlord"] = "merged"


class Track(Sourced):
    """A class of parcels with indicators of its own; ``when`` is absent for the track that takes all."""

    code: Code
    title: Title
    when: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    corrections: tuple[Correction, ...] = ()
    bonuses: tuple[Bonus, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    total: Total = Total()
    ranking: Ranking = Ranking()
    grades: Grades
    adjustments: tuple[Adjustment, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        weights = sum(each.weight for each in self.indicators)
        if weights != 100:
            raise ValueError(
                f"The weights of track {self.code!r} sum to {plain(Decimal(weights))}, not to 100."
            )
        distinct("indicator", [each.code for each in self.indicators])
        rules = (*self.corrections, *self.bonuses, *self.deductions, *self.adjustments)
        distinct("rule", [each.code for each in rules])
        check_adjustments(self.adjustments, self.grades.letters)
        return self


class PlacedRule(NamedTuple):
    """A condition of a scheme with its place and what it may read."""

    place: tuple[str | int, ...]
    text: str
    known: Vocabulary


class Scheme(Sourced):
    """A whole scheme; the first land area that is recorded counts, in the order given."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    title: Title
    jurisdiction: str
    document: str
    citation: str
    issued_on: date | None = None
    valid_from: date
    valid_to: date | None = None
    periods: tuple[Annotated[str, Field(pattern=r"^(19|20)\d{2}$")], ...] = ()
    land_area: Annotated[tuple[AreaKind | Literal["geodesic"], ...], Field(min_length=1)]
    industry_groups: tuple[IndustryGroup, ...] = ()
    tenants: Tenants = Tenants()
    outside: tuple[Outside, ...] = ()
    tracks: Annotated[tuple[Track, ...], Field(min_length=1)]
    low_efficiency: Flag | None = None
    far_uplift: FarUplift | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        distinct("track", [track.code for track in self.tracks])
        distinct("outside", [each.code for each in self.outside])
        distinct("industry group", [group.code for group in self.industry_groups])
        distinct("division", [each for group in self.industry_groups for each in group.divisions])
        distinct("land area", [str(kind) for kind in self.land_area])
        if any(track.when is None for track in self.tracks[:-1]):
            raise ValueError("A track without 'when' takes every parcel, so it must be the last.")
        if not self.metrics:
            raise ValueError("A scheme reads at least one metric; areas alone evaluate nobody.")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("The scheme ends before it begins.")
        for code, indicators in self._by_code().items():
            if code in RESULT_PROPERTIES:
                raise ValueError(f"The indicator {code!r} has the name of a property that rules read.")
            if len({each.quantity for each in indicators}) > 1:
                raise ValueError(f"The indicator {code!r} means different things in different tracks.")
        return self

    def _by_code(self) -> dict[str, list[Indicator]]:
        found: dict[str, list[Indicator]] = {}
        for track in self.tracks:
            for each in track.indicators:
                found.setdefault(each.code, []).append(each)
        return found

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Every indicator once, in the order in which the tracks name them."""
        return tuple(each[0] for each in self._by_code().values())

    @property
    def result_columns(self) -> dict[str, Columns]:
        """The columns of every result of an evaluation by this scheme."""
        parts = {
            code: tuple(dict.fromkeys(part for each in indicators for part in each.parts))
            for code, indicators in self._by_code().items()
        }
        return result_columns(self.metrics, parts)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """Every metric any indicator reads, in alphabetical order."""
        return tuple(sorted({m for each in self.indicators for m in each.metrics}))

    @cached_property
    def names_read(self) -> frozenset[str]:
        """What the rules of the scheme read or count."""
        names = {name for text in self._texts() for name in names_in(text)}
        for track in self.tracks:
            names |= {rule.per for rule in track.bonuses if rule.per}
            names |= {rule.per for rule in track.deductions if rule.per}
        return frozenset(names)

    @cached_property
    def groupings(self) -> frozenset[str]:
        """What splits the tracks into groups, for a benchmark or a ranking."""
        over = {
            name
            for track in self.tracks
            for each in track.indicators
            if isinstance(each.benchmark, GroupBenchmark)
            for name in each.benchmark.over
        }
        return frozenset(over | {name for track in self.tracks for name in track.ranking.within})

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """What rules read that is no property and no indicator: marks (标识) of occupants and parcels."""
        return tuple(
            sorted(self.names_read - RESULT_PROPERTIES.keys() - {each.code for each in self.indicators})
        )

    @property
    def reads_last_year(self) -> bool:
        """Whether a benchmark is set by the figures of the year before."""
        return any(
            isinstance(each.benchmark, GroupBenchmark) and each.benchmark.of == "last_year"
            for track in self.tracks
            for each in track.indicators
        )

    def _texts(self) -> Iterator[str]:
        for track in self.tracks:
            if track.when is not None:
                yield track.when
            for rule in (*track.corrections, *track.bonuses, *track.deductions, *track.adjustments):
                yield rule.when
        for flag in (self.low_efficiency, self.far_uplift):
            if flag is not None:
                yield from (rule.when for rule in (*flag.rules, *flag.unless))
        yield from (rule.when for rule in self.outside)

    @cached_property
    def parcel_vocabulary(self) -> Vocabulary:
        """What tracks and classes outside the ranking may read: the parcel, its occupants, their marks."""
        return {**PARCEL_PROPERTIES, **vocabulary(*(Property(name, Kind.NUMBER) for name in self.marks))}

    def valued_vocabulary(self, track: Track | None = None) -> Vocabulary:
        """Return what corrections, bonuses and deductions may read: the same, and indicators' values."""
        values = (
            Property(each.code, Kind.NUMBER, each.scale, f"{each.code}__value") for each in self.indicators
        )
        own = {each.code for each in track.indicators} if track else {each.code for each in self.indicators}
        return {**self.parcel_vocabulary, **{known.name: known for known in values if known.name in own}}

    def ranked_vocabulary(self, track: Track) -> Vocabulary:
        """Return what adjustments may read: the same, and points, rank and the grade by the cut-offs."""
        return {**RANKED_PROPERTIES, **self.valued_vocabulary(track)}

    @cached_property
    def result_vocabulary(self) -> Vocabulary:
        """What flags may read: everything."""
        return {**RESULT_PROPERTIES, **self.valued_vocabulary()}

    def rules(self) -> Iterator[PlacedRule]:
        """Yield every condition of the scheme with its place and its vocabulary."""

        def placed(
            where: tuple[str | int, ...], rules: tuple[Rule, ...], known: Vocabulary
        ) -> Iterator[PlacedRule]:
            for index, rule in enumerate(rules):
                yield PlacedRule((*where, index, "when"), rule.when, known)

        yield from placed(("outside",), self.outside, self.parcel_vocabulary)
        for number, track in enumerate(self.tracks):
            here = ("tracks", number)
            if track.when is not None:
                yield PlacedRule((*here, "when"), track.when, self.parcel_vocabulary)
            valued = self.valued_vocabulary(track)
            yield from placed((*here, "corrections"), track.corrections, valued)
            yield from placed((*here, "bonuses"), track.bonuses, valued)
            yield from placed((*here, "deductions"), track.deductions, valued)
            yield from placed((*here, "adjustments"), track.adjustments, self.ranked_vocabulary(track))
        for name in ("low_efficiency", "far_uplift"):
            flag: Flag | None = getattr(self, name)
            if flag is not None:
                yield from placed((name, "rules"), flag.rules, self.result_vocabulary)
                yield from placed((name, "unless"), flag.unless, self.result_vocabulary)

    def canonical_json(self) -> str:
        """Return the one JSON text of this scheme: sorted keys, plain numbers, defaults spelled out."""
        return json.dumps(
            self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )

    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()

    def unverified_values(self) -> list[dict[str, str]]:
        """Return every value that is not verified: its place in the scheme and what its source says."""
        return list(unverified_parts(self.model_dump(mode="json")))

    def unverified_of(self, track: Track | None) -> list[dict[str, str]]:
        """Return of the values that are not verified those that concern a track: all but other tracks'."""
        others = tuple(f"tracks.{other.code}." for other in self.tracks if other != track)
        return [each for each in self.unverified_values() if not f"{each['place']}.".startswith(others)]

    def is_verified(self, track: Track) -> bool:
        """Tell whether everything that decides about the points and grades of a track is verified.

        What the document is called and when it holds decides whether a scheme may be used, not what comes
        out of it.
        """
        apart = tuple(f"{place}." for place in (*_ABOUT_THE_DOCUMENT, "low_efficiency", "far_uplift"))
        return all(f"{each['place']}.".startswith(apart) for each in self.unverified_of(track))
