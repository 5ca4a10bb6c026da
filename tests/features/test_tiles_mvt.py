"""Our vector tile encoder, judged by an independent decoder, by GDAL and by Shapely's geometry."""

import mapbox_vector_tile
import numpy as np
import polars as pl
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from service.features.tiles import WEB_MERCATOR_QUAD, Tile
from service.features.tiles.columns import Column
from service.features.tiles.grid import BUFFER, EXTENT, to_grid
from service.features.tiles.mvt import encode_layer
from service.features.tiles.shapes import Shapes

TILE = Tile(14, 6788, 13727)
WEST, SOUTH, EAST, NORTH = WEB_MERCATOR_QUAD.box(TILE)


def in_tile(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place in the tile given as shares of its sides from the south-west."""
    return WEST + x * (EAST - WEST), SOUTH + y * (NORTH - SOUTH)


def star(x: float, y: float, radii: list[float]) -> list[tuple[float, float]]:
    """A ring around a place, one vertex per radius (shares of the tile's side): never crosses itself."""
    turn = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return [in_tile(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(radii, turn, strict=True)]


def on_grid(geometries: list[shapely.Geometry]) -> Shapes:
    """The geometries as they are on the tile."""
    shapes = Shapes.of(np.array(geometries, dtype=object))
    shapes = shapes.with_xy(WEB_MERCATOR_QUAD.plane(shapes.xy)).oriented()
    return to_grid(shapes, shapes.bounds(), TILE)


def tile_of(geometries: list[shapely.Geometry], **columns: list) -> bytes:
    """Encode geometries with consecutive ids."""
    ids = np.arange(1, 1 + len(geometries))
    made = {name: Column.of(pl.Series(values)) for name, values in columns.items()}
    return encode_layer("parcels", on_grid(geometries), ids, made, np.arange(len(ids)))


def decoded(tile: bytes) -> list[dict]:
    """Features as the independent decoder reads them, y downward as in the file."""
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})["parcels"]["features"]


def mercator(geometry: shapely.Geometry) -> shapely.Geometry:
    """The same geometry in tile units, calculated vertex by vertex from the tile's own corners."""

    def project(lonlat: np.ndarray) -> np.ndarray:
        y = np.log(np.tan(np.pi / 4 + np.radians(lonlat[:, 1]) / 2))
        top, bottom = (np.log(np.tan(np.pi / 4 + np.radians(v) / 2)) for v in (NORTH, SOUTH))
        x = (lonlat[:, 0] - WEST) / (EAST - WEST)
        return np.column_stack([x, (top - y) / (top - bottom)]) * EXTENT

    return shapely.transform(geometry, project)


WINDOW = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
radii = st.lists(st.floats(0.02, 0.4), min_size=3, max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2), radii), min_size=1, max_size=5))
def test_polygons_keep_their_shape_within_a_grid_unit(stars: list) -> None:
    """Area, holes and place of whatever polygon survive encoding, up to a unit along the outline."""
    polygons = [shapely.Polygon(star(x, y, r), [star(x, y, [v * 0.4 for v in r])]) for x, y, r in stars]
    expected = [shapely.intersection(mercator(p), WINDOW) for p in polygons]
    features = (
        {f["id"]: shape(f["geometry"]) for f in decoded(tile_of(polygons, n=[1] * len(polygons)))}
        if tile_of(polygons, n=[1] * len(polygons))
        else {}
    )
    for number, truth in enumerate(expected, start=1):
        got = features.get(number, shapely.Polygon())
        assert got.is_valid
        assert abs(got.area - truth.area) <= 1.5 * truth.length + 4
        assert shapely.symmetric_difference(got, truth).area <= 2 * truth.length + 8


@settings(max_examples=50, deadline=None)
@given(st.floats(0.3, 0.7), st.floats(0.3, 0.7), radii)
def test_exterior_rings_are_positive_and_holes_negative(x: float, y: float, r: list[float]) -> None:
    """Ring orientation follows the specification whatever orientation came in."""
    outer, hole = star(x, y, r), star(x, y, [v * 0.5 for v in r])
    for polygon in (shapely.Polygon(outer, [hole]), shapely.Polygon(outer[::-1], [hole])):
        grid = on_grid([polygon])
        ends = np.cumsum(grid.sizes)
        areas = []
        for ring in np.split(grid.xy, ends[:-1]):
            following = np.roll(ring, -1, axis=0)
            areas.append((ring[:, 0] * following[:, 1] - following[:, 0] * ring[:, 1]).sum())
        assert areas[0] > 0
        assert all(area < 0 for area in areas[1:])


