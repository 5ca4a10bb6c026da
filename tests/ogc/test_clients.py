"""Real clients over a real socket: GDAL's OGC API Features driver and OWSLib."""

from collections.abc import Iterator

import numpy as np
import pyogrio
import pytest
import shapely
from owslib.ogcapi.features import Features

from service.store.database import Database
from tests.serving import key_for
from tests.support.features import grid
from tests.support.live import live_server


@pytest.fixture(scope="module")
def address(standing_park: Database) -> Iterator[str]:
    """The park's service in open mode, with pages of seven."""
    with live_server(standing_park, page_size=7, page_size_limit=25) as url:
        yield url


def gdal(url: str) -> str:
    """The data source name of a service for GDAL."""
    return f"OAPIF:{url}"


def test_gdal_lists_the_collections(address: str) -> None:
    """All collections are layers, with their titles."""
    assert sorted(name for name, _ in pyogrio.list_layers(gdal(address))) == ["coverage", "parcels", "scores"]


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


def test_gdal_filters_by_box_and_by_attribute(address: str) -> None:
    """A box and an equality reach the service and give the right features."""
    box = (120.0, 30.0, 120.0029, 30.0019)
    _, _, geometries, _ = pyogrio.raw.read(gdal(address), layer="parcels", bbox=box)
    assert len(geometries) == 6
    meta, _, _, fields = pyogrio.raw.read(gdal(address), layer="scores", where="grade = 'A'")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert set(values["grade"]) == {"A"}
    assert len(values["grade"]) == 20


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


def test_gdal_signs_in_with_a_key_by_http_basic(park: Database) -> None:
    """With the key as password all is read, without it nothing."""
    key = key_for(park, "read")["X-API-Key"]
    with live_server(park, open=False) as url:
        _, _, geometries, _ = pyogrio.raw.read(gdal(url), layer="scores", USERPWD=f"qgis:{key}")
        assert len(geometries) == 80
        with pytest.raises(pyogrio.errors.DataSourceError):
            pyogrio.raw.read(gdal(url), layer="scores")


def test_owslib_reads_the_service(address: str) -> None:
    """Conformance, collections, queryable pages and single items through another library."""
    service = Features(address)
    assert (
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    )
    assert service.feature_collections() == ["parcels", "scores", "coverage"]
    assert service.collection("scores")["itemType"] == "feature"
    assert service.api()["openapi"] == "3.0.3"
    page = service.collection_items("parcels", limit=5, bbox=[120.0, 30.0, 120.0029, 30.0029])
    assert (page["numberMatched"], page["numberReturned"]) == (9, 5)
    assert service.collection_item("parcels", "P00007")["id"] == "P00007"
    found = service.collection_items("scores", grade="B", limit=25)
    assert {feature["properties"]["grade"] for feature in found["features"]} == {"B"}
