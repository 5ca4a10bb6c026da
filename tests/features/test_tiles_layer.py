"""Tiles of a table of features: what is met is there, whatever its geometry, and labels stand once."""

from typing import Any

import mapbox_vector_tile
import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from service.features.changes import updated
from service.features.table import FeatureTable
from service.features.tiles import (
    MATRIX_SETS,
    WEB_MERCATOR_QUAD,
    MatrixSet,
    Tile,
    TileLayer,
    labels_from,
    prepare,
    tile_bytes,
)
from service.features.tiles.grid import BUFFER, EXTENT, in_units
from service.reference.styles import style_table

each_set = pytest.mark.parametrize("matrix_set", MATRIX_SETS.values(), ids=MATRIX_SETS)
UNIT = 1 / EXTENT


def table_of(geometries: list[Any], first: int = 1, version: int = 1) -> FeatureTable:
    """Features with consecutive ids, a code each, and a town that two share."""
    count = len(geometries)
    numbers = np.arange(first, first + count)
    wkb = pl.Series([None if each is None else shapely.to_wkb(each) for each in geometries], dtype=pl.Binary)
    properties = pl.DataFrame(
        {"code": [f"P{n}" for n in numbers], "town": [f"T{n // 2}" for n in numbers]},
        schema={"code": pl.String, "town": pl.String},
    )
    return FeatureTable.of(numbers, [f"P{n}" for n in numbers], np.full(count, version), wkb, properties)


def layer_of(table: FeatureTable, matrix_set: MatrixSet = WEB_MERCATOR_QUAD) -> TileLayer:
    """A layer of all columns, with codes as labels."""
    return TileLayer("land", prepare(table, matrix_set), ("code", "town"), ("code",))


def tiles_of(layer: TileLayer, matrix: int) -> list[Tile]:
    """The tiles of a matrix that the extent of the features touches, row by row."""
    extent = layer.prepared.table.extent()
    if extent is None:
        return []
    limit = layer.prepared.matrix_set.limits(extent)[matrix]
    rows = range(limit["minTileRow"], limit["maxTileRow"] + 1)
    columns = range(limit["minTileCol"], limit["maxTileCol"] + 1)
    return [Tile(matrix, row, column) for row in rows for column in columns]


def decoded(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """The features of each layer, y downward as in the file."""
    if not content:
        return {}
    tile = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})
    return {name: layer["features"] for name, layer in tile.items()}


def on(matrix_set: MatrixSet, tile: Tile, geometry: Any) -> Any:
    """A geometry in degrees as it lies on a tile, not rounded."""
    return shapely.transform(geometry, lambda xy: in_units(matrix_set.plane(xy), tile))


