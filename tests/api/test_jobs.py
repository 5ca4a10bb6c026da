"""Work that takes long is ordered as a job and followed; the synchronous routes take the same preference."""

import base64
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.store.database import Database
from tests.api.park import DISTRICT, build
from tests.jobs.working import until_over
from tests.serving import key_for, keyed_client, open_client

ASYNC = {"Prefer": "respond-async"}
FIRMS = "uscc,name\n91350100M000100Y43,企业甲\n1234,企业丙\n"


def followed(client: TestClient, response: Any, status: int = 201) -> dict[str, Any]:
    """Wait for the job that a response says it made, and return its last status document."""
    assert response.status_code == status, response.text
    assert response.headers["Location"].endswith("/jobs/" + response.json()["jobID"])
    until_over(client.app.state.worker.ledger, response.json()["jobID"])  # type: ignore[attr-defined]
    document: dict[str, Any] = client.get(response.headers["Location"]).json()
    return document


def test_an_upload_becomes_a_job_when_the_client_prefers(database: Database, tmp_path: Path) -> None:
    """The file is kept, the answer is 202 with where the job is; its report is that of the import."""
    with open_client(database, jobs="here", data_dir=tmp_path) as client:
        mapping = "feed: enterprises\ncolumns: {uscc: uscc, name: name}"
        sent = {"file": ("firms.csv", FIRMS.encode())}
        response = client.post(
            "/feeds/enterprises/batches", files=sent, data={"mapping": mapping}, headers=ASYNC
        )
        assert response.headers["Preference-Applied"] == "respond-async"
        job = followed(client, response, 202)
        assert (job["status"], job["progress"], job["processID"]) == ("successful", 100, "import"), job
        report = client.get(f"/jobs/{job['jobID']}/results").json()["report"]
        assert (report["read"], report["accepted"], report["held"]) == (2, 1, 1)
        assert client.get(f"/feeds/enterprises/batches/{report['batch_id']}").json()["accepted"] == 1


def test_who_may_only_import_is_answered_at_once(database: Database) -> None:
    """A preference is ignored where the client could not follow the job."""
    with keyed_client(database, "import") as client:
        response = client.post(
            "/feeds/enterprises/batches", files={"file": ("firms.csv", FIRMS.encode())}, headers=ASYNC
        )
        assert response.status_code == 201
        assert response.json()["accepted"] == 1


def test_an_evaluation_becomes_a_job_when_the_client_prefers(database: Database, tmp_path: Path) -> None:
    """Without the preference it is made at once, as before."""
    park = build(database, tmp_path)
    body = {"scheme": "parcel", "period": "2023", "district": DISTRICT}
    with open_client(database, jobs="here", data_dir=tmp_path) as client:
        assert client.post("/evaluations", json=body).status_code == 200
        job = followed(client, client.post("/evaluations", json=body, headers=ASYNC), 202)
        result = client.get(f"/jobs/{job['jobID']}/results").json()
        assert result["evaluation"]["id"] == park.published


def test_an_import_by_base64_and_by_checksum(database: Database, tmp_path: Path) -> None:
    """A small file comes in the order; the same file again, named by its checksum, changes nothing."""
    content = base64.b64encode(FIRMS.encode()).decode()
    with open_client(database, jobs="here", data_dir=tmp_path) as client:
        order = {"feed": "enterprises", "file_name": "firms.csv"}
        url = "/processes/import/execution"
        job = followed(client, client.post(url, json={"inputs": {**order, "file": content}}))
        report = client.get(f"/jobs/{job['jobID']}/results").json()["report"]
        assert report["accepted"] == 1
        again = {"inputs": {**order, "sha256": report["sha256"]}}
        job = followed(client, client.post(url, json=again))
        assert client.get(f"/jobs/{job['jobID']}/results").json()["report"]["duplicate"] == 1
        for wrong, code in (
            ({**order}, "invalid-parameter"),
            ({**order, "file": "§"}, "invalid-parameter"),
            ({**order, "sha256": "0" * 64}, "not-found"),
            ({**order, "file": content, "mapping": "columns: [1]"}, "invalid-mapping"),
        ):
            response = client.post(url, json={"inputs": wrong})
            assert response.json()["code"] == code, response.text


def test_an_export_is_a_file_behind_the_results(database: Database, tmp_path: Path) -> None:
    """A reader exports what is published; drafts are not there for them; dismissed, the file is gone."""
    park = build(database, tmp_path)
    with keyed_client(database, "read", jobs="here", data_dir=tmp_path) as client:
        url = "/processes/export/execution"
        assert client.post(url, json={"inputs": {"evaluation": park.draft}}).status_code == 404
        order = {"inputs": {"evaluation": park.published, "format": "csv"}}
        job = followed(client, client.post(url, json=order))
        result = client.get(f"/jobs/{job['jobID']}/results").json()
        assert result["parcels"] == 5
        file = client.get(result["file"]["href"])
        assert file.headers["content-type"].startswith("text/csv")
        assert file.content.decode("utf-8-sig").startswith("evaluation_id,parcel_code,")
        for path in (f"/jobs/{job['jobID']}", f"/jobs/{job['jobID']}/results", result["file"]["href"]):
            head = client.head(path)
            assert (head.status_code, head.content) == (200, b"")
            assert client.get(path, params={"colour": "red"}).json()["code"] == "unknown-parameter"
        assert client.delete(f"/jobs/{job['jobID']}").json()["status"] == "dismissed"
        assert client.get(f"/jobs/{job['jobID']}").status_code == 404
        assert not list((tmp_path / "exports").iterdir())


def test_jobs_are_there_for_those_who_may_start_them(database: Database) -> None:
    """A reader neither sees nor ends the jobs of imports and evaluations."""
    body = {"scheme": "parcel", "period": "2023", "district": DISTRICT}
    with keyed_client(database, "evaluate") as client:
        number = client.post("/evaluations", json=body, headers=ASYNC).json()["jobID"]
        reader = key_for(database, "read")
        assert [job["jobID"] for job in client.get("/jobs").json()["jobs"]] == [number]
        assert client.get("/jobs", headers=reader).json()["jobs"] == []
        for answer in (
            client.get(f"/jobs/{number}", headers=reader),
            client.get(f"/jobs/{number}/results", headers=reader),
            client.delete(f"/jobs/{number}", headers=reader),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "no-such-job")
        assert client.get(f"/jobs/{number}").json()["status"] == "accepted"


@pytest.mark.parametrize("scope", ["read", "import", "analyst"])
def test_an_order_needs_the_scope_of_its_process(database: Database, scope: str) -> None:
    """To evaluate takes a key that may evaluate."""
    with keyed_client(database, scope) as client:
        response = client.post("/processes/evaluate/execution", json={"inputs": {}})
        assert (response.status_code, response.json()["code"]) == (403, "scope-missing")


def test_a_failed_job_answers_with_its_problem(database: Database, tmp_path: Path) -> None:
    """The results of a failed job are the problem document that a direct answer would have been."""
    body = {"scheme": "parcel", "period": "2023", "district": DISTRICT}
    with open_client(database, jobs="here", data_dir=tmp_path) as client:
        direct = client.post("/evaluations", json=body)
        job = followed(client, client.post("/evaluations", json=body, headers=ASYNC), 202)
        assert job["status"] == "failed"
        assert job["message"] == direct.json()["detail"]
        assert job["problem"]["code"] == direct.json()["code"] == "district-not-found"
        answer = client.get(f"/jobs/{job['jobID']}/results")
        assert answer.status_code == direct.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert {**answer.json(), "instance": ""} == {**direct.json(), "instance": ""}
