"""Paging: to the end, under change, at any depth, and never quietly from the beginning."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
import shapely
from fastapi.testclient import TestClient
from sqlalchemy import update

from service.store.database import Database
from service.store.models import Evaluation
from tests.serving import open_client
from tests.support.features import add_parcels, add_scores, grid

PARCELS, SCORES = "/collections/parcels/items", "/collections/scores/items"


def next_address(document: dict[str, Any]) -> str | None:
    """Where the link next leads, None on the last page."""
    following = [link["href"] for link in document["links"] if link["rel"] == "next"]
    assert len(following) <= 1
    return following[0] if following else None


def walk(client: TestClient, address: str | None) -> list[dict[str, Any]]:
    """All pages from this one on."""
    pages = []
    while address is not None:
        answered = client.get(address)
        assert answered.status_code == 200, answered.text
        pages.append(answered.json())
        address = next_address(pages[-1])
    return pages


def ids(pages: list[dict[str, Any]]) -> list[str]:
    """The feature ids of pages in a row."""
    return [feature["id"] for page in pages for feature in page["features"]]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        (f"{PARCELS}?limit=7", 60),
        (f"{PARCELS}?limit=60", 60),
        (f"{PARCELS}?limit=59", 60),
        (f"{PARCELS}?limit=7&town=东城", 20),
        (f"{PARCELS}?limit=3&bbox=120,30,120.0029,30.0029", 9),
        (f"{SCORES}?limit=7", 80),
        (f"{SCORES}?limit=7&grade=B&low_efficiency=true", 4),
        (f"{SCORES}?limit=7&datetime=2022-01-01/..&bbox=120,30,120.0029,30.0009", 6),
        (f"{SCORES}?limit=7&evaluation=2&f=json", 60),
    ],
)
def test_all_pages_together_are_what_matches(client: TestClient, path: str, count: int) -> None:
    """Every feature once, full pages but the last, the same count on each, and no page behind the last."""
    pages = walk(client, path)
    found = ids(pages)
    assert len(found) == len(set(found)) == count
    assert {page["numberMatched"] for page in pages} == {count}
    assert [page["numberReturned"] for page in pages] == [len(page["features"]) for page in pages]
    sizes = {page["numberReturned"] for page in pages[:-1]}
    assert sizes <= {int(parse_qs(urlsplit(path).query)["limit"][0])}


def test_next_links_keep_every_filter(client: TestClient) -> None:
    """Only the token is new; offset is left behind."""
    asked = {
        "limit": "2",
        "grade": "A",
        "bbox": "120,30,121,31",
        "datetime": "2022-01-01/..",
        "f": "json",
        "offset": "1",
    }
    following = parse_qs(urlsplit(next_address(client.get(SCORES, params=asked).json()) or "").query)
    assert following.pop("token")
    assert following == {name: [value] for name, value in asked.items() if name != "offset"}


def test_pages_may_change_their_size_underway(client: TestClient) -> None:
    """A token is a place in the listing, whatever the page size."""
    first = client.get(PARCELS, params={"limit": 10}).json()
    address = (next_address(first) or "").replace("limit=10", "limit=25")
    assert len(set(ids([first, *walk(client, address)]))) == 60


def test_a_token_that_was_not_given_for_this_listing_is_refused(client: TestClient) -> None:
    """Changed, foreign and invented tokens are errors, never page one."""
    address = next_address(client.get(PARCELS, params={"limit": 5, "town": "东城"}).json()) or ""
    token = parse_qs(urlsplit(address).query)["token"][0]
    for path, parameters in [
        (PARCELS, {"token": token}),
        (PARCELS, {"token": token, "town": "西城"}),
        (PARCELS, {"token": token, "town": "东城", "bbox": "120,30,121,31"}),
        (SCORES, {"token": token, "town": "东城"}),
        (PARCELS, {"token": token[:-2] + "AA", "town": "东城"}),
        (PARCELS, {"token": "", "town": "东城"}),
        (PARCELS, {"token": "MTAwMA", "town": "东城"}),
        (PARCELS, {"token": token, "town": "东城", "offset": "3"}),
    ]:
        refused = client.get(path, params=parameters)
        assert refused.status_code == 400, parameters
    assert refused.json()["place"] == "query parameter offset"


def test_offset_serves_old_clients_up_to_a_cap(client: TestClient) -> None:
    """Pages by offset are the pages by token; beyond the end is empty, beyond the cap refused."""
    for path, everything in ((f"{PARCELS}?", 60), (f"{PARCELS}?town=东城&", 20), (f"{SCORES}?", 80)):
        whole = ids(walk(client, f"{path}limit=1000"))
        by_offset = [ids([client.get(f"{path}limit=9&offset={n}").json()]) for n in range(0, everything, 9)]
        assert [key for page in by_offset for key in page] == whole
        beyond = client.get(f"{path}offset={everything}").json()
        assert (beyond["features"], beyond["numberMatched"]) == ([], everything)
        mixed = ids(walk(client, f"{path}limit=9&offset=5"))
        assert mixed == whole[5:]
    for wrong in ("-1", "100001", "x", "1.5"):
        assert client.get(PARCELS, params={"offset": wrong}).status_code == 400


def test_paging_loses_and_repeats_nothing_while_others_write(park: Database) -> None:
    """Another connection adds parcels between any two pages: those there at the start come once each."""
    with open_client(park) as client:
        before = ids(walk(client, f"{PARCELS}?limit=1000"))
        for query in ("limit=7", "limit=7&bbox=119,29,121,31", "limit=7&district=园区"):
            other, found, address = (
                Database(park.url.render_as_string(hide_password=False)),
                [],
                f"{PARCELS}?{query}",
            )
            while address is not None:
                document = client.get(address).json()
                found.append(document)
                address = next_address(document)
                if len(found) < 10:
                    with other.writing() as connection:
                        add_parcels(connection, grid(3), prefix=f"{query[-1]}{len(found)}N")
            other.dispose()
            listed = ids(found)
            assert len(listed) == len(set(listed))
            assert [key for key in listed if key in before] == before
            assert len(listed) > len(before)


@pytest.mark.parametrize(
    "query", ["limit=7", "limit=7&filter=town <> '北仑' OR town = '北仑'", "limit=7&f=ndjson"]
)
def test_paging_loses_and_repeats_nothing_while_others_edit(park: Database, query: str) -> None:
    """Between any two pages somebody creates, changes and deletes: what was there throughout comes once."""
    with open_client(park) as client:
        before = ids(walk(client, f"{PARCELS}?limit=1000"))
        gone = [before[place] for place in (2, 11, 20, 33, 50, 59)]
        found: list[str] = []
        address: str | None = f"{PARCELS}?{query}"
        for number in range(100):
            answered = client.get(address or "")
            assert answered.status_code == 200, answered.text
            if "ndjson" in query:
                found += [orjson.loads(line)["id"] for line in answered.text.splitlines()]
                address = answered.links["next"]["url"] if "next" in answered.links else None
            else:
                found += ids([answered.json()])
                address = next_address(answered.json())
            if address is None:
                break
            if number < len(gone):
                assert client.delete(f"{PARCELS}/{gone[number]}").status_code == 204
                for code in before[number::30]:
                    if code not in gone:
                        patch = {"properties": {"holder": f"H{number}"}}
                        headers = {"Content-Type": "application/merge-patch+json"}
                        changed = client.patch(f"{PARCELS}/{code}", json=patch, headers=headers)
                        assert changed.status_code == 204
                made = {"type": "Feature", "properties": {"code": f"A{number}", "district": "园区"}}
                made["geometry"] = shapely.geometry.mapping(shapely.box(121, 29, 121.001, 29.001))
                headers = {"Content-Type": "application/geo+json"}
                assert client.post(PARCELS, json=made, headers=headers).status_code == 201
        else:
            pytest.fail("the listing has no end")
        assert len(found) == len(set(found))
        assert set(found) >= set(before) - set(gone)


def test_a_listing_of_scores_stays_with_its_evaluations(park: Database) -> None:
    """An evaluation published while somebody pages does not appear in the middle of that listing."""
    with open_client(park) as client:
        first = client.get(SCORES, params={"limit": 7}).json()
        with park.writing() as connection:
            publishing = update(Evaluation).where(Evaluation.id == 2)
            connection.execute(
                publishing.values(status="published", published_at=datetime(2024, 6, 1, tzinfo=UTC))
            )
            add_scores(connection, 30, district="北仑", prefix="B")
        pages = [first, *walk(client, next_address(first))]
        assert {key.split(":")[0] for key in ids(pages)} == {"1", "3"}
        assert len(ids(pages)) == 80
        assert {key.split(":")[0] for key in ids(walk(client, SCORES))} == {"2", "3", "4"}


def test_scores_of_interleaved_evaluations_are_told_apart(database: Database) -> None:
    """Should the rows of two evaluations ever lie mixed, each listing still has only its own."""
    with database.writing() as connection:
        one = add_scores(connection, 10, published=None)
        two = add_scores(connection, 10, period="2024", published=None)
        add_scores(connection, 10, evaluation=two, prefix="M")
        add_scores(connection, 10, evaluation=one, prefix="M")
    with open_client(database) as client:
        for evaluation in (one, two):
            found = ids(walk(client, f"{SCORES}?limit=3&evaluation={evaluation}"))
            assert {key.split(":")[0] for key in found} == {str(evaluation)}
            assert len(found) == len(set(found)) == 20
