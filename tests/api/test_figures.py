"""Where a figure comes from, over HTTP: its row, its file, and the very bytes of it."""

import hashlib
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from service.store.database import Database
from tests.serving import key_for, keyed_client, open_client

FIRM = "91350100M000100Y43"
_UPLOAD = "/feeds/figures/batches"
_FILE = f"uscc,period,tax\n{FIRM},2023,12.5\n".encode()


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client on this machine, with all rights."""
    with open_client(database) as opened:
        yield opened


def upload(client: TestClient, name: str, content: bytes) -> str:
    """Hand a file over and return the address of its batch."""
    answer = client.post(_UPLOAD, files={"file": (name, content)})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def test_a_figure_tells_its_unit_file_and_row(client: TestClient) -> None:
    """The value is in the metric's unit, exact in its minor unit, and leads to file, sheet, row and batch."""
    batch = upload(client, "税务.csv", _FILE)
    (found,) = client.get("/figures", params={"subject": FIRM}).json()["figures"]
    assert (found["metric"], found["value"], found["unit"], found["minor"]) == (
        "tax",
        12.5,
        "万元",
        12_500_000,
    )
    assert (found["file"], found["sheet"], found["row"], found["in_effect"]) == ("税务.csv", "", 2, True)
    assert batch.endswith(f"/{found['batch_id']}")


def test_what_was_replaced_is_told_when_asked_for(client: TestClient) -> None:
    """The figure in effect alone, or all with the batch that replaced each; page by page."""
    upload(client, "a.csv", _FILE)
    second = upload(client, "b.csv", _FILE.replace(b"12.5", b"13"))
    now = client.get("/figures", params={"subject": FIRM, "period": "2023", "metric": "tax"}).json()
    assert [one["value"] for one in now["figures"]] == [13]
    every = client.get("/figures", params={"subject": FIRM, "superseded": "true", "limit": 1}).json()
    (old,) = every["figures"]
    assert (old["value"], old["in_effect"]) == (12.5, False)
    assert second.endswith(f"/{old['superseded_by']}")
    (new,) = client.get(every["next"]).json()["figures"]
    assert (new["value"], new["in_effect"]) == (13, True)


def test_an_unknown_metric_is_an_error_and_an_unknown_subject_has_nothing(client: TestClient) -> None:
    """400 with what there is, or an empty page."""
    answer = client.get("/figures", params={"subject": FIRM, "metric": "taxes"})
    assert (answer.status_code, answer.json()["place"]) == (400, "metric")
    assert client.get("/figures", params={"subject": "nobody"}).json()["figures"] == []


def test_a_file_comes_back_byte_by_byte(client: TestClient) -> None:
    """The very bytes under their own name, with their SHA-256 as the tag; nothing when it is known."""
    name = '税务 "2023"; x.csv'
    batch = upload(client, name, _FILE)
    answer = client.get(f"{batch}/file")
    assert answer.content == _FILE
    assert answer.headers["etag"] == f'"{hashlib.sha256(_FILE).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(_FILE))
    assert answer.headers["content-type"] == "application/octet-stream"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.count('"') == 2
    assert unquote(disposition.partition("UTF-8''")[2]) == client.get(batch).json()["file_name"]
    again = client.get(f"{batch}/file", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_file_of_another_feed_or_batch(client: TestClient) -> None:
    """404 where there is none."""
    batch = upload(client, "a.csv", _FILE)
    assert client.get(batch.replace("figures", "enterprises") + "/file").status_code == 404
    assert client.get(f"{_UPLOAD}/99/file").status_code == 404


def test_figures_and_files_are_for_analysts(database: Database) -> None:
    """A reader's key opens neither."""
    with open_client(database) as opened:
        batch = upload(opened, "a.csv", _FILE)
    with keyed_client(database) as client:
        for path in (f"{batch}/file", f"/figures?subject={FIRM}"):
            assert client.get(path, headers=key_for(database, "read")).status_code == 403
            assert client.get(path, headers=key_for(database, "analyst")).status_code == 200
