"""OGC API Features Part 1: the documents that lead to the data."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.policy import PROPERTIES
from service.ogc import collections as ogc_collections
from service.store.database import Database
from tests.serving import open_client

COLLECTIONS = ["parcels", "scores", "coverage"]
DOCUMENTS = {
    "/": "application/json",
    "/conformance": "application/json",
    "/api": "application/vnd.oai.openapi+json;version=3.0",
    "/collections": "application/json",
    "/collections/parcels": "application/json",
    "/collections/parcels/feature-schema": "application/schema+json",
    "/collections/parcels/items": "application/geo+json",
    "/collections/parcels/items/P00003": "application/geo+json",
    "/collections/parcels/tiles": "application/json",
    "/collections/parcels/tiles/WebMercatorQuad": "application/json",
    "/collections/parcels/tiles/WebMercatorQuad/tilejson": "application/json",
    "/collections/scores": "application/json",
    "/collections/scores/feature-schema": "application/schema+json",
    "/collections/scores/items": "application/geo+json",
    "/collections/scores/items/1:P00003": "application/geo+json",
    "/collections/scores/tiles": "application/json",
    "/collections/scores/tiles/WebMercatorQuad": "application/json",
    "/collections/scores/tiles/WebMercatorQuad/tilejson": "application/json",
    "/collections/scores/tiles/CGCS2000Quad": "application/json",
    "/collections/scores/tiles/CGCS2000Quad/tilejson": "application/json",
    "/tileMatrixSets": "application/json",
    "/tileMatrixSets/CGCS2000Quad": "application/json",
    "/tileMatrixSets/WebMercatorQuad": "application/json",
}


def links(document: dict[str, Any], rel: str) -> list[dict[str, Any]]:
    """The links of a document with this relation."""
    return [link for link in document["links"] if link["rel"] == rel]


def every_link(document: Any) -> list[dict[str, Any]]:
    """All links anywhere in a document."""
    if isinstance(document, list):
        return [link for item in document for link in every_link(item)]
    if not isinstance(document, dict):
        return []
    own = document.get("links", [])
    return [*own, *(link for value in document.values() for link in every_link(value))]


def test_every_resource_answers_get_and_head_with_its_media_type(client: TestClient) -> None:
    """200, the declared type, the same headers for HEAD and no body."""
    for path, media_type in DOCUMENTS.items():
        got, head = client.get(path), client.head(path)
        assert (got.status_code, got.headers["content-type"]) == (200, media_type), path
        assert (head.status_code, head.headers["content-type"], head.content) == (200, media_type, b"")


def test_every_link_has_relation_and_type_and_leads_somewhere(client: TestClient) -> None:
    """Whatever is linked from any document exists and has the type that the link promises."""
    seen: dict[str, str] = {}
    for path in DOCUMENTS.keys() - {"/api"}:  # the document about links is not one with links
        for link in every_link(client.get(path).json()):
            assert {"href", "rel", "type", "title"} <= link.keys(), link
            if not link.get("templated") and "/openapi" not in link["href"]:
                seen[link["href"]] = link["type"]
    assert len(seen) > len(DOCUMENTS)
    for href, media_type in seen.items():
        answered = client.get(href, headers={"Accept": media_type})
        assert answered.status_code == 200, href
        assert answered.headers["content-type"].startswith(media_type), href


def test_every_document_links_to_itself(client: TestClient) -> None:
    """The self link gives the document that carries it."""
    for path in DOCUMENTS:
        document = client.get(path).json()
        if "links" in document:
            (own,) = links(document, "self")
            again = client.get(own["href"]).json()
            assert {**again, "timeStamp": 0} == {**document, "timeStamp": 0}, path


def test_the_landing_page_leads_to_api_conformance_and_data(client: TestClient) -> None:
    """QGIS starts from these three relations and these types."""
    document = client.get("/").json()
    (service_desc, _) = links(document, "service-desc")
    assert service_desc["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert client.get(service_desc["href"]).json()["openapi"] == "3.0.3"
    assert links(document, "conformance")[0]["href"].endswith("/conformance")
    assert links(document, "data")[0]["href"].endswith("/collections")
    assert document["title"]


def test_a_browser_gets_the_page_and_a_program_the_document(client: TestClient) -> None:
    """The landing page is negotiated, and says so to caches."""
    browser = client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert browser.headers["content-type"] == "text/html; charset=utf-8"
    assert "<html" in browser.text
    assert "Accept" in browser.headers["vary"]
    assert client.get("/?f=html").text == browser.text
    assert client.get("/?f=json", headers={"Accept": "text/html"}).json()["title"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_is_the_same_alone_and_in_the_list(client: TestClient, name: str) -> None:
    """Each collection equals its entry in the list."""
    (listed,) = [item for item in client.get("/collections").json()["collections"] if item["id"] == name]
    assert client.get(f"/collections/{name}").json() == listed


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_describes_itself(client: TestClient, name: str) -> None:
    """Title, type, coordinate system, and links to items, schema and tiles."""
    document = client.get(f"/collections/{name}").json()
    assert document["itemType"] == "feature"
    assert document["crs"][0] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    assert document["storageCrs"] in document["crs"]
    assert links(document, "items")[0]["type"] == "application/geo+json"
    assert links(document, "describedby")[0]["type"] == "application/schema+json"
    assert links(document, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_extent_is_that_of_the_data(client: TestClient, name: str) -> None:
    """The box lies around all features, tight to a metre."""
    (west, south, east, north) = client.get(f"/collections/{name}").json()["extent"]["spatial"]["bbox"][0]
    for found, expected in zip((west, south, east, north), (120.0, 30.0, 120.0098, 30.0058), strict=True):
        assert abs(found - expected) < 2e-5
    assert west <= 120.0
    assert south <= 30.0
    assert east >= 120.0098
    assert north >= 30.0058


def test_scores_lie_in_the_periods_that_were_evaluated(client: TestClient) -> None:
    """The temporal extent reaches from the first published period to the end of the last, drafts left out."""
    temporal = client.get("/collections/scores").json()["extent"]["temporal"]
    assert temporal["interval"] == [["2022-01-01T00:00:00Z", "2023-12-31T23:59:59Z"]]
    assert "temporal" not in client.get("/collections/parcels").json()["extent"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_schema_names_the_properties_and_their_types(client: TestClient, name: str) -> None:
    """What items carry is what the schema says, type by type, with Chinese titles."""
    schema = client.get(f"/collections/{name}/feature-schema").json()
    described = schema["properties"]["properties"]["properties"]
    python = {"string": str, "number": (int, float), "integer": int, "boolean": bool}
    for feature in client.get(f"/collections/{name}/items").json()["features"]:
        assert feature["properties"].keys() == described.keys()
        for key, value in feature["properties"].items():
            kind = described[key]["type"]
            assert value is None or (
                isinstance(value, python[kind]) and (kind == "boolean" or value is not True)
            ), key
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in item["title"]) for item in described.values())


def test_an_empty_store_is_served_as_well(database: Database) -> None:
    """Collections without features have no extent, empty pages and empty tiles, and no errors."""
    with open_client(database) as client:
        for name in COLLECTIONS:
            assert "extent" not in client.get(f"/collections/{name}").json()
            page = client.get(f"/collections/{name}/items?bbox=0,0,1,1").json()
            assert (page["features"], page["numberMatched"], page["numberReturned"]) == ([], 0, 0)
            assert client.get(f"/collections/{name}/tiles/WebMercatorQuad").status_code == 200
            assert client.get(f"/collections/{name}/tiles/WebMercatorQuad/tilejson").status_code == 200
            assert client.get(f"/collections/{name}/tiles/WebMercatorQuad/0/0/0").status_code == 204


def test_what_does_not_exist_is_not_found(client: TestClient) -> None:
    """Unknown collections, features and tile matrix sets are problem documents with status 404."""
    missing = ["/collections/none", "/collections/none/items", "/collections/parcels/items/none"]
    missing += ["/collections/parcels/items/%00", "/collections/parcels/items/" + "9" * 400]
    missing += [f"/collections/scores/items/{key}" for key in ("1", "1:", "x:P00001", "1:none", "9:P00001")]
    missing += [
        f"/collections/scores/items/{key}" for key in ("01:P00001", "-1:P00001", "1" * 40 + ":P00001")
    ]
    missing += ["/collections/parcels/tiles/WorldCRS84Quad", "/tileMatrixSets/WorldCRS84Quad"]
    for path in missing:
        answered = client.get(path)
        assert answered.status_code == 404, path
        assert answered.headers["content-type"] == "application/problem+json"


def test_unknown_parameters_and_representations_are_refused(client: TestClient) -> None:
    """On every resource: an unknown parameter or f is 400, an Accept that cannot be met 406."""
    for path in DOCUMENTS:
        assert client.get(f"{path}?unknown=1").status_code == 400, path
        assert client.get(f"{path}?f=tiff").status_code == 400, path
        assert client.get(path, headers={"Accept": "image/tiff"}).status_code == 406, path
        assert client.get(f"{path}?f=json").status_code == 200, path


def test_other_methods_are_refused_and_options_tells_which_are_there(client: TestClient) -> None:
    """405 with Allow, and OPTIONS without POST: QGIS then offers no editing."""
    refused = client.post("/collections/scores/items", json={})
    assert refused.status_code == 405
    allowed = {
        method.strip() for method in client.options("/collections/scores/items").headers["allow"].split(",")
    }
    assert allowed == {"GET", "HEAD", "OPTIONS"}


def test_links_follow_the_public_address(park: Database) -> None:
    """Behind a proxy, links carry the configured address."""
    with open_client(park, public_url="https://park.example/mujun/") as client:
        for path in ("/", "/collections", "/collections/parcels/items?limit=2"):
            for link in every_link(client.get(path).json()):
                assert link["href"].startswith("https://park.example/mujun/"), link


def test_every_property_has_a_sensitivity_and_a_title() -> None:
    """The policy and the collections name the same properties: none is shown unclassified, none forgotten."""
    for collection in ogc_collections.COLLECTIONS:
        assert {item.name for item in collection.properties} == PROPERTIES[collection.id].keys()
        assert collection.on_tiles <= PROPERTIES[collection.id].keys()
