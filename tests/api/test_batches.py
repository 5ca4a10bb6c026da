"""Hand-overs over HTTP: uploads, and what became of their rows."""

import asyncio
import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from service.main import create_app
from service.settings import Settings
from service.store.database import Database
from tests.serving import key_for, keyed_client, open_client

_ENTERPRISES = (
    "uscc,name,industry\n91350100M000100Y43,甲公司,C13\n,无码公司,C14\n\n91110000600037341L,乙公司,C26\n"
)
_MAPPING = "feed: enterprises\ncolumns:\n  uscc: 代码\n  name: 名称\n"
_UPLOAD = "/feeds/enterprises/batches"


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client on this machine, with all rights."""
    with open_client(database) as opened:
        yield opened


def test_an_upload_accounts_for_every_row(client: TestClient) -> None:
    """201 with the report and the batch's address, under which it can be read again."""
    answer = client.post(_UPLOAD, files={"file": ("企业名录.csv", _ENTERPRISES.encode())})
    report = answer.json()
    assert answer.status_code == 201
    assert report["file_name"] == "企业名录.csv"
    assert (report["accepted"], report["held"], report["skipped"]) == (2, 1, 1)
    assert report["read"] == report["accepted"] + report["held"] + report["duplicate"] + report["skipped"]
    batch = client.get(answer.headers["location"]).json()
    assert batch["id"] == report["batch_id"]
    assert {name: batch[name] for name in ("read", "accepted", "held", "sha256", "reasons")} == {
        name: report[name] for name in ("read", "accepted", "held", "sha256", "reasons")
    }


def test_the_same_file_again_changes_nothing(client: TestClient) -> None:
    """200 instead of 201, every row a duplicate, and no second batch."""
    first = client.post(_UPLOAD, files={"file": ("a.csv", _ENTERPRISES.encode())})
    again = client.post(_UPLOAD, files={"file": ("b.csv", _ENTERPRISES.encode())})
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["batch_id"], again.json()["accepted"]) == (None, 0)
    assert "location" not in again.headers
    assert len(client.get(_UPLOAD).json()["batches"]) == 1


@pytest.mark.parametrize("as_file", [True, False])
def test_a_mapping_comes_as_a_file_or_as_text(client: TestClient, as_file: bool) -> None:
    """``-F mapping=@m.yaml`` and ``-F mapping='feed: …'`` mean the same."""
    content = "代码,名称\n91350100M000100Y43,甲公司\n".encode()
    files = {"file": ("a.csv", content)} | ({"mapping": ("m.yaml", _MAPPING.encode())} if as_file else {})
    answer = client.post(_UPLOAD, files=files, data={} if as_file else {"mapping": _MAPPING})
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1)


def test_parcels_take_a_district_a_crs_and_repair(client: TestClient) -> None:
    """What the operator says about a file travels with the upload."""
    bow_tie = "[[[120,30],[120.001,30.001],[120.001,30],[120,30.001],[120,30]]]"
    feature = '{"type":"Feature","properties":{"code":"P1"},"geometry":{"type":"Polygon","coordinates":%s}}'
    collection = '{"type":"FeatureCollection","features":[%s]}' % (feature % bow_tie)
    upload = {"file": ("parcels.geojson", collection.encode())}
    address = "/feeds/parcels/batches"
    held = client.post(address, files=upload, data={"district": "D1", "crs": "EPSG:4490"}).json()
    mended = client.post(address, files=upload, data={"district": "D1", "crs": "EPSG:4490", "repair": "true"})
    assert (held["held"], held["reasons"]) == (1, {"geometry_invalid": 1})
    assert (mended.json()["accepted"], mended.json()["repaired"]) == (1, 1)
    assert client.get(mended.headers["location"]).json()["district"] == "D1"


def test_rows_are_read_page_by_page_in_the_order_of_the_file(client: TestClient) -> None:
    """Following ``next`` gives every row once; a verdict narrows; a raw row is as it was received."""
    place = client.post(_UPLOAD, files={"file": ("a.csv", _ENTERPRISES.encode())}).headers["location"]
    address, seen = f"{place}/rows?limit=1", []
    while address:
        page = client.get(address).json()
        seen += page["rows"]
        address = page["next"]
    assert [row["row"] for row in seen] == [2, 3, 4, 5]
    assert [row["verdict"] for row in seen] == ["accepted", "held", "skipped", "accepted"]
    (held,) = client.get(f"{place}/rows", params={"verdict": "held"}).json()["rows"]
    assert (held["reason"], held["column"]) == ("uscc_missing", "uscc")
    assert held["content"] == {"name": "无码公司", "industry": "C14"}
    assert client.get(f"{place}/rows", params={"verdict": "lost"}).status_code == 400


def test_batches_are_listed_latest_first_page_by_page(client: TestClient) -> None:
    """Each feed has a list of its own, and a batch is found under its own feed only."""
    for number in range(3):
        content = f"uscc,name\n91350100M000100Y43,{number}\n"
        client.post(_UPLOAD, files={"file": (f"{number}.csv", content.encode())})
    first = client.get(_UPLOAD, params={"limit": 2}).json()
    rest = client.get(first["next"]).json()
    names = [batch["file_name"] for batch in first["batches"] + rest["batches"]]
    assert names == ["2.csv", "1.csv", "0.csv"]
    assert rest["next"] is None
    assert client.get("/feeds/figures/batches").json() == {"batches": [], "next": None}
    number = rest["batches"][0]["id"]
    assert client.get(f"/feeds/figures/batches/{number}").status_code == 404
    assert client.get(f"/feeds/figures/batches/{number}/rows").status_code == 404