def inside(matrix_set: MatrixSet, tile: Tile, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place given as shares of a tile's sides from the south-west."""
    west, south, east, north = matrix_set.box(tile)
    return west + x * (east - west), south + y * (north - south)


@each_set
def test_every_kind_of_geometry_is_shown(matrix_set: MatrixSet) -> None:
    """Points, lines, polygons, several of each, and a collection as one feature of each kind; null is not."""
    tile = Tile(14, 5000, 13000)

    def at(x: float, y: float) -> tuple[float, float]:
        return inside(matrix_set, tile, x, y)

    point, line = shapely.Point(at(0.5, 0.5)), shapely.LineString([at(0.1, 0.1), at(0.9, 0.2), at(0.8, 0.8)])
    square = shapely.box(*at(0.2, 0.2), *at(0.4, 0.4))
    other = shapely.box(*at(0.6, 0.6), *at(0.7, 0.7))
    geometries = [
        point,
        shapely.MultiPoint([at(0.1, 0.1), at(0.2, 0.9)]),
        line,
        shapely.MultiLineString([line, [at(0.3, 0.3), at(0.3, 0.7)]]),
        square,
        shapely.MultiPolygon([square, other]),
        shapely.GeometryCollection([square, shapely.GeometryCollection([point, line])]),
        None,
        shapely.Polygon(),
    ]
    found = decoded(tile_bytes(layer_of(table_of(geometries), matrix_set), tile))["land"]
    kinds = [(each["id"], each["geometry"]["type"]) for each in found]
    assert kinds == [
        (1, "Point"),
        (2, "MultiPoint"),
        (3, "LineString"),
        (4, "MultiLineString"),
        (5, "Polygon"),
        (6, "MultiPolygon"),
        (7, "Point"),
        (7, "LineString"),
        (7, "Polygon"),
    ]
    for each in found[:6]:
        truth = on(matrix_set, tile, geometries[each["id"] - 1])
        assert shapely.hausdorff_distance(shape(each["geometry"]), truth) < 1
    assert {each["properties"]["code"] for each in found[6:]} == {"P7"}


@each_set
@settings(max_examples=60, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(st.floats(-0.5, 1.4), st.floats(-0.5, 1.4), st.floats(0.001, 1.2), st.floats(0.001, 1.2)),
        min_size=1,
        max_size=12,
    ),
    kind=st.sampled_from(["polygon", "line", "point"]),
)
def test_every_feature_met_is_on_the_tile(matrix_set: MatrixSet, boxes: list[Any], kind: str) -> None:
    """What meets the tile is there and lies where it should, within the margin; what is far off is not."""
    tile = Tile(14, 5000, 13000)
    geometries = []
    for x, y, width, height in boxes:
        low, high = inside(matrix_set, tile, x, y), inside(matrix_set, tile, x + width, y + height)
        whole = {"polygon": shapely.box(*low, *high), "line": shapely.LineString([low, high])}
        geometries.append(whole.get(kind, shapely.Point(low)))
    found = decoded(tile_bytes(layer_of(table_of(geometries), matrix_set), tile)).get("land", [])
    shown = {each["id"]: shape(each["geometry"]) for each in found}
    window = shapely.box(0, 0, EXTENT, EXTENT)
    margin = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    for number, geometry in enumerate(geometries, start=1):
        truth = on(matrix_set, tile, geometry)
        if number not in shown:
            # within a unit of the edge rounding decides
            assert not truth.intersects(window.buffer(-1.5))
            continue
        assert shown[number].is_valid
        assert margin.covers(shown[number])
        assert shapely.hausdorff_distance(shown[number], truth & margin) <= 2


@each_set
def test_a_label_stands_inside_its_feature_and_on_one_tile(matrix_set: MatrixSet) -> None:
    """Over all tiles of a matrix each polygon has one label, whatever tiles it lies on, of its own place."""
    rng = np.random.default_rng(5)
    corners = rng.uniform((120.0, 30.0), (120.02, 30.02), (40, 2))
    horseshoe = shapely.box(120.03, 30.0, 120.05, 30.02) - shapely.box(120.033, 30.003, 120.05, 30.017)
    large = shapely.MultiPolygon(
        [shapely.box(120.06, 30.0, 120.061, 30.001), shapely.box(120.07, 30, 120.09, 30.02)]
    )
    geometries = [shapely.box(x, y, x + 0.004, y + 0.003) for x, y in corners]
    geometries += [horseshoe, large, shapely.Point(120.0, 30.0), None]
    layer = layer_of(table_of(geometries), matrix_set)
    for matrix in (13, 15):
        places: dict[int, list[Any]] = {}
        for tile in tiles_of(layer, matrix):
            for each in decoded(tile_bytes(layer, tile)).get("land_labels", []):
                assert each["properties"] == {"code": f"P{each['id']}"}
                point = shape(each["geometry"])
                assert 0 <= point.x < EXTENT
                assert 0 <= point.y < EXTENT
                places.setdefault(each["id"], []).append((tile, point))
        assert sorted(places) == list(range(1, 43))
        for number, found in places.items():
            ((tile, point),) = found
            assert on(matrix_set, tile, geometries[number - 1]).distance(point) <= 1.5


def test_small_features_have_no_label() -> None:
    """Where no letter could be read there is none, so that a tile of a whole city stays small."""
    layer = layer_of(table_of([shapely.box(120.0, 30.0, 120.001, 30.001)]))
    with_label = {
        matrix
        for matrix in range(17)
        for tile in tiles_of(layer, matrix)
        if "land_labels" in decoded(tile_bytes(layer, tile))
    }
    assert with_label == set(range(12, 17))


