"""Features as files: what goes into a format comes out of an independent reader."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
import shapely
from openpyxl.utils.escape import unescape

from service.errors import InvalidParameter, TooLarge
from service.features.crs import CRS84, STORED, find_crs
from service.features.formats import cells, xlsx
from service.features.formats.content import Content, content_of
from service.features.formats.dbase import field_names
from service.features.formats.formats import FORMATS, format_of
from service.features.table import FeatureTable, Property
from tests.support.read_back import Found, gdal_reads, read_back

ALL = [each.f for each in FORMATS]
WITH_GEOMETRY = [name for name in ALL if name != "xlsx"]
FILES = ["fgb", "gpkg", "parquet", "shp"]
ZONE_40 = find_crs("http://www.opengis.net/def/crs/EPSG/0/4549", "crs")

PROPERTIES = (
    Property("name", "string", "Name 名称"),
    Property("registered_area_m2", "number", "Registered area 登记面积"),
    Property("registered_on", "date", "Registered on 登记日期"),
    Property("floors", "integer", "Floors 层数"),
    Property("vacant", "boolean", "Vacant 空置"),
    Property("nothing", "string", "Nothing 无"),
    Property("never", "date", "Never 从未"),
)
HOLED = shapely.box(121.5, 29.9, 121.6, 30.0).difference(shapely.box(121.52, 29.92, 121.54, 29.94))
ACROSS = shapely.MultiPolygon([shapely.box(179.9, -1, 180, 1), shapely.box(-180, -1, -179.9, 1)])
SLIVER = shapely.Polygon([(121.0, 30.0), (121.1, 30.0), (121.0, 30.0000001)])
GARDEN = (
    shapely.MultiPolygon([HOLED]),
    None,
    ACROSS,
    shapely.MultiPolygon([SLIVER]),
    shapely.MultiPolygon([shapely.Point(121, 30).buffer(0.01, quad_segs=200)]),
)
VALUES = {
    "name": ["宗地一", "𠮷😀 four bytes", None, 'quote " comma , line\r\nend', " blanks "],
    "registered_area_m2": [7000.25, None, 1e300, -1e-12, 123456789.123456789],
    "registered_on": [date(2023, 1, 31), None, date(1949, 10, 1), date(1900, 1, 1), date(2024, 2, 29)],
    "floors": [1, None, -(10**16), 999_999_999_999_999, 0],
    "vacant": [True, None, False, True, False],
    "nothing": [None] * 5,
    "never": [None] * 5,
}


def table(shapes: tuple[shapely.Geometry | None, ...] = GARDEN) -> FeatureTable:
    """So many of the garden's features with these shapes; the columns of nulls have no type of their own."""
    size = len(shapes)
    wkb = pl.Series([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=pl.Binary)
    schema = {"registered_area_m2": pl.Float64, "floors": pl.Int64, "vacant": pl.Boolean, "name": pl.String}
    frame = pl.DataFrame({name: values[:size] for name, values in VALUES.items()}, schema_overrides=schema)
    ids = np.arange(1, size + 1)
    return FeatureTable.of(ids, [f"P{number}" for number in ids], ids, wkb, frame)


def content(features: FeatureTable, **options: object) -> Content:
    """The features as content in the stored coordinate system, of a fixed time."""
    known = {
        "name": "parcels",
        "title": "Parcels 宗地",
        "crs": STORED,
        "time": datetime(2024, 3, 1, tzinfo=UTC),
    }
    return content_of(features, features.everything, PROPERTIES, **{**known, **options})


def written(f: str, given: Content) -> bytes:
    """The file as bytes, as it is sent."""
    with format_of(f).opened(given) as parts:
        return b"".join(parts)


def found(f: str, given: Content, folder: Path) -> Found:
    """What is in the file."""
    return read_back(f, written(f, given), folder)


@pytest.mark.parametrize("f", ALL)
def test_every_value_survives(f: str, tmp_path: Path) -> None:
    """Texts of any script, numbers to the last bit, days, truth and null are read as they were written."""
    read = found(f, content(table()), tmp_path)
    order = [read.columns["id"].index(key) for key in ("P1", "P2", "P3", "P4", "P5")]
    names = dict(zip(VALUES, field_names(list(VALUES)) if f == "shp" else VALUES, strict=True))
    for name, values in VALUES.items():
        expected: list[object] = list(values)
        got = [read.columns[names[name]][place] for place in order]
        if f == "csv":
            got = [_from_csv(text, value) for text, value in zip(got, expected, strict=True)]
        elif f in ("ndjson", "geojsonseq"):
            expected = [value.isoformat() if isinstance(value, date) else value for value in values]
        elif f == "xlsx":
            got = [value.date() if isinstance(value, datetime) else value for value in got]
            if name == "registered_on":
                # a spreadsheet counts days wrongly before March 1900
                expected[3] = "1900-01-01"
            if name == "floors":
                # and keeps fifteen digits
                expected[2] = str(expected[2])
        elif f == "shp" and name == "name":
            # blanks fill a field up
            expected = [None if value is None else value.strip() for value in values]
        assert got == expected, name


def _from_csv(text: str, like: object) -> object:
    """What a cell of text says, in the type of what was written."""
    if text == "":
        return None
    match like:
        case bool():
            return {"true": True, "false": False}[text]
        case date():
            return date.fromisoformat(text)
        case str() | None:
            return text
        case _:
            return type(like)(text)


@pytest.mark.parametrize("f", WITH_GEOMETRY)
def test_every_geometry_survives(f: str, tmp_path: Path) -> None:
    """Holes, parts on both sides of the antimeridian, slivers and no geometry at all."""
    read = found(f, content(table(), crs=CRS84, wkt=True), tmp_path)
    assert read.geometries is not None
    order = [read.columns["id"].index(key) for key in ("P1", "P2", "P3", "P4", "P5")]
    for shape, place in zip(GARDEN, order, strict=True):
        got = read.geometries[place]
        if shape is None:
            assert got is None
            continue
        # what is text has seven decimals
        assert shapely.hausdorff_distance(got, shape) < (1e-12 if f in FILES else 1e-7)
        assert (got.is_valid, shapely.get_num_geometries(got)) == (True, shapely.get_num_geometries(shape))


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize("size", [0, 1])
def test_no_feature_and_one_feature_make_a_file(f: str, size: int, tmp_path: Path) -> None:
    """With all its columns, where a format has columns."""
    read = found(f, content(table(GARDEN[:size])), tmp_path)
    assert read.size == size
    if f not in ("ndjson", "geojsonseq"):
        columns = field_names(list(VALUES)) if f == "shp" else list(VALUES)
        assert [name for name in read.columns if not name.startswith("centroid")] == ["id", *columns]


@pytest.mark.parametrize("f", ALL)
def test_only_the_named_properties_are_written(f: str, tmp_path: Path) -> None:
    """What is not to be shown is nowhere in the file, and the feature id only where it is wanted."""
    given = replace(content(table()), properties=PROPERTIES[3:5], with_ids=False)
    raw = written(f, given)
    assert "宗地一".encode() not in raw
    columns = set(read_back(f, raw, tmp_path).columns)
    assert columns - {"centroid_x", "centroid_y"} == {"floors", "vacant"} | ({"id"} if "json" in f else set())


@pytest.mark.parametrize("f", ALL)
def test_equal_features_make_equal_bytes(f: str) -> None:
    """A strong entity tag names bytes: no clock and no chance is in a file."""
    assert written(f, content(table())) == written(f, content(table()))


@pytest.mark.parametrize("f", WITH_GEOMETRY)
def test_axes_are_those_of_the_authority_in_texts_and_eastward_in_files(f: str, tmp_path: Path) -> None:
    """EPSG:4549 names the northing first; in files of columns x is always east."""
    shape = shapely.MultiPolygon([HOLED])
    read = found(f, content(table((shape,)), crs=ZONE_40, wkt=True), tmp_path)
    assert read.geometries is not None
    first, second = read.geometries[0].centroid.coords[0]
    if f in FILES:
        assert (first, second) == pytest.approx((645_000, 3_320_000), abs=10_000)
        assert read.crs == "EPSG:4549"
    else:
        assert (second, first) == pytest.approx((645_000, 3_320_000), abs=10_000)


@pytest.mark.parametrize("f", FILES)
def test_degrees_are_eastward_too(f: str, tmp_path: Path) -> None:
    """EPSG:4490 names latitude first; a file has longitude first nevertheless, and says EPSG:4490."""
    read = found(f, content(table(GARDEN[:1])), tmp_path)
    assert read.geometries is not None
    assert read.geometries[0].centroid.x == pytest.approx(121.55, abs=0.01)
    assert read.crs == "EPSG:4490"


@pytest.mark.parametrize("f", WITH_GEOMETRY)
def test_lines_are_simplified_on_demand(f: str, tmp_path: Path) -> None:
    """A circle of 800 vertices keeps a few."""
    given = content(table(GARDEN[4:]), crs=CRS84, largest_offset=0.001, wkt=True)
    read = found(f, given, tmp_path)
    assert read.geometries is not None
    assert 4 < shapely.get_num_coordinates(read.geometries[0]) < 40


@pytest.mark.parametrize("f", ["ndjson", "geojsonseq"])
def test_gdal_reads_the_lines(f: str, tmp_path: Path) -> None:
    """Both kinds, by their ending; GDAL has no feature without geometry otherwise."""
    path = tmp_path / f"lines{format_of(f).suffix}"
    format_of(f).write(content(table(), crs=CRS84), path)
    assert gdal_reads(path).columns["name"] == VALUES["name"]


def test_csv_with_geometry_is_a_layer_for_gdal(tmp_path: Path) -> None:
    """The column is called WKT, by which GDAL and QGIS know it; without being asked for it is not there."""
    path = tmp_path / "parcels.csv"
    format_of("csv").write(content(table(GARDEN[:1]), crs=CRS84, wkt=True), path)
    read = gdal_reads(path)
    assert read.geometries is not None
    assert read.geometries[0].equals(GARDEN[0])
    assert "WKT" not in written("csv", content(table())).decode().partition("\r\n")[0]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_csv_texts_are_no_formulas(sign: str, tmp_path: Path) -> None:
    """An apostrophe stands before what a spreadsheet would run; numbers below zero stay numbers."""
    features = table(GARDEN[:1])
    harmful = features.properties.with_columns(name=pl.lit(f"{sign}1+2"), floors=pl.lit(-5))
    read = found("csv", content(replace(features, properties=harmful)), tmp_path)
    assert (read.columns["name"], read.columns["floors"]) == ([f"'{sign}1+2"], ["-5"])


def test_csv_follows_the_rfc() -> None:
    """Lines end with CR LF, null is nothing, an empty text is quoted nothing."""
    features = table(GARDEN[:2])
    frame = features.properties.with_columns(name=pl.Series(["", None]))
    text = written("csv", content(replace(features, properties=frame))).decode("utf-8-sig")
    header, first, second, end = text.split("\r\n")
    assert header.startswith("id,name,registered_area_m2")
    assert (first.split(",")[:2], second.split(",")[:2], end) == (["P1", '""'], ["P2", ""], "")


def test_a_workbook_has_titles_days_and_no_formulas(tmp_path: Path) -> None:
    """Titles in two languages, days as days, texts with signs and control characters as they are."""
    features = table(GARDEN[:1])
    odd = "=1+2 <&> _x0041_ \x01 \r\n tab\t"
    book = openpyxl.load_workbook(
        io.BytesIO(
            written(
                "xlsx",
                content(replace(features, properties=features.properties.with_columns(name=pl.lit(odd)))),
            )
        )
    )
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == [
        "Feature id 要素标识",
        "Name 名称",
        "Registered area 登记面积",
    ]
    assert (unescape(sheet["B2"].value), sheet["B2"].data_type) == (odd, "s")
    assert (sheet["D2"].number_format, sheet["D2"].is_date) == ("yyyy-mm-dd", True)
    assert sheet["I2"].value == pytest.approx(121.55, abs=0.01)
    assert sheet["J2"].value == pytest.approx(29.95, abs=0.01)
    assert (sheet.freeze_panes, sheet.dimensions, sheet.auto_filter.ref) == ("A2", "A1:J2", "A1:J2")


def test_a_workbook_tells_what_it_cuts_and_refuses_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell has so many characters and a sheet so many rows."""
    features = table(GARDEN[:1])
    long = features.properties.with_columns(name=pl.lit("长" * 40_000))
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", content(replace(features, properties=long)))))
    text = book.worksheets[0]["B2"].value
    assert len(text) == cells.LONGEST
    assert text.endswith("截断]")
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    with pytest.raises(TooLarge) as refused:
        written("xlsx", content(table()))
    assert refused.value.code == "too-many-rows"


def test_a_shapefile_in_gbk_tells_what_it_has_not(tmp_path: Path) -> None:
    """Characters that GBK has not are question marks and counted; the rest is read by the code page."""
    raw = written("shp", content(table(), encoding="gbk"))
    assert read_back("shp", raw, tmp_path).columns["name"][:2] == ["宗地一", "?? four bytes"]
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        assert file.read("parcels.cpg") == b"GBK"
        assert "宗地一".encode("gbk") in file.read("parcels.dbf")
        assert "name: 1 texts have characters that GBK has not" in file.read("NOTICE.txt").decode()


def test_a_shapefile_cuts_texts_behind_a_whole_character_and_says_so(tmp_path: Path) -> None:
    """254 bytes are 84 characters of three; whole numbers of 19 digits are texts; without either no note."""
    features = table(GARDEN[:1])
    frame = features.properties.with_columns(name=pl.lit("地" * 100), floors=pl.lit(2**62))
    raw = written("shp", content(replace(features, properties=frame)))
    read = read_back("shp", raw, tmp_path)
    assert (read.columns["name"], read.columns["floors"]) == (["地" * 84], [str(2**62)])
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        notice = file.read("NOTICE.txt").decode()
        assert "name: 1 texts were cut at 254 bytes" in notice
        assert "floors: whole numbers" in notice
        assert (
            "registered,registered_area_m2,Registered area 登记面积,number"
            in file.read("fields.csv").decode()
        )
    with zipfile.ZipFile(io.BytesIO(written("shp", content(features)))) as file:
        assert "NOTICE.txt" not in file.namelist()


def test_field_names_have_ten_bytes_and_differ() -> None:
    """Also for who does not tell capitals."""
    assert field_names(["coverage_min", "coverage_max", "COVERAGE_Mx", "id"]) == [
        "coverage_m",
        "coverage_1",
        "COVERAGE_2",
        "id",
    ]


def test_a_shapefile_has_one_kind_of_geometry_and_two_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are told before anything is sent."""
    with pytest.raises(InvalidParameter) as refused:
        written("shp", content(table((GARDEN[0], shapely.Point(121, 30)))))
    assert refused.value.code == "mixed-geometries"
    monkeypatch.setattr("service.features.formats.shapefile.LARGEST", 1000)
    with pytest.raises(TooLarge) as refused:
        written("shp", content(table()))
    assert refused.value.code == "shapefile-too-large"


@pytest.mark.parametrize("f", ["ndjson", "gpkg", "fgb", "parquet", "csv"])
def test_other_kinds_of_geometry_are_written_too(f: str, tmp_path: Path) -> None:
    """Points, lines, polygons, collections and what is empty, side by side."""
    shapes = (
        shapely.Point(121, 30),
        shapely.LineString([(121, 30), (121.5, 30)]),
        HOLED,
        shapely.GeometryCollection([shapely.Point(121, 30), HOLED]),
        shapely.MultiPolygon(),
    )
    read = found(f, content(table(shapes), crs=CRS84, wkt=True), tmp_path)
    assert read.geometries is not None
    order = [read.columns["id"].index(key) for key in ("P1", "P2", "P3", "P4", "P5")]
    kinds = [read.geometries[place].geom_type for place in order[:4]]
    assert kinds == [shape.geom_type for shape in shapes[:4]]
    empty = read.geometries[order[4]]
    assert empty is None or empty.is_empty
    assert all(
        shapely.hausdorff_distance(read.geometries[place], shape) < 1e-7
        for place, shape in zip(order[:4], shapes[:4], strict=True)
    )


@pytest.mark.parametrize("f", ALL)
def test_what_the_features_raise_is_raised(f: str, tmp_path: Path) -> None:
    """Through whatever library reads the chunks, and nothing is left under the name of a stopped job."""

    class Dismissed(Exception):
        pass

    def chunks() -> Iterator[FeatureTable]:
        yield table(GARDEN[:1])
        raise Dismissed

    with pytest.raises(Dismissed):
        format_of(f).write(
            replace(content(table()), chunks=chunks), tmp_path / f"stopped{format_of(f).suffix}"
        )


def test_what_is_no_finite_number_is_null(tmp_path: Path) -> None:
    """JSON has no NaN, and a file says the same as the page."""
    features = table(GARDEN[:1])
    frame = features.properties.with_columns(registered_area_m2=pl.lit(float("nan")))
    for f in ALL:
        read = found(f, content(replace(features, properties=frame)), tmp_path)
        name = "registered" if f == "shp" else "registered_area_m2"
        assert read.columns[name] in ([None], [""]), f


def test_a_feature_without_properties_is_one() -> None:
    """Its properties are an empty object."""
    raw = written("ndjson", replace(content(table(GARDEN[:2])), properties=()))
    assert [json.loads(line)["properties"] for line in raw.splitlines()] == [{}, {}]


def test_formats_are_found_by_all_their_names() -> None:
    """No two share one."""
    names = [name for each in FORMATS for name in (each.f, *each.also, each.media_type, *each.also_types)]
    assert len(names) == len(set(names))
    assert {format_of(name).f for name in ("jsonl", "geojsonl", "application/x-ndjson")} == {"ndjson"}
