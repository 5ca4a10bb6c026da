"""WebMercatorQuad: tiles as boxes, and which tiles an extent touches."""

from hypothesis import given
from hypothesis import strategies as st

from service.ogc.tiles.matrix_sets import MAX_MATRIX, Tile, limits
from service.store.memory import Memory

longitudes, latitudes = st.floats(-180, 180), st.floats(-85, 85)


@given(longitudes, latitudes, st.integers(0, MAX_MATRIX))
def test_a_place_lies_on_the_tile_that_the_limits_name(x: float, y: float, matrix: int) -> None:
    """The limits of a point are one tile, and its box holds the point."""
    limit = limits((x, y, x, y))[matrix]
    tile = Tile(matrix, limit["minTileRow"], limit["minTileCol"])
    assert (limit["maxTileRow"], limit["maxTileCol"]) == (tile.row, tile.column)
    west, south, east, north = tile.box()
    assert west - 1e-9 <= x <= east + 1e-9
    assert south - 1e-9 <= y <= north + 1e-9


def test_the_first_tile_is_the_world_and_others_divide_it() -> None:
    """The square ends at 85.0511… degrees; neighbours share an edge."""
    west, south, east, north = Tile(0, 0, 0).box()
    assert (west, east) == (-180, 180)
    assert abs(north - 85.05112877980659) < 1e-9
    assert south == -north
    assert Tile(1, 0, 0).box()[2] == Tile(1, 0, 1).box()[0] == 0
    assert abs(Tile(1, 0, 0).box()[1] - Tile(1, 1, 0).box()[3]) < 1e-12


def test_an_extent_over_the_whole_world_is_every_tile() -> None:
    """Poles and both edges belong to the outermost tiles."""
    for matrix, limit in enumerate(limits((-180, -90, 180, 90))):
        last = 2**matrix - 1
        assert (limit["minTileRow"], limit["minTileCol"]) == (0, 0)
        assert (limit["maxTileRow"], limit["maxTileCol"]) == (last, last)


def test_memory_keeps_what_was_used_last() -> None:
    """Nothing known is worked out again; what was not asked for longest goes first when space is short."""
    memory, made = Memory(size=5 * 1024), []

    def ask(key: str) -> str:
        def work_out() -> str:
            made.append(key)
            return key

        return memory.get(key, work_out)

    assert [ask(key) for key in "abcdea"] == list("abcdea")
    ask("f")  # in place of b: a was used since
    assert ask("a") == "a"
    assert ask("b") == "b"
    assert made == list("abcdefb")


def test_memory_does_not_outgrow_its_size() -> None:
    """What is larger than all the space is given out and not kept."""
    memory, made = Memory(size=2048), []

    def large() -> bytes:
        made.append(1)
        return bytes(10_000)

    assert len(memory.get("x", large)) == len(memory.get("x", large)) == 10_000
    assert len(made) == 2
