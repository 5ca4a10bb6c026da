"""Real clients over a real socket: GDAL's OGC API Features driver and OWSLib."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features
from pyproj import Transformer

from service.jobs.exporting import ExportFormat, export_scores, exportable
from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.serving import key_for
from tests.support.features import grid
from tests.support.live import live_server, requests_in
from tests.support.stores import GeoPackages


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the service notes what it was asked."""
    return tmp_path_factory.mktemp("log") / "requests"


@pytest.fixture(scope="module")
def address(standing_park: Database, log: Path) -> Iterator[str]:
    """The park's service in open mode, with pages of seven."""
    with live_server(standing_park, log=log, page_size=7, page_size_limit=25) as url:
        yield url


class Since:
    """What the service was asked for since this was made."""

    def __init__(self, log: Path) -> None:
        self._log, self._before = log, len(requests_in(log))

    def items(self, collection: str) -> list[dict[str, str]]:
        """The queries of the requests for the items of a collection."""
        targets = [urlsplit(line.partition(" ")[2]) for line in requests_in(self._log)[self._before :]]
        path = f"/collections/{collection}/items"
        return [
            {name: values[0] for name, values in parse_qs(target.query).items()}
            for target in targets
            if target.path == path
        ]


def gdal(url: str) -> str:
    """The data source name of a service for GDAL."""
    return f"OAPIF:{url}"


def test_gdal_lists_the_collections_and_reads_each(address: str) -> None:
    """All collections are layers, and each gives as many features as it says that it has."""
    layers = [name for name, _ in pyogrio.list_layers(gdal(address))]
    assert layers == [collection.id for collection in COLLECTIONS]
    service = Features(address)
    for layer in layers:
        _, _, geometries, _ = pyogrio.raw.read(gdal(address), layer=layer)
        assert len(geometries) == service.collection_items(layer, limit=1)["numberMatched"], layer


def test_gdal_reads_everything_page_by_page(address: str) -> None:
    """All features of both collections come through paging, with geometry and typed fields."""
    meta, _, geometries, fields = pyogrio.raw.read(gdal(address), layer="parcels")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert sorted(values["code"]) == [f"P{n:05}" for n in range(60)]
    expected = {f"P{n:05}": square for n, square in enumerate(grid(60))}
    for code, geometry in zip(values["code"], shapely.from_wkb(geometries), strict=True):
        assert geometry.equals_exact(expected[code], 1e-7, normalize=True)
    assert "4490" in meta["crs"]  # as stored, north first on the way

    meta, _, geometries, fields = pyogrio.raw.read(gdal(address), layer="scores")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert len(geometries) == 80
    assert (values["points"].dtype, values["rank"].dtype) == ("float64", "float64")  # gaps make rank a float
    assert values["grade"].dtype == "O"
    assert {True, False} <= set(values["low_efficiency"])
    assert np.nansum(values["points"]) == sum(n + 0.125 for n in range(60) if n % 10 != 9) + sum(
        n + 0.125 for n in range(20) if n % 10 != 9
    )


def test_gdal_takes_pages_as_large_as_the_service_gives(address: str, log: Path) -> None:
    """It reads the greatest page from the interface description, and follows the link next to the end."""
    since = Since(log)
    pyogrio.raw.read(gdal(address), layer="parcels")
    first, *pages = since.items("parcels")
    assert first["limit"] == "20"  # its own probe of the fields
    assert [page["limit"] for page in pages] == ["25", "25", "25"]
    assert ["token" in page for page in pages] == [False, True, True]


