"""Tile matrix sets: the registered numbers, tiles as boxes, and which tiles an extent touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from service.features.tiles import CGCS2000_QUAD, MATRIX_SETS, WEB_MERCATOR_QUAD, MatrixSet, Tile

each_set = pytest.mark.parametrize("matrix_set", MATRIX_SETS.values(), ids=MATRIX_SETS)
places = st.tuples(st.floats(-180, 180), st.floats(-85, 85))


@each_set
@given(place=places, matrix=st.integers(0, 16))
def test_a_place_lies_on_the_tile_that_the_limits_name(
    matrix_set: MatrixSet, place: tuple[float, float], matrix: int
) -> None:
    """The limits of a point are one tile, and its box holds the point."""
    x, y = place
    limit = matrix_set.limits((x, y, x, y))[matrix]
    tile = Tile(matrix, limit["minTileRow"], limit["minTileCol"])
    assert (limit["maxTileRow"], limit["maxTileCol"]) == (tile.row, tile.column)
    assert matrix_set.has(tile)
    west, south, east, north = matrix_set.box(tile)
    assert west - 1e-9 <= x <= east + 1e-9
    assert south - 1e-9 <= y <= north + 1e-9


def test_the_first_tile_of_web_mercator_is_the_world_and_others_divide_it() -> None:
    """The square ends at 85.0511… degrees; neighbours share an edge."""
    box = WEB_MERCATOR_QUAD.box
    west, south, east, north = box(Tile(0, 0, 0))
    assert (west, east) == (-180, 180)
    assert abs(north - 85.05112877980659) < 1e-9
    assert south == -north
    assert box(Tile(1, 0, 0))[2] == box(Tile(1, 0, 1))[0] == 0
    assert abs(box(Tile(1, 0, 0))[1] - box(Tile(1, 1, 0))[3]) < 1e-12


def test_the_first_tiles_of_cgcs2000_are_the_hemispheres() -> None:
    """Matrix 0 is the western and the eastern half; a tile of matrix 14 is 0.011 degrees wide and high."""
    box = CGCS2000_QUAD.box
    assert box(Tile(0, 0, 0)) == (-180, -90, 0, 90)
    assert box(Tile(0, 0, 1)) == (0, -90, 180, 90)
    assert box(Tile(1, 0, 3)) == (90, 0, 180, 90)
    west, south, east, north = box(Tile(14, 5461, 27306))
    assert (east - west, north - south) == pytest.approx((180 / 2**14, 180 / 2**14))
    assert west <= 120.0 < east
    assert south <= 30.0 < north


@each_set
def test_an_extent_over_the_whole_world_is_every_tile(matrix_set: MatrixSet) -> None:
    """Poles and both edges belong to the outermost tiles."""
    for matrix, limit in enumerate(matrix_set.limits((-180, -90, 180, 90))):
        rows, columns = matrix_set.size(matrix)
        assert (limit["minTileRow"], limit["minTileCol"]) == (0, 0)
        assert (limit["maxTileRow"], limit["maxTileCol"]) == (rows - 1, columns - 1)


@each_set
def test_what_lies_outside_is_no_tile(matrix_set: MatrixSet) -> None:
    """Negative numbers, a row or column too many, a matrix too fine."""
    rows, columns = matrix_set.size(5)
    assert matrix_set.has(Tile(5, rows - 1, columns - 1))
    outside = (Tile(5, rows, 0), Tile(5, 0, columns), Tile(5, -1, 0), Tile(-1, 0, 0), Tile(17, 0, 0))
    assert not any(matrix_set.has(tile) for tile in outside)


def test_web_mercator_has_the_registered_numbers() -> None:
    """OGC 17-083r4, annex D.1: scale denominators and cell sizes halve from the first."""
    definition = WEB_MERCATOR_QUAD.definition()
    assert definition["uri"] == "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
    assert definition["orderedAxes"] == ["X", "Y"]
    matrices = definition["tileMatrices"]
    assert len(matrices) == 25
    golden = {0: (559082264.028717, 156543.033928041), 10: (545978.773465544, 152.874056570353)}
    golden[18] = (2132.72958384978, 0.597164283477939)
    for number, numbers in golden.items():
        told = matrices[number]
        assert (told["scaleDenominator"], told["cellSize"]) == pytest.approx(numbers, rel=1e-11)
        assert told["pointOfOrigin"] == pytest.approx([-20037508.3427892, 20037508.3427892])
        assert (told["matrixWidth"], told["matrixHeight"]) == (2**number, 2**number)


def test_cgcs2000_has_the_numbers_of_the_registered_set_for_longitude_and_latitude() -> None:
    """Those of WorldCRS84Quad (annex D.2), as both ellipsoids have the same axis; latitude comes first."""
    definition = CGCS2000_QUAD.definition()
    assert definition["crs"] == "http://www.opengis.net/def/crs/EPSG/0/4490"
    axes = [axis.abbrev for axis in CRS.from_epsg(4490).axis_info]
    assert definition["orderedAxes"] == axes == ["Lat", "Lon"]
    assert "uri" not in definition
    matrices = definition["tileMatrices"]
    assert len(matrices) == 24
    golden = {0: (279541132.014358, 0.703125), 10: (272989.386732772, 0.0006866455078125)}
    golden[17] = (2132.72958384978, 0.00000536441802978515)
    for number, numbers in golden.items():
        told = matrices[number]
        assert (told["scaleDenominator"], told["cellSize"]) == pytest.approx(numbers, rel=1e-11)
        assert told["pointOfOrigin"] == [90.0, -180.0]
        assert (told["matrixWidth"], told["matrixHeight"]) == (2 * 2**number, 2**number)
        assert told["tileWidth"] == told["tileHeight"] == 256


@each_set
def test_scales_follow_from_cell_sizes(matrix_set: MatrixSet) -> None:
    """A pixel is 0.28 mm: the standard's rule between scale denominator and cell size."""
    for told in matrix_set.definition()["tileMatrices"]:
        assert told["scaleDenominator"] * 0.00028 == pytest.approx(told["cellSize"] * matrix_set.metres)
        rows, cell = told["matrixHeight"], told["cellSize"]
        south = matrix_set.box(Tile(int(told["id"]), rows - 1, 0))[1]
        if not matrix_set.is_mercator:
            assert told["pointOfOrigin"][0] - rows * 256 * cell == pytest.approx(south)
