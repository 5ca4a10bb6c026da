"""OGC API Features Part 1, class HTML: every resource as a page, made of the document that programs get."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from service.store.models import Parcel
from tests.ogc.conftest import EMPTY, lay_out
from tests.ogc.test_core import links
from tests.serving import keyed_client, open_client
from tests.support.stores import GeoPackages

pytestmark = pytest.mark.one_store

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
NAMES = [collection.id for collection in COLLECTIONS]
LINKED = [
    "/conformance",
    "/collections",
    *(f"/collections/{name}{path}" for name in NAMES for path in ("", "/items?limit=7", "/tiles")),
    *(f"/collections/{name}/tiles/{each}" for name in NAMES for each in ("WebMercatorQuad", "CGCS2000Quad")),
    "/collections/parcels/items/P00003",
    "/collections/scores/items/1:P00003?f=json",
    "/tileMatrixSets",
    "/styles",
    "/collections/blocks/styles",
    "/processes",
    "/processes/evaluate",
    "/jobs",
]
"""Documents with links."""
RESOURCES = [
    *LINKED,
    *(f"/collections/{name}/feature-schema" for name in NAMES),
    "/tileMatrixSets/WebMercatorQuad",
    "/tileMatrixSets/CGCS2000Quad",
]


@pytest.fixture(scope="module")
def standing_park(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The small park on one database: a page is made of a document, wherever that came from."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("pages") / "park.gpkg"))
    yield lay_out(database)
    database.dispose()


@pytest.fixture(scope="module")
def client(standing_park: Database) -> Iterator[TestClient]:
    """A client in open mode."""
    with open_client(standing_park) as opened:
        yield opened


def page_of(client: TestClient, path: str) -> str:
    """What a browser gets for a path."""
    answered = client.get(path.replace("?f=json", ""), headers=BROWSER)
    assert answered.status_code == 200, path
    assert answered.headers["content-type"] == "text/html; charset=utf-8", path
    return answered.text


@pytest.mark.parametrize("path", RESOURCES)
def test_a_browser_gets_a_page_and_a_program_the_document(client: TestClient, path: str) -> None:
    """By Accept or by f; whoever takes anything gets JSON, as scripts expect; caches are told to ask."""
    page = page_of(client, path)
    assert page.startswith("<!doctype html>")
    assert "json" in client.get(path, headers={"Accept": "*/*"}).headers["content-type"]
    asked = client.get(path.partition("?")[0], params={"f": "html"}, headers={"Accept": "application/json"})
    assert asked.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in asked.headers["vary"]
    refused = client.get(path.replace("?f=json", ""), headers={"Accept": "image/png"})
    assert refused.status_code == 406


@pytest.mark.parametrize("path", LINKED)
def test_every_document_links_itself_and_its_other_encodings(client: TestClient, path: str) -> None:
    """The link self as JSON, an alternate for the page; each has the type that it promises."""
    document = client.get(path).json()
    (own,) = links(document, "self")
    others = links(document, "alternate")
    assert {"text/html"} <= {other["type"] for other in others}
    for link in (own, *others):
        answered = client.get(link["href"])
        assert answered.status_code == 200
        assert answered.headers["content-type"].startswith(link["type"]), link
        assert link["href"].startswith("http://127.0.0.1:8000" + path.partition("?")[0])
    if "limit" in path:
        assert "limit=7" in own["href"]
        assert all("limit=7" in other["href"] for other in others)


@pytest.mark.parametrize("path", RESOURCES)
def test_a_page_names_its_other_encodings_in_its_head(client: TestClient, path: str) -> None:
    """For programs that come upon the page; the address gives what it says."""
    page = page_of(client, path)
    heads = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', page)
    assert heads
    for media_type, address in heads:
        assert client.get(unescape(address)).headers["content-type"].startswith(media_type)


@pytest.mark.parametrize("path", RESOURCES)
def test_every_link_on_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    """Each anchor and the stylesheet answer a browser; there is nothing inline and nothing of other hosts."""
    page = page_of(client, path)
    assert '<html lang="en">' in page
    assert 'lang="zh"' in page
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", page)
    for address in {unescape(found) for found in re.findall(r'(?:href|src)="([^"]+)"', page)}:
        if address.startswith("http://127.0.0.1:8000"):
            answered = client.get(address, headers=BROWSER)
            # ordering takes a POST
            assert answered.status_code == (405 if address.endswith("/execution") else 200), address
        else:
            assert address.startswith(("#", "data:", "http://www.opengis.net/", "https://json-schema.org/"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in EMPTY])
def test_a_page_of_features_tells_what_the_document_tells(client: TestClient, name: str) -> None:
    """A row per feature, a column per property under its title, the counts, and the link to the next page."""
    path = f"/collections/{name}/items?limit=7"
    document, page = client.get(path).json(), page_of(client, path)
    schema = client.get(f"/collections/{name}/feature-schema").json()
    titles = [each["title"] for each in schema["properties"]["properties"]["properties"].values()]
    heads = [_text(found) for found in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)]
    assert heads[1:] == titles
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.DOTALL)
    assert [_text(key) for key, _ in rows] == [feature["id"] for feature in document["features"]]
    for feature, (_, row) in zip(document["features"], rows, strict=True):
        cells = [_text(found) for found in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for value, cell in zip(feature["properties"].values(), cells, strict=True):
            assert cell == _told(value)
    assert page.count("<path ") == len(document["features"])
    assert f"{document['numberMatched']:,}" in page
    following = [unescape(found) for found in re.findall(r'href="([^"]+)" rel="next"', page)]
    assert set(following) == {links(document, "next")[0]["href"]}


def test_pages_are_followed_to_the_end_and_back_to_the_first(client: TestClient) -> None:
    """Link by link a reader sees every feature once; a later page leads to the first."""
    address, seen = "http://127.0.0.1:8000/collections/scores/items?limit=25", []
    first = address
    while address:
        page = page_of(client, address)
        seen += [_text(found) for found in re.findall(r'<th scope="row">(.*?)</th>', page)]
        assert ('rel="first"' in page) == (address != first)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = unescape(found[1]) if found else ""
    assert len(seen) == len(set(seen)) == 80
    back = re.search(r'href="([^"]+)" rel="first"', page)
    assert back is not None
    assert unescape(back[1]) == first


def test_a_page_is_shorter_than_a_page_for_programs(standing_park: Database) -> None:
    """Without a limit a reader gets a hundred rows at most, and the settings' page size when that is less."""
    with open_client(standing_park, page_size=30) as client:
        assert page_of(client, "/collections/parcels/items").count('<th scope="row">') == 30
    with open_client(standing_park) as client:
        assert page_of(client, "/collections/scores/items").count('<th scope="row">') == 80
        assert page_of(client, "/collections/scores/items?limit=3").count('<th scope="row">') == 3


