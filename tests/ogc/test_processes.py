"""OGC API Processes 1.0, Part 1: list, description, order, status, results, dismissal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from owslib.ogcapi.processes import Processes

from service.store.database import Database
from tests.api.park import DISTRICT, Park, build
from tests.jobs.working import until_over
from tests.serving import open_client
from tests.support.live import live_server

EXCEPTIONS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def park(database: Database, tmp_path: Path) -> Park:
    """A small park."""
    return build(database, tmp_path)


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    """A client of a service that leaves the work to others."""
    with open_client(database) as opened:
        yield opened


def evaluation(period: str = "2023") -> dict[str, object]:
    """An order to evaluate."""
    return {"inputs": {"scheme": "parcel", "period": period, "district": DISTRICT}}


def test_the_landing_page_leads_to_processes_and_jobs(client: TestClient) -> None:
    """By the relations of the standard."""
    links = {link["rel"]: link["href"] for link in client.get("/").json()["links"]}
    assert client.get(links[f"{REL}processes"]).status_code == 200
    assert client.get(links[f"{REL}job-list"]).json()["jobs"] == []


def test_every_listed_process_describes_itself(client: TestClient) -> None:
    """The description begins as its entry in the list, and has inputs and outputs with schemas."""
    listed = client.get("/processes").json()["processes"]
    assert [process["id"] for process in listed] == ["import", "evaluate", "export", "pull"]
    for process in listed:
        assert "async-execute" in process["jobControlOptions"]
        (own,) = (link["href"] for link in process["links"] if link["rel"] == "self")
        described = client.get(own).json()
        assert process.items() <= described.items()
        for part in (*described["inputs"].values(), *described["outputs"].values()):
            assert part["title"]
            assert "$ref" not in part["schema"]
        assert any(link["rel"] == f"{REL}execute" for link in described["links"])


def test_an_unknown_process_or_job_is_named_by_the_standard(client: TestClient) -> None:
    """404 with the exception type of the standard and our stable code."""
    process = client.get("/processes/dance")
    assert (process.status_code, process.json()["type"]) == (404, f"{EXCEPTIONS}/no-such-process")
    for number in ("0", "6d6f6f6e-0000-0000-0000-000000000000"):
        for path in (f"/jobs/{number}", f"/jobs/{number}/results"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["type"]) == (404, f"{EXCEPTIONS}/no-such-job")
        assert client.delete(f"/jobs/{number}").json()["code"] == "no-such-job"


def test_a_process_runs_at_once_without_a_preference(client: TestClient, park: Park) -> None:
    """Evaluating can be waited for: 200 with the results document."""
    answer = client.post("/processes/evaluate/execution", json=evaluation())
    assert (answer.status_code, answer.json()["evaluation"]["id"]) == (200, park.published)


def test_results_are_not_ready_before_the_job_is_done(client: TestClient, park: Park) -> None:
    """201 with Location and Preference-Applied; accepted; results 404 with the type of the standard."""
    answer = client.post("/processes/evaluate/execution", json=evaluation(), headers=ASYNC)
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (201, "respond-async")
    status = client.get(answer.headers["Location"]).json()
    assert (status["status"], status["type"], status["progress"]) == ("accepted", "process", 0)
    results = client.get(f"{answer.headers['Location']}/results")
    assert (results.status_code, results.json()["type"]) == (404, f"{EXCEPTIONS}/result-not-ready")
    assert client.delete(answer.headers["Location"]).json()["status"] == "dismissed"
    assert client.get(answer.headers["Location"]).json()["status"] == "dismissed"


def test_jobs_are_paged_and_filtered(client: TestClient, park: Park) -> None:
    """The latest first, page by page to the end, by state and by process."""
    made = [
        client.post("/processes/evaluate/execution", json=evaluation(), headers=ASYNC).json()["jobID"]
        for _ in range(5)
    ]
    client.delete(f"/jobs/{made[0]}")
    seen: list[str] = []
    address: str | None = "/jobs?limit=2"
    while address is not None:
        page = client.get(address).json()
        seen += [job["jobID"] for job in page["jobs"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert seen == made[::-1]

    def found(query: str) -> list[str]:
        return [job["jobID"] for job in client.get(f"/jobs?{query}").json()["jobs"]]

    assert found("status=dismissed") == made[:1]
    assert found("status=dismissed&status=accepted&type=process") == made[::-1]
    assert found("processID=import") == []
    assert found("processID=evaluate&limit=1") == made[-1:]
    assert client.get("/jobs?status=tired").status_code == 400


def test_a_general_client_orders_and_waits(database: Database, park: Park, tmp_path: Path) -> None:
    """OWSLib lists, describes, orders at once and as a job; the service works in its own process."""
    with live_server(database, jobs="here", data_dir=tmp_path) as address:
        processes = Processes(address)
        assert {process["id"] for process in processes.processes()} == {
            "import",
            "evaluate",
            "export",
            "pull",
        }
        assert "period" in processes.process("evaluate")["inputs"]
        done = processes.execute("evaluate", evaluation()["inputs"])
        assert done["evaluation"]["id"] == park.published
        ordered = processes.execute("export", {"evaluation": park.published}, async_=True)
        from service.workflows.ledger import Ledger

        ledger = Ledger(database)
        assert until_over(ledger, ordered["jobID"]).status == "successful"
        ledger.close()
