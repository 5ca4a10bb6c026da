"""The header (表头): the columns of a table, and which of them answers to which name."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache

from service.errors import InvalidMapping
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.mappings.rules import Rule, UnitColumn
from service.feeds.values.unit_words import without_units

SEARCHED_ROWS = 100
"""How far down an automatic search looks for the header."""


class Header:
    """The columns of one table by name; names are compared in half width, without blanks and case.

    :param levels: the rows that make the header, from top to bottom, or the only one
    :param rows: their numbers in the file, and ``code_row`` that of the row of codes beneath
    :param titles: the rows above, as texts
    """

    def __init__(
        self,
        levels: Sequence[Sequence[str]],
        place: str,
        rows: Sequence[int] = (),
        *,
        codes: Sequence[str] = (),
        code_row: int | None = None,
        titles: Sequence[str] = (),
    ) -> None:
        self.place = place
        self.rows = frozenset(rows)
        self.code_row = code_row
        self.titles = list(titles)
        self.sheet = ""
        self.file_name = ""
        self._levels = [*levels, codes] if codes else list(levels)
        self._parts = list(_parts(levels))
        self._codes = codes
        self.names = _unique(["/".join(parts) for parts in self._parts])

    @cached_property
    def labels(self) -> list[frozenset[str]]:
        """What stands in each column when the header is repeated further down, as it is compared."""
        return [
            frozenset(plain(level[position]) for level in self._levels if position < len(level)) - {""}
            for position in range(len(self.names))
        ]

    def repeats(self, cells: Sequence[str], used: Iterable[int]) -> str | None:
        """Tell whether a row is the header, or its codes, again: the reason to skip it, or None."""
        positions = list(used)
        for level in self._levels:
            here = [plain(level[position]) if position < len(level) else "" for position in positions]
            given = [plain(cells[position]) if position < len(cells) else "" for position in positions]
            if here == given and any(here):
                return "code_row" if level is self._codes else "repeated_header"
        return None

    def find(self, synonyms: Sequence[str], *, without_unit: bool = False) -> int | None:
        """Return the position of the one column that has one of these names, or None.

        The whole name goes before its last levels, and those before a code. ``without_unit`` lets a name do
        that lacks the unit in brackets. Raises `InvalidMapping` when two columns answer: which one is meant
        must be said.
        """
        wanted = {plain(name) for name in synonyms}
        indices = [self._whole, self._last, self._coded]
        if without_unit:
            indices = [self._whole, self._whole_bare, self._last, self._last_bare, self._coded]
        for index in indices:
            found = sorted({position for name in wanted for position in index.get(name, ())})
            if len(found) > 1:
                raise InvalidMapping(
                    f"More than one column answers to {' / '.join(synonyms)}: "
                    f"{', '.join(self.names[position] for position in found)}.",
                    "有多个列与映射的列名相符。",
                    place=self.place,
                    action="Name one column only, with its upper levels (用电量/电网), or rename the columns "
                    "in the file. 请只映射其中一列。",
                )
            if found:
                return found[0]
        return None

    def missing(self, mapping: FeedMapping) -> list[str]:
        """Return the mapped columns that the header lacks, each with its synonyms."""
        return [
            " / ".join(names)
            for names, bare in wanted_columns(mapping)
            if self.find(names, without_unit=bare) is None
        ]

    def names_all(self, mapping: FeedMapping) -> bool:
        """Whether each mapped column that it has bears a name, and not a code alone."""
        found = (self.find(names, without_unit=bare) for names, bare in wanted_columns(mapping))
        return all(position is None or self._parts[position] for position in found)

    @cached_property
    def _whole(self) -> dict[str, list[int]]:
        return _index(enumerate(["/".join(parts)] if parts else [] for parts in self._parts))

    @cached_property
    def _whole_bare(self) -> dict[str, list[int]]:
        return _index(
            enumerate(["/".join(map(without_units, parts))] if parts else [] for parts in self._parts)
        )

    @cached_property
    def _last(self) -> dict[str, list[int]]:
        return _index(enumerate(_endings(parts) for parts in self._parts))

    @cached_property
    def _last_bare(self) -> dict[str, list[int]]:
        return _index(enumerate(_endings([without_units(part) for part in parts]) for parts in self._parts))

    @cached_property
    def _coded(self) -> dict[str, list[int]]:
        return _index(enumerate([code] for code in self._codes))


def wanted_columns(mapping: FeedMapping) -> Iterator[tuple[list[str], bool]]:
    """Yield the synonyms of each column that a file must have, and whether its header may name the unit."""
    for rule in rules(mapping):
        if rule.column is not None and not rule.optional:
            yield rule.column, rule.unit == "header"
            if isinstance(rule.unit, UnitColumn):
                yield rule.unit.column, False
    if mapping.metric is not None:
        yield mapping.metric.column, False
    for skip in mapping.skip:
        if skip.column is not None:
            yield skip.column, True


def rules(mapping: FeedMapping) -> Iterator[Rule]:
    """Yield all rules of a mapping that read something, with what those above them say for them."""
    whole = [*mapping.columns.values(), *mapping.metrics.values()]
    for rule in [*whole, mapping.value] if mapping.value else whole:
        for leaf in rule.leaves():
            optional, unit = leaf.optional or rule.optional, leaf.unit or rule.unit
            yield leaf.model_copy(update={"optional": optional, "unit": unit})


@lru_cache(16384)
def plain(name: str) -> str:
    """Return a column name as it is compared; a star marks what a form wants filled in."""
    half = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return "".join(half.split()).casefold().strip("*")


def _parts(levels: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the levels of each column's name; a merged cell names only its first column."""
    width = max((len(level) for level in levels), default=0)
    rows = [[*(cell.strip() for cell in level), *[""] * (width - len(level))] for level in levels]
    for depth, level in enumerate(rows[:-1]):
        for position in range(1, width):
            begins = any(upper[position] and not _filled(upper, position) for upper in rows[:depth])
            named_below = any(lower[position] for lower in rows[depth + 1 :])
            if not level[position] and named_below and not begins:
                level[position] = level[position - 1]
    for column in zip(*rows, strict=True):
        yield list(dict.fromkeys(cell for cell in column if cell))


def _filled(level: Sequence[str], position: int) -> bool:
    """Whether a cell continues the one before it."""
    return position > 0 and level[position] == level[position - 1]


def _endings(parts: Sequence[str]) -> list[str]:
    """Return the names that leave upper levels out."""
    return ["/".join(parts[start:]) for start in range(1, len(parts))]


def _index(names: Iterable[tuple[int, Sequence[str]]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, given in names:
        for name in given:
            if known := plain(name):
                found.setdefault(known, []).append(position)
    return found


def _unique(names: Sequence[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for position, raw in enumerate(names):
        name = (
            "".join(c if c.isprintable() else "�" for c in " ".join(raw.split())) or f"column {position + 1}"
        )
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