def test_a_page_has_a_limit(geopackage_url: str) -> None:
    """Whoever asks for everything at once gets the largest page, and the way to the next."""
    store = Database(geopackage_url)
    with open_client(store, page_size_limit=2) as client:
        place = client.post(_UPLOAD, files={"file": ("a.csv", _ENTERPRISES.encode())}).headers["location"]
        page = client.get(f"{place}/rows", params={"limit": 10**9}).json()
    store.dispose()
    assert len(page["rows"]) == 2
    assert page["next"]


def test_what_a_row_held_is_for_analysts(database: Database) -> None:
    """Source rows hold raw figures: without the analyst's scope neither content nor quotations of it."""
    with keyed_client(database, "import") as client:
        sent = client.post(_UPLOAD, files={"file": ("a.csv", b"uscc\n12345\n")})
        reader, analyst = key_for(database, "read"), key_for(database, "analyst")
        place = sent.headers["location"]
        assert client.get(place).status_code == 403
        (masked,) = client.get(f"{place}/rows", headers=reader).json()["rows"]
        (whole,) = client.get(f"{place}/rows", headers=analyst).json()["rows"]
        batches = [client.get(place, headers=headers).json() for headers in (reader, analyst)]
    assert whole.keys() - masked.keys() == {"content", "detail"}
    assert "12345" not in str(masked)
    assert batches[1].keys() - batches[0].keys() == {"mapping"}


@pytest.mark.parametrize(
    ("files", "data", "status", "code"),
    [
        ({}, {"district": "D1"}, 415, "unsupported-media-type"),
        ({"other": ("a.csv", b"x")}, {}, 400, "unknown-field"),
        ({"file": ("a.csv", _ENTERPRISES.encode())}, {"batch_id": "7"}, 400, "unknown-field"),
        ({"file": ("a.csv", _ENTERPRISES.encode())}, {"crs": "/etc/passwd"}, 400, "invalid-parameter"),
        ({"file": ("a.csv", _ENTERPRISES.encode())}, {"district": "a\0b"}, 400, "invalid-parameter"),
        ({"file": ("a.csv", _ENTERPRISES.encode())}, {"mapping": "columns: ["}, 400, "invalid-mapping"),
        ({"file": ("a.csv", _ENTERPRISES.encode()), "mapping": ("m", b"\xff")}, {}, 400, "unreadable-file"),
        ({"file": ("a.csv", b"x"), "mapping": ("m", b"#" * 300_000)}, {}, 413, "too-large"),
        ({"file": ("/etc/", b"x")}, {}, 400, "invalid-parameter"),
        ({"file": (".csv", b"x")}, {}, 400, "invalid-parameter"),
        ({"file": ("a.exe", b"MZ")}, {}, 400, "unreadable-file"),
    ],
)
def test_an_upload_that_cannot_be_used_is_explained(
    geopackage_url: str, files: dict[str, tuple[str, bytes]], data: dict[str, str], status: int, code: str
) -> None:
    """Each mistake has its own code, and nothing is stored."""
    store = Database(geopackage_url)
    with open_client(store) as client:
        answer = client.post(_UPLOAD, files=files, data=data)
        stored = client.get(_UPLOAD).json()["batches"]
    store.dispose()
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert stored == []


def test_an_upload_keeps_within_its_limit(geopackage_url: str) -> None:
    """413 for a file over the limit, and for a body far over it before it is read to the end."""
    store = Database(geopackage_url)
    with open_client(store, max_upload_bytes=10_000) as client:
        over = client.post(_UPLOAD, files={"file": ("a.csv", b"x" * 10_001)})
        far_over = client.post(_UPLOAD, files={"file": ("a.csv", b"x" * 4_000_000)})
        under = client.post(_UPLOAD, files={"file": ("a.csv", _ENTERPRISES.encode())})
    store.dispose()
    assert [over.status_code, far_over.status_code, under.status_code] == [413, 413, 201]
    assert over.json()["code"] == far_over.json()["code"] == "too-large"


def test_nobody_without_a_key_makes_the_service_read_a_body(geopackage_url: str) -> None:
    """The key is checked first: a stranger's upload is refused unread."""
    store = Database(geopackage_url)
    scope = {
        "type": "http",
        "method": "POST",
        "path": _UPLOAD,
        "query_string": b"",
        "headers": [(b"host", b"park.example"), (b"content-type", b"multipart/form-data; boundary=b")],
        "client": ("203.0.113.7", 1),
        "server": ("park.example", 80),
        "scheme": "http",
    }
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(create_app(Settings(), store)(scope, receive, send))
    store.dispose()
    assert sent[0]["status"] == 401


def test_an_archive_cannot_write_outside_its_folder(geopackage_url: str) -> None:
    """A zip whose entries climb out of the folder is refused, and nothing of it appears anywhere."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("../climbed.shp", "/climbed.dbf", "a/../../climbed.shx"):
            archive.writestr(name, b"x")
    store = Database(geopackage_url)
    with open_client(store) as client:
        answer = client.post("/feeds/parcels/batches", files={"file": ("p.zip", packed.getvalue())})
    store.dispose()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    roots = (Path(tempfile.gettempdir()), Path(tempfile.gettempdir()).parent, Path.cwd().parent)
    assert not [path for root in roots for path in root.glob("climbed*")]


def test_nothing_of_an_upload_is_left_behind(
    geopackage_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The temporary copy goes, whether the import succeeds or fails."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    store = Database(geopackage_url)
    before = set(tmp_path.iterdir())
    with open_client(store) as client:
        for content in (_ENTERPRISES.encode(), b"\xff\xfe\x00"):
            client.post(_UPLOAD, files={"file": ("a.csv", content)})
    store.dispose()
    assert {path for path in set(tmp_path.iterdir()) - before if path.name.startswith("mujun-")} == set()
