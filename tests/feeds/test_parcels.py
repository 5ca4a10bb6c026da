import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from service.domain.hand_overs import Feed, HandedRow, Verdict
from service.errors import InvalidParameter, TooLarge, UnreadableFile, UnusableCrs
from service.feeds.formats import archives, geometry, shapefile
from service.feeds.reading import read_hand_over
from tests.feeds.handing import content, read, verdicts, write_layer, zipped

SQUARE = box(120, 30, 120.001, 30.001)
_E2 = (2 - 1 / 298.257222101) / 298.257222101
_LATITUDE = math.radians(30.0005)
SQUARE_M2 = (
    # radii of curvature along meridian and parallel on the CGCS2000 ellipsoid, times the angles
    6378137**2
    * (1 - _E2)
    / (1 - _E2 * math.sin(_LATITUDE) ** 2) ** 2
    * math.cos(_LATITUDE)
    * math.radians(0.001) ** 2
)
BOW_TIE = Polygon([(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001)])


def parcels(path: Path, mapping: str | None = None, **options: Any) -> list[HandedRow]:
    """Read parcels of the district 330299."""
    return read(path, mapping, Feed.PARCELS, district="330299", **options)


def shape(row: HandedRow) -> Any:
    """Return the geometry that a row states."""
    return shapely.from_wkb(row.facts[0][1][-1])


@pytest.mark.parametrize("name", ["p.gpkg", "p.geojson", "p.fgb"])
def test_parcels_are_read_from_any_gis_format(tmp_path: Path, name: str) -> None:
    """GeoPackage, GeoJSON and FlatGeobuf give the same code, shape and geodesic area."""
    crs = "EPSG:4326" if name.endswith("json") else "EPSG:4490"
    rows = parcels(write_layer(tmp_path / name, [SQUARE], {"code": ["P1"], "name": ["甲地块"]}, crs=crs))
    key, stated = rows[0].facts[0]
    assert (key, stated[:2]) == (("P1",), ("330299", "甲地块"))
    assert stated[-2] == pytest.approx(SQUARE_M2, abs=0.02)
    assert shape(rows[0]).geom_type == "MultiPolygon"
    assert shape(rows[0]).normalize().equals_exact(MultiPolygon([SQUARE]).normalize(), 1e-9)


@pytest.mark.parametrize(
    ("encoding", "without"),
    [("GBK", ()), ("GBK", (".cpg",)), ("UTF-8", ()), ("UTF-8", (".cpg",))],
)
def test_a_zipped_shapefile_is_read_in_its_encoding(
    tmp_path: Path, encoding: str, without: tuple[str, ...]
) -> None:
    """GBK and UTF-8, said by a .cpg or found out by the bytes; folders within the archive do not matter."""
    (tmp_path / "s").mkdir()
    columns = {"ZDDM": ["G1", "G2"], "权利人": ["宁波甲有限公司", "乙厂"]}
    shapes = [box(500_000, 3_300_000, 500_100, 3_300_100), box(500_100, 3_300_000, 500_200, 3_300_100)]
    write_layer(
        tmp_path / "s" / "宗地.shp",
        shapes,
        columns,
        crs="EPSG:4549",
        encoding=encoding,
        geometry_type="Polygon",
    )
    path = zipped(tmp_path / "s", tmp_path / "p.zip", without, "下发/2024/")
    rows = parcels(path, "feed: parcels\ncolumns: {code: ZDDM, name: 权利人}")
    assert [row.facts[0][1][1] for row in rows] == ["宁波甲有限公司", "乙厂"]
    assert [row.facts[0][1][-2] for row in rows] == pytest.approx([10_000, 10_000], rel=1e-4)
    assert rows[0].sheet == "宗地"


