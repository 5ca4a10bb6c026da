"""What the official suites ask of every collection, whichever it is; a new one is asked the same."""

import gzip
import json
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.ogc.collections import COLLECTIONS
from service.store.database import Database
from service.store.models import Parcel
from tests.ogc.test_core import links
from tests.serving import open_client

NAMES = [collection.id for collection in COLLECTIONS]
HALF = "120,30,120.0049,30.0058"
QUERIES = ["", f"bbox={HALF}", "datetime=2022-01-01T00:00:00Z/..", f"bbox={HALF}&datetime=../2022-12-31"]


def pages(client: TestClient, address: str) -> list[dict[str, Any]]:
    """All pages from this one on, by their links."""
    found = [client.get(address).json()]
    while following := links(found[-1], "next"):
        found.append(client.get(following[0]["href"]).json())
    return found


def positions(coordinates: Any) -> list[tuple[float, float]]:
    """Every position in nested coordinates."""
    if isinstance(coordinates[0], float | int):
        return [(coordinates[0], coordinates[1])]
    return [position for part in coordinates for position in positions(part)]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", NAMES)
def test_the_number_that_match_is_the_sum_over_all_pages(client: TestClient, name: str, query: str) -> None:
    """On every page; each page has as many features as it says, no more than were asked for, none twice."""
    found = pages(client, f"/collections/{name}/items?limit=9&{query}")
    every = [feature["id"] for page in found for feature in page["features"]]
    assert len(every) == len(set(every))
    for page in found:
        assert page["numberMatched"] == len(every)
        assert page["numberReturned"] == len(page["features"]) <= 9
        if "timeStamp" in page:
            assert datetime.fromisoformat(page["timeStamp"]).tzinfo is not None
    assert all(page["numberReturned"] == 9 for page in found[:-1])


@pytest.mark.parametrize("name", NAMES)
def test_a_collection_is_found_alone_as_in_the_list(client: TestClient, name: str) -> None:
    """Listed once, under an address of its own that gives the very same."""
    (listed,) = [each for each in client.get("/collections").json()["collections"] if each["id"] == name]
    assert client.get(links(listed, "self")[0]["href"]).json() == listed


@pytest.mark.parametrize("name", NAMES)
def test_coordinates_lie_in_the_extent_that_is_told(client: TestClient, name: str) -> None:
    """Longitude first, within the box of the collection, which lies on the earth."""
    west, south, east, north = client.get(f"/collections/{name}").json()["extent"]["spatial"]["bbox"][0]
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90
    for page in pages(client, f"/collections/{name}/items?limit=50"):
        for feature in page["features"]:
            for x, y in positions(feature["geometry"]["coordinates"]):
                assert west <= x <= east
                assert south <= y <= north


@pytest.mark.parametrize("name", NAMES)
def test_every_feature_is_had_by_the_link_that_its_id_makes(client: TestClient, name: str) -> None:
    """The same feature, with the links that the standard asks for."""
    for feature in client.get(f"/collections/{name}/items?limit=5").json()["features"]:
        alone = client.get(f"/collections/{name}/items/{feature['id']}").json()
        assert {key: alone[key] for key in feature} == feature
        assert {"self", "alternate", "collection"} <= {link["rel"] for link in alone["links"]}


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_conditional_and_compressed(client: TestClient, name: str) -> None:
    """Items and an item carry a tag, 304 under it, the same by HEAD; compressed they are the same."""
    found = client.get(f"/collections/{name}/items?limit=1").json()["features"]
    one = [f"/collections/{name}/items/{each['id']}" for each in found]
    for path in (f"/collections/{name}/items?limit=20", *one):
        plain = client.get(path, headers={"Accept-Encoding": "identity"})
        tag = plain.headers["etag"]
        headers = {"Accept-Encoding": "identity", "If-None-Match": tag}
        unchanged = client.get(path, headers=headers)
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
        head = client.head(path, headers={"Accept-Encoding": "identity"})
        assert (head.headers["etag"], head.headers["content-length"]) == (tag, str(len(plain.content)))
        assert client.head(path, headers=headers).status_code == 304
    path = f"/collections/{name}/items?limit=20"
    unpacked = json.loads(gzip.decompress(_packed(client, path)))
    assert unpacked["features"] == client.get(path).json()["features"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_answer_says_why(client: TestClient, name: str) -> None:
    """400 for what is misspelt or impossible, 406 and 405 with their headers, never 422 or 500."""
    path = f"/collections/{name}/items"
    wrong = [
        "limit=unlimited",
        "limit=0",
        "misspelt=1",
        "bbox=1,2,3",
        "bbox=0,0,NaN,1",
        "datetime=never",
        "f=x",
    ]
    for query in wrong:
        refused = client.get(f"{path}?{query}")
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
        assert refused.json()["detail_zh"], query
    assert client.get(path, headers={"Accept": "video/mp4"}).status_code == 406
    not_there = client.request("TRACE", path)
    assert not_there.status_code == 405
    assert {"GET", "HEAD", "OPTIONS"} <= set(not_there.headers["allow"].split(", "))


def test_numbers_that_json_has_not_are_no_trouble(park: Database) -> None:
    """Not a number and infinity come as null in every representation; extreme numbers as they are."""
    values = [float("nan"), float("inf"), float("-inf"), 1e308, 5e-324, -0.0]
    with park.writing() as connection:
        for number, value in enumerate(values):
            changed = update(Parcel).where(Parcel.code == f"P{number:05}").values(far=value)
            connection.execute(changed)
    with open_client(park) as client:
        page = json.loads(client.get("/collections/parcels/items?limit=6").content, parse_constant=_never)
        for feature, value in zip(page["features"], values, strict=True):
            path = f"/collections/parcels/items/{feature['id']}"
            alone = json.loads(client.get(path).content, parse_constant=_never)
            told = value if abs(value) < float("inf") else None
            assert alone["properties"]["far"] == feature["properties"]["far"] == told
            assert client.get(f"{path}?f=html").status_code == 200
        assert client.get("/collections/parcels/tiles/WebMercatorQuad/12/1689/3413").status_code == 200


def _never(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def _packed(client: TestClient, path: str) -> bytes:
    """The bytes of a compressed answer as they come over the line."""
    with client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as streamed:
        assert streamed.headers["content-encoding"] == "gzip"
        return b"".join(streamed.iter_raw())
