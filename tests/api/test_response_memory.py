"""Answers from memory are those that the store would give: after every change, to everybody, in all forms."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from service.access.keys import create_key, revoke_key
from service.api.response_memory import Answer, Answers
from service.jobs import periods
from service.jobs.evaluating import publish
from service.ogc import views
from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.serving import key_for, keyed_client, open_client
from tests.support.features import add_parcels, grid

pytestmark = pytest.mark.one_store

ITEMS = "/collections/parcels/items"
SCORES = "/collections/scores/items"
ONE = f"{ITEMS}/P00003"
TILE = "/collections/parcels/tiles/WebMercatorQuad/12/1689/3413"
ADDRESSES = [f"{ITEMS}?limit=5", ONE, TILE, "/collections/parcels", "/collections/parcels/queryables"]
PATCH = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def park(database: Database) -> Database:
    """A park of a test's own."""
    return lay_out(database)


@pytest.fixture
def client(park: Database) -> Iterator[TestClient]:
    """A client of that park with all rights."""
    with open_client(park) as opened:
        yield opened


def counting(client: TestClient) -> list[str]:
    """Return a list that gets the path of every request that was not answered from memory."""
    worked: list[str] = []
    state: Any = client.app
    layer = state.middleware_stack
    while type(layer).__name__ != "ResponseMemory":
        layer = layer.app
    inner = layer._app

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        worked.append(scope["path"])
        await inner(scope, receive, send)

    layer._app = counted
    return worked


def same(one: Response, other: Response) -> bool:
    """Tell whether two answers are equal to the last byte and header."""
    return (one.status_code, one.content, one.headers.multi_items()) == (
        other.status_code,
        other.content,
        other.headers.multi_items(),
    )


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_same_is_worked_out_once(client: TestClient, path: str) -> None:
    """The second answer equals the first in status, headers and bytes; so do HEAD and 304."""
    worked = counting(client)
    first = client.get(path)
    assert first.status_code == 200
    assert same(client.get(path), first)
    assert worked == [path.partition("?")[0]]
    assert same(client.head(path), client.head(path))
    if tag := first.headers.get("etag"):
        unchanged = [client.get(path, headers={"If-None-Match": tag}) for _ in range(3)]
        assert [each.status_code for each in unchanged] == [304] * 3
        assert same(unchanged[0], unchanged[2])
    assert len(worked) == (3 if tag else 2)


def test_the_very_next_request_sees_an_edit(client: TestClient) -> None:
    """Page, feature, tile and count are new after each change, however often they were asked before."""
    for number in range(5):
        before = [client.get(path) for path in (*ADDRESSES, *ADDRESSES)]
        tag = before[1].headers["etag"]
        name = f"第 {number} 次"
        assert client.patch(ONE, json={"properties": {"name": name}}, headers=PATCH).status_code == 204
        assert client.get(ONE).json()["properties"]["name"] == name
        assert client.get(ONE, headers={"If-None-Match": tag}).status_code == 200
        assert name in client.get(f"{ITEMS}?limit=5").text
        assert name.encode() in client.get(TILE, headers={"Accept-Encoding": "identity"}).content
    client.get(ITEMS)
    assert client.delete(ONE).status_code == 204
    assert client.get(ONE).status_code == 404
    assert client.get(ITEMS).json()["numberMatched"] == 59


def test_the_very_next_request_sees_what_another_process_wrote(park: Database, client: TestClient) -> None:
    """A second connection to the same store, of which the service knows nothing, writes between requests."""
    other = Database(park.url.render_as_string(hide_password=False))
    try:
        for number in range(5):
            count = 60 + number
            assert [client.get(ITEMS).json()["numberMatched"] for _ in range(2)] == [count, count]
            with other.writing() as connection:
                add_parcels(connection, grid(1), prefix=f"X{number}")
            assert client.get(ITEMS).json()["numberMatched"] == count + 1
            assert client.get(f"{ITEMS}/X{number}00000").status_code == 200
    finally:
        other.dispose()


def test_a_draft_that_is_published_is_there_at_once(park: Database) -> None:
    """For those who may not see drafts it is not found, then found."""
    with keyed_client(park, "read") as client:
        path = f"{SCORES}?evaluation=2&limit=3"
        assert [client.get(path).status_code for _ in range(2)] == [404, 404]
        usual = client.get(f"{SCORES}?limit=1").json()["features"][0]["properties"]["evaluation_id"]
        publish(park, 2)
        assert client.get(path).status_code == 200
        assert client.get(f"{SCORES}?limit=1").json()["features"][0]["properties"]["evaluation_id"] != usual


def test_a_revoked_key_opens_nothing_more(park: Database) -> None:
    """Not even what it was answered a moment ago; a key that is made serves at once."""
    key = create_key(park, "leaving", ("read",))
    with keyed_client(park) as client:
        sent = {"X-API-Key": key}
        assert [client.get(path, headers=sent).status_code for path in (*ADDRESSES, *ADDRESSES)] == [200] * 10
        revoke_key(park, key.split("_")[1])
        assert [client.get(path, headers=sent).status_code for path in ADDRESSES] == [401] * 5
        assert client.get(ONE, headers=key_for(park, "read")).status_code == 200
        assert client.get(ONE).status_code == 401