def test_characters_that_dbase_cut_in_two_do_not_spoil_a_shapefile(tmp_path: Path) -> None:
    """Ten bytes of a field name, 254 of a cell: what is left of the last character is dropped."""
    (tmp_path / "s").mkdir()
    target = tmp_path / "s" / "p.shp"
    write_layer(
        target,
        [box(0, 0, 1, 1)],
        {"ZDDM": ["G1"], "XYZ": ["宁" * 80]},
        geometry_type="Polygon",
        encoding="UTF-8",
    )
    dbf = target.with_suffix(".dbf")
    content_ = bytearray(dbf.read_bytes())
    content_[64:75] = "权利人名".encode()[:10] + b"\0"  # four characters need twelve bytes
    at = content_.index("宁".encode())
    content_[at + 79 * 3 : at + 79 * 3 + 3] = "宁".encode()[:2] + b" "
    dbf.write_bytes(content_)
    rows = parcels(
        zipped(tmp_path / "s", tmp_path / "p.zip"), "feed: parcels\ncolumns: {code: ZDDM, name: 权利人}"
    )
    assert rows[0].facts[0][1][1] == "宁" * 79


def test_every_kind_of_unusable_geometry_is_held_with_its_reason(tmp_path: Path) -> None:
    """Null, empty, point, line, self-intersecting, out of range, NaN, wrapped around the globe, collapsed."""
    shapes = {
        "geometry_missing": None,
        "geometry_empty": Polygon(),
        "not_a_polygon": shapely.Point(120, 30),
        "geometry_invalid": BOW_TIE,
        "coordinates_out_of_range": box(500_000, 3_300_000, 500_100, 3_300_100),
        "crosses_antimeridian": box(-179, 30, 179, 31),
        None: SQUARE,
    }
    rows = parcels(write_layer(tmp_path / "p.gpkg", list(shapes.values())))
    assert [row.reason for row in rows] == list(shapes)
    assert [row.verdict for row in rows[:-1]] == [Verdict.HELD] * 6
    assert "Self-intersection" in (rows[3].detail or "")
    collection = shapely.GeometryCollection([SQUARE])
    hole_outside = Polygon(SQUARE.exterior, [box(121, 31, 122, 32).exterior.coords])
    others = [collection, hole_outside, Polygon([(120, 30)] * 4), MultiPolygon([SQUARE, SQUARE])]
    rows = parcels(write_layer(tmp_path / "q.gpkg", others))
    assert verdicts(rows) == ["not_a_polygon", *["geometry_invalid"] * 3]


def test_coordinates_that_are_no_numbers_are_held(tmp_path: Path) -> None:
    """NaN in a ring and a ring that does not close never reach the store."""
    blob = bytearray(shapely.to_wkb(SQUARE))
    blob[29:37] = np.array([np.nan]).tobytes()
    with np.errstate(invalid="ignore"):
        path = write_layer(tmp_path / "p.gpkg", [shapely.from_wkb(bytes(blob)), SQUARE])
    assert parcels(path)[0].verdict is Verdict.HELD
    ring = {"type": "Polygon", "coordinates": [[[120, 30], [121, 30], [121, 31]]]}
    (tmp_path / "p.geojson").write_text(_features([{"code": "A"}], [ring]))
    assert verdicts(parcels(tmp_path / "p.geojson")) == ["geometry_unreadable"]


def test_invalid_geometry_is_repaired_when_asked_and_said_so(tmp_path: Path) -> None:
    """The bow tie becomes its two triangles; the row says what was wrong and how the area changed."""
    path = write_layer(tmp_path / "p.gpkg", [BOW_TIE, SQUARE])
    reading = read_hand_over(path, Feed.PARCELS, district="330299", repair=True)
    repaired, sound = reading.rows
    assert reading.repaired == 1
    assert (repaired.verdict, repaired.reason, sound.reason) == (Verdict.ACCEPTED, "geometry_repaired", None)
    assert "Self-intersection" in (repaired.detail or "")
    assert "m² as repaired" in (repaired.detail or "")
    assert shape(repaired).is_valid
    assert repaired.facts[0][1][-2] == pytest.approx(sound.facts[0][1][-2] / 2, rel=1e-3)


def test_shapes_are_flattened_and_turned_counter_clockwise(tmp_path: Path) -> None:
    """Heights are dropped, outer rings run counter-clockwise; the area is without the hole."""
    with_hole = Polygon(
        [(120, 30, 5), (120, 30.001, 5), (120.001, 30.001, 5), (120.001, 30, 5)],
        [[(120.0002, 30.0002, 5), (120.0008, 30.0002, 5), (120.0008, 30.0008, 5), (120.0002, 30.0008, 5)]],
    )
    row = parcels(write_layer(tmp_path / "p.gpkg", [with_hole], geometry_type="Polygon Z"))[0]
    part = shape(row).geoms[0]
    assert not shape(row).has_z
    assert part.exterior.is_ccw
    assert not part.interiors[0].is_ccw
    assert row.facts[0][1][-2] == pytest.approx(SQUARE_M2 * 0.64, rel=1e-3)


