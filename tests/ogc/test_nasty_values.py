"""Any parameter with any value, on every address of every collection: an answer, or a problem document."""

import itertools
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.serving import open_client
from tests.support.stores import GeoPackages

NASTY = [
    *(
        "",
        " ",
        "\0",
        "\x7f",
        "\r\nX: 1",
        "%",
        "%00",
        "'",
        '"',
        "\\",
        "';--",
        "<script>",
        "${7*7}",
        "{}",
        "[1]",
    ),
    *(
        "null",
        "true",
        "-1",
        "-0",
        "+1",
        "0",
        "1.5",
        "1_0",
        "0x10",
        "1e999999",
        "NaN",
        "-Infinity",
        "9" * 5000,
    ),
    *("..", "/", "../../etc/passwd", "a" * 10_000, "," * 1000, "1,2,3,4", "0000-00-00", "2023-02-30", "2023"),
    *("2023-01-01/..", "P1Y/P1Y", "*/*", "http://www.opengis.net/def/crs/EPSG/0/4326", "EPSG:4326"),
    *("١٢٣", "½", "²", "东城", "\u202e", "\ud7ff", "\ufffe", "\U0010ffff"),
]
OF_ITEMS = (
    *("limit", "offset", "token", "bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs"),
    *("crs", "f", "maxAllowableOffset", "geometry", "encoding", "evaluation", "period", "nix", "f\0"),
)
PATHS = (
    *("", "/schema", "/queryables", "/feature-schema", "/items/1:P00001", "/tiles", "/tiles/WebMercatorQuad"),
    *("/tiles/WebMercatorQuad/tilejson", "/tiles/WebMercatorQuad/6/26/53"),
)
ELSEWHERE = ("f", "crs", "datetime", "evaluation", "period", "maxAllowableOffset", "nix", "filter")
NAMES = [collection.id for collection in COLLECTIONS]

Asked = tuple[str, str, str]


@pytest.fixture(scope="module")
def visited(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a park on a GeoPackage: parameters never reach a database."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("nasty") / "park.gpkg"))
    with open_client(lay_out(database)) as client:
        yield client
    database.dispose()


def answered(client: TestClient, asked: Asked) -> None:
    """Ask; assert that the answer is a success, or a problem document that has a code."""
    path, name, value = asked
    found = client.get(path, params={name: value} if name else None)
    assert found.status_code < 500, (asked, found.text[:300])
    if found.status_code >= 400:
        assert found.headers["content-type"] == "application/problem+json", asked
        problem = found.json()
        assert problem["code"], asked
        assert problem["status"] == found.status_code, asked
        assert len(found.content) < 100_000, asked


def everything() -> Iterator[Asked]:
    """Every parameter with every value on every address, and every value for a part of an address."""
    for collection in COLLECTIONS:
        base = f"/collections/{collection.id}"
        properties = [item.name for item in collection.properties]
        for name, value in itertools.product((*OF_ITEMS, *properties), NASTY):
            yield f"{base}/items", name, value
        for path, name, value in itertools.product(PATHS, ELSEWHERE, NASTY):
            yield f"{base}{path}", name, value
        for value in NASTY:
            yield from parts(base, quote(value, safe=""))


def parts(base: str, value: str) -> Iterator[Asked]:
    """A value for each part of an address."""
    tiles = f"{base}/tiles"
    for path in (
        *(f"{base}/items/{value}", f"{base}/{value}", f"{tiles}/{value}", f"{tiles}/{value}/0/0/0"),
        *(f"{tiles}/WebMercatorQuad/{each}" for each in (f"{value}/0/0", f"0/{value}/0", f"0/0/{value}")),
    ):
        yield path, "", ""


def a_share() -> list[Asked]:
    """Every parameter with every value on one collection or another, and each address with some of both."""
    chosen: list[Asked] = []
    for number, (name, value) in enumerate(itertools.product(OF_ITEMS, NASTY)):
        # the values have no common factor with the collections: each meets each parameter of some
        chosen.append((f"/collections/{NAMES[number % len(NAMES)]}/items", name, value))
    values = itertools.cycle(NASTY)
    for collection in COLLECTIONS:
        base = f"/collections/{collection.id}"
        chosen += [(f"{base}/items", item.name, next(values)) for item in collection.properties]
        chosen += [
            (f"{base}{path}", name, next(values)) for path, name in itertools.product(PATHS, ELSEWHERE)
        ]
        chosen += parts(base, quote(next(values), safe=""))
    return chosen


def test_a_share_of_everything_is_defined(visited: TestClient) -> None:
    """Of every kind something, in every run."""
    for asked in a_share():
        answered(visited, asked)


@pytest.mark.nightly
def test_everything_is_defined(visited: TestClient) -> None:
    """All of it."""
    for asked in everything():
        answered(visited, asked)
