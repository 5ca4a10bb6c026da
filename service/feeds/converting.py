"""A mapping applied to a header: the function that turns a row of cells into what the row states."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from service.domain.hand_overs import Fact
from service.domain.units import MINOR_LIMIT, Metric, UnitError
from service.errors import InvalidMapping
from service.feeds.cells import (
    EMPTY_MARKS,
    READERS,
    Held,
    code,
    half_width,
    is_empty,
    looks_usual,
    number,
    refuse_errors,
)
from service.feeds.fields import FIELDS, Field
from service.feeds.header import Header
from service.feeds.mapping import FeedMapping, Rule
from service.feeds.units import PERCENT, size, to_minor, unit_in_header
from service.reference.tables import unit_table

Cells = Sequence[str]
Read = Callable[[Cells], Any]
_CACHED = 8192
_PER_UNIT = {
    "area": 100,
    "electricity": 1000,
    "energy_per_money": 1_000_000_000,
    "length": 1000,
    "power": 1000,
}
"""Minor units in the unit in which the store keeps a field, where they are no millionths."""

_PICK: dict[str, Callable[[list[Any]], Any]] = {
    "max": max,
    "min": min,
    "sum": sum,
    "first": lambda given: given[0],
}


class RowHeld(Exception):
    """A row that cannot be used, with the source column that is the cause."""

    def __init__(self, reason: str, column: str | None, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.column, self.detail = reason, column, detail


class NoValues(Exception):
    """A row of figures that names a subject and nothing else."""


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


class Converter:
    """Reads rows of one table; ``stated`` names the fields it fills, in canonical order."""

    def __init__(self, mapping: FeedMapping, header: Header) -> None:
        self.feed = mapping.feed
        self._mapping = mapping
        self._marks = EMPTY_MARKS | {half_width(mark) for mark in mapping.empty}
        self._digits_mean_nothing = any(mark[:1].isdigit() for mark in self._marks)
        self._header = header
        self.used: set[int] = set()
        self.columns: dict[str, Column] = {}
        self.constants: dict[str, Any] = {}
        fields = FIELDS[mapping.feed]
        self._readers = {
            name: self._rule(rule, fields[name], name)
            for name, rule in mapping.columns.items()
            if self._is_stated(rule)
        }
        self._metrics = [
            (name, self._rule(rule, unit_table().metrics[name], name))
            for name, rule in mapping.metrics.items()
        ]
        self.stated = tuple(name for name in fields if name in self._readers)
        self.metrics = tuple(name for name, _ in self._metrics)
        self.key_columns = frozenset(
            position
            for name in ("code", "uscc", "parcel_code")
            for position in self._positions(mapping.columns.get(name))
        )
        self.number_columns = self.used - {
            position
            for name, rule in mapping.columns.items()
            if fields[name].unit is None and fields[name].kind != "ratio"
            for position in self._positions(rule)
        }
        self.last_column = max(self.used, default=-1)

    def read(self, name: str, cells: Cells) -> Any:
        """Return the value of one stated field or metric; raises `RowHeld`."""
        read = self._readers.get(name) or dict(self._metrics)[name]
        return read(cells)

    def values(self, cells: Cells) -> list[Any]:
        """Return the value of each stated field, None where the row says nothing; raises `RowHeld`."""
        return [self._readers[name](cells) for name in self.stated]

    def figures(self, cells: Cells) -> tuple[Fact, ...]:
        """Return the figures of a row as facts; raises `RowHeld` and `NoValues`."""
        readers = self._readers
        kind, field = ("enterprise", "uscc") if "uscc" in readers else ("parcel", "parcel_code")
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
            reason = "parcel_code_missing" if field == "code" else f"{field}_missing"
            raise RowHeld(reason, self.column_of(field), f"The row gives no {field}.")
        return value

    def column_of(self, field: str) -> str | None:
        """Return the name of the (first) source column of a field, None for a constant."""
        positions = self._positions(self._mapping.columns.get(field))
        return self._header.names[positions[0]] if positions else None

    def _is_stated(self, rule: Rule) -> bool:
        """Whether the file says anything of a field; of one whose optional columns are absent it does not."""
        leaves = list(rule.leaves())
        required = not rule.optional and not all(leaf.optional for leaf in leaves)
        return required or any(
            leaf.column is None or self._header.find(leaf.column) is not None for leaf in leaves
        )

    def _positions(self, rule: Rule | None) -> list[int]:
        found = (self._header.find(leaf.column) for leaf in (rule.leaves() if rule else ()) if leaf.column)
        return [position for position in found if position is not None]

    def _rule(self, rule: Rule, target: Field | Metric, name: str) -> Read:
        read = self._minor(rule, target, name, rule.unit, rule.optional)
        divisor = _divisor(target)
        position = None if rule.column is None else self._header.find(rule.column)
        if position is not None:
            self.columns[name] = self._column(rule, target, position, divisor)
        if divisor is not None:
            read = _scaled(read, divisor)
        if rule.of is None and position is None:
            self.constants[name] = read(())
        return read

    def _minor(self, rule: Rule, target: Field | Metric, name: str, unit: str | None, optional: bool) -> Read:
        if rule.of is not None:
            parts = [
                self._minor(part, target, name, part.unit or unit, part.optional or optional)
                for part in rule.of
            ]
            return _combined(rule.combine or "first", parts)
        convert = self._cell(rule, target, unit)
        if rule.column is None:
            try:
                constant = convert(rule.constant or "")
            except Held as held:
                raise InvalidMapping(f"{name}: {held.detail}", "常量取值无效。", place=name) from None
            return lambda _cells: constant
        position = self._header.find(rule.column)
        if position is None:
            if not (rule.optional or optional):
                raise InvalidMapping(
                    f"{name}: the file has no column {' / '.join(rule.column)}.", place=self._header.place
                )
            return lambda _cells: None
        self._check_header_unit(position, target, unit, name)
        self.used.add(position)
        cached = lru_cache(_CACHED)(convert)
        column = self._header.names[position]

        def read(cells: Cells) -> Any:
            try:
                return cached(cells[position])
            except Held as held:
                raise RowHeld(held.reason, column, held.detail) from None

        return read

    def _column(self, rule: Rule, target: Field | Metric, position: int, divisor: int | None) -> Column:
        read = lru_cache(_CACHED)(self._cell(rule, target, rule.unit))
        if rule.values is not None or any(looks_usual(mark) for mark in self._marks):
            return Column(position, read, divisor=divisor)
        if not _has_size(target):
            return Column(position, read, "uscc" if _kind(target) == "uscc" else None)
        return Column(
            position,
            read,
            "quantity",
            size(target, rule.unit),
            _may_be_negative(target),
            _at_most(target),
            divisor,
        )

    def _cell(self, rule: Rule, target: Field | Metric, unit: str | None) -> Callable[[str], Any]:
        convert = _quantity(target, unit) if _has_size(target) else READERS[_kind(target)]
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

    def _check_header_unit(self, position: int, target: Field | Metric, unit: str | None, name: str) -> None:
        said = unit_in_header(self._header.names[position])
        declared = unit_table().units.get(unit or (target.unit or ""))
        if said and declared and said.quantity == declared.quantity and said.minor != declared.minor:
            raise InvalidMapping(
                f"{name}: the column {self._header.names[position]!r} says {said.symbol}, "
                f"the mapping says {declared.symbol}.",
                "映射的单位与表头所写单位不一致。",
                place=self._header.place,
                action="Correct `unit:` in the mapping. 请修改映射中的单位。",
            )


def _kind(target: Field | Metric) -> str:
    return target.kind if isinstance(target, Field) else target.quantity


def _has_size(target: Field | Metric) -> bool:
    return isinstance(target, Metric) or target.unit is not None or target.kind == "ratio"


def _divisor(target: Field | Metric) -> int | None:
    """Return what turns minor units into the number the store keeps; None for what is kept as it is."""
    if isinstance(target, Metric) or not _has_size(target):
        return None
    return _PER_UNIT.get(target.kind, 1_000_000)


def _may_be_negative(target: Field | Metric) -> bool:
    return isinstance(target, Metric) and target.quantity == "money"


def _at_most(target: Field | Metric) -> int | None:
    return 1_000_000 if _kind(target) == "share" else None


def _quantity(target: Field | Metric, unit: str | None) -> Callable[[str], int]:
    factor: Fraction = size(target, unit)
    minor = to_minor(factor)
    negative_is_fine, at_most = _may_be_negative(target), _at_most(target)
    percent = unit == PERCENT

    def quantity(text: str) -> int:
        amount = number(text.strip().rstrip("%％") if percent else text)
        if amount < 0 and not negative_is_fine:
            raise Held("number_negative", f"{text[:40]!r} is below zero.")
        try:
            result = minor(amount)
        except UnitError as error:
            raise Held("number_out_of_range", str(error)) from None
        if at_most is not None and result > at_most:
            raise Held("number_out_of_range", f"{text[:40]!r} is more than the whole.")
        return result

    return quantity


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
