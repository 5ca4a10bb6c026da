"""kill -9 at every commit point: the next process finishes the job, with the state of an undisturbed run."""

import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from sqlalchemy import select

from service.jobs.exporting import ExportFormat, exportable
from service.reference.schemes import shipped_scheme
from service.store import schema
from service.store.column_types import UtcDateTime
from service.store.database import Database
from service.workflows.jobs import Job
from service.workflows.ledger import Ledger
from service.workflows.orders import EvaluateOrder, ExportOrder, ImportOrder, Order, PullOrder
from tests.api.park import DISTRICT, USCCS, Park, build
from tests.pulling.asking import source_at
from tests.support.gateway import FakeGateway

ROOT = Path(__file__).resolve().parents[2]

COMMON = ("step recorded", "job recorded")
_MAPPING = """
feed: figures
columns: {uscc: uscc, period: year}
metrics: {tax: {column: tax, unit: yuan}}
"""
_PULLED = re.compile(r"-\d{8}T\d{6}Z-[0-9a-f]{6}\b")
"""What makes the name of a pulled file one of its own."""

_FIRMS = "uscc,name,industry\n91350100M000100Y43,企业甲,C26\n91110000600037341L,企业乙,C27\n1234,企业丙,C28\n"


def importing(park: Park, folder: Path) -> Order:
    """A file of firms: some known, some held."""
    path = folder / "firms.csv"
    path.write_text(_FIRMS, encoding="utf-8")
    return ImportOrder(feed="enterprises", file_name=path.name, path=str(path))  # type: ignore[arg-type]


def evaluating(park: Park, folder: Path) -> Order:
    """An evaluation that nobody has made yet."""
    scheme = shipped_scheme("parcel").model_copy(update={"name": "another"})
    return EvaluateOrder(scheme=scheme.canonical_json(), period="2023", district=DISTRICT)


def exporting(park: Park, folder: Path) -> Order:
    """The scores of a published evaluation."""
    return ExportOrder(
        evaluation_id=park.published, format=ExportFormat.GEOPARQUET, properties=list(exportable())
    )


def pulling(park: Park, folder: Path) -> Order:
    """Figures of the park's firms for another year, in two pages, from the gateway of the test."""
    return PullOrder(source="tax")


JOBS: dict[str, tuple[Callable[[Park, Path], Order], tuple[str, ...]]] = {
    "import": (importing, ("file kept", "batch written", "coverage point recorded", *COMMON)),
    "evaluate": (evaluating, ("evaluation saved", *COMMON)),
    "export": (exporting, ("export written", *COMMON)),
    "pull": (
        pulling,
        ("pull page kept", "pull imported", "coverage point recorded", "pull concluded", *COMMON),
    ),
}
"""Job → how it is ordered, and its commit points in the order in which they come."""


@pytest.fixture
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Gives fresh stores by name, on each database in turn."""
    with ExitStack() as stack:

        @contextmanager
        def opened(url: str) -> Iterator[Database]:
            database = Database(url)
            yield database
            database.dispose()

        def fresh(name: str) -> Database:
            folder = tmp_path / name
            folder.mkdir()
            if request.param == "geopackage":
                url = request.getfixturevalue("geopackages").copy_to(folder / "park.gpkg")
            else:
                url = stack.enter_context(request.getfixturevalue("server").database())
            return stack.enter_context(opened(url))

        yield fresh


@pytest.fixture
def gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway with figures, and a sources file that the workers find in their environment."""
    records = [
        {"uscc": each, "year": "2024", "tax": 1000 + number, "updated": f"2025-01-01T00:0{number}:00"}
        for number, each in enumerate(USCCS)
    ]
    with FakeGateway(records) as running:
        source = source_at(running, mapping="tax.yaml", watermark={"field": "updated", "parameter": "since"})
        (tmp_path / "tax.yaml").write_text(_MAPPING, encoding="utf-8")
        listed = json.loads(source.model_dump_json(exclude_defaults=True))
        (tmp_path / "sources.yaml").write_text(yaml.safe_dump({"sources": [listed]}), encoding="utf-8")
        monkeypatch.setenv("MUJUN_SOURCES", str(tmp_path / "sources.yaml"))
        monkeypatch.setenv("MUJUN_PULL_HOSTS", running.url)
        monkeypatch.setenv("MUJUN_PULL_PRIVATE_NETWORKS", "127.0.0.0/8")
        yield running


def work(database: Database, folder: Path, *points: str) -> "subprocess.CompletedProcess[str]":
    """Let other processes carry out the jobs, one after the other, each up to its point."""
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.support.killed_worker", url, str(folder), *points]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


def state(database: Database) -> dict[str, str]:
    """Return per table a hash over its rows without numbers that a rollback uses up, and without times."""
    found = {}
    with database.reading() as connection:
        for table in schema.METADATA.sorted_tables:
            names = [
                column.name
                for column in table.columns
                if column.name not in ("id", "uuid", "as_of_batch", "content", "version", "geom")
                and not column.name.endswith("_id")
                and not isinstance(column.type, UtcDateTime)
            ]
            rows = connection.execute(select(*(table.c[name] for name in names))).all() if names else []
            text = _PULLED.sub("", "\n".join(sorted(repr(tuple(row)) for row in rows)))
            found[table.name] = f"{len(rows)} {hashlib.sha256(text.encode()).hexdigest()}"
    return found


def told(job: Job) -> dict[str, Any]:
    """Return what a job came to, without numbers and times."""
    assert job.result is not None, job
    return _told(job.result)


def _told(result: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _told(value) if isinstance(value, dict) else value
        for name, value in result.items()
        if name not in ("id", "batch_id", "as_of_batch", "file_name", "created_at", "notes")
    }


@pytest.mark.parametrize(
    ("stores", "kind"),
    [
        *(("geopackage", kind) for kind in JOBS),
        # every kind has its own commit points; on a server the longest of them in every run, all in the night
        *(
            pytest.param("postgis", kind, marks=[] if kind == "pull" else [pytest.mark.nightly])
            for kind in JOBS
        ),
    ],
    indirect=["stores"],
)
def test_a_killed_job_is_finished_by_the_next_process(
    stores: Callable[[str], Database], tmp_path: Path, gateway: FakeGateway, kind: str
) -> None:
    """Killed before and after every one of its commit points in turn, it ends as if nothing had been."""
    make, points = JOBS[kind]
    states, outcomes, files = [], [], []
    for name in ("undisturbed", "killed"):
        database, folder = stores(name), tmp_path / name
        order = make(build(database, folder), folder)
        ledger = Ledger(database)
        number = ledger.place(order).id
        # when the last step's outcome is recorded, too, nothing is left to do
        killed = [f"{point} {when}" for point in points for when in ("before", "after")]
        expected = [f"{point}: {-signal.SIGKILL}" for point in killed if name == "killed"]
        ended = work(database, folder, *(killed if name == "killed" else ()), "never")
        assert ended.stdout.splitlines() == [*expected, "never: 0"], ended.stderr
        assert ended.stderr == ""
        job = ledger.get(number)
        assert job.status == "successful", job
        states.append(state(database))
        outcomes.append(told(job))
        if kind == "export":
            (path,) = (folder / "exports").iterdir()
            files.append(pl.read_parquet(path).drop("evaluation_id"))
        ledger.close()
    assert states[0] == states[1]
    if kind == "pull":
        assert not states[0]["pull_state"].startswith("0 ")
    if kind in ("import", "pull"):
        assert not states[0]["coverage_point"].startswith("0 ")
    assert outcomes[0] == outcomes[1]
    assert not files or files[0].equals(files[1])