def test_too_many_vertices_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A polygon of a million vertices is held before anybody pays for looking at its validity."""
    monkeypatch.setattr(geometry, "MAX_VERTICES", 100)
    path = write_layer(tmp_path / "p.gpkg", [shapely.Point(120, 30).buffer(0.001, 64), SQUARE])
    assert verdicts(parcels(path)) == ["too_many_vertices", "accepted"]


def test_a_file_in_xian_80_is_held_row_by_row_until_the_operator_gives_the_shift(tmp_path: Path) -> None:
    """Every row says why; with the transformation all are accepted and lie where it moves them."""
    path = write_layer(tmp_path / "p.gpkg", [SQUARE, box(120.01, 30, 120.011, 30.001)], crs="EPSG:4610")
    assert verdicts(parcels(path)) == ["crs_not_transformable"] * 2
    reading = read_hand_over(
        path, Feed.PARCELS, district="330299", transformation="+towgs84=15.8,-154.4,-82.3"
    )
    assert verdicts(reading.rows) == ["accepted", "accepted"]
    west, south, *_ = shape(reading.rows[0]).bounds
    assert (west, south) == pytest.approx((120.000658, 29.999996), abs=1e-6)
    assert any("operator" in note for note in reading.notes)


def test_a_layer_without_crs_needs_the_operators_word(tmp_path: Path) -> None:
    """Nothing is assumed; --crs settles it."""
    path = write_layer(tmp_path / "p.gpkg", [box(500_000, 3_300_000, 500_100, 3_300_100)], crs=None)
    with pytest.raises(UnusableCrs):
        parcels(path)
    row = parcels(path, crs="EPSG:4549")[0]
    assert shape(row).bounds[0] == pytest.approx(120.0, abs=1e-6)


def test_a_parcel_row_keeps_its_geometry_as_received(tmp_path: Path) -> None:
    """The source row holds every attribute and the WKB in the file's own coordinates."""
    original = box(500_000, 3_300_000, 500_100, 3_300_100)
    row = parcels(
        write_layer(tmp_path / "p.gpkg", [original], {"code": ["P1"], "extra": [6.0]}, crs="EPSG:4549")
    )[0]
    kept = content(row)
    assert (kept["code"], kept["extra"], row.sheet, row.row) == ("P1", "6.0", "p", 1)
    assert shapely.from_wkb(kept["@geometry"]).equals(original)


def test_parcels_need_a_district(tmp_path: Path) -> None:
    """The mapping or the import names it; two different answers are refused."""
    path = write_layer(tmp_path / "p.gpkg", [SQUARE], {"code": ["P1"], "d": [330299]})
    with pytest.raises(InvalidParameter) as caught:
        read(path, None, Feed.PARCELS)
    assert caught.value.code == "district-required"
    rows = read(path, "feed: parcels\ncolumns: {code: code, district: d}")
    assert rows[0].facts[0][1][0] == "330299"
    with pytest.raises(InvalidParameter):
        read(path, "feed: parcels\ncolumns: {code: code, district: {constant: 330200}}", district="330299")