def test_whoever_may_see_less_is_never_given_more(park: Database) -> None:
    """Drafts, masked properties and findings of one key are in no answer to another, whoever asks first."""
    paths = [f"{SCORES}?evaluation=2&limit=3", f"{ITEMS}?limit=3", "/collections/findings/items", ONE]
    keys = {scope: key_for(park, scope) for scope in ("analyst", "read", "import")}
    alone = {}
    for scope, sent in keys.items():
        with keyed_client(park) as client:
            alone[scope] = [client.get(path, headers=sent) for path in paths]
    assert alone["analyst"][0].status_code == 200
    assert alone["read"][0].status_code == 404
    assert alone["import"][1].status_code == 403
    with keyed_client(park) as client:
        for _ in range(2):
            for scope, sent in keys.items():
                for path, expected in zip(paths, alone[scope], strict=True):
                    answer = client.get(path, headers=sent)
                    assert answer.status_code == expected.status_code, (scope, path)
                    if answer.status_code == 200:
                        assert answer.content == expected.content, (scope, path)
                    assert client.get(path).status_code == 401


def test_the_same_key_in_another_header_is_the_same_principal(park: Database) -> None:
    """And two that disagree are refused, though each was let in before."""
    one, other = (create_key(park, name, ("read",)) for name in ("one", "other"))
    with keyed_client(park) as client:
        assert client.get(ONE, headers={"X-API-Key": one}).status_code == 200
        assert client.get(ONE, headers={"Authorization": f"Bearer {other}"}).status_code == 200
        assert client.get(ONE, auth=("any", one)).status_code == 200
        both = {"X-API-Key": one, "Authorization": f"Bearer {other}"}
        assert client.get(ONE, headers=both).status_code == 401


def test_open_mode_still_looks_where_a_request_comes_from(client: TestClient) -> None:
    """A forwarded request, or one under a foreign name, is refused what a local one was just answered."""
    assert [client.get(ONE).status_code for _ in range(2)] == [200, 200]
    assert client.get(ONE, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 403
    assert client.get(ONE, headers={"Host": "park.example"}).status_code == 403


def test_every_form_is_remembered_by_itself(client: TestClient) -> None:
    """Accept, f, encoding, language and the name of the host each lead to their own answer, in any order."""
    asked: list[tuple[str, dict[str, str]]] = [
        (f"{path}{query}", {"Accept-Encoding": "identity", **headers})
        for path in (f"{ITEMS}?limit=20", f"{ONE}?crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84")
        for query in ("", "&f=html", "&f=csv")
        for headers in (
            {},
            {"Accept": "text/html"},
            {"Accept": "application/geo+json"},
            {"Accept-Encoding": "gzip"},
            {"Accept-Language": "en"},
            {"Host": "localhost:9"},
        )
    ]
    with open_client(client.app.state.database) as fresh:  # type: ignore[attr-defined]
        expected = [fresh.get(path, headers=headers) for path, headers in asked]
    for order in (1, -1, 1):
        for (path, headers), wanted in list(zip(asked, expected, strict=True))[::order]:
            assert same(client.get(path, headers=headers), wanted), (path, headers)
    hosts = {
        client.get(ONE, headers={"Host": host}).json()["links"][0]["href"]
        for host in ("localhost:9", "[::1]")
    }
    assert len(hosts) == 2


def test_another_day_is_another_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage is judged by the day: at midnight in China nothing of the day before is given any more."""
    worked, path = counting(client), "/collections/coverage/items?limit=3"
    day = periods.today()

    def today() -> date:
        return day

    monkeypatch.setattr(periods, "today", today)
    monkeypatch.setattr(views, "today", today)
    before = [client.get(path).text for _ in range(2)]
    day += timedelta(days=3650)
    after = [client.get(path) for _ in range(2)]
    assert len(worked) == 2
    assert after[0].status_code == 200
    assert before[0] == before[1]


@pytest.mark.parametrize(
    "path", [f"{ITEMS}?limit=x", f"{ITEMS}/none", f"{ITEMS}?f=none", "/collections/none", f"{ITEMS}?bbox=1,2"]
)
def test_errors_are_worked_out_each_time(client: TestClient, path: str) -> None:
    """What was wrong is told anew, with its own number."""
    worked = counting(client)
    answers = [client.get(path) for _ in range(3)]
    assert {answer.status_code for answer in answers} <= {400, 404}
    assert len(worked) == 3


def test_only_reading_is_remembered(client: TestClient) -> None:
    """The same edit twice is two edits, and OPTIONS or another resource is none of the memory's business."""
    worked = counting(client)
    for _ in range(2):
        assert client.patch(ONE, json={"properties": {"name": "甲"}}, headers=PATCH).status_code == 204
        assert client.options(ITEMS).status_code == 200
        assert client.get("/healthz").status_code == 200
    assert len(worked) == 6


def answer(size: int) -> Answer:
    """An answer of about this size."""
    return Answer({"type": "http.response.start", "status": 200, "headers": []}, b"x" * size)


def test_the_memory_is_bounded() -> None:
    """Beyond its room what was not used for longest goes; one that is too large is not kept at all."""
    answers = Answers(room=100_000, largest=20_000)
    for number in range(50):
        answers.keep(1, number, answer(9_000))
        answers.find(1, 0)
    assert answers.size <= 100_000
    assert len(answers) == 10
    assert answers.find(1, 0) is not None
    assert answers.find(1, 1) is None
    answers.keep(1, "large", answer(20_000))
    assert answers.find(1, "large") is None


def test_another_version_forgets_what_went_before() -> None:
    """Nothing of one version is given in another, neither later nor earlier, and its room is free again."""
    answers = Answers()
    answers.keep(1, "a", answer(10))
    assert answers.find(2, "a") is None
    answers.keep(2, "b", answer(10))
    assert answers.find(1, "a") is None
    assert answers.find(1, "b") is None
    assert len(answers) == 1
    assert answers.size == answer(10).size
