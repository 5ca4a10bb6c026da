"""Errors as problem documents: every kind, in both languages, without anything internal."""

import ast
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import service
from service.api import codes
from service.domain.hand_overs import REASONS
from service.main import create_app
from service.settings import Settings
from service.store.database import Database
from tests.serving import keyed_client, open_client

pytestmark = pytest.mark.one_store


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing-here", 404, "not-found"),
        ("GET", "/schemes/", 404, "not-found"),
        ("GET", "/evaluations/none", 404, "not-found"),
        ("GET", "/evaluations/1", 404, "not-found"),
        ("GET", "/feeds/rumours/batches", 404, "not-found"),
        ("DELETE", "/schemes", 405, "method-not-allowed"),
        ("GET", "/schemes?verbose=1", 400, "unknown-parameter"),
        ("GET", "/evaluations?limit=5&limit=6", 400, "repeated-parameter"),
        ("GET", "/evaluations?limit=many", 400, "invalid-parameter"),
        ("POST", "/evaluations", 415, "unsupported-media-type"),
    ],
)
def test_every_error_is_a_problem_document(
    database: Database, method: str, path: str, status: int, code: str
) -> None:
    """RFC 9457 in English and Chinese, with an address under which the code is described."""
    with open_client(database) as client:
        answer = client.request(method, path)
        problem = answer.json()
        described = client.get(problem["type"])
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert {
        "type",
        "title",
        "title_zh",
        "status",
        "code",
        "detail",
        "detail_zh",
        "instance",
    } <= problem.keys()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["instance"] == path.partition("?")[0]
    assert described.json()["code"] == code
    assert described.json()["title"] == problem["title"]


def test_a_wrong_method_names_the_right_ones(database: Database) -> None:
    """405 carries Allow with all methods of the path, also those of other routes; OPTIONS tells the same."""
    with open_client(database) as client:
        refused, asked = client.delete("/evaluations"), client.options("/evaluations")
    assert refused.headers["allow"] == asked.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (asked.status_code, asked.content) == (200, b"")


def test_a_body_is_checked_field_by_field(database: Database) -> None:
    """Every fault has its JSON pointer, and fields that nobody asked for are refused (mass assignment)."""
    with open_client(database) as client:
        answer = client.post("/evaluations", json={"period": 2023, "status": "published"})
    places = {fault["place"] for fault in answer.json()["errors"]}
    assert answer.status_code == 400
    assert places == {"/scheme", "/period", "/status"}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 20_000, b"[]", b"null", b'"text"', b""])
def test_a_body_that_is_no_object_is_refused(database: Database, body: bytes) -> None:
    """Broken, deeply nested or wrongly shaped JSON is the client's error."""
    with open_client(database) as client:
        answer = client.post("/evaluations", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_has_a_limit_declared_or_not(geopackage_url: str) -> None:
    """413 before a long body is read, and as soon as one of unknown length has become too long."""
    store = Database(geopackage_url)
    json_type = {"Content-Type": "application/json"}
    with open_client(store) as client:
        declared = client.post("/evaluations", content=b" " * 2_000_000, headers=json_type)
        streamed = client.post("/evaluations", content=(b" " * 100_000 for _ in range(20)), headers=json_type)
    store.dispose()
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert declared.json()["code"] == streamed.json()["code"] == "too-large"


def test_what_nobody_foresaw_is_logged_under_an_id_and_not_told(
    geopackage_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of our own is a 500 with an id; its text, which may quote data, stays in the log."""
    store = Database(geopackage_url)
    app = create_app(Settings(open=True), store)
    with TestClient(
        app, base_url="http://localhost", client=("127.0.0.1", 1), raise_server_exceptions=False
    ) as client:
        monkeypatch.setattr(
            store, "data_version", lambda connection: (_ for _ in ()).throw(ValueError("secret 4711"))
        )
        answer = client.get("/healthz")
    store.dispose()
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (500, "internal-error")
    assert "4711" not in answer.text
    assert problem["instance"].startswith("urn:uuid:")
    assert problem["instance"] in caplog.text
    assert "4711" in caplog.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at-all.gpkg", "postgresql+psycopg://user:hunter2@127.0.0.1:1/park"]
)
@pytest.mark.parametrize("open_mode", [True, False])
def test_a_store_that_is_away_is_503(url: str, open_mode: bool) -> None:
    """Come back later, says Retry-After; where the store is, and its password, is nobody's business."""
    store = Database(url)
    # not entered as a context: the store went away after the service had started
    client = TestClient(
        create_app(Settings(open=open_mode), store),
        base_url="http://localhost",
        client=("127.0.0.1", 1),
        headers={} if open_mode else {"X-API-Key": f"mj_00000000_{'A' * 43}"},
    )
    for path in ("/healthz", "/evaluations"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert not any(word in answer.text for word in ("nowhere", "hunter2", "127.0.0.1:1", "SELECT"))
    store.dispose()


def test_types_carry_the_public_address(geopackage_url: str) -> None:
    """Behind a proxy the address that clients use is the configured one."""
    store = Database(geopackage_url)
    with keyed_client(store, "read", public_url="https://land.example/mujun/") as client:
        assert client.get("/nothing").json()["type"] == "https://land.example/mujun/problems/not-found"
    store.dispose()


def test_every_code_in_the_source_is_described() -> None:
    """No error leaves the service with a code that ``/problems/{code}`` does not know."""
    root = Path(service.__file__).parent
    given = {
        keyword.value.value
        for path in root.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        # of a table, `select` names columns
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "select")
        for keyword in call.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert "district-required" in given
    assert given <= codes.CODES.keys()
    assert REASONS.keys() <= codes.CODES.keys()