def test_one_feature_has_its_properties_and_its_outline(client: TestClient) -> None:
    """A table of what it has, gaps as a dash, its outline, its figures, and the way to its collection."""
    page = page_of(client, "/collections/scores/items/1:P00009")
    feature = client.get("/collections/scores/items/1:P00009").json()
    cells = [_text(found) for found in re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)]
    assert cells == [_told(value) for value in feature["properties"].values()]
    assert page.count("<path ") == 1
    assert "MultiPolygon" in page
    assert 'href="http://127.0.0.1:8000/collections/scores"' in page


def test_hostile_text_in_a_hand_over_stays_text(geopackages: GeoPackages, tmp_path: Path) -> None:
    """A parcel whose name is a script is shown with that name, in the list and alone."""
    park = lay_out(Database(geopackages.copy_to(tmp_path / "park.gpkg")))
    name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    with park.writing() as connection:
        connection.execute(update(Parcel).where(Parcel.code == "P00003").values(name=name))
    with open_client(park) as client:
        for path in ("/collections/parcels/items", "/collections/parcels/items/P00003"):
            page = page_of(client, path)
            assert "<script" not in page
            assert "<img" not in page
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        hostile = page_of(client, '/collections/parcels/items?town="><script>alert(3)</script>')
        assert "<script" not in hostile
    park.dispose()


def test_each_encoding_has_a_tag_of_its_own(client: TestClient) -> None:
    """A browser's page is not taken for the program's document; each is 304 under its own tag alone."""
    for path in ("/collections/parcels/items?limit=3", "/collections/parcels/items/P00003"):
        page, document = client.get(path, headers=BROWSER), client.get(path)
        assert page.headers["etag"] != document.headers["etag"]
        again = client.get(path, headers={**BROWSER, "If-None-Match": page.headers["etag"]})
        assert again.status_code == 304
        other = client.get(path, headers={**BROWSER, "If-None-Match": document.headers["etag"]})
        assert other.status_code == 200


def test_the_stylesheet_is_open_and_kept(standing_park: Database) -> None:
    """The pages of a service with keys find their style; under another version's address there is none."""
    with keyed_client(standing_park, "read") as client:
        page = page_of(client, "/collections")
        (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)
        without = client.get(address, headers={"X-API-Key": ""})
        assert without.headers["content-type"] == "text/css; charset=utf-8"
        assert "immutable" in without.headers["cache-control"]
        assert client.get("/pages/000000000000.css").status_code == 404


def test_the_map_leads_to_the_pages(client: TestClient) -> None:
    """Who comes to the landing page, even without script, finds data, conformance and interface."""
    page = page_of(client, "/")
    for address in ("collections?f=html", "conformance?f=html", "processes?f=html", "api"):
        assert f'href="{address}"' in page
        assert client.get(f"/{address}").status_code == 200
    assert '<link rel="alternate" href="?f=json" type="application/json"' in page


def _text(html: str) -> str:
    """The text of a piece of a page."""
    return unescape(re.sub(r"<[^>]+>", "", html)).strip()


def _told(value: Any) -> str:
    """A value as a page tells it."""
    match value:
        case None:
            return "–"
        case bool():
            return "Yes 是" if value else "No 否"
        case int() | float():
            return f"{value:,.6f}".rstrip("0").rstrip(".")
    return str(value)
