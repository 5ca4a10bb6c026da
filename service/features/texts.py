"""What has been written of a table's features, kept for the next who asks: a text per row and way."""

from collections.abc import Callable, Hashable, Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

_Rows = npt.NDArray[np.int64]
_BLOCK = 64
_ROOM = 256 * 1024 * 1024


class Texts:
    """Texts of so many rows, up to ``room`` bytes; when it is full everything is forgotten."""

    def __init__(self, rows: int, room: int = _ROOM) -> None:
        self._rows, self._room, self._free = rows, room, room
        self._written: dict[Hashable, list[bytes | None]] = {}

    def of(self, way: Hashable, rows: _Rows, write: Callable[[_Rows], Sequence[bytes]]) -> list[bytes]:
        """Return the texts of these rows; ``write`` makes those that are not there yet."""
        if (known := self._written.get(way)) is None:
            known = self._written[way] = [None] * self._rows
            self._free -= 8 * self._rows
        wanted = rows.tolist()
        here = [known[row] for row in wanted]
        if None not in here:
            return cast(list[bytes], here)
        missing = [row for row, text in zip(wanted, here, strict=True) if text is None]
        missing = self._with_neighbours(known, missing)
        made = write(np.array(missing, dtype=np.int64))
        fresh = dict(zip(missing, made, strict=True))
        found = [fresh[row] if text is None else text for row, text in zip(wanted, here, strict=True)]
        self._free -= sum(len(text) + 64 for text in made)
        if self._free < 0:
            self._written, self._free = {}, self._room
        elif self._written.get(way) is known:
            for row, text in fresh.items():
                known[row] = text
        return found

    def _with_neighbours(self, known: list[bytes | None], missing: list[int]) -> list[int]:
        """Return a row or two with those beside them: to write them costs little more, and they are next."""
        blocks = sorted({row // _BLOCK for row in missing[:_BLOCK]})
        if len(missing) >= _BLOCK or len(blocks) > 2:
            return missing
        return [
            row
            for block in blocks
            for row in range(block * _BLOCK, min((block + 1) * _BLOCK, self._rows))
            if known[row] is None
        ]

    def take_over(self, others: "Texts", origin: _Rows) -> None:
        """Take another table's texts; ``origin`` is the row there of each row here, -1 for none."""
        places = origin.tolist()
        for way, known in list(others._written.items()):
            self._written[way] = [None if place < 0 else known[place] for place in places]
        self._free = others._free