@pytest.mark.parametrize(
    ("asked", "layer", "sent", "count"),
    [
        (
            {"bbox": (120.0, 30.0, 120.0029, 30.0019)},
            "parcels",
            {"bbox": "30,120,30.001", "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/4490"},
            6,
        ),
        ({"where": "grade = 'A'"}, "scores", {"grade": "A"}, 20),
        ({"where": "grade = 'A' AND town = '东城'"}, "scores", {"grade": "A", "town": "东城"}, 7),
        ({"where": "rank = 3"}, "scores", {"rank": "3"}, 2),
        ({"where": "low_efficiency = 1"}, "scores", {"low_efficiency": "1"}, 24),
    ],
)
def test_gdal_lets_the_service_select(
    address: str, log: Path, asked: dict[str, object], layer: str, sent: dict[str, str], count: int
) -> None:
    """A box and equalities arrive as parameters, truth as GDAL writes it, and give the right features."""
    since = Since(log)
    _, _, geometries, _ = pyogrio.raw.read(gdal(address), layer=layer, **asked)
    assert len(geometries) == count
    _, *pages = since.items(layer)
    for page in pages:
        assert all(page[name].startswith(value) for name, value in sent.items())
    assert len(pages) == -(-count // 25)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "EPSG:3857"])
def test_gdal_asks_for_the_coordinates_of_another_system(address: str, log: Path, crs: str) -> None:
    """Its option CRS arrives as the parameter, and the outlines lie where PROJ puts them, axes in order."""
    since = Since(log)
    meta, _, geometries, fields = pyogrio.raw.read(gdal(address), layer="parcels", CRS=crs)
    codes = dict(zip(meta["fields"], fields, strict=True))["code"]
    assert meta["crs"] == crs
    _, *pages = since.items("parcels")
    assert {page["crs"] for page in pages} == {f"http://www.opengis.net/def/crs/EPSG/0/{crs[5:]}"}
    across = Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    expected = {
        f"P{n:05}": shapely.transform(square, across.transform, interleaved=False)
        for n, square in enumerate(grid(60))
    }
    tolerance = 1e-7 if crs == "EPSG:4490" else 0.01
    for code, found in zip(codes, shapely.from_wkb(geometries), strict=True):
        assert shapely.hausdorff_distance(found, expected[code]) < tolerance, code


def test_a_copy_by_ogr2ogr_is_the_export(standing_park: Database, address: str, tmp_path: Path) -> None:
    """GDAL's own tools write the scores of an evaluation, page by page, to what the export writes at once."""
    copy, export = tmp_path / "copy.gpkg", tmp_path / "export.gpkg"
    if shutil.which("ogr2ogr") is None:
        pytest.skip("GDAL's tools are missing: apt-get install gdal-bin")
    command = ["ogr2ogr", "-f", "GPKG", str(copy), gdal(address), "scores", "-where", "evaluation_id = 1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    export_scores(standing_park, 1, export, ExportFormat.GEOPACKAGE, exportable())

    def content(path: Path) -> dict[str, tuple[object, ...]]:
        meta, _, geometries, fields = pyogrio.raw.read(path, layer="scores", columns=list(compared))
        columns = dict(zip(meta["fields"], fields, strict=True))
        outlines = [shapely.normalize(shape) for shape in shapely.from_wkb(geometries)]
        rows = zip(*(columns[name] for name in compared), strict=True)
        return {
            row[0]: (*map(_plain, row[1:]), shapely.to_wkt(outline, rounding_precision=6))
            for row, outline in zip(rows, outlines, strict=True)
        }

    compared = ("parcel_code", "town", "period", "status", "points", "rank", "grade", "low_efficiency")
    assert len(content(copy)) == 60
    assert content(copy) == content(export)


def _plain(value: object) -> object:
    """A value in one form: gaps are None, whatever type the column took because of them."""
    return None if value is None or value != value else float(value) if not isinstance(value, str) else value


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("low_efficiency = 1", 24),
        ("grade = 'A' AND points > 30 AND town LIKE '%城'", 4),
    ],
)
def test_gdal_selects_by_a_condition(address: str, where: str, count: int) -> None:
    """What it sends and what it works out itself select together what the condition says."""
    _, _, geometries, _ = pyogrio.raw.read(gdal(address), layer="scores", where=where)
    assert len(geometries) == count


def test_gdal_signs_in_with_a_key_by_http_basic(geopackages: GeoPackages, tmp_path: Path) -> None:
    """With the key as password all is read, without it nothing."""
    park = lay_out(Database(geopackages.copy_to(tmp_path / "park.gpkg")))
    key = key_for(park, "read")["X-API-Key"]
    with live_server(park, open=False) as url:
        _, _, geometries, _ = pyogrio.raw.read(gdal(url), layer="scores", USERPWD=f"qgis:{key}")
        assert len(geometries) == 80
        with pytest.raises(pyogrio.errors.DataSourceError):
            pyogrio.raw.read(gdal(url), layer="scores")
    park.dispose()


def test_owslib_reads_the_service(address: str) -> None:
    """Conformance, collections, queryable pages and single items through another library."""
    service = Features(address)
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    )
    assert service.feature_collections() == [collection.id for collection in COLLECTIONS]
    assert service.collection("scores")["itemType"] == "feature"
    assert service.api()["openapi"] == "3.0.3"
    page = service.collection_items("parcels", limit=5, bbox=[120.0, 30.0, 120.0029, 30.0029])
    assert (page["numberMatched"], page["numberReturned"]) == (9, 5)
    assert service.collection_item("parcels", "P00007")["id"] == "P00007"
    found = service.collection_items("scores", grade="B", limit=25)
    assert {feature["properties"]["grade"] for feature in found["features"]} == {"B"}
