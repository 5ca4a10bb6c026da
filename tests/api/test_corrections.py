"""Held rows over HTTP: out as a workbook, in again corrected, by whoever may."""

import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from service.store.database import Database
from tests.serving import keyed_client, open_client

_FIRMS = "uscc,name\n91350100M000100Y43,甲公司\n91110000600037341X,乙公司\n,=丙公司\n"
_BATCH = "/feeds/enterprises/batches/1"
_CORRECTIONS = f"{_BATCH}/corrections"
_WORKBOOK = f"{_CORRECTIONS}/workbook"


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client with all rights, and a hand-over with two held rows."""
    with open_client(database) as opened:
        opened.post("/feeds/enterprises/batches", files={"file": ("firms.csv", _FIRMS.encode())})
        yield opened


def held(client: TestClient) -> list[dict[str, Any]]:
    """Return the held rows of the hand-over."""
    rows: list[dict[str, Any]] = client.get(f"{_BATCH}/rows?verdict=held").json()["rows"]
    return rows


def test_one_row_is_corrected(client: TestClient) -> None:
    """201 with the report and the address of the batch that amends; the row says who settled it."""
    first = held(client)[0]
    answer = client.post(
        _CORRECTIONS, json={"rows": [{"id": first["id"], "content": {"uscc": "91110000600037341L"}}]}
    )
    report = answer.json()
    assert (answer.status_code, report["read"], report["accepted"]) == (201, 1, 1)
    batch = client.get(answer.headers["location"]).json()
    assert (batch["corrects"], batch["file_name"]) == (1, "firms.csv")
    settling = client.get(f"{answer.headers['location']}/rows").json()["rows"][0]
    assert settling["corrects"] == first["id"]
    assert [row.get("settled_by") for row in held(client)] == [settling["id"], None]


def test_everything_is_replayed_without_a_list(client: TestClient) -> None:
    """What is still held stays with the first batch; saying it again changes nothing."""
    answer = client.post(_CORRECTIONS, json={})
    assert (answer.status_code, answer.json()["read"], answer.json()["held"]) == (201, 2, 2)
    assert client.post(_CORRECTIONS, json={}).status_code == 200


def test_a_workbook_goes_out_and_comes_back(client: TestClient) -> None:
    """As an attachment of text cells; corrected, it settles its rows."""
    answer = client.get(_WORKBOOK)
    assert answer.headers["content-disposition"] == 'attachment; filename="held-1.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    lines = list(book.active.iter_rows())
    names = [cell.value for cell in lines[0]]
    assert [line[names.index("name")].value for line in lines[1:]] == ["乙公司", "=丙公司"]
    assert lines[2][names.index("name")].data_type == "s"
    lines[1][names.index("uscc")].value = "91110000600037341L"
    lines[2][names.index("不予采用 dismiss (是)")].value = "是"
    corrected = io.BytesIO()
    book.save(corrected)
    report = client.post(_WORKBOOK, files={"file": ("held.xlsx", corrected.getvalue())}).json()
    assert (report["read"], report["accepted"], report["skipped"]) == (2, 1, 1)
    assert all(row["settled_by"] for row in held(client))
    assert client.post(_CORRECTIONS, json={}).json()["type"].endswith("/nothing-held")


def test_what_makes_no_sense_is_refused(client: TestClient) -> None:
    """With the place: an unknown batch, row, column, a workbook of something else, a body that is none."""
    row = held(client)[0]["id"]
    for body, status, code in (
        ({"rows": [{"id": 99}]}, 400, "row-not-open"),
        ({"rows": [{"id": row, "content": {"没有": "1"}}]}, 400, "unknown-column"),
        ({"rows": []}, 400, None),
        ({"lines": 1}, 400, None),
    ):
        answer = client.post(_CORRECTIONS, json=body)
        assert answer.status_code == status, answer.text
        assert code is None or answer.json()["type"].endswith(f"/{code}")
    assert client.post("/feeds/enterprises/batches/9/corrections", json={}).status_code == 404
    assert client.post("/feeds/parcels/batches/1/corrections", json={}).status_code == 404
    other = io.BytesIO()
    openpyxl.Workbook().save(other)
    answer = client.post(_WORKBOOK, files={"file": ("other.xlsx", other.getvalue())})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "not-held-rows")


def test_cells_are_for_analysts(database: Database) -> None:
    """Others get the workbook without them, and cannot hand one in."""
    with open_client(database) as opened:
        opened.post("/feeds/enterprises/batches", files={"file": ("firms.csv", _FIRMS.encode())})
    with keyed_client(database, "read", "import") as reader:
        answer = reader.get(_WORKBOOK)
        cells = [c.value for line in openpyxl.load_workbook(io.BytesIO(answer.content)).active for c in line]
        assert not any("公司" in str(cell) for cell in cells)
        refused = reader.post(_WORKBOOK, files={"file": ("held.xlsx", answer.content)})
        assert refused.status_code == 403
