"""A mapping applied to a header: the function that turns a row of cells into what the row states."""

from typing import Any

from service.domain.hand_overs import Fact, Feed
from service.feeds.aside import Aside
from service.feeds.header import Header
from service.feeds.identifying import Identification, Identify
from service.feeds.identifying import RowHeld as RowHeld  # who reads rows meets both here
from service.feeds.mappings.fields import FIELDS, NAMES
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.rule_readers import Cells, Read, RuleReaders
from service.reference.tables import unit_table

_KEYS = ("code", "uscc", "parcel_code", "meter", "old_code", "new_code", *NAMES)
_LAND = frozenset({Feed.PARCELS, Feed.BUILDINGS})
"""Feeds whose ``code`` is written as parcel codes are."""

_SUBJECT_KINDS = {
    "uscc": ("enterprise", "uscc"),
    "parcel_code": ("parcel", "parcel_code"),
    "meter": ("meter", "meter"),
}


class NoValues(Exception):
    """A row of figures that names a subject and nothing else."""


class Converter:
    """Reads rows of one table; ``stated`` names the fields it fills, in canonical order."""

    def __init__(self, mapping: FeedMapping, header: Header, identify: Identify | None = None) -> None:
        self.feed = mapping.feed
        self._mapping, self._header = mapping, header
        self._rules = rules = RuleReaders(mapping, header)
        self.used, self.columns, self.constants = rules.used, rules.columns, rules.constants
        fields = FIELDS[mapping.feed]
        self._readers = {
            name: rules.rule(rule, fields[name], name)
            for name, rule in mapping.columns.items()
            if rules.is_stated(rule)
        }
        self._metrics = [
            (name, rules.rule(rule, unit_table().metrics[name], name))
            for name, rule in mapping.metrics.items()
        ]
        if mapping.metric is not None and mapping.value is not None:
            self._metrics = rules.one_a_row(mapping.metric, mapping.value)
        self.identification = Identification(self.feed, self._readers, self.columns, self.column_of, identify)
        for name in self.identification.not_alone:
            self.constants.pop(name, None)
        self.stated = tuple(name for name in fields if name in self._readers)
        self.metrics = tuple(name for name, _ in self._metrics)
        self._by_name = {**self._readers, **dict(self._metrics)}
        self.subject = _SUBJECT_KINDS[mapping.subject()] if self.feed is Feed.FIGURES else ("", "")
        helping = NAMES if "uscc" not in mapping.columns else ()  # then they say whose row it is
        self.key_columns = frozenset(
            position
            for name in _KEYS
            if name in fields and (fields[name].key or name == self.subject[1] or name in helping)
            for position in rules.positions(mapping.columns.get(name))
        )
        self.aside = Aside(mapping, header)
        self.number_columns = self.used - {
            position
            for name, rule in mapping.columns.items()
            if fields[name].unit is None and fields[name].kind != "ratio"
            for position in rules.positions(rule)
        }
        self.last_column = max(self.used, default=-1)

    def reader(self, name: str) -> Read:
        """Return what reads a stated field or metric, if no other column matters; it raises `RowHeld`."""
        return self.identification.alone(name, self._by_name[name])

    def values(self, cells: Cells) -> list[Any]:
        """Return the value of each stated field, None where the row says nothing; raises `RowHeld`."""
        return [self._readers[name](cells) for name in self.stated]

    def figures(self, cells: Cells) -> tuple[Fact, ...]:
        """Return the figures of a row as facts; raises `RowHeld` and `NoValues`."""
        readers = self._readers
        kind, field = self.subject
        subject = self.required(field, readers[field](cells))
        part_of = readers["part_of"](cells) if "part_of" in readers else None
        period = self.required("period", readers["period"](cells))
        facts = tuple(
            ((kind, subject, part_of or "", period, metric), (value,))
            for metric, read in self._metrics
            if (value := read(cells)) is not None
        )
        if not facts:
            raise NoValues
        return facts

    def required(self, field: str, value: Any) -> Any:
        """Return the value, or raise `RowHeld` when there is none."""
        if value is None:
            of_land = field == "code" and self.feed in _LAND
            reason = "parcel_code_missing" if of_land else f"{field}_missing"
            raise RowHeld(reason, self.column_of(field), f"The row gives no {field}.")
        return value

    def column_of(self, field: str) -> str | None:
        """Return the name of the (first) source column of a field, None for a constant."""
        positions = self._rules.positions(self._mapping.columns.get(field))
        return self._header.names[positions[0]] if positions else None
