"""What a lever found, in the one shape that the interface, the command line and workbooks show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import polars as pl
from polars import selectors

from service.domain.reasons import Text
from service.features.table import Property


class Sourced(Protocol):
    """A rule with where it comes from, such as `service.reference.editions.Sourced`, or a whole edition."""

    @property
    def source(self) -> str: ...  # noqa: D102
    @property
    def verified(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True)
class Basis:
    """A rule that a report rests on: what it says, with unit, edition and source.

    ``verified`` is false until it was read in the document itself.
    """

    code: str
    title: Text
    value: str
    source: str
    verified: bool
    edition: str = ""

    @classmethod
    def of(cls, rule: Sourced, edition: str, code: str, title: Text, value: str) -> "Basis":
        """Return a rule of an edition with the source that it has itself."""
        return cls(code, title, value, rule.source, rule.verified, edition)


@dataclass(frozen=True)
class Total:
    """A figure of the whole report; ``value`` is null where it cannot be told."""

    code: str
    title: Text
    value: float | int | str | None
    unit: str = ""


_DECIMALS = 6


def readable(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a table without the noise of doubles; what has to be exact is an integer."""
    return rows.with_columns(selectors.float().round(_DECIMALS))


@dataclass(frozen=True, eq=False)
class Section:
    """A table of a report, ranked: its rows are in the order in which they are read.

    ``policy`` is the entry of `service.access.policy.PROPERTIES` by which its columns and totals are masked.
    """

    name: str
    title: Text
    policy: str
    properties: tuple[Property, ...]
    rows: pl.DataFrame
    totals: tuple[Total, ...] = ()

    def __post_init__(self) -> None:
        rows = self.rows.select(each.name for each in self.properties)
        object.__setattr__(self, "rows", readable(rows))


@dataclass(frozen=True, eq=False)
class Report:
    """What a lever makes of an evaluation: totals and tables, and the rules that they rest on.

    ``name`` is ASCII, for files; ``head`` says what was looked at.
    """

    name: str
    title: Text
    head: Mapping[str, Any]
    sections: tuple[Section, ...]
    bases: tuple[Basis, ...]

    @property
    def verified(self) -> bool:
        """Whether every rule was read in the document itself."""
        return all(each.verified for each in self.bases)

    def seen_by(self, visible: Mapping[str, Collection[str]]) -> "Report":
        """Return the report with those columns and totals alone; ``visible`` is by `Section.policy`.

        A section nothing of which is visible is absent.
        """
        shown = []
        for section in self.sections:
            names = visible[section.policy]
            properties = tuple(each for each in section.properties if each.name in names)
            totals = tuple(each for each in section.totals if each.code in names)
            if properties:
                rows = section.rows.select(each.name for each in properties)
                shown.append(replace(section, properties=properties, rows=rows, totals=totals))
        return replace(self, sections=tuple(shown))
