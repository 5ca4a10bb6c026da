"""How one rule of a mapping reads a row, for a given header: cells by their column, unit and spelling."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from service.domain.units import MINOR_LIMIT, Metric
from service.errors import InvalidMapping
from service.feeds.column_units import unit_of_column
from service.feeds.header import Header, plain
from service.feeds.identifying import RowHeld as RowHeld  # who reads rows meets both here
from service.feeds.mappings.fields import Field
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.mappings.rules import MetricColumn, Rule, UnitColumn
from service.feeds.values.amounts import (
    at_most,
    currency,
    has_size,
    kind_of_target,
    limit,
    may_be_negative,
    printed,
    quantity,
)
from service.feeds.values.cells import (
    EMPTY_MARKS,
    READERS,
    Held,
    code,
    half_width,
    is_empty,
    looks_usual,
    refuse_errors,
)
from service.feeds.values.periods import one_period, speaks_of_period
from service.feeds.values.unit_words import unit_named
from service.feeds.values.units import size
from service.reference.tables import unit_table

Cells = Sequence[str]
Read = Callable[[Cells], Any]
_CACHED = 8192
_PER_UNIT = {
    "active_power": 1000,
    "area": 100,
    "electricity": 1000,
    "energy": 1000,
    "energy_per_money": 1_000_000_000,
    "length": 1000,
    "power": 1000,
    "money": 1_000_000,
    "rent": 100,
}
"""Minor units in the unit in which the store keeps a field, where they are no millionths."""

_PICK: dict[str, Callable[[list[Any]], Any]] = {
    "max": max,
    "min": min,
    "sum": sum,
    "first": lambda given: given[0],
}


@dataclass(frozen=True, slots=True)
class Column:
    """A field or metric that is read from one column alone, for those who read many rows at once.

    ``read`` is how one cell is read; it raises `Held`. What ``kind`` tells may be done in bulk, where a text
    is written as nearly all are: ``uscc``, ``quantity``, or nothing.
    """

    position: int
    read: Callable[[str], Any]
    kind: str | None = None
    factor: Fraction = Fraction(1)
    signed: bool = False
    at_most: int | None = None
    divisor: int | None = None


class RuleReaders:
    """Makes the readers of rules for one header.

    ``used`` are the positions of the columns that they read; ``columns`` and ``constants`` tell, by field or
    metric, which can be read for many rows at once.
    """

    def __init__(self, mapping: FeedMapping, header: Header) -> None:
        self._mapping = mapping
        self._marks = EMPTY_MARKS | {half_width(mark) for mark in mapping.empty}
        self._digits_mean_nothing = any(mark[:1].isdigit() for mark in self._marks)
        self._header = header
        self.used: set[int] = set()
        self.columns: dict[str, Column] = {}
        self.constants: dict[str, Any] = {}

    def is_stated(self, rule: Rule) -> bool:
        """Whether the file says anything of a field; of one whose optional columns are absent it does not."""
        leaves = list(rule.leaves())
        required = not rule.optional and not all(leaf.optional for leaf in leaves)
        return required or any(
            leaf.column is None or self._find(leaf, rule.unit) is not None for leaf in leaves
        )

    def positions(self, rule: Rule | None) -> list[int]:
        """Return the positions of the columns that a rule reads, of those that are there."""
        found = (self._find(leaf, rule.unit) for leaf in rule.leaves()) if rule else ()
        return [position for position in found if position is not None]

    def _find(self, leaf: Rule, unit: str | UnitColumn | None) -> int | None:
        without_unit = (leaf.unit or unit) == "header"
        return self._header.find(leaf.column, without_unit=without_unit) if leaf.column else None

    def rule(self, rule: Rule, target: Field | Metric, name: str) -> Read:
        """Return what reads a field or metric, in the number the store keeps; it raises `RowHeld`.

        Raises `InvalidMapping` when the header lacks what the rule needs, or tells no unit or another.
        """
        rule = self._only_one_there(rule)
        read = self._minor(rule, target, name, rule.unit, rule.optional)
        divisor = _divisor(target)
        position = self._find(rule, None)
        if position is not None and not isinstance(rule.unit, UnitColumn):
            unit = unit_of_column(rule.unit, self._header, position, target, name)
            self.columns[name] = self._column(rule, target, position, unit, divisor)
        if divisor is not None:
            read = _scaled(read, divisor)
        if rule.of is None and position is None:
            self.constants[name] = read(())
        return read

    def _minor(
        self, rule: Rule, target: Field | Metric, name: str, unit: str | UnitColumn | None, optional: bool
    ) -> Read:
        if rule.of is not None:
            # of several to choose from, one that is there lets the others be absent
            chosen = rule.combine == "first" and any(self._is_there(part, unit) for part in rule.of)
            parts = [
                self._minor(part, target, name, part.unit or unit, part.optional or optional or chosen)
                for part in rule.of
            ]
            return _combined(rule.combine or "first", parts)
        if rule.column is None:
            if (rule.optional or optional) and not self._is_there(rule, unit):
                return lambda _cells: None
            constant = self._constant(rule, target, name, unit)
            return lambda _cells: constant
        position = self._find(rule, unit)
        if position is None:
            if not (rule.optional or optional):
                raise InvalidMapping(
                    f"{name}: the file has no column {' / '.join(rule.column)}.", place=self._header.place
                )
            return lambda _cells: None
        self.used.add(position)
        if isinstance(unit, UnitColumn):
            return self._with_unit_column(rule, target, position, unit)
        symbol = unit_of_column(unit, self._header, position, target, name)
        cached = lru_cache(_CACHED)(self._cell(rule, target, symbol))
        column = self._header.names[position]

        def read(cells: Cells) -> Any:
            try:
                return cached(cells[position])
            except Held as held:
                raise RowHeld(held.reason, column, held.detail) from None

        return read

    def _only_one_there(self, rule: Rule) -> Rule:
        """Return the only part that is there of a rule that chooses, which many rows at once are read by."""
        there = [part for part in rule.of or () if self._is_there(part, rule.unit)]
        if rule.combine != "first" or len(there) != 1 or there[0].of is not None:
            return rule
        return there[0].model_copy(
            update={"unit": there[0].unit or rule.unit, "optional": rule.optional or there[0].optional}
        )

    def _is_there(self, rule: Rule, unit: str | UnitColumn | None) -> bool:
        """Whether the file has what a rule reads: a column, or titles and names that speak of a period."""
        if rule.of is not None:
            return any(self._is_there(part, part.unit or rule.unit or unit) for part in rule.of)
        if rule.from_ is not None:
            return speaks_of_period(self._header, rule.from_)
        return rule.column is None or self._find(rule, unit) is not None

    def _constant(self, rule: Rule, target: Field | Metric, name: str, unit: str | UnitColumn | None) -> Any:
        """Return what all rows say: by the mapping, or by what the file says of itself."""
        if rule.from_ is not None:
            return one_period(self._header, rule.from_, name)
        try:
            return self._cell(rule, target, unit if isinstance(unit, str) else None)(rule.constant or "")
        except Held as held:
            raise InvalidMapping(f"{name}: {held.detail}", "常量取值无效。", place=name) from None

    def _with_unit_column(self, rule: Rule, target: Field | Metric, position: int, unit: UnitColumn) -> Read:
        """Return the reader of amounts whose unit stands in a column of its own."""
        unit_position = self._header.find(unit.column)
        if unit_position is None:
            raise InvalidMapping(
                f"The file has no column {' / '.join(unit.column)}.", place=self._header.place
            )
        self.used.add(unit_position)
        words = {plain(word): symbol for word, symbol in unit.values.items()}
        column, unit_column = self._header.names[position], self._header.names[unit_position]

        @lru_cache(_CACHED)
        def reader(said: str) -> Callable[[str], Any]:
            if is_empty(said, self._marks):
                raise RowHeld("unit_missing", unit_column, "The row gives no unit.")
            symbol = unit_named(words.get(plain(said), said), target)
            if symbol is None:
                raise RowHeld("unit_unknown", unit_column, f"{said[:40]!r} is no unit of this.")
            return lru_cache(_CACHED)(self._cell(rule, target, symbol))

        def read(cells: Cells) -> Any:
            text = cells[position]
            if is_empty(text, self._marks):
                return None
            try:
                return reader(cells[unit_position])(text)
            except Held as held:
                raise RowHeld(held.reason, column, held.detail) from None

        return read

    def one_a_row(self, metric: MetricColumn, value: Rule) -> list[tuple[str, Read]]:
        """Return a reader for each metric of a table that names the metric in every row."""
        position = self._header.find(metric.column)
        if position is None:
            raise InvalidMapping(
                f"metric: the file has no column {' / '.join(metric.column)}.", place=self._header.place
            )
        self.used.add(position)
        column = self._header.names[position]
        readers: dict[str, tuple[str, Read]] = {}
        for word, meaning in metric.values.items():
            rule = value.model_copy(update={"unit": meaning.unit or value.unit})
            target = unit_table().metrics[meaning.metric]
            reader = self._minor(rule, target, f"metric.values.{word}", rule.unit, rule.optional)
            readers[plain(word)] = meaning.metric, reader

        @lru_cache(_CACHED)
        def meant(word: str) -> tuple[str, Read]:
            if (known := readers.get(plain(word))) is None:
                raise RowHeld("metric_unmapped", column, f"{word[:40]!r} is not in the list of metrics.")
            return known

        def of(name: str) -> Read:
            def read(cells: Cells) -> Any:
                stated, reader = meant(cells[position])
                return reader(cells) if stated == name else None

            return read

        return [(name, of(name)) for name in dict.fromkeys(name for name, _ in readers.values())]

    def _column(
        self, rule: Rule, target: Field | Metric, position: int, unit: str | None, divisor: int | None
    ) -> Column:
        read = lru_cache(_CACHED)(self._cell(rule, target, unit))
        unusual = rule.values is not None or rule.bound is not None or unit == "text"
        if unusual or any(looks_usual(mark) for mark in self._marks):
            return Column(position, read, divisor=divisor)
        if not has_size(target):
            return Column(position, read, "uscc" if kind_of_target(target) == "uscc" else None)
        return Column(
            position, read, "quantity", size(target, unit), may_be_negative(target), at_most(target), divisor
        )

    def _cell(self, rule: Rule, target: Field | Metric, unit: str | None) -> Callable[[str], Any]:
        convert = self._reader(rule, target, unit)
        marks, otherwise, careful = self._marks, rule.otherwise, self._digits_mean_nothing
        values = None if rule.values is None else {code(key): value for key, value in rule.values.items()}

        def cell(text: str) -> Any:
            # neither an error nor, as a rule, a mark for nothing begins with a digit
            if careful or not "0" <= text[:1] <= "9":
                if is_empty(text, marks):
                    return None
                refuse_errors(text)
            if values is not None:
                known = values.get(code(text))
                if known is None and otherwise == "hold":
                    raise Held("value_unmapped", f"{text[:40]!r} is not in the list of values.")
                if known is None and otherwise == "empty":
                    return None
                text = text if known is None else known
                if not text:
                    return None
            return convert(text)

        return cell

    def _reader(self, rule: Rule, target: Field | Metric, unit: str | None) -> Callable[[str], Any]:
        if rule.bound is not None and isinstance(target, Field):
            return limit(target, unit, rule.bound, rule.plain)
        kind = kind_of_target(target)
        if kind == "metered":
            (counted,) = self._mapping.counted()
            return lambda text: f"{counted}:{code(text)}"
        if not has_size(target):
            return currency if kind == "currency" else READERS[kind]
        return printed(target) if unit == "text" else quantity(target, unit)


def _divisor(target: Field | Metric) -> int | None:
    """Return what turns minor units into the number the store keeps; None for what is kept as it is."""
    if isinstance(target, Metric) or not has_size(target):
        return None
    return _PER_UNIT.get(target.kind, 1_000_000)


def _scaled(read: Read, divisor: int) -> Read:
    def scaled(cells: Cells) -> float | None:
        minor = read(cells)
        return None if minor is None else minor / divisor

    return scaled


def _combined(how: str, parts: list[Read]) -> Read:
    pick = _PICK[how]

    def read(cells: Cells) -> Any:
        given = [value for part in parts if (value := part(cells)) is not None]
        if not given:
            return None
        picked = pick(given)
        if how == "sum" and abs(picked) >= MINOR_LIMIT:
            raise RowHeld("number_out_of_range", None, "The sum is larger than can be kept exactly.")
        return picked

    return read
