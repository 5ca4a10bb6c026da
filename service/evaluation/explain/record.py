"""What an explanation is made from: one parcel's results with the scheme, the run and what is around it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from service.domain.scheme import Indicator, Scheme, Track
from service.domain.tables import INDICATOR_PARTS
from service.evaluation.explain.surroundings import Surroundings

Row = Mapping[str, Any]
Rows = Sequence[Row]
Source = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """Source rows by id (batch, feed, file, sheet, row, content as received), and which input has which.

    Inputs are named by table and key: ``("parcel", code)``, ``("contract", code)``, ``("enterprise", uscc)``,
    ``("occupancy", code, uscc, role, valid_from)``, ``("figure", kind, code, part_of, metric)``; what such a
    figure is made of, ``("reading", kind, code, part_of, metric, meter)`` and, by the code under which it
    was handed over, ``("passed", kind, code, part_of, metric, given)``; and the buildings that tell the floor
    area of a parcel, ``("building", code, building)``; the enterprise evaluation, ``("rating", uscc)``.
    """

    rows: Mapping[int, Source] = field(default_factory=dict)
    inputs: Mapping[tuple[Any, ...], int] = field(default_factory=dict)
    names: Mapping[str, str | None] = field(default_factory=dict)
    """What enterprises are called."""
    ratings: Mapping[str, Row] = field(default_factory=dict)
    """USCC → period, grade, points, rank, ranked of the enterprise evaluation, which another office makes."""
    amounts: Mapping[tuple[Any, ...], int] = field(default_factory=dict)
    """What was passed on, in minor units."""

    def only(self, keys: Collection[tuple[Any, ...]]) -> "Sources":
        """Return those of some inputs, with what those are made of."""
        inputs = {key: row for key, row in self.inputs.items() if _made_of(key) in keys}
        rows = {row: self.rows[row] for row in set(inputs.values())}
        return Sources(rows, inputs, self.names, self.ratings, self.amounts)

    def of(self, *key: Any) -> dict[str, Any] | None:
        """Return where an input stands, without its content: that is listed once for all inputs of a row."""
        source = self.rows.get(self.inputs.get(key, 0))
        return None if source is None else {name: source[name] for name in source if name != "content"}

    def buildings(self, code: str) -> list[dict[str, Any]]:
        """Return the buildings that tell the floor area of a parcel, where its register does not."""
        known = sorted(key[2] for key in self.inputs if key[:2] == ("building", code))
        return [{"building": each, "source": self.of("building", code, each)} for each in known]

    def readings(self, *figure: Any) -> list[dict[str, Any]]:
        """Return the meters whose readings make a figure (``kind, code, part_of, metric``)."""
        known = sorted(key[5] for key in self.inputs if key[0] == "reading" and key[1:5] == figure)
        return [{"meter": meter, "source": self.of("reading", *figure, meter)} for meter in known]

    def passed_on(self, *figure: Any) -> list[tuple[str, int, dict[str, Any] | None]]:
        """Return the figures of branches, or of a parcel's former codes, that stand under this one.

        Each with the code it was handed over with, its amount and its source.
        """
        known = sorted((key for key in self.inputs if key[0] == "passed" and key[1:5] == figure), key=repr)
        return [(key[5], self.amounts[key], self.of(*key)) for key in known]


def _made_of(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The input that this one is a part of, or itself."""
    if key[0] in ("reading", "passed"):
        return "figure", *key[1:5]
    return ("parcel", key[1]) if key[0] == "building" else key


@dataclass(frozen=True)
class Record:
    """One parcel's results (`service.domain.tables.RESULTS`) and all that is needed to explain them.

    ``around`` is None for those who get the public part alone.
    """

    scheme: Scheme
    run: Row
    results: Mapping[str, Rows]
    around: Surroundings | None = None
    sources: Sources = field(default_factory=Sources)

    @cached_property
    def score(self) -> Row:
        """The parcel's row of ``scores``."""
        return self.results["scores"][0]

    @cached_property
    def track(self) -> Track | None:
        """The track in which it was evaluated."""
        return next((track for track in self.scheme.tracks if track.code == self.score["track"]), None)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of its track."""
        return self.track.indicators if self.track else ()

    @cached_property
    def parts(self) -> dict[str, dict[str, Any]]:
        """Per indicator of its track the columns of ``scores``, with numerator and denominator."""
        return {each.code: self._part(each) for each in self.indicators}

    def _part(self, indicator: Indicator) -> dict[str, Any]:
        part = {name: self.score.get(f"{indicator.code}__{name}") for name in INDICATOR_PARTS}
        if indicator.cap is None and indicator.floor is None:  # then results do not keep it apart
            is_missing = str(part["outcome"]).startswith("missing_")
            part["uncapped"] = None if is_missing else part["points"]
        return part | {
            "numerator": self.amount(indicator.numerator),
            "denominator": self.amount(indicator.denominator),
            "promise": self._promise(indicator),
        }

    def amount(self, name: str) -> int | None:
        """Return the parcel's amount of a metric or an area, in minor units."""
        column = name if name in self.score else f"{name}__amount"
        amount: int | None = self.score[column]
        return amount

    def _promise(self, indicator: Indicator) -> int | None:
        promise = getattr(indicator.benchmark, "promise", None)
        if promise is None or self.around is None or not self.around.contracts:
            return None
        promised: int | None = self.around.contracts[0][promise]
        return promised

    @cached_property
    def parcel(self) -> Row:
        """Town, name and land use of the parcel, as the evaluation found them."""
        rows = self.results.get("shown") or (self.around.parcels if self.around else ())
        return {name: rows[0].get(name) if rows else None for name in ("town", "name", "land_use")}

    def grouped_by(self) -> dict[str, str | None]:
        """Return the values by which a scheme may group parcels."""
        industry: str | None = self.score["industry"]
        return {
            "town": self.parcel["town"],
            "land_use": self.parcel["land_use"],
            "industry": industry,
            "division": None if industry is None else re.sub(r"^[A-Za-z]", "", industry)[:2],
            "industry_group": self.score["industry_group"],
        }

    @property
    def described(self) -> Row:
        """What rules may read of the parcel."""
        return self.around.described[0] if self.around and self.around.described else {}