@each_set
def test_labels_begin_where_the_style_writes_them(matrix_set: MatrixSet) -> None:
    """Coarser tiles are the outlines alone; a degree has as many pixels in both sets where labels begin."""
    since = labels_from("scores", matrix_set)
    label = style_table().styles["scores"].label
    assert label is not None
    assert matrix_set.columns * 2**since == 2**label.min_zoom
    table = table_of([shapely.box(120.0, 30.0, 120.003, 30.003)])
    plain = TileLayer("land", prepare(table, matrix_set), ("code",))
    labelled = TileLayer("land", plain.prepared, ("code",), ("code",), since)
    for matrix in (since - 1, since):
        for tile in tiles_of(plain, matrix):
            outlines, whole = tile_bytes(plain, tile), tile_bytes(labelled, tile)
            assert whole.startswith(outlines)
            assert matrix == since or whole == outlines
    assert any("land_labels" in decoded(tile_bytes(labelled, tile)) for tile in tiles_of(plain, since))


def test_a_change_takes_over_what_it_leaves_alone() -> None:
    """Prepared from the state before, tiles are the same bytes as prepared from nothing."""
    before = table_of([shapely.box(120 + 0.002 * n, 30, 120.0015 + 0.002 * n, 30.001) for n in range(30)])
    # another outline and value, a new one, one gone
    fresh = table_of([shapely.box(120.01, 30.002, 120.012, 30.004), shapely.Point(120.02, 30.003)], 30, 2)
    fresh = FeatureTable.of(np.array([5, 31]), ["P5", "P31"], fresh.versions, fresh.wkb, fresh.properties)
    after = updated(before, fresh, np.array([7]))
    old = prepare(before, WEB_MERCATOR_QUAD)
    layers = [
        TileLayer("land", prepared, ("code", "town"), ("code",))
        for prepared in (old, prepare(after, WEB_MERCATOR_QUAD, old), prepare(after, WEB_MERCATOR_QUAD))
    ]
    for matrix in range(10, 17):
        for tile in tiles_of(layers[2], matrix):
            was, taken_over, anew = (tile_bytes(layer, tile) for layer in layers)
            assert taken_over == anew
            key_was, key_taken_over, key_anew = (layer.key(tile) for layer in layers)
            assert key_taken_over == key_anew
            # the same key, the same bytes
            assert was == anew or key_was != key_anew


def test_a_key_tells_what_is_on_a_tile() -> None:
    """It changes with a version, columns, the layer and the tile, and not with what lies elsewhere."""
    boxes = [shapely.box(120, 30, 120.001, 30.001), shapely.box(121, 30, 121.001, 30.001)]
    table = table_of(boxes)
    layer = layer_of(table)
    (tile,) = tiles_of(layer, 6)
    here, there = (tiles_of(layer_of(table.take(np.array([n]))), 16)[0] for n in (0, 1))
    moved = updated(table, table_of(boxes[:1], 1, 9), np.empty(0, dtype=np.int64))
    later = layer_of(moved)
    assert later.key(here) != layer.key(here)
    assert later.key(there) == layer.key(there)
    assert later.key(tile) != layer.key(tile)
    fewer = TileLayer("land", layer.prepared, ("code",), ("code",))
    renamed = TileLayer("plots", layer.prepared, ("code", "town"), ("code",))
    assert len({each.key(here) for each in (layer, fewer, renamed)}) == 3


def test_columns_of_every_kind_are_told_in_their_kind() -> None:
    """Dates are text, as the format has none; nulls are left out; numbers beyond 2^53 stay whole."""
    table = table_of([shapely.Point(120, 30)] * 2)
    properties = pl.DataFrame(
        {
            "day": pl.Series(["2023-05-01", None]).str.to_date(),
            "whole": [2**60, -(2**60)],
            "none": pl.Series([None, None], dtype=pl.String),
        }
    )
    table = FeatureTable(table.ids, table.keys, table.versions, table.wkb, table.bounds, properties)
    layer = TileLayer("land", prepare(table, WEB_MERCATOR_QUAD), properties.columns)
    first, second = decoded(tile_bytes(layer, Tile(0, 0, 0)))["land"]
    assert first["properties"] == {"day": "2023-05-01", "whole": 2**60}
    assert second["properties"] == {"whole": -(2**60)}
    assert "land_labels" not in decoded(tile_bytes(layer, Tile(0, 0, 0)))


def test_a_table_without_features_has_no_tiles() -> None:
    """Nor has one of features without a place."""
    for geometries in ([], [None, None]):
        layer = layer_of(table_of(geometries))
        assert tiles_of(layer, 3) == []
        assert tile_bytes(layer, Tile(0, 0, 0)) == b""
