"""Who gets in: keys over HTTP, open mode, and how the service starts."""

import gc
import logging
from base64 import b64encode
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.access.keys import create_key, revoke_key
from service.errors import Unavailable
from service.main import create_app
from service.settings import Settings
from service.store.database import Database
from tests.serving import key_for, keyed_client, open_client

pytestmark = pytest.mark.one_store


def test_the_service_does_not_start_without_a_key(database: Database) -> None:
    """Nobody could use it; the message says how to make a key and how to serve this machine alone."""
    with pytest.raises(Unavailable, match="No API key"), TestClient(create_app(Settings(), database)):
        pass


def test_the_service_does_not_start_on_an_empty_store(empty_database_url: str) -> None:
    """A store without schema is not initialised by the way: the operator is told to."""
    store = Database(empty_database_url)
    with pytest.raises(Unavailable), TestClient(create_app(Settings(open=True), store)):
        pass
    store.dispose()


def test_open_mode_warns(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody serves without keys unawares."""
    with caplog.at_level(logging.WARNING, "mujun"), open_client(database):
        pass
    assert "Open mode" in caplog.text
    assert "开放模式" in caplog.text


def test_the_application_leaves_the_process_as_it_was(database: Database) -> None:
    """A database passed in stays open, and the garbage collector works as before."""
    before = gc.get_freeze_count(), gc.get_threshold()
    with open_client(database):
        assert (gc.get_freeze_count(), gc.get_threshold()) == before
    with database.reading() as connection:
        assert database.data_version(connection) >= 0


@pytest.fixture
def collector() -> Iterator[None]:
    """The garbage collector is as it was when the test is over."""
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("collector")
def test_uvicorn_finds_the_application(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``service.main:app`` is made from the environment when asked for, in a process that only serves."""
    monkeypatch.setenv("MUJUN_DATABASE_URL", database_url)
    monkeypatch.setenv("MUJUN_OPEN", "true")
    import service.main

    with TestClient(service.main.app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        assert client.get("/healthz").status_code == 200
    assert gc.get_freeze_count() > 0
    with pytest.raises(AttributeError):
        _ = service.main.nothing_of_this_name


@pytest.mark.parametrize("how", ["header", "bearer", "basic"])
def test_a_key_opens_what_its_scope_allows(database: Database, how: str) -> None:
    """The same key works as a header, as a bearer token and as the password of HTTP Basic."""
    with keyed_client(database) as client:
        key = create_key(database, "reader", ["read"])
        headers = {
            "header": {"X-API-Key": key},
            "bearer": {"Authorization": f"Bearer {key}"},
            "basic": {"Authorization": "Basic " + b64encode(f"qgis:{key}".encode()).decode()},
        }[how]
        assert client.get("/schemes", headers=headers).status_code == 200
        refused = client.post("/evaluations/1/publish", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "scope-missing")
    assert "publish" in refused.json()["detail"]


def test_without_a_key_clients_are_asked_for_one(database: Database) -> None:
    """WWW-Authenticate offers Basic, so that a browser, QGIS and GDAL ask for it."""
    with keyed_client(database) as client:
        answer = client.get("/schemes")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")
    assert answer.headers["www-authenticate"].startswith('Basic realm="Mujun"')


def test_a_revoked_key_is_refused_on_the_next_request(database: Database) -> None:
    """No cache keeps a revoked key alive."""
    with keyed_client(database) as client:
        headers = key_for(database, "read")
        assert client.get("/schemes", headers=headers).status_code == 200
        revoke_key(database, headers["X-API-Key"].split("_")[1])
        assert client.get("/schemes", headers=headers).status_code == 401


def test_keys_that_disagree_are_refused(database: Database) -> None:
    """Of two different keys neither counts, even if both are good."""
    with keyed_client(database) as client:
        one, two = (create_key(database, name, ["read"]) for name in ("one", "two"))
        answer = client.get("/schemes", headers={"X-API-Key": one, "Authorization": f"Bearer {two}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "credentials-disagree")


@pytest.mark.parametrize("path", ["/healthz", "/problems/not-found"])
def test_health_and_problem_texts_need_no_key(database: Database, path: str) -> None:
    """A load balancer has no key, and whoever gets a problem may look up what it means."""
    with keyed_client(database) as client:
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("client", "base_url", "headers"),
    [
        (("192.0.2.1", 1), "http://127.0.0.1", {}),
        (("127.0.0.1", 1), "http://rebound.example", {}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        (("127.0.0.1", 1), "http://127.0.0.1", {"Via": "1.1 proxy"}),
    ],
)
@pytest.mark.parametrize("path", ["/schemes", "/healthz", "/nothing-here"])
def test_open_mode_answers_direct_local_requests_only(
    geopackage_url: str, client: tuple[str, int], base_url: str, headers: dict[str, str], path: str
) -> None:
    """Another machine, a rebound name and a proxy get nothing at all, not even whether a path exists."""
    store = Database(geopackage_url)
    with TestClient(create_app(Settings(open=True), store), base_url=base_url, client=client) as caller:
        answer = caller.get(path, headers=headers)
    store.dispose()
    assert (answer.status_code, answer.json()["code"]) == (403, "loopback-only")


@pytest.mark.parametrize("mode", ["open", "keys"])
def test_another_sites_page_cannot_change_anything(geopackage_url: str, mode: str) -> None:
    """A form on a foreign page is refused, in open mode and with the Basic key that a browser remembers."""
    store = Database(geopackage_url)
    with open_client(store) if mode == "open" else keyed_client(store, "admin") as client:
        answer = client.post("/evaluations/1/publish", headers={"Origin": "https://evil.example"})
    store.dispose()
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
