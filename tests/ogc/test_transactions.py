"""OGC API Features Part 4: create, replace, update and delete, with optimistic locking, on both databases.

The names of the abstract tests of OGC 20-002r1, annex A, stand where one of them is meant.
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import create_engine

from service.features.crs import find_crs, given_in
from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.serving import key_for, keyed_client, open_client
from tests.support.read_only import not_writable

ITEMS = "/collections/parcels/items"
GEOJSON = {"Content-Type": "application/geo+json"}
PATCH = {"Content-Type": "application/merge-patch+json"}
RING = [[121.0, 29.0], [121.001, 29.0], [121.001, 29.001], [121.0, 29.001], [121.0, 29.0]]
SQUARE: dict[str, Any] = {"type": "Polygon", "coordinates": [RING]}
CRS = "http://www.opengis.net/def/crs/"


def feature(code: str | None = "N1", geometry: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    """A feature as a client makes it."""
    named = {"district": "园区", **({} if code is None else {"code": code}), **properties}
    return {"type": "Feature", "geometry": geometry, "properties": named}


def shape_of(document: Any) -> shapely.Geometry:
    """The geometry of a feature."""
    return shapely.geometry.shape(document["geometry"])


def version(response: Response) -> str:
    """The part of an entity tag that every representation of a version has."""
    return response.headers["etag"].partition("-")[0]


@pytest.fixture
def writer(park: Database) -> Iterator[TestClient]:
    """A client of a park of the test's own, with all rights."""
    with open_client(park) as client:
        yield client


def everything(client: TestClient) -> list[Any]:
    """All features, and what is known of their hand-overs."""
    listed = client.get(ITEMS, params={"limit": 1000}).json()
    batches = client.get("/feeds/parcels/batches").json()["batches"]
    return [listed["features"], listed["numberMatched"], batches]


def test_options_tells_the_methods_and_what_they_take(client: TestClient) -> None:
    """create-replace-delete/options, update/options: 200, Allow, Accept-Post, Accept-Patch."""
    several, one = client.options(ITEMS), client.options(f"{ITEMS}/unknown_id")
    assert (several.status_code, one.status_code) == (200, 200)
    assert several.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert several.headers["accept-post"] == "application/geo+json, application/json"
    assert one.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"
    assert one.headers["accept-patch"] == "application/merge-patch+json"


@pytest.mark.parametrize("collection", ["scores", "coverage"])
def test_what_is_worked_out_cannot_be_edited(client: TestClient, collection: str) -> None:
    """OPTIONS says so, and every attempt is 405."""
    path = f"/collections/{collection}/items"
    for address in (path, f"{path}/1"):
        assert client.options(address).headers["allow"] == "GET, HEAD, OPTIONS"
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert client.request(method, address).status_code == 405


def test_editing_needs_its_scope_and_options_shows_it(park: Database) -> None:
    """A key that may only read sees no POST, so that QGIS shows the layer read-only; without a key all is."""
    with keyed_client(park, "read") as client:
        shown = [client.options(f"{ITEMS}{path}").headers for path in ("", "/P00001")]
        assert {headers["allow"] for headers in shown} == {"GET, HEAD, OPTIONS"}
        assert not any("accept-post" in headers or "accept-patch" in headers for headers in shown)
        refused = client.post(ITEMS, json=feature(), headers=GEOJSON)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
        assert client.delete(f"{ITEMS}/P00001").status_code == 403
        editor = key_for(park, "edit")
        assert client.options(ITEMS, headers=editor).headers["allow"] == "GET, HEAD, OPTIONS, POST"
        assert client.post(ITEMS, json=feature(), headers=GEOJSON | editor).status_code == 201
        newest = client.get("/feeds/parcels/batches?limit=1", headers=key_for(park, "analyst")).json()
        assert newest["batches"][0]["mapping"]["edit"]["by"] == "under test"
        unknown = {"X-API-Key": "mj_none"}
        assert "POST" not in client.options(ITEMS, headers=unknown).headers["allow"]
    with keyed_client(park) as nobody:
        assert "POST" in nobody.options(ITEMS).headers["allow"]
        assert nobody.post(ITEMS, json=feature("N2"), headers=GEOJSON).status_code == 401


