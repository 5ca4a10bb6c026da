"""File geodatabases in archives, buildings, and parcels that come as a table."""

import zipfile
from pathlib import Path

import pytest
import shapely

from service.domain.hand_overs import Feed, Verdict
from service.errors import InvalidParameter, TooLarge, UnreadableFile
from service.feeds.formats import archives, file_gdb
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.reading import read_hand_over
from tests.feeds.handing import read, verdicts, write_csv, write_layer, write_xlsx
from tests.feeds.test_parcels import BOW_TIE, SQUARE, SQUARE_M2

BUILDINGS = """
feed: buildings
columns:
  code: JZBH
  parcel_code: ZDDM
  floors: CS
  floor_area_m2: {column: JZMJ, unit: 亩}
  height_m: {column: GD, unit: m}
"""


def gdb(folder: Path, prefix: str = "宗地.gdb/", layers: int = 1) -> Path:
    """Write a zipped geodatabase with parcels P1 in layers ZD1, ZD2 …"""
    database = folder / "made.gdb"
    for number in range(1, layers + 1):
        write_layer(
            database, [SQUARE], {"code": [f"P{number}"], "town": ["甲镇"]}, layer=f"ZD{number}",
            driver="OpenFileGDB", geometry_type="MultiPolygon", append=number > 1,
        )  # fmt: skip
    path = folder / "p.gdb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(database.iterdir()):
            archive.write(part, prefix + part.name)
    return path


@pytest.mark.parametrize("prefix", ["宗地.gdb/", "", "../../outside/x.gdb/", "C:\\data\\x.gdb\\"])
def test_a_zipped_geodatabase_is_read(tmp_path: Path, prefix: str) -> None:
    """With its folder or without; where a member wants to go does not matter."""
    rows = read(gdb(tmp_path, prefix), None, Feed.PARCELS, district="330299")
    key, stated = rows[0].facts[0]
    assert (key, stated[:2]) == (("P1",), ("330299", "甲镇"))
    assert stated[-2] == pytest.approx(SQUARE_M2, abs=0.02)
    assert not (tmp_path.parent / "outside").exists()


def test_of_several_layers_the_mapping_names_one(tmp_path: Path) -> None:
    """Two layers leave a choice; the table without its geometry is good for other feeds."""
    path = gdb(tmp_path, layers=2)
    mapping = "feed: parcels\ncolumns: {code: code}\n"
    with pytest.raises(UnreadableFile, match="ZD1, ZD2"):
        read(path, mapping, district="330299")
    assert read(path, mapping + "layer: ZD2", district="330299")[0].facts[0][0] == ("P2",)
    contracts = "feed: contracts\ncolumns: {parcel_code: code}\nlayer: ZD1"
    assert read(path, contracts)[0].facts == ((("P1",), ()),)