def test_several_layers_leave_a_choice_to_the_mapping(tmp_path: Path) -> None:
    """Of two layers one is named, in a GeoPackage and in an archive of Shapefiles."""
    write_layer(tmp_path / "p.gpkg", [SQUARE], layer="a")
    write_layer(tmp_path / "p.gpkg", [SQUARE, SQUARE], {"code": ["X", "Y"]}, layer="b", append=True)
    (tmp_path / "s").mkdir()
    write_layer(tmp_path / "s" / "a.shp", [SQUARE], geometry_type="Polygon")
    write_layer(tmp_path / "s" / "b.shp", [SQUARE, SQUARE], {"code": ["X", "Y"]}, geometry_type="Polygon")
    for path in (tmp_path / "p.gpkg", zipped(tmp_path / "s", tmp_path / "p.zip")):
        with pytest.raises(UnreadableFile, match="a, b"):
            parcels(path)
        assert len(parcels(path, "feed: parcels\nlayer: b\ncolumns: {code: code}")) == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "p.gpkg",
            '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource>'
            "</OGRVRTLayer></OGRVRTDataSource>",
        ),
        (
            "p.geojson",
            '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}',
        ),
        ("p.geojson", '{"type": "Topology", "objects": {}, "arcs": []}'),
        ("p.geojson", '{"type": "FeatureCollection", "features": [{'),
        ("p.fgb", "fgb\x03fgb\x00 no more"),
        ("p.gpkg", "SQLite format 3\x00 no more"),
    ],
)
def test_files_that_would_make_gdal_open_others_are_refused(tmp_path: Path, name: str, text: str) -> None:
    """A virtual format or a pipeline behind an innocent name is no parcel file, nor is a damaged one."""
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableFile) as caught:
        parcels(tmp_path / name)
    assert "/etc" not in caught.value.detail


def test_paths_in_an_archive_lead_nowhere(tmp_path: Path) -> None:
    """Members named ../../x are read under names of our own; nothing is written elsewhere."""
    (tmp_path / "s").mkdir()
    write_layer(tmp_path / "s" / "p.shp", [SQUARE], geometry_type="Polygon")
    path = zipped(tmp_path / "s", tmp_path / "p.zip", prefix="../../../escaped-")
    before = set(tmp_path.parent.rglob("escaped-*"))
    assert verdicts(parcels(path)) == ["accepted"]
    assert set(tmp_path.parent.rglob("escaped-*")) == before


def test_an_archive_that_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size is limited, by what the directory says and by what really comes out."""
    (tmp_path / "s").mkdir()
    write_layer(tmp_path / "s" / "p.shp", [SQUARE] * 100, geometry_type="Polygon")
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in (tmp_path / "s").iterdir():
            archive.write(part, part.name)
    monkeypatch.setattr(archives, "_BYTES", 5_000)
    with pytest.raises(TooLarge):
        parcels(path)
    monkeypatch.setattr(shapefile, "_MEMBERS", 3)
    with pytest.raises(TooLarge):
        parcels(path)


@pytest.mark.parametrize("damage", [b"", b"\x00" * 200])
def test_a_damaged_archive_is_refused(tmp_path: Path, damage: bytes) -> None:
    """An archive cut off or overwritten in the middle is named as damaged."""
    (tmp_path / "s").mkdir()
    write_layer(tmp_path / "s" / "p.shp", [SQUARE] * 100, geometry_type="Polygon")
    path = zipped(tmp_path / "s", tmp_path / "p.zip")
    whole = path.read_bytes()
    middle = whole.index(b"p.shp") + 300
    path.write_bytes(whole[:middle] + damage + (whole[middle + len(damage) :] if damage else b""))
    with pytest.raises(UnreadableFile):
        parcels(path)


def test_an_upload_may_lie_under_any_name(tmp_path: Path) -> None:
    """The name under which a file was handed over tells its format, not the name it lies under."""
    path = write_layer(tmp_path / "p.gpkg", [SQUARE])
    path.rename(tmp_path / "upload-1")
    assert verdicts(parcels(tmp_path / "upload-1", file_name="宗地.gpkg")) == ["accepted"]


def test_attributes_of_a_layer_are_a_table_too(tmp_path: Path) -> None:
    """Figures come from a GIS file too: a missing number is no figure, a code as a float is a code."""
    path = write_layer(
        tmp_path / "p.gpkg",
        [SQUARE] * 3,
        {"BBL": [3051780033.0, 2.0, 3.0], "AssessTot": [10.5, float("nan"), 0.0]},
    )
    mapping = """
feed: figures
columns: {parcel_code: BBL, period: {constant: 2023}}
metrics: {output: {column: AssessTot, unit: yuan}}
"""
    rows = read(path, mapping)
    assert verdicts(rows) == ["accepted", "no_values", "accepted"]
    assert rows[0].facts[0] == (("parcel", "3051780033", "", "2023", "output"), (1050,))


def _features(properties: list[dict[str, object]], geometries: list[object]) -> str:
    features = [
        {"type": "Feature", "properties": given, "geometry": shape_}
        for given, shape_ in zip(properties, geometries, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})