def test_a_page_of_another_site_cannot_edit(writer: TestClient) -> None:
    """Whatever credentials a browser would send along."""
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        path = ITEMS if method == "POST" else f"{ITEMS}/P00001"
        answer = writer.request(method, path, headers={"Origin": "https://evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")


def test_what_qgis_does(writer: TestClient) -> None:
    """OPTIONS, POST, GET of Location, PATCH of outline and of attributes, PUT, DELETE; as it writes them."""
    assert "POST" in writer.options(ITEMS).headers["allow"]
    plain = {"Content-Crs": f"{CRS}OGC/1.3/CRS84"}
    drawn = feature(geodesic_area_m2=None, holder=None)
    created = writer.post(ITEMS, json=drawn, headers=GEOJSON | plain)
    location = created.headers["location"]
    code = location[location.rindex("/items/") + len("/items/") :]
    assert (created.status_code, created.content, code) == (201, b"", "N1")
    got = writer.get(location)
    assert got.status_code == 200
    assert shape_of(got.json()).equals(shapely.geometry.shape(SQUARE))
    assert got.json()["properties"]["geodesic_area_m2"] == pytest.approx(10_799, abs=10)
    larger = {**SQUARE, "coordinates": [[[round(2 * x - 121, 7), y] for x, y in RING]]}
    moved = writer.patch(f"{ITEMS}/{code}", json={"geometry": larger}, headers=PATCH | plain)
    named = writer.patch(f"{ITEMS}/{code}", json={"properties": {"name": "一号"}}, headers=PATCH)
    assert (moved.status_code, named.status_code) == (204, 204)
    read = writer.get(location).json()
    assert shape_of(read).equals(shapely.geometry.shape(larger))
    assert read["properties"]["name"] == "一号"
    read["properties"]["town"] = "东城"
    assert writer.put(f"{ITEMS}/{code}", json=read, headers=GEOJSON | plain).status_code == 204
    assert writer.get(location).json()["properties"] == read["properties"]
    assert writer.delete(f"{ITEMS}/{code}").status_code == 204
    assert writer.get(location).status_code == 404


def test_a_created_feature_is_there_at_once_and_its_batch_with_it(writer: TestClient) -> None:
    """create-replace-delete/create: by code or by id; in the listing, in a bbox, and among the hand-overs."""
    before = writer.get(ITEMS, params={"limit": 1}).json()["numberMatched"]
    for document in (feature("n1"), {"id": "N2", **feature(None)}, {"id": "N3", **feature("N3")}):
        body = orjson.dumps(document)
        created = writer.post(ITEMS, content=body, headers=GEOJSON)
        assert created.status_code == 201
        found = writer.get(created.headers["location"])
        assert found.status_code == 200
        code = found.json()["id"]
        assert created.headers["location"].endswith(f"/items/{code}")
        batch = writer.get("/feeds/parcels/batches?limit=1").json()["batches"][0]
        assert batch["file_name"] == f"new {code}.geojson"
        assert writer.get(f"/feeds/parcels/batches/{batch['id']}/file").content == body
        (row,) = writer.get(f"/feeds/parcels/batches/{batch['id']}/rows").json()["rows"]
        assert row["verdict"] == "accepted"
    page = writer.get(ITEMS, params={"bbox": "120.9,28.9,121.1,29.1"}).json()
    assert [each["id"] for each in page["features"]] == ["N1", "N2", "N3"]
    assert writer.get(ITEMS, params={"limit": 1}).json()["numberMatched"] == before + 3


def test_a_code_is_given_once_and_said_once(writer: TestClient) -> None:
    """One that is there is 409; one that is missing, or contradicts the id, is no feature of ours."""
    state = everything(writer)
    for document, status, code, place in (
        (feature("p00001"), 409, "already-there", "/properties/code"),
        (feature(None), 422, "parcel_code_missing", "/properties/code"),
        ({"id": "N2", **feature("N1")}, 400, "invalid-parameter", "/id"),
        ({"id": ["N1"], **feature(None)}, 400, "invalid-parameter", "/id"),
    ):
        answer = writer.post(ITEMS, json=document, headers=GEOJSON)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["place"]) == (status, code, place)
    assert everything(writer) == state


