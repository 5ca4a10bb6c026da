"""OGC API Features Part 2: other coordinate systems, axes as their authority orders them."""

import itertools
from typing import Any

import pytest
from fastapi.testclient import TestClient

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS = "/collections/parcels/items"

# The corner at 120° E, 30° N of the first parcel. The length of the meridian from the equator to 30° N on
# the ellipsoid of CGCS2000 is 3,320,113.398 m; Web Mercator is R × λ and R × asinh(tan φ).
GOLDEN = {
    CRS84: (120.0, 30.0),
    f"{EPSG}4326": (30.0, 120.0),
    f"{EPSG}4490": (30.0, 120.0),
    f"{EPSG}3857": (13_358_338.895, 3_503_549.844),
    f"{EPSG}4549": (3_320_113.398, 500_000.0),
    f"{EPSG}4528": (3_320_113.398, 40_500_000.0),
}


def corners(document: dict[str, Any]) -> list[tuple[float, float]]:
    """All positions of a feature."""
    rings = itertools.chain.from_iterable(document["geometry"]["coordinates"])
    return [(position[0], position[1]) for ring in rings for position in ring]


@pytest.mark.parametrize("crs", GOLDEN)
def test_coordinates_are_those_of_the_system(client: TestClient, crs: str) -> None:
    """Page and item alike, to a centimetre, and the header says which system it is."""
    page = client.get(ITEMS, params={"crs": crs, "limit": 1})
    item = client.get(f"{ITEMS}/P00000", params={"crs": crs})
    for answered in (page, item):
        assert answered.headers["content-crs"] == f"<{crs}>"
    feature = page.json()["features"][0]
    assert feature["geometry"] == item.json()["geometry"]
    tolerance = 1e-7 if max(GOLDEN[crs]) < 200 else 0.01
    assert any(
        abs(first - GOLDEN[crs][0]) < tolerance and abs(second - GOLDEN[crs][1]) < tolerance
        for first, second in corners(feature)
    )


def test_every_system_is_listed_and_answers(client: TestClient) -> None:
    """OGC:CRS84 comes first, the stored one is among them, and each of them works."""
    document = client.get("/collections/parcels").json()
    assert document["crs"][0] == CRS84
    assert document["storageCrs"] == f"{EPSG}4490"
    assert set(GOLDEN) <= set(document["crs"])
    for crs in document["crs"]:
        assert client.get(ITEMS, params={"crs": crs, "limit": 1}).status_code == 200, crs


def test_without_a_system_coordinates_are_longitude_and_latitude(client: TestClient) -> None:
    """The default is OGC:CRS84, said in the header too."""
    answered = client.get(ITEMS, params={"limit": 1})
    assert answered.headers["content-crs"] == f"<{CRS84}>"
    assert answered.json() == client.get(ITEMS, params={"limit": 1, "crs": CRS84}).json() | {
        "links": answered.json()["links"]
    }


@pytest.mark.parametrize(
    ("crs", "box"),
    [
        (CRS84, "120,30,120.0029,30.0019"),
        (f"{EPSG}4326", "30,120,30.0019,120.0029"),
        (f"{EPSG}4490", "30,120,30.0019,120.0029"),
        (f"{EPSG}3857", "13358339,3503550,13358661,3503793"),
        (f"{EPSG}4549", "3320114,500001,3320323,500279"),
        (f"{EPSG}4528", "3320114,40500001,3320323,40500279"),
    ],
)
def test_a_box_in_any_system_selects_the_same_features(client: TestClient, crs: str, box: str) -> None:
    """Axes of the box come as the system orders them; the answer's own system is another matter."""
    found = client.get(ITEMS, params={"bbox": box, "bbox-crs": crs, "crs": f"{EPSG}3857"})
    assert found.status_code == 200, found.text
    codes = {feature["properties"]["code"] for feature in found.json()["features"]}
    assert codes == {"P00000", "P00001", "P00002", "P00010", "P00011", "P00012"}


@pytest.mark.parametrize("name", ["crs", "bbox-crs"])
@pytest.mark.parametrize("value", ["", "EPSG:4326", f"{EPSG}27700", f"{EPSG}0", "CRS84", "' OR 1=1"])
def test_a_system_that_is_not_served_is_refused(client: TestClient, name: str, value: str) -> None:
    """400 with the place, whatever it is called."""
    refused = client.get(ITEMS, params={name: value, "bbox": "0,0,1,1"})
    assert (refused.status_code, refused.json()["code"]) == (400, "unsupported-crs")
    assert refused.json()["place"] == f"query parameter {name}"


@pytest.mark.parametrize(
    "box",
    ["nan,0,1,1", "0,0,1e999,1", "3320323,500001,3320114,500279", "1e300,1e300,1e301,1e301", "0,0,0"],
)
def test_a_box_off_the_system_is_refused(client: TestClient, box: str) -> None:
    """Reversed corners, infinities and places that no longitude has are 400, never a 500."""
    refused = client.get(ITEMS, params={"bbox": box, "bbox-crs": f"{EPSG}4549"})
    assert (refused.status_code, refused.json()["place"]) == (400, "query parameter bbox")


def test_geometries_are_simplified_on_request(client: TestClient) -> None:
    """In units of the answer's system, to no fewer than a triangle; what is no distance is refused."""
    for crs, offset in ((CRS84, "0.0001"), (f"{EPSG}4549", "10")):
        answered = client.get(ITEMS, params={"crs": crs, "maxAllowableOffset": offset, "limit": 3})
        assert all(len(corners(feature)) >= 4 for feature in answered.json()["features"])
    for wrong in ("-1", "nan", "1e999", "x", ""):
        assert client.get(ITEMS, params={"maxAllowableOffset": wrong}).status_code == 400
