"""What a mapping says of whole rows: which are no data, and where merged cells are filled down."""

import re
from collections.abc import Callable, Sequence

from service.feeds.header import Header, plain
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.mappings.rules import Skip
from service.feeds.values.cells import half_width

_LOOKED_AT = 200
"""So much of a cell is compared with a pattern."""


class Aside:
    """Tells the rows of one table that a mapping skips, and fills merged cells down, row after row."""

    def __init__(self, mapping: FeedMapping, header: Header) -> None:
        self._skips = [(_position(skip, header), _matcher(skip)) for skip in mapping.skip]
        found = (header.find(names, without_unit=True) for names in mapping.fill_down)
        self._filled = {position: "" for position in found if position is not None}

    def __bool__(self) -> bool:
        """Whether the mapping says anything of whole rows."""
        return bool(self._skips or self._filled)

    @property
    def fills(self) -> bool:
        """Whether a row takes cells from those above it, which must then come before it."""
        return bool(self._filled)

    def skips(self, cells: Sequence[str]) -> bool:
        """Tell whether the mapping calls the row no data."""
        for position, matches in self._skips:
            if position is None:
                if any(cell and matches(cell) for cell in cells):
                    return True
            elif position < len(cells) and matches(cells[position]):
                return True
        return False

    def fill(self, cells: list[str]) -> list[str]:
        """Return the cells of the next row of data with merged ones filled."""
        if not self._filled:
            return cells
        filled = list(cells)
        for position, above in self._filled.items():
            if position < len(filled):
                if filled[position].strip():
                    self._filled[position] = filled[position]
                else:
                    filled[position] = above
        return filled

    def stop(self) -> None:
        """Let no cell reach over a row that is no data: a merged cell does not either."""
        for position in self._filled:
            self._filled[position] = ""


def _position(skip: Skip, header: Header) -> int | None:
    return header.find(skip.column, without_unit=True) if skip.column else None


def _matcher(skip: Skip) -> Callable[[str], bool]:
    if skip.matches is not None:
        pattern = re.compile(skip.matches)
        return lambda cell: pattern.search(half_width(cell)[:_LOOKED_AT]) is not None
    values = frozenset(plain(value) for value in skip.values or ())
    return lambda cell: plain(cell) in values