def test_a_body_says_what_it_is(writer: TestClient) -> None:
    """create-content-type and the like: none is 400, another is 415 with those that are taken."""
    for method, header in (("POST", "accept-post"), ("PUT", "accept"), ("PATCH", "accept-patch")):
        path = ITEMS if method == "POST" else f"{ITEMS}/P00001"
        body = orjson.dumps(feature() if method == "POST" else {"type": "Feature", "properties": {}})
        unsaid = writer.request(method, path, content=body)
        assert (unsaid.status_code, unsaid.json()["place"]) == (400, "header Content-Type")
        other = writer.request(method, path, content=body, headers={"Content-Type": "application/gml+xml"})
        assert (other.status_code, other.json()["code"]) == (415, "unsupported-media-type")
        assert "json" in other.headers[header]


def test_a_replacement_unsets_what_it_leaves_out(writer: TestClient) -> None:
    """create-replace-delete/replace, replace-rid: the code stays, and the area is worked out anew."""
    path = f"{ITEMS}/P00001"
    before = writer.get(path).json()["properties"]
    assert (before["town"], before["far"]) == ("西城", 0.125)
    assert writer.put(path, json=feature(None, holder="One"), headers=GEOJSON).status_code == 204
    after = writer.get(path).json()
    assert (after["id"], after["properties"]["holder"]) == ("P00001", "One")
    assert (after["properties"]["town"], after["properties"]["far"]) == (None, None)
    assert after["properties"]["geodesic_area_m2"] != before["geodesic_area_m2"]
    state = everything(writer)
    for document in ({**feature(None), "id": "P00002"}, feature("P00002"), feature("N9")):
        refused = writer.put(path, json=document, headers=GEOJSON)
        assert refused.status_code == 400
    assert everything(writer) == state


