"""Every collection in every format over HTTP: read back by others, paged by headers, masked, cached."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely
from fastapi.testclient import TestClient

from service.features.formats.dbase import field_names
from service.features.formats.formats import FORMATS, format_of
from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from tests.serving import keyed_client, open_client
from tests.support.features import add_parcels, grid
from tests.support.read_back import Found, read_back

pytestmark = pytest.mark.one_store

ALL = [each.f for each in FORMATS]
NAMES = [collection.id for collection in COLLECTIONS]
PARCELS = "/collections/parcels/items"
STRANGE = [
    shapely.box(121.5, 29.9, 121.6, 30.0).difference(shapely.box(121.52, 29.92, 121.54, 29.94)),
    shapely.MultiPolygon([shapely.box(179.9, -1, 180, 1), shapely.box(-180, -1, -179.9, 1)]),
    shapely.Polygon([(121.0, 30.0), (121.1, 30.0), (121.0, 30.0000001)]),
    shapely.Point(121, 30).buffer(0.01, quad_segs=500),
]


def found(client: TestClient, path: str, f: str, folder: Path, **asked: str) -> Found:
    """What is in the file under this address."""
    answered = client.get(path, params={"f": f, **asked})
    assert answered.status_code == 200, answered.text
    return read_back(f, answered.content, folder)


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_every_collection_has_every_format(client: TestClient, tmp_path: Path, name: str, f: str) -> None:
    """The file holds every feature and every property of the pages of GeoJSON, and says what it is."""
    path = f"/collections/{name}/items"
    answered = client.get(path, params={"f": f})
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].partition(";")[0] == format_of(f).media_type
    assert answered.headers["content-disposition"] == f'attachment; filename="{name}{format_of(f).suffix}"'
    assert answered.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    pages = client.get(path, params={"limit": 10_000}).json()
    assert answered.headers["ogc-numbermatched"] == str(pages["numberMatched"])
    assert answered.headers["ogc-numberreturned"] == str(len(pages["features"]))
    read = read_back(f, answered.content, tmp_path)
    assert sorted(read.columns["id"]) == sorted(feature["id"] for feature in pages["features"])
    if pages["features"]:
        names = ["id", *pages["features"][0]["properties"]]
        expected = field_names(names) if f == "shp" else names
        assert [column for column in read.columns if not column.startswith("centroid")] == expected


@pytest.mark.parametrize("f", ALL)
def test_every_format_is_had_by_its_media_types_and_names(client: TestClient, f: str) -> None:
    """The header Accept and the parameter f lead to the same bytes."""
    known = format_of(f)
    path = f"{PARCELS}/P00001"
    expected = client.get(path, params={"f": f})
    assert expected.status_code == 200
    for name in known.also:
        assert client.get(path, params={"f": name}).content == expected.content
    for media_type in (known.media_type, *known.also_types):
        assert client.get(path, headers={"Accept": media_type}).content == expected.content
    assert client.get(path, headers={"Accept": f"*/*, {known.media_type};q=0.1"}).json()["id"] == "P00001"


def test_pages_and_features_link_to_every_format(client: TestClient) -> None:
    """By alternate links with their media types, which lead to the same features."""
    for path in (f"{PARCELS}?limit=3", f"{PARCELS}/P00001"):
        links = {
            link["type"]: link["href"]
            for link in client.get(path).json()["links"]
            if link["rel"] == "alternate"
        }
        assert links.keys() >= {each.media_type for each in FORMATS}
        lines = client.get(links["application/x-ndjson"]).text.splitlines()
        assert len(lines) == (3 if "limit" in path else 1)


@pytest.mark.parametrize("f", ["csv", "gpkg"])
def test_files_page_by_links_in_headers(client: TestClient, tmp_path: Path, f: str) -> None:
    """With a limit there are parts, each with the link next in its header, to the end, nothing twice."""
    keys, address, parts = [], f"{PARCELS}?limit=25&f={f}", 0
    while address:
        answered = client.get(address)
        keys += read_back(f, answered.content, tmp_path).columns["id"]
        assert answered.headers["ogc-numbermatched"] == "60"
        address = answered.links.get("next", {}).get("url", "")
        parts += 1
    assert (parts, len(keys), len(set(keys))) == (3, 60, 60)


def test_a_file_holds_everything_up_to_the_configured_size(standing_park: Database) -> None:
    """The page size is not for files; what is beyond their own limit is a link away."""
    with open_client(standing_park, page_size=10, page_size_limit=20, download_limit=50) as client:
        answered = client.get(PARCELS, params={"f": "ndjson"})
        assert (answered.headers["ogc-numberreturned"], len(answered.text.splitlines())) == ("50", 50)
        rest = client.get(answered.links["next"]["url"])
        assert (rest.headers["ogc-numberreturned"], "next" in rest.links) == ("10", False)
        over = client.get(PARCELS, params={"f": "ndjson", "limit": 1000})
        assert over.headers["ogc-numberreturned"] == "50"


@pytest.mark.parametrize("f", ALL)
def test_filters_boxes_and_coordinates_hold_in_files(client: TestClient, tmp_path: Path, f: str) -> None:
    """What is asked of pages is asked of files."""
    asked = {"town": "东城", "crs": "http://www.opengis.net/def/crs/EPSG/0/4490", "limit": 10_000}
    pages = client.get(PARCELS, params=asked)
    answered = client.get(PARCELS, params={**asked, "f": f})
    assert answered.headers["content-crs"] == pages.headers["content-crs"]
    read = read_back(f, answered.content, tmp_path)
    assert sorted(read.columns["id"]) == sorted(feature["id"] for feature in pages.json()["features"])
    if f in ("gpkg", "fgb", "parquet", "shp"):
        assert read.crs == "EPSG:4490"
    nothing = client.get(PARCELS, params={"town": "nowhere", "f": f})
    assert (nothing.status_code, nothing.headers["ogc-numbermatched"]) == (200, "0")
    assert read_back(f, nothing.content, tmp_path).size == 0


@pytest.mark.parametrize("f", ALL)
def test_files_have_strong_tags_and_are_not_sent_twice(client: TestClient, f: str) -> None:
    """Equal state, equal bytes, equal tag; a tag that is known is answered 304; each encoding has its own."""
    first, again = (client.get(PARCELS, params={"f": f}) for _ in range(2))
    assert (first.headers["etag"], first.content) == (again.headers["etag"], again.content)
    assert first.headers["etag"].startswith('"')
    known = client.get(PARCELS, params={"f": f}, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    plain = client.get(PARCELS, params={"f": f}, headers={"Accept-Encoding": "identity"})
    assert plain.content == first.content
    assert plain.headers["etag"] != first.headers["etag"]
    assert ("content-encoding" in first.headers) is not format_of(f).compressed
    assert int(plain.headers["content-length"]) == len(plain.content)


def test_a_changed_parcel_is_in_the_next_file(park: Database, tmp_path: Path) -> None:
    """The tag of before is no longer good."""
    with open_client(park) as client:
        before = {f: client.get(PARCELS, params={"f": f}).headers["etag"] for f in ALL}
        with park.writing() as connection:
            add_parcels(connection, grid(1), prefix="N")
        for f in ALL:
            after = client.get(PARCELS, params={"f": f}, headers={"If-None-Match": before[f]})
            assert after.status_code == 200, f
            assert "N00000" in read_back(f, after.content, tmp_path).columns["id"], f


def test_strange_parcels_are_in_every_file(database: Database, tmp_path: Path) -> None:
    """Holes, the antimeridian, slivers, thousands of vertices; and an empty store gives an empty file."""
    with open_client(database) as client:
        for f in ALL:
            assert found(client, PARCELS, f, tmp_path).size == 0, f
        with database.writing() as connection:
            codes = add_parcels(connection, STRANGE)
        for f in ALL:
            read = found(client, PARCELS, f, tmp_path, **({"geometry": "wkt"} if f == "csv" else {}))
            assert sorted(read.columns["code"]) == codes, f
            for code, shape in zip(codes, STRANGE, strict=True):
                if read.geometries is not None:
                    got = read.geometries[read.columns["code"].index(code)]
                    assert shapely.hausdorff_distance(got, shape) < 1e-7, (f, code)


@pytest.mark.parametrize("f", ALL)
def test_what_is_more_than_a_chunk_is_sent_in_parts(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, f: str
) -> None:
    """Whole all the same, compressed where it is worth it, and nothing stays behind on the disk."""
    whole = client.get(PARCELS, params={"f": f}).content
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    for module in ("service.ogc.files", "service.features.formats.content"):
        monkeypatch.setattr(f"{module}.CHUNK", 13)
    for encoding in ("gzip", "identity"):
        answered = client.get(PARCELS, params={"f": f}, headers={"Accept-Encoding": encoding})
        packed = encoding == "gzip" and not format_of(f).compressed
        assert answered.headers.get("content-encoding") == ("gzip" if packed else None)
        expected = read_back(f, whole, tmp_path).columns
        assert read_back(f, answered.content, tmp_path).columns == expected
    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def reader(standing_park: Database) -> Iterator[TestClient]:
    """A client that only reads."""
    with keyed_client(standing_park, "read") as client:
        yield client


@pytest.mark.parametrize("f", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_masked_is_in_no_file(
    reader: TestClient, client: TestClient, tmp_path: Path, name: str, f: str
) -> None:
    """A read key's file has the properties of its pages and no other; an analyst's has those of his."""
    path = f"/collections/{name}/items"
    for who in (reader, client):
        pages = who.get(path).json()["features"]
        columns = found(who, path, f, tmp_path).columns.keys()
        shown = ["id", *pages[0]["properties"]] if pages else []
        if shown:
            expected = set(field_names(shown) if f == "shp" else shown)
            assert columns - {"centroid_x", "centroid_y"} == expected


def test_a_draft_is_in_no_file_of_who_only_reads(reader: TestClient) -> None:
    """It is not found, whatever it should be written in."""
    for f in ALL:
        assert reader.get("/collections/scores/items", params={"f": f, "evaluation": 2}).status_code == 404
        assert reader.get("/collections/scores/items/2:P00001", params={"f": f}).status_code == 404


def test_one_feature_is_a_file_too(client: TestClient, tmp_path: Path) -> None:
    """With one row; its tag tells the version of the feature."""
    path = f"{PARCELS}/P00007"
    for f in ALL:
        answered = client.get(path, params={"f": f})
        assert read_back(f, answered.content, tmp_path).columns["id"] == ["P00007"]
        version = client.get(path).headers["etag"].partition("-")[0]
        assert answered.headers["etag"].partition("-")[0] == version
        assert (
            client.get(path, params={"f": f}, headers={"If-None-Match": answered.headers["etag"]}).status_code
            == 304
        )


def test_options_of_formats(client: TestClient, tmp_path: Path) -> None:
    """A code page for a Shapefile, geometry for CSV; elsewhere, or with another value, they are refused."""
    packed = client.get(PARCELS, params={"f": "shp", "encoding": "GBK"})
    assert read_back("shp", packed.content, tmp_path).columns["town"][0] == "东城"
    assert "东城".encode() not in packed.content
    with_shapes = client.get(PARCELS, params={"f": "csv", "geometry": "wkt"})
    assert read_back("csv", with_shapes.content, tmp_path).geometries is not None
    for asked in (
        {"f": "gpkg", "encoding": "gbk"},
        {"encoding": "gbk"},
        {"f": "shp", "encoding": "latin-1"},
        {"f": "csv", "geometry": "wkb"},
        {"geometry": "wkt"},
    ):
        for path in (PARCELS, f"{PARCELS}/P00001"):
            refused = client.get(path, params=asked)
            assert (refused.status_code, refused.json()["code"]) == (400, "invalid-parameter"), asked


def test_head_tells_about_a_file(client: TestClient) -> None:
    """Without its body."""
    told = client.head(PARCELS, params={"f": "xlsx"})
    assert (told.status_code, told.content) == (200, b"")
    assert told.headers["ogc-numbermatched"] == "60"


def test_formats_are_described(client: TestClient) -> None:
    """The OpenAPI document names every f, every media type, and the options."""
    document = client.get("/api").json()
    for path in (PARCELS, f"{PARCELS}/{{featureId}}"):
        described = document["paths"][path]["get"]
        named = {item["name"]: item["schema"] for item in described["parameters"] if "name" in item}
        assert named["f"]["enum"] == ["json", "geojson", "html", *ALL]
        assert named["encoding"]["enum"] == ["utf-8", "gbk"]
        assert described["responses"]["200"]["content"].keys() >= {each.media_type for each in FORMATS}
