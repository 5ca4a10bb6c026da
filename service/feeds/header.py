"""The header (表头): where it is, and which column answers to which name."""

import unicodedata
from collections.abc import Sequence
from functools import cached_property

from service.errors import InvalidMapping
from service.feeds.mapping import FeedMapping, Rule

SEARCHED_ROWS = 60
"""How far down an automatic search looks for the header."""


class Header:
    """The columns of one table by name; names are compared in half width, without blanks and case."""

    def __init__(self, names: Sequence[str], place: str, rows: Sequence[int] = ()) -> None:
        self.place = place
        self.rows = frozenset(rows)
        self.names = _unique(names)
        self._index: dict[str, list[int]] = {}
        for position, name in enumerate(names):
            if name.strip():
                self._index.setdefault(plain(name), []).append(position)

    @cached_property
    def plain_names(self) -> list[str]:
        """The names as they are compared."""
        return [plain(name) for name in self.names]

    def find(self, synonyms: Sequence[str]) -> int | None:
        """Return the position of the one column that has one of these names, or None.

        Raises `InvalidMapping` when two columns answer: which one is meant must be said.
        """
        found = sorted({position for name in synonyms for position in self._index.get(plain(name), ())})
        if len(found) > 1:
            raise InvalidMapping(
                f"More than one column answers to {' / '.join(synonyms)}: "
                f"{', '.join(self.names[position] for position in found)}.",
                "有多个列与映射的列名相符。",
                place=self.place,
                action="Name one column only, or rename the columns in the file. 请只映射其中一列。",
            )
        return found[0] if found else None

    def missing(self, mapping: FeedMapping) -> list[str]:
        """Return the mapped columns that the header lacks, each with its synonyms."""
        return [
            " / ".join(leaf.column)
            for leaf in leaves(mapping)
            if leaf.column is not None and not leaf.optional and self.find(leaf.column) is None
        ]


def leaves(mapping: FeedMapping) -> list[Rule]:
    """Return all rules of a mapping that read a column or hold a constant."""
    rules = [*mapping.columns.values(), *mapping.metrics.values()]
    return [
        leaf if not rule.optional else leaf.model_copy(update={"optional": True})
        for rule in rules
        for leaf in rule.leaves()
    ]


def plain(name: str) -> str:
    """Return a column name as it is compared."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def locate(rows: Sequence[Sequence[str]], mapping: FeedMapping, place: str) -> tuple[Header, int]:
    """Find the header among the first rows; return it and the number of rows down to and including it.

    Raises `InvalidMapping` with the missing columns and those found.
    """
    if isinstance(mapping.header, int):
        return _checked(_at(rows, [mapping.header], place), mapping), mapping.header
    if isinstance(mapping.header, list):
        return _checked(_at(rows, mapping.header, place), mapping), mapping.header[-1]
    best: tuple[int, Header] | None = None
    for number, row in enumerate(rows[:SEARCHED_ROWS], start=1):
        if not any(cell.strip() for cell in row):
            continue
        header = Header(row, f"{place}, row {number}", [number])
        missing = len(header.missing(mapping))
        if not missing:
            return header, number
        if best is None or missing < best[0]:
            best = missing, header
    if best is None:
        raise InvalidMapping("The table is empty.", "表中没有内容。", place=place)
    return _checked(best[1], mapping), 0


def _checked(header: Header, mapping: FeedMapping) -> Header:
    missing = header.missing(mapping)
    if missing:
        found = ", ".join(name for name in header.names[:60])
        raise InvalidMapping(
            f"Not found: {', '.join(missing)}. The columns are: {found}.",
            "文件中缺少映射的列。",
            place=header.place,
            action="Correct the mapping, or name the header's row with `header:`. 请修改映射或指定表头行。",
        )
    return header


def _at(rows: Sequence[Sequence[str]], numbers: list[int], place: str) -> Header:
    if numbers[-1] > len(rows):
        raise InvalidMapping(
            f"The header should be in row {numbers[-1]}, but the table ends before.",
            "表头行超出表的范围。",
            place=place,
        )
    place = f"{place}, row {'-'.join(str(number) for number in numbers)}"
    levels = [list(rows[number - 1]) for number in numbers]
    if len(levels) == 1:
        return Header(levels[0], place, numbers)
    width = max(len(level) for level in levels)
    for level in levels:
        level.extend([""] * (width - len(level)))
    for level in levels[:-1]:
        # a merged cell names only its first column
        for position in range(1, width):
            level[position] = level[position] if level[position].strip() else level[position - 1]
    columns: list[str] = []
    for parts in zip(*levels, strict=True):
        told = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
        columns.append("/".join(told))
    return Header(columns, place, numbers)


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