def test_what_is_not_there_is_not_made(writer: TestClient) -> None:
    """replace-exceptions: 404, whatever the precondition, and nothing comes of it."""
    state = everything(writer)
    for tag in (None, '"xyz"', "*"):
        given = {"If-Match": tag} if tag else {}
        for answer in (
            writer.put(f"{ITEMS}/N1", json=feature("N1"), headers=GEOJSON | given),
            writer.patch(f"{ITEMS}/N1", json={}, headers=PATCH | given),
            writer.delete(f"{ITEMS}/N1", headers=given),
            writer.delete(f"{ITEMS}/N%00", headers=given),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert everything(writer) == state


def test_a_merge_patch_changes_what_it_names(writer: TestClient) -> None:
    """update/update, features/json-merge-patch: null unsets, the rest stays, the id cannot change."""
    path = f"{ITEMS}/P00001"
    before = writer.get(path).json()
    patch = {"properties": {"far": 2.5, "town": None, "holder": "One"}, "geometry": SQUARE}
    assert writer.patch(path, json=patch, headers=PATCH).status_code == 204
    after = writer.get(path).json()
    changed = {"far": 2.5, "town": None, "holder": "One"}
    assert after["properties"] == before["properties"] | changed | {
        "geodesic_area_m2": after["properties"]["geodesic_area_m2"]
    }
    assert shape_of(after).equals(shapely.geometry.shape(SQUARE))
    assert writer.patch(
        path, json={"id": "P00001", "properties": {"code": "P00001"}}, headers=PATCH
    ).is_success
    state = everything(writer)
    for refused, place in (
        ({"id": "N1"}, "/id"),
        ({"properties": {"code": "N1"}}, "/properties/code"),
        ({"properties": {"code": None}}, "/properties/code"),
        ({"properties": {"district": None}}, "/properties/district"),
        ({"properties": None}, "/properties"),
        ({"geometry": None}, "/geometry"),
        ({"properties": {"geodesic_area_m2": 5}}, "/properties/geodesic_area_m2"),
        ({"far": 2}, "/far"),
    ):
        answer = writer.patch(path, json=refused, headers=PATCH)
        assert answer.status_code in (400, 422), refused
        assert answer.json()["place"] == place
    assert everything(writer) == state


def test_a_feature_sent_back_as_it_was_read_changes_nothing(writer: TestClient) -> None:
    """Its links and what is worked out may stay in: that is named, and the version remains."""
    got = writer.get(f"{ITEMS}/P00001")
    state = everything(writer)
    answer = writer.put(f"{ITEMS}/P00001", json=got.json(), headers=GEOJSON)
    assert answer.status_code == 204
    assert answer.headers["mujun-ignored"] == "/properties/geodesic_area_m2"
    assert everything(writer) == state
    assert writer.get(f"{ITEMS}/P00001").headers["etag"] == got.headers["etag"]


def test_every_change_has_a_new_tag_and_an_old_one_changes_nothing(writer: TestClient) -> None:
    """optimistic-locking-etags: PUT, PATCH and DELETE with a stale tag are 412, with the present one done."""
    path = f"{ITEMS}/P00001"
    first = writer.get(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    second = writer.patch(path, json={"properties": {"name": "A"}}, headers=PATCH | {"If-Match": tag})
    third = writer.put(
        path, json=feature(None, name="B"), headers=GEOJSON | {"If-Match": second.headers["etag"]}
    )
    assert (second.status_code, third.status_code) == (204, 204)
    assert len({tag, second.headers["etag"], third.headers["etag"]}) == 3
    state = everything(writer)
    for stale in (tag, second.headers["etag"], '"0"', f"W/{third.headers['etag']}", '"a,b"'):
        given = {"If-Match": stale}
        for answer in (
            writer.put(path, json=feature(None, name="C"), headers=GEOJSON | given),
            writer.patch(path, json={"properties": {"name": "C"}}, headers=PATCH | given),
            writer.delete(path, headers=given),
        ):
            assert (answer.status_code, answer.json()["code"]) == (412, "precondition-failed")
    assert writer.delete(path, headers={"If-Match": "v1"}).status_code == 400
    assert everything(writer) == state
    present = writer.get(path).headers["etag"]
    listed = {"If-Match": f'"other", {present}, W/"more"'}
    assert writer.patch(path, json={"properties": {"name": "D"}}, headers=PATCH | listed).is_success
    assert writer.patch(
        path, json={"properties": {"name": "E"}}, headers=PATCH | {"If-Match": "*"}
    ).is_success
    assert writer.patch(path, json={"properties": {"name": "F"}}, headers=PATCH).is_success
    assert writer.delete(path, headers={"If-Match": writer.get(path).headers["etag"]}).status_code == 204
    assert writer.get(path).status_code == 404


def test_a_tag_of_any_representation_stands_for_the_version(writer: TestClient) -> None:
    """Compressed or not, the client has read the same feature."""
    path = f"{ITEMS}/P00001"
    packed = writer.get(path, headers={"Accept-Encoding": "gzip"}).headers["etag"]
    plain = writer.get(path, headers={"Accept-Encoding": "identity"}).headers["etag"]
    assert packed != plain
    for number, tag in enumerate((packed, plain)):
        answer = writer.patch(
            path, json={"properties": {"name": str(number)}}, headers=PATCH | {"If-Match": tag}
        )
        assert answer.status_code == (204, 412)[number]


def test_a_change_by_date_is_made_of_that_second_or_later(writer: TestClient) -> None:
    """optimistic-locking-timestamps: Last-Modified of reads and changes, If-Unmodified-Since of all three."""
    path = f"{ITEMS}/P00001"
    since = writer.get(path).headers["last-modified"]
    assert since == "Wed, 31 Jan 2024 08:00:00 GMT"
    early = {"If-Unmodified-Since": "Wed, 31 Jan 2024 07:59:59 GMT"}
    state = everything(writer)
    for answer in (
        writer.put(path, json=feature(None), headers=GEOJSON | early),
        writer.patch(path, json={"properties": {"name": "A"}}, headers=PATCH | early),
        writer.delete(path, headers=early),
    ):
        assert (answer.status_code, answer.json()["place"]) == (412, "header If-Unmodified-Since")
    assert everything(writer) == state
    given = PATCH | {"If-Unmodified-Since": since}
    changed = writer.patch(path, json={"properties": {"name": "A"}}, headers=given)
    assert changed.status_code == 204
    assert changed.headers["last-modified"] == writer.get(path).headers["last-modified"] != since
    assert writer.patch(path, json={"properties": {"name": "B"}}, headers=given).status_code == 412
    tagged = given | {"If-Match": writer.get(path).headers["etag"]}
    assert writer.patch(path, json={"properties": {"name": "C"}}, headers=tagged).status_code == 204
    no_date = PATCH | {"If-Unmodified-Since": "yesterday"}
    assert writer.patch(path, json={"properties": {"name": "D"}}, headers=no_date).status_code == 204


def test_a_change_can_be_required_to_be_conditional(park: Database) -> None:
    """By a setting: 428 without precondition; creating needs none."""
    with open_client(park, require_if_match=True) as client:
        path = f"{ITEMS}/P00001"
        for answer in (
            client.put(path, json=feature(None), headers=GEOJSON),
            client.patch(path, json={}, headers=PATCH | {"If-Unmodified-Since": "no date"}),
            client.delete(path),
        ):
            assert (answer.status_code, answer.json()["code"]) == (428, "precondition-required")
        assert client.post(ITEMS, json=feature(), headers=GEOJSON).status_code == 201
        assert client.delete(path, headers={"If-Match": client.get(path).headers["etag"]}).is_success


def test_preferences_are_followed_and_named(writer: TestClient) -> None:
    """handling and return (RFC 7240): a representation where preferred, and what lenience passed over."""
    odd = feature(colour="red", geodesic_area_m2=1)
    state = everything(writer)
    for prefer in (None, "handling=strict", "return=representation, handling=strict"):
        headers = GEOJSON | ({"Prefer": prefer} if prefer else {})
        refused = writer.post(ITEMS, json=odd, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "unknown-property")
        assert refused.json()["place"] == "/properties/colour"
        assert refused.headers.get("preference-applied") == ("handling=strict" if prefer else None)
    assert everything(writer) == state
    lenient = GEOJSON | {"Prefer": 'Handling="lenient"; x=1, return=representation, wait=5'}
    made = writer.post(ITEMS, json=odd | {"style": {"a": 1}}, headers=lenient)
    assert made.status_code == 201
    assert made.headers["preference-applied"] == "handling=lenient, return=representation"
    assert made.headers["mujun-ignored"] == "/style, /properties/colour, /properties/geodesic_area_m2"
    assert made.headers["content-type"] == "application/geo+json"
    got = writer.get(made.headers["location"])
    assert made.json() == got.json()
    assert version(made) == version(got)
    assert made.json()["properties"]["geodesic_area_m2"] > 1000
    minimal = PATCH | {"Prefer": "return=minimal"}
    changed = writer.patch(f"{ITEMS}/N1", json={"properties": {"name": "A"}}, headers=minimal)
    assert (changed.status_code, changed.content) == (204, b"")
    assert changed.headers["preference-applied"] == "return=minimal"
    whole = PATCH | {"Prefer": "return=representation"}
    changed = writer.patch(f"{ITEMS}/N1", json={"properties": {"name": "B"}}, headers=whole)
    assert (changed.status_code, changed.json()["properties"]["name"]) == (200, "B")


def test_a_body_may_be_in_any_system_that_is_served(writer: TestClient) -> None:
    """features/crs: axes as the authority orders them; the same land, whichever way it is written."""
    for number, name in enumerate(("EPSG/0/4490", "EPSG/0/4326", "EPSG/0/4549", "EPSG/0/3857")):
        uri = f"{CRS}{name}"
        (moved,) = given_in(np.array([shapely.geometry.shape(SQUARE)], dtype=object), find_crs(uri, "here"))
        document = feature(f"N{number}", geometry=shapely.geometry.mapping(moved))
        created = writer.post(ITEMS, json=document, headers=GEOJSON | {"Content-Crs": f"<{uri}>"})
        assert created.status_code == 201
        location = created.headers["location"]
        found = shape_of(writer.get(location).json())
        assert found.hausdorff_distance(shapely.geometry.shape(SQUARE)) < 2e-7
        again = writer.put(location, json=document, headers=GEOJSON | {"Content-Crs": uri})
        assert version(again) == version(created)


def test_a_system_that_is_not_served_is_refused(writer: TestClient) -> None:
    """And so is one within the body, which would put the land elsewhere if it were passed over."""
    for uri in (f"{CRS}EPSG/0/32650", "EPSG:4549", ""):
        answer = writer.post(ITEMS, json=feature(), headers=GEOJSON | {"Content-Crs": uri})
        assert (answer.status_code, answer.json()["code"]) == (400, "unsupported-crs")
    for name in ("crs", "coordRefSys", "place"):
        headers = GEOJSON | {"Prefer": "handling=lenient"}
        answer = writer.post(ITEMS, json=feature() | {name: {"type": "name"}}, headers=headers)
        assert (answer.status_code, answer.json()["place"]) == (400, f"/{name}")


def _bad(coordinates: Any, kind: str = "Polygon") -> dict[str, Any]:
    return feature(geometry={"type": kind, "coordinates": coordinates})


_AT = "/geometry/coordinates"
_OPEN = RING[:-1]
_BOW = [RING[0], RING[2], RING[1], RING[3], RING[0]]
_GARDEN: dict[str, tuple[Any, int, str | None]] = {
    "no JSON": (b"{", 400, "/"),
    "empty": (b"", 400, "/"),
    "not UTF-8": (b"\xff\xfe", 400, "/"),
    "NaN": (orjson.dumps(feature()).replace(b"121.001", b"NaN"), 400, "/"),
    "Infinity": (orjson.dumps(feature()).replace(b"121.001", b"Infinity"), 400, "/"),
    "1e400": (orjson.dumps(feature()).replace(b"121.001", b"1e400"), 400, None),
    "a huge integer": (orjson.dumps(feature()).replace(b"121.001", b"9" * 400), 400, None),
    "nested": (b'{"type":"Feature","geometry":' + b"[" * 100_000, 400, "/"),
    "deep": (b'{"a":' * 500 + b"1" + b"}" * 500, 400, "/type"),
    "a list": (b"[]", 400, "/"),
    "a text": (b'"Feature"', 400, "/"),
    "a collection": ({"type": "FeatureCollection", "features": [feature()]}, 400, "/type"),
    "no geometry": ({"type": "Feature", "properties": feature()["properties"]}, 422, "/geometry"),
    "null geometry": (feature(geometry=None), 422, "/geometry"),
    "text for geometry": (feature(geometry="POLYGON EMPTY"), 400, "/geometry"),
    "no type": (feature(geometry={"coordinates": [RING]}), 400, "/geometry/type"),
    "a point": (feature(geometry={"type": "Point", "coordinates": [121, 29]}), 422, "/geometry/type"),
    "geometries": (
        feature(geometry={"type": "GeometryCollection", "geometries": [SQUARE]}),
        422,
        "/geometry/type",
    ),
    "no coordinates": (feature(geometry={"type": "Polygon"}), 400, _AT),
    "empty polygon": (_bad([]), 422, "/geometry"),
    "empty multipolygon": (_bad([], "MultiPolygon"), 422, "/geometry"),
    "empty ring": (_bad([[]]), 400, f"{_AT}/0"),
    "part without rings": (_bad([[RING], []], "MultiPolygon"), 400, f"{_AT}/1"),
    "too flat": (_bad(RING), 400, f"{_AT}/0"),
    "too deep": (_bad([[RING]]), 400, f"{_AT}/0"),
    "three points": (_bad([RING[:2] + RING[:1]]), 400, f"{_AT}/0"),
    "unclosed": (_bad([_OPEN]), 400, f"{_AT}/0"),
    "unclosed hole": (_bad([RING, _OPEN]), 400, f"{_AT}/1"),
    "a text in a position": (_bad([[*RING[:2], ["121", 29], *RING[3:]]]), 400, f"{_AT}/0/2"),
    "true in a position": (_bad([[*RING[:2], [True, 29], *RING[3:]]]), 400, f"{_AT}/0/2"),
    "one number": (_bad([[*RING[:2], [121], *RING[3:]]]), 400, f"{_AT}/0/2"),
    "null position": (_bad([[*RING[:2], None, *RING[3:]]]), 400, f"{_AT}/0/2"),
    "a bow": (_bad([_BOW]), 422, "/geometry"),
    "all one point": (_bad([[RING[0]] * 5]), 422, "/geometry"),
    "beyond the pole": (_bad([[[x, y + 80] for x, y in RING]]), 422, "/geometry"),
    "around the globe": (
        _bad([[[-100, 1], [100, 1], [100, 2], [-100, 2], [-100, 1]]]),
        422,
        "/geometry",
    ),
    "properties a list": (feature() | {"properties": []}, 400, "/properties"),
    "properties a text": (feature() | {"properties": "x"}, 400, "/properties"),
    "no properties": ({"type": "Feature", "geometry": SQUARE}, 422, "/properties/code"),
    "no district": (feature(district=None), 422, "/properties/district"),
    "a number for text": (feature(town=5), 400, "/properties/town"),
    "text for a number": (feature(far="1.5"), 400, "/properties/far"),
    "true for a number": (feature(far=True), 400, "/properties/far"),
    "an object for text": (feature(name={"a": 1}), 400, "/properties/name"),
    "a negative area": (feature(registered_area_m2=-5), 422, "/properties/registered_area_m2"),
    "a share of seven": (feature(green_min=7), 422, "/properties/green_min"),
    "a code of 40 signs": (feature("N" * 40), 422, "/properties/code"),
    "a slash in a name": (feature() | {"properties": {**feature()["properties"], "a/b~": 1}}, 400, None),
}


def test_whatever_is_sent_is_taken_or_refused_by_its_place(writer: TestClient) -> None:
    """A garden of bodies: 400 for what is no feature, 422 for what is no parcel, and nothing is stored."""
    state = everything(writer)
    for name, (document, status, place) in _GARDEN.items():
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        answer = writer.post(ITEMS, content=body, headers=GEOJSON)
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
            name
        )
        assert problem["detail_zh"], name
        assert place is None or problem["place"] == place, name
        assert writer.put(f"{ITEMS}/P00001", content=body, headers=GEOJSON).status_code in (400, 422, 204)
        described = writer.get(problem["type"])
        assert described.status_code == 200, (name, problem["code"])
    assert [each["id"] for each in everything(writer)[0]] == [each["id"] for each in state[0]]


def test_heights_are_left_out_and_holes_kept(writer: TestClient) -> None:
    """A clockwise 3D polygon with a hole comes back in two dimensions, turned as RFC 7946 has it."""
    hole = [[round(x / 2 + 60.5002, 7), round(y / 2 + 14.5002, 7), 7] for x, y in RING]
    rings = [[[x, y, 5.5] for x, y in reversed(RING)], hole]
    created = writer.post(ITEMS, json=_bad(rings), headers=GEOJSON)
    found = writer.get(created.headers["location"]).json()
    expected = shapely.Polygon(RING, [[position[:2] for position in hole]])
    assert shape_of(found).equals(expected)
    assert {len(position) for ring in found["geometry"]["coordinates"][0] for position in ring} == {2}
    assert shape_of(found).geoms[0].exterior.is_ccw


def test_a_body_that_is_too_long_is_refused(park: Database) -> None:
    """By its length at once, or as soon as it grows past the limit; others may be as long as an outline."""
    turn = np.linspace(0, 2 * np.pi, 60_001)
    ring = np.column_stack((121 + 0.001 * np.cos(turn), 29 + 0.001 * np.sin(turn))).tolist()
    ring[-1] = ring[0]
    body = orjson.dumps(_bad([ring]))
    assert len(body) > 2 << 20
    with open_client(park) as client:
        assert client.post(ITEMS, content=body, headers=GEOJSON).status_code == 201
        shown = client.get(f"{ITEMS}/N1").json()
        assert len(shown["geometry"]["coordinates"][0][0]) == len(ring)
        assert client.delete(f"{ITEMS}/N1").status_code == 204
    with open_client(park, max_feature_bytes=1 << 20) as client:
        for content in (body, iter([body[:100], body[100:]])):
            answer = client.post(ITEMS, content=content, headers=GEOJSON)
            assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert client.get(f"{ITEMS}/N1").status_code == 404


def test_of_two_clients_with_the_same_tag_one_wins(writer: TestClient) -> None:
    """Time and again: one change is made, the other is 412, and the next tag is the winner's."""
    path, together = f"{ITEMS}/P00001", threading.Barrier(2)
    tags = [writer.get(path).headers["etag"]]
    statuses: list[tuple[int, int]] = []
    sent = {"A": (), "B": ()}

    def change(name: str) -> None:
        for turn in range(30):
            together.wait(30)
            answer = writer.patch(
                path,
                json={"properties": {"name": f"{name} {turn}"}},
                headers=PATCH | {"If-Match": tags[turn]},
            )
            statuses.append((turn, answer.status_code))
            if answer.status_code == 204:
                tags.append(answer.headers["etag"])
            together.wait(30)

    clients = [threading.Thread(target=change, args=(name,)) for name in sent]
    for each in clients:
        each.start()
    for each in clients:
        each.join(120)
    assert sorted(statuses) == [(turn, status) for turn in range(30) for status in (204, 412)]
    assert len(set(tags)) == 31


def test_where_nothing_can_be_written_reading_goes_on(park: Database, open_folder: Path) -> None:
    """Every edit is 503 with its code, as often as it is tried; every page and feature is still there."""
    with not_writable(park, open_folder) as replica, open_client(replica) as client:
        for _ in range(2):
            for answer in (
                client.post(ITEMS, json=feature(), headers=GEOJSON),
                client.put(f"{ITEMS}/P00001", json=feature(None), headers=GEOJSON),
                client.patch(f"{ITEMS}/P00001", json={"properties": {"name": "A"}}, headers=PATCH),
                client.delete(f"{ITEMS}/P00001"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (503, "read-only")
                assert int(answer.headers["retry-after"]) > 0
            assert client.get(ITEMS).json()["numberMatched"] == 60
            assert client.get(f"{ITEMS}/P00001").status_code == 200


def test_a_login_that_may_only_read_is_told_so(postgis_url: str) -> None:
    """A role without the right to write gives the same answer as a replica."""
    owner = Database(postgis_url)
    lay_out(owner)
    reader = owner.url.set(username="mujun_reader")
    server = create_engine(owner.url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("CREATE ROLE mujun_reader LOGIN PASSWORD 'reader'")
        connection.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO mujun_reader")
    try:
        database = Database(reader.set(password="reader").render_as_string(hide_password=False))
        with open_client(database) as client:
            answer = client.post(ITEMS, json=feature(), headers=GEOJSON)
            assert (answer.status_code, answer.json()["code"]) == (503, "read-only")
            assert client.get(f"{ITEMS}/P00001").status_code == 200
        database.dispose()
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql("DROP OWNED BY mujun_reader")
            connection.exec_driver_sql("DROP ROLE mujun_reader")
        server.dispose()
        owner.dispose()


def test_the_description_tells_what_may_be_written(client: TestClient) -> None:
    """Bodies with their media types, what is read only, headers, and every answer."""
    paths = client.get("/openapi.json").json()["paths"]
    post, item = paths[ITEMS]["post"], paths[f"{ITEMS}/{{featureId}}"]
    schema = post["requestBody"]["content"]["application/geo+json"]["schema"]
    named = schema["properties"]["properties"]
    assert named["properties"]["geodesic_area_m2"]["readOnly"]
    assert "readOnly" not in named["properties"]["far"]
    assert (named["required"], named["additionalProperties"]) == (["code", "district"], False)
    assert set(item["patch"]["requestBody"]["content"]) == {"application/merge-patch+json"}
    assert {"201", "400", "401", "403", "409", "413", "415", "422", "503"} <= set(post["responses"])
    changed = {"200", "204", "400", "404", "412", "413", "415", "422", "428"}
    assert changed <= set(item["put"]["responses"])
    assert changed <= set(item["patch"]["responses"])
    assert {"204", "404", "412", "428"} <= set(item["delete"]["responses"])
    assert {each["name"] for each in item["put"]["parameters"]} >= {"If-Match", "Content-Crs", "Prefer"}
    assert post["x-scope"] == item["delete"]["x-scope"] == "edit"
