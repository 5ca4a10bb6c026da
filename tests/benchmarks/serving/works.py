"""What every server is asked: the same works, each in its own dialect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from math import asinh, ceil, floor, pi, radians, tan

import numpy as np

from tests.benchmarks.park import STEP, WEST_SOUTH, parcel_code, side
from tests.benchmarks.serving.servers import Box, Parcel, Server

PAGE = 1000
_BOX = 0.06  # degrees: 2,500 parcels
_MATRIX = 13  # a whole tile has some 1,200 parcels of this size
_LIMITS = (1.2, 1.48)  # between two steps of far_limit: every filter selects the same kind, none is the same


class How(Enum):
    """How the paths of a work are asked."""

    AGAIN = auto()  # in turn for some seconds, after a warm-up with the same
    ONCE = auto()  # each once
    KNOWN = auto()  # with the entity tag of the answer, if there is one


@dataclass(frozen=True)
class Work:
    """A work by its name, and its paths for a server; none where a server cannot do it."""

    name: str
    paths: Callable[[Server], Sequence[str | None]]
    how: How = How.AGAIN


@dataclass(frozen=True)
class Land:
    """Where the parcels are."""

    parcels: int
    keys: dict[str, int]

    def boxes(self, count: int, seed: int) -> list[Box]:
        """Boxes within the park, no two alike."""
        random = np.random.default_rng(seed)
        corners = WEST_SOUTH + random.uniform(0, side(self.parcels) * STEP * 0.8, (count, 2))
        return [(round(x, 5), round(y, 5), round(x + _BOX, 5), round(y + _BOX, 5)) for x, y in corners]

    def some(self, count: int) -> list[Parcel]:
        """Parcels, drawn."""
        codes = [parcel_code(n) for n in np.random.default_rng(5).integers(0, self.parcels, count)]
        return [Parcel(code, self.keys[code]) for code in codes]

    def tiles(self) -> list[tuple[int, int, int]]:
        """Tiles that the park covers wholly, as matrix, row, column; what it touches if it covers none."""
        edge = side(self.parcels) * STEP
        west, north = _place(WEST_SOUTH[0], WEST_SOUTH[1] + edge)
        east, south = _place(WEST_SOUTH[0] + edge, WEST_SOUTH[1])
        columns = range(ceil(west), floor(east)) or range(floor(west), ceil(east))
        rows = range(ceil(north), floor(south)) or range(floor(north), ceil(south))
        return [(_MATRIX, row, column) for row in rows for column in columns]


def all_works(land: Land) -> list[Work]:
    """Return the works in the order in which they are measured."""
    few, many = land.boxes(200, 3), land.boxes(5_000, 4)
    deep = land.parcels * 9 // 10 // PAGE * PAGE
    thresholds = np.linspace(*_LIMITS, 250).round(5).tolist()
    towns = [f"town {number}" for number in range(8)]
    tiles = land.tiles()
    middle = tiles[len(tiles) // 2]

    def listing(first: int) -> Callable[[Server], Sequence[str | None]]:
        return lambda server: server.dialect.listing(server.address, first, 10, PAGE)

    def same(server: Server) -> list[str | None]:
        return [server.dialect.page(limit=PAGE, box=few[0])]

    return [
        Work(
            "items: 1,000 in a box, 200 boxes",
            lambda server: [server.dialect.page(limit=PAGE, box=box) for box in few],
        ),
        Work(
            "items: 1,000 in a box, 5,000 boxes",
            lambda server: [server.dialect.page(limit=PAGE, box=box) for box in many],
        ),
        Work("one item", lambda server: [server.dialect.one(parcel) for parcel in land.some(200)]),
        Work(
            "count in a box (limit=1), 5,000 boxes",
            lambda server: [server.dialect.page(limit=1, box=box) for box in many],
        ),
        Work(
            "far_limit > … AND town = …, 1,000 of them, 2,000 filters",
            lambda server: [
                server.dialect.filtered(limit, town, PAGE) for limit in thresholds for town in towns
            ],
        ),
        Work(
            f"cold tile, {len(tiles)} tiles of matrix {_MATRIX}, each once",
            lambda server: [server.dialect.tile(*tile) for tile in tiles],
            How.ONCE,
        ),
        Work("warm tile: the same again", lambda server: [server.dialect.tile(*middle)]),
        Work("warm page: the same 1,000 again", same),
        Work("known page: If-None-Match", same, How.KNOWN),
        Work("pages 1 to 10 of the listing", listing(0)),
        Work(f"ten pages from {deep:,} on", listing(deep)),
        Work(
            "scores: 1,000 in a box, 200 boxes",
            lambda server: [server.dialect.scores(box, PAGE) for box in few],
        ),
    ]


def _place(longitude: float, latitude: float) -> tuple[float, float]:
    """Return column and row of a place in the matrix, with fractions."""
    matrix = 1 << _MATRIX
    return (
        (longitude + 180) / 360 * matrix,
        (1 - asinh(tan(radians(latitude))) / pi) / 2 * matrix,
    )