def test_a_hostile_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too much, too many, two geodatabases, or none that GDAL can open."""
    path = gdb(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(archives, "_BYTES", 5_000)
        with pytest.raises(TooLarge):
            read(path, None, Feed.PARCELS, district="330299")
    with monkeypatch.context() as patch:
        patch.setattr(file_gdb, "_MEMBERS", 3)
        with pytest.raises(TooLarge):
            read(path, None, Feed.PARCELS, district="330299")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.gdb/a00000001.gdbtable", b"x")
    with pytest.raises(UnreadableFile, match="2 geodatabases"):
        read(path, None, Feed.PARCELS, district="330299")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("x.gdb/a00000001.gdbtable", b"x" * 100)
    with pytest.raises(UnreadableFile):
        read(tmp_path / "empty.zip", None, Feed.PARCELS, district="330299")


def test_a_geodatabase_cut_anywhere_is_refused_or_read(tmp_path: Path) -> None:
    """Damage within the archive never ends in more than a clear refusal."""
    whole = gdb(tmp_path).read_bytes()
    for at in range(40, len(whole), len(whole) // 12):
        path = tmp_path / "cut.zip"
        path.write_bytes(whole[:at] + b"\xff" * 30 + whole[at + 30 :])
        try:
            read(path, None, Feed.PARCELS, district="330299")
        except UnreadableFile:
            continue


def test_buildings_are_judged_as_parcels_are(tmp_path: Path) -> None:
    """Outline, geodesic area and coordinate system; a bow tie is held; no district is needed."""
    path = write_layer(
        tmp_path / "b.gpkg",
        [SQUARE, BOW_TIE, None],
        {
            "JZBH": ["B1", "B2", "B3"],
            "ZDDM": ["P1", "P1", ""],
            "CS": [3.0, 2.0, 1.0],
            "JZMJ": [1.5, 1.0, 1.0],
            "GD": [12.5, 1.0, 1.0],
        },
    )
    rows = read(path, BUILDINGS)
    key, stated = rows[0].facts[0]
    assert (key, stated[:-2]) == (("B1",), ("P1", 3, 1000.0, 12.5))
    assert stated[-2] == pytest.approx(SQUARE_M2, abs=0.02)
    assert shapely.from_wkb(stated[-1]).geom_type == "MultiPolygon"
    assert verdicts(rows)[1:] == ["geometry_invalid", "geometry_missing"]
    fields = read_hand_over(path, Feed.BUILDINGS, parse_mapping(BUILDINGS)).fields
    assert fields == ("parcel_code", "floors", "floor_area_m2", "height_m", "geodesic_area_m2", "geom")


def test_buildings_without_geometry_are_refused(tmp_path: Path) -> None:
    """A list of buildings does not say where they stand."""
    with pytest.raises(UnreadableFile, match="need geometry"):
        read(write_csv(tmp_path / "b.csv", [["code"], ["B1"]]), None, Feed.BUILDINGS)


def test_a_table_of_parcels_states_only_what_it_says(tmp_path: Path) -> None:
    """Without geometry no district is needed, and none of the fields computed from geometry is stated."""
    mapping = """
feed: parcels
columns: {code: 宗地代码, holder: 权利人, registered_area_m2: {column: 面积, unit: 亩}}
"""
    table = [
        ["权属表", "", ""],
        ["宗地代码", "权利人", "面积"],
        ["P1", "甲公司", "1.5"],
        ["", "乙", "1"],
        ["合计", "", "2.5"],
    ]
    for path in (write_csv(tmp_path / "p.csv", table), write_xlsx(tmp_path / "p.xlsx", {"S": table})):
        reading = read_hand_over(path, Feed.PARCELS, parse_mapping(mapping))
        assert reading.fields == ("registered_area_m2", "holder")
        assert verdicts(reading.rows) == ["title", "accepted", "parcel_code_missing", "subtotal"]
        assert reading.rows[1].facts == ((("P1",), (1000.0, "甲公司")),)
        assert any("Without geometry" in note for note in reading.notes)


def test_the_district_of_a_table_of_parcels_is_stated_when_given(tmp_path: Path) -> None:
    """It is then compared with the one on record."""
    path = write_csv(tmp_path / "p.csv", [["code", "holder"], ["P1", "甲"]])
    reading = read_hand_over(path, Feed.PARCELS, district="330299")
    assert reading.fields == ("district", "holder")
    with pytest.raises(InvalidParameter, match="belong to a district"):
        read(write_layer(tmp_path / "p.gpkg", [SQUARE]), None, Feed.PARCELS)


def test_features_that_the_mapping_skips_are_no_parcels(tmp_path: Path) -> None:
    """A register keeps cancelled parcels in the same layer."""
    path = write_layer(tmp_path / "p.gpkg", [SQUARE, SQUARE], {"code": ["P1", "P2"], "ZT": ["现势", "注销"]})
    mapping = "feed: parcels\ncolumns: {code: code}\nskip: [{column: ZT, values: [注销]}]"
    rows = read(path, mapping, district="330299")
    assert [row.verdict for row in rows] == [Verdict.ACCEPTED, Verdict.SKIPPED]
