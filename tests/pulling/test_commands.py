"""`mujun pull` and the routes of sources."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.settings import Settings
from service.store.database import Database
from service.workflows.ledger import Ledger
from tests.feeds.handing import current_figures
from tests.feeds.test_import_command import run
from tests.jobs.working import until_over
from tests.pulling.asking import figures, source_at
from tests.pulling.test_pulls import expected, settings_for
from tests.serving import key_for, keyed_client, open_client
from tests.support.gateway import APP_SECRET, FakeGateway

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway with ten records."""
    monkeypatch.setenv("TEST_APP_SECRET", APP_SECRET)
    with FakeGateway(figures(10)) as running:
        yield running


@pytest.fixture
def settings(gateway: FakeGateway, tmp_path: Path) -> Settings:
    """Two sources, one of them due."""
    scheduled = source_at(gateway, kind="gateway", mapping="tax.yaml", schedule={"every": "6h"})
    return settings_for(gateway, tmp_path, scheduled, source_at(gateway, name="other", mapping="tax.yaml"))


def environment(settings: Settings, url: str) -> dict[str, str]:
    """Return the settings as environment variables."""
    return {
        "MUJUN_DATABASE_URL": url,
        "MUJUN_SOURCES": str(settings.sources),
        "MUJUN_DATA_DIR": str(settings.data_dir),
        "MUJUN_PULL_HOSTS": settings.pull_hosts,
        "MUJUN_PULL_PRIVATE_NETWORKS": settings.pull_private_networks,
    }


def test_sources_are_pulled_by_name_or_as_they_are_due(
    gateway: FakeGateway,
    settings: Settings,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With what became of the records; what was pulled is not due again."""
    for name, value in environment(settings, database_url).items():
        monkeypatch.setenv(name, value)
    status, out, _ = run(["pull", "--due"], database_url, monkeypatch, capsys)
    assert status == 0
    assert "tax: 4 pages 页, 10 records 条; accepted 入库 10, held 待核 0" in out
    status, out, _ = run(["pull", "--due"], database_url, monkeypatch, capsys)
    assert (status, out) == (0, "")
    status, out, _ = run(["pull", "list"], database_url, monkeypatch, capsys)
    assert status == 0
    assert [line.split()[:3] for line in out.splitlines() if "figures" in line] == [
        ["tax", "figures", "fresh"],
        ["other", "figures", "never"],
    ]
    database = Database(database_url)
    assert current_figures(database) == expected(gateway)
    database.dispose()


def test_a_source_that_fails_does_not_keep_others_back(
    gateway: FakeGateway,
    settings: Settings,
    geopackage_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Status 1, the error as a block, and the other source pulled."""
    for name, value in environment(settings, geopackage_url).items():
        monkeypatch.setenv(name, value)
    gateway.fault("wrong_code")
    status, out, err = run(["pull", "tax", "other"], geopackage_url, monkeypatch, capsys)
    assert status == 1
    assert "upstream-envelope" in err
    assert "where 位置: tax" in err
    assert "other: 4 pages" in out
    assert APP_SECRET not in out + err
    for wrong in (["pull"], ["pull", "tax", "--due"], ["pull", "tax", "--loop"], ["pull", "nobody"]):
        status, _, err = run(wrong, geopackage_url, monkeypatch, capsys)
        assert status == 1
        assert "what to do" in err


def test_the_loop_ends_when_it_is_told(gateway: FakeGateway, settings: Settings, geopackage_url: str) -> None:
    """It pulls what is due at once, waits for the next, and ends on SIGTERM without an error."""
    command = [sys.executable, "-c", "from service.cli import main; main()", "pull", "--due", "--loop"]
    told = os.environ | environment(settings, geopackage_url)
    running = subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("tax: 4 pages")
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    finally:
        running.kill()
        running.wait()
        if running.stdout is not None:
            running.stdout.close()


def test_sources_are_told_and_pulled_over_http(
    gateway: FakeGateway, settings: Settings, database: Database
) -> None:
    """Status for readers, pulls for those who may import; errors are problems with their code."""
    more = settings.model_dump(include={"sources", "data_dir", "pull_hosts", "pull_private_networks"})
    with open_client(database, **more) as client:
        told = client.get("/feeds/sources").json()["sources"]
        assert [(each["name"], each["state"], each["host"]) for each in told] == [
            ("tax", "never", "127.0.0.1"),
            ("other", "never", "127.0.0.1"),
        ]
        gateway.fault("status", at=1, times=4)
        failed = client.post("/feeds/sources/tax/pull")
        assert (failed.status_code, failed.json()["code"]) == (502, "upstream-error")
        assert failed.headers["content-type"] == "application/problem+json"
        done = client.post("/feeds/sources/tax/pull").json()
        assert (done["records"], done["report"]["accepted"]) == (10, 10)
        assert client.get("/feeds/sources").json()["sources"][0]["state"] == "fresh"
        assert client.post("/feeds/sources/nobody/pull").status_code == 404
    assert current_figures(database) == expected(gateway)
    with keyed_client(database, "read", **more) as client:
        assert client.get("/feeds/sources").status_code == 200
        assert client.post("/feeds/sources/tax/pull").status_code == 403
        assert client.get("/feeds/sources", headers=key_for(database, "import")).status_code == 403


def test_a_pull_over_http_is_a_job_when_that_is_preferred(
    gateway: FakeGateway, settings: Settings, database: Database
) -> None:
    """Ordered by its route or as a process; one that fails tells why, with the code of the source's error."""
    more = settings.model_dump(include={"sources", "data_dir", "pull_hosts", "pull_private_networks"})
    gateway.fault("status", at=1, times=4)
    ledger = Ledger(database)
    with open_client(database, jobs="here", **more) as client:
        ordered = client.post("/feeds/sources/tax/pull", headers={"Prefer": "respond-async"})
        assert ordered.status_code == 202
        failed = until_over(ledger, ordered.json()["jobID"])
        assert failed.problem is not None
        assert (failed.status, failed.problem.code) == ("failed", "upstream-error")
        assert client.get("/feeds/sources").json()["sources"][0]["error"] == "upstream-error"
        again = client.post("/processes/pull/execution", json={"inputs": {"source": "tax"}})
        assert again.status_code == 201
        until_over(ledger, again.json()["jobID"])
        done = client.get(f"{again.headers['location']}/results").json()["pull"]
        assert (done["records"], done["report"]["accepted"]) == (10, 10)
        unknown = client.post("/processes/pull/execution", json={"inputs": {"source": "nobody"}})
        assert unknown.status_code == 404
    ledger.close()
    assert current_figures(database) == expected(gateway)
