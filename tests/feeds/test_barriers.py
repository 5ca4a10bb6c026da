"""Barriers: rivers, railways and boundaries, handed over as lines or polygons."""

import json
from pathlib import Path

import pytest
import shapely

from service.domain.hand_overs import Feed, Verdict
from service.errors import UnreadableFile
from service.feeds.profiles.catalogue import shipped_profiles
from service.feeds.reading import read_hand_over
from service.jobs.importing import import_file
from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from service.store.layers import BARRIERS
from service.store.standing import read
from tests.feeds.handing import write_csv
from tests.feeds.test_streaming import counts

MAPPING = shipped_profiles()["barriers"].mapping
RAILWAY = shapely.LineString([(120.01, 30), (120.01, 30.01)])
RIVER = shapely.box(120.02, 30, 120.021, 30.01)
EXPRESSWAY = shapely.MultiLineString([[(120.03, 30), (120.03, 30.01)], [(120.04, 30), (120.04, 30.01)]])


def layer(folder: Path, name: str, *rows: tuple[shapely.Geometry, dict[str, str]]) -> Path:
    """Write features as GeoJSON."""
    features = [
        {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(shape)}
        for shape, told in rows
    ]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


ROWS = (
    (RAILWAY, {"阻隔编号": "T1", "阻隔类型": "铁路", "阻隔名称": "萧甬线"}),
    (RIVER, {"阻隔编号": "H1", "阻隔类型": "河道", "阻隔名称": "大浃江"}),
    (EXPRESSWAY, {"阻隔编号": "G1", "阻隔类型": "高速公路", "阻隔名称": ""}),
)


def test_lines_and_polygons_of_one_layer_are_kept(database: Database, tmp_path: Path) -> None:
    """As multi-geometries by code with their kind; what comes again with another content replaces it."""
    report = import_file(
        database, "barriers", layer(tmp_path, "a.geojson", *ROWS), mapping=MAPPING, crs="EPSG:4490"
    )
    assert counts(report) == (3, 0, 0, 0)
    again = layer(tmp_path, "b.geojson", ROWS[1], (RAILWAY.buffer(1e-4), ROWS[0][1]))
    assert counts(import_file(database, "barriers", again, mapping=MAPPING, crs="EPSG:4490")) == (1, 0, 1, 0)
    with database.reading() as connection:
        table = read(connection, BARRIERS)
    assert list(table.keys) == ["T1", "H1", "G1"]
    assert table.properties["kind"].to_list() == ["railway", "river", "expressway"]
    assert table.properties["name"].to_list() == ["萧甬线", "大浃江", None]
    kinds = [each.geom_type for each in table.geometries(table.everything)]
    assert kinds == ["MultiPolygon", "MultiPolygon", "MultiLineString"]
    assert table.geometries(table.everything)[2].equals(EXPRESSWAY)
    (collection,) = (each for each in COLLECTIONS if each.id == "barriers")
    assert [each.name for each in collection.properties] == ["code", "kind", "name"]


def test_what_is_no_barrier_is_held_and_said(tmp_path: Path) -> None:
    """A point, a line without length, a word that is no kind, a row without a code."""
    line = {"阻隔编号": "X", "阻隔类型": "铁路"}
    path = layer(
        tmp_path,
        "a.geojson",
        (shapely.Point(120, 30), line),
        (shapely.LineString([(120, 30), (120, 30)]), line),
        (RAILWAY, line | {"阻隔类型": "长城"}),
        (RAILWAY, line | {"阻隔编号": ""}),
    )
    chosen = read_hand_over(path, Feed.BARRIERS, MAPPING, crs="EPSG:4490")
    assert {row.verdict for row in chosen.rows} == {Verdict.HELD}
    assert [row.reason for row in chosen.rows] == [
        "not_a_line_or_polygon",
        "geometry_invalid",
        "word_unknown",
        "code_missing",
    ]


def test_a_list_without_geometry_is_refused(tmp_path: Path) -> None:
    """Barriers that lie nowhere part nothing."""
    with pytest.raises(UnreadableFile, match="Barriers need geometry"):
        read_hand_over(write_csv(tmp_path / "a.csv", [["code"], ["T1"]]), Feed.BARRIERS)


def test_parcels_are_still_no_lines(tmp_path: Path) -> None:
    """What a feed takes is the feed's."""
    path = layer(tmp_path, "a.geojson", (RAILWAY, {"code": "P1"}))
    (row,) = read_hand_over(path, Feed.PARCELS, district="330299", crs="EPSG:4490").rows
    assert row.reason == "not_a_polygon"