def test_attributes_keep_their_types() -> None:
    """Booleans, integers, floats and text come back as such, equal values of other types are not mixed up."""
    square = shapely.Polygon(star(0.5, 0.5, [0.3] * 4))
    columns = {
        "grade": ["A", "优", None],
        "points": [1.0, 83.149312, None],
        "rank": [1, 300, -5],
        "low": [True, False, None],
        "empty": [None, None, None],
    }
    features = decoded(tile_of([square] * 3, **columns))
    assert [f["properties"] for f in features] == [
        {"grade": "A", "points": 1.0, "rank": 1, "low": True},
        {"grade": "优", "points": 83.149312, "rank": 300, "low": False},
        {"rank": -5},
    ]
    assert [type(v) for v in features[0]["properties"].values()] == [str, float, int, bool]
    assert [f["id"] for f in features] == [1, 2, 3]


def test_many_features_need_longer_numbers() -> None:
    """Value tables and ids beyond 127 and 16,383 are written as longer varints."""
    square = shapely.Polygon(star(0.5, 0.5, [0.3] * 4))
    codes = [f"P{n}" for n in range(20_000)]
    ids = np.arange(2**40, 2**40 + 20_000)
    columns = {"code": Column.of(pl.Series(codes))}
    tile = encode_layer("parcels", on_grid([square] * 20_000), ids, columns, np.arange(20_000))
    features = decoded(tile)
    assert [f["properties"]["code"] for f in features] == codes
    assert features[-1]["id"] == 2**40 + 19_999


def test_what_is_smaller_than_the_grid_or_elsewhere_is_left_out() -> None:
    """A parcel of a few centimetres, an empty one and one of another tile give no tile at all."""
    speck = shapely.Polygon(star(0.5, 0.5, [1e-5] * 4))
    elsewhere = shapely.Polygon(star(7.5, 0.5, [0.2] * 4))
    assert tile_of([speck, elsewhere, shapely.Polygon()], n=[1, 2, 3]) == b""


def test_shapes_that_touch_themselves_on_the_grid_stay_valid() -> None:
    """A corridor narrower than a unit, and a hole that nearly touches the outline, give valid rings."""
    unit = 1 / EXTENT
    dumbbell = shapely.union_all(
        [
            shapely.box(*in_tile(0.2, 0.2), *in_tile(0.4, 0.4)),
            shapely.box(*in_tile(0.6, 0.2), *in_tile(0.8, 0.4)),
            shapely.box(*in_tile(0.4, 0.3), *in_tile(0.6, 0.3 + 0.2 * unit)),
        ]
    )
    shell = shapely.box(*in_tile(0.2, 0.6), *in_tile(0.8, 0.9))
    hole = shapely.box(*in_tile(0.2 + 0.3 * unit, 0.7), *in_tile(0.5, 0.8))
    features = decoded(tile_of([dumbbell, shell - hole], n=[1, 2]))
    assert [f["id"] for f in features] == [1, 2]
    for feature, truth in zip(features, [dumbbell, shell - hole], strict=True):
        got = shape(feature["geometry"])
        assert got.is_valid
        assert got.area == pytest.approx(mercator(truth).area, rel=0.01)


def test_a_million_vertices_are_thinned() -> None:
    """A polygon with far more vertices than the tile has units comes out small and of the same area."""
    polygon = shapely.Polygon(star(0.5, 0.5, [0.3 + 0.00001 * (n % 2) for n in range(1_000_000)]))
    tile = tile_of([polygon], n=[1])
    assert len(tile) < 20_000
    assert shape(decoded(tile)[0]["geometry"]).area == pytest.approx(mercator(polygon).area, rel=0.001)


def test_gdal_reads_the_tile(tmp_path) -> None:
    """GDAL's MVT driver finds the layer, the fields and the areas."""
    polygons = [
        shapely.Polygon(star(0.3, 0.3, [0.2] * 6)),
        shapely.MultiPolygon(
            [
                shapely.box(*in_tile(0.6, 0.6), *in_tile(0.7, 0.7)),
                shapely.box(*in_tile(0.8, 0.6), *in_tile(0.9, 0.7)),
            ]
        ),
    ]
    path = tmp_path / "tile.mvt"
    path.write_bytes(tile_of(polygons, grade=["A", "B"], points=[100.0, 60.5]))
    assert pyogrio.list_layers(path)[0][0] == "parcels"
    meta, _, geometries, fields = pyogrio.raw.read(path, layer="parcels")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert list(values["grade"]) == ["A", "B"]
    assert list(values["points"]) == [100.0, 60.5]
    areas = shapely.area(shapely.from_wkb(geometries))
    assert areas == pytest.approx([mercator(p).area for p in polygons], rel=0.01)
