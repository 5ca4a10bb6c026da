"""The collection of coverage: computed for a period, and a collection like the others."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from service.jobs.evaluating import evaluate, publish
from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.ogc.test_paging import ids, next_address, walk
from tests.ogc.test_tiles import features
from tests.serving import open_client
from tests.support.parks import E1, E2, E3, HandOvers, hand_over_small_park

ITEMS = "/collections/coverage/items"
TILES = "/collections/coverage/tiles/WebMercatorQuad"
PLACE = "12/1689/3413"


@pytest.fixture
def files(database: Database, tmp_path: Path) -> HandOvers:
    """The small park, and a second district."""
    hand_over_small_park(database, tmp_path)
    folder = tmp_path / "other"
    folder.mkdir()
    other = HandOvers(database, folder, district="330206")
    other.parcels(*({"code": f"Q{n}", "town": "west", "registered_area_m2": 5_000} for n in (1, 2)))
    return other


@pytest.fixture
def client(database: Database, files: HandOvers) -> Iterator[TestClient]:
    """A client in open mode."""
    with open_client(database) as opened:
        yield opened


def test_a_parcel_says_what_it_lacks(client: TestClient) -> None:
    """The state of every feed, the worst of them, and lists of feeds by state."""
    properties = client.get(f"{ITEMS}/P2").json()["properties"]
    assert properties == {
        "code": "P2",
        "district": "330299",
        "town": "east",
        "industry": "34",
        "period": "2023",
        "area_m2": 10_000,
        "state": "missing",
        "missing_feeds": "energy_equal_supply",
        "held_feeds": "",
        "stale_feeds": "",
        "land_area": "fresh",
        "occupancy": "fresh",
        "enterprise": "fresh",
        "energy_equal_supply": "missing",
        "output": "fresh",
        "tax": "fresh",
    }
    assert client.get(f"{ITEMS}/P9").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["P1", "P2", "P3", "Q1", "Q2"]),
        ("state=missing", ["P2", "P3", "Q1", "Q2"]),
        ("state=missing&district=330299", ["P2", "P3"]),
        ("energy_equal_supply=missing&tax=fresh", ["P2"]),
        ("area_m2=5000.0", ["Q1", "Q2"]),
        ("industry=34", ["P1", "P2"]),
        ("state=' OR 1=1 --", []),
        ("bbox=120.0009,30,120.003,30.0019", ["P2", "P3", "Q2"]),
        ("bbox=120.0009,30,120.003,30.0019&tax=fresh", ["P2"]),
        ("datetime=2023-05-01", ["P1", "P2", "P3", "Q1", "Q2"]),
        ("datetime=2024-01-01/..", []),
        ("period=2022&state=fresh", []),
    ],
)
def test_filters_and_pages_agree(client: TestClient, query: str, expected: list[str]) -> None:
    """However large the page, the same features, each once, and as many as are said to match."""
    for limit in (1, 2, 100):
        pages = walk(client, f"{ITEMS}?limit={limit}&{query}")
        assert sorted(ids(pages)) == expected
        assert {page["numberMatched"] for page in pages} == {len(expected)}


def test_a_listing_keeps_its_period(database: Database, client: TestClient, files: HandOvers) -> None:
    """What is handed over meanwhile may change states, yet not the year that is shown."""
    files.figures({"uscc": E1, "period": 2024, "tax": 1})
    first = client.get(ITEMS, params={"limit": 1}).json()
    assert first["features"][0]["properties"]["period"] == "2024"
    publish(database, evaluate(database, shipped_scheme("parcel"), "2023", "330299").id)
    following = next_address(first)
    assert following is not None
    assert {
        feature["properties"]["period"] for page in walk(client, following) for feature in page["features"]
    } == {"2024"}
    assert client.get(f"{ITEMS}/P1").json()["properties"]["period"] == "2023"
    token = parse_qs(urlsplit(following).query)["token"][0]
    assert client.get(ITEMS, params={"limit": 1, "period": "2022", "token": token}).status_code == 400


def test_the_next_write_shows(database: Database, client: TestClient, files: HandOvers) -> None:
    """In items, tiles and entity tags."""
    before = client.get(f"{ITEMS}?code=P2")
    tile = client.get(f"{TILES}/{PLACE}")
    assert (
        client.get(f"{ITEMS}?code=P2", headers={"If-None-Match": before.headers["etag"]}).status_code == 304
    )
    files.figures({"uscc": E2, "period": 2023, "energy_equal_supply": 7})
    after = client.get(f"{ITEMS}?code=P2", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["features"][0]["properties"]["state"] == "fresh"
    assert client.get(f"{TILES}/{PLACE}").content != tile.content
    files.parcels({"code": "Q3", "at": 2, "registered_area_m2": 1_000})
    assert client.get(ITEMS).json()["numberMatched"] == 6


def test_tiles_carry_the_states_of_their_items(client: TestClient) -> None:
    """Every value on a tile is that of the item, for the period that was asked for."""
    for period in ("2022", "2023"):
        items = client.get(f"{ITEMS}?period={period}").json()["features"]
        values = {item["id"]: item["properties"] for item in items}
        document = client.get(f"{TILES}/tilejson?period={period}").json()
        address = document["tiles"][0].replace("{z}/{y}/{x}", PLACE)
        tile = features(client.get(address).content, "coverage")
        assert {feature["properties"]["code"] for feature in tile} == values.keys()
        for feature in tile:
            own = feature["properties"]
            assert own["period"] == period
            assert {name: values[own["code"]][name] for name in own} == own


def test_held_and_stale_are_told_apart(client: TestClient, files: HandOvers) -> None:
    """The overall state is the worst: missing before held before stale."""
    files.figures({"uscc": E2, "period": 2022, "energy_equal_supply": 5})
    properties = client.get(f"{ITEMS}/P2").json()["properties"]
    assert (properties["state"], properties["stale_feeds"]) == ("stale", "energy_equal_supply")
    files.occupancies({"parcel_code": "Q1", "uscc": E3, "role": "own", "valid_to": "2020-12-31"})
    properties = client.get(f"{ITEMS}/Q1").json()["properties"]
    assert (properties["state"], properties["stale_feeds"]) == ("missing", "occupancy")


@pytest.mark.parametrize("period", ["soon", "23", "2023-05", ""])
def test_what_is_no_year_is_refused(client: TestClient, period: str) -> None:
    """By items, tilesets and tiles alike."""
    for path in (ITEMS, f"{TILES}/tilejson", f"{TILES}/{PLACE}"):
        answer = client.get(path, params={"period": period})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-period")


def test_the_collection_says_where_and_when(client: TestClient) -> None:
    """The extent of all parcels, and the usual year."""
    extent = client.get("/collections/coverage").json()["extent"]
    assert extent["spatial"] == client.get("/collections/parcels").json()["extent"]["spatial"]
    assert extent["temporal"]["interval"] == [["2023-01-01T00:00:00Z", "2023-12-31T23:59:59Z"]]
