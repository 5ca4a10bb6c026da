"""Pulls into the store: everything once, resumed where they broke off, the watermark behind the import."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import func, select

from service.errors import Conflict, InvalidMapping, UpstreamTrouble
from service.jobs.freshness import due, statuses
from service.jobs.pulling import Order, Sources, begin, pull
from service.pulling.spool import Spool
from service.settings import Settings
from service.store import pulls
from service.store.database import Database
from service.store.models import Batch, Parcel, SourceRow
from tests.feeds.handing import current_figures, everything
from tests.pulling.asking import features, figures, source_at
from tests.support.gateway import APP_SECRET, TOKEN, FakeGateway
from tests.support.killed_pull import POINTS

ROOT = Path(__file__).resolve().parents[2]
MAPPING = """
feed: figures
columns: {uscc: uscc, period: year}
metrics: {tax: {column: tax, unit: yuan}}
"""
MARK = {"field": "updated", "parameter": "since"}


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGateway]:
    """A gateway with ten records and seven parcels; secrets are in the environment."""
    monkeypatch.setenv("TEST_APP_SECRET", APP_SECRET)
    monkeypatch.setenv("TEST_TOKEN", TOKEN)
    with FakeGateway(figures(10), features(7)) as running:
        yield running


def settings_for(gateway: FakeGateway, folder: Path, *sources: Any) -> Settings:
    """Write a sources file with a mapping beside it, and return the settings that name it."""
    (folder / "tax.yaml").write_text(MAPPING, encoding="utf-8")
    path = folder / "sources.yaml"
    listed = [json.loads(each.model_dump_json(exclude_defaults=True)) for each in sources]
    path.write_text(yaml.safe_dump({"sources": listed}, allow_unicode=True), encoding="utf-8")
    return Settings(
        sources=path,
        data_dir=folder / "data",
        pull_hosts=gateway.url,
        pull_private_networks="127.0.0.0/8",
    )


def tax_order(gateway: FakeGateway, folder: Path, **more: Any) -> Order:
    """Return the source of tax figures, with a watermark unless told otherwise."""
    given = {"mapping": "tax.yaml", "watermark": MARK, **more}
    return Sources.of(settings_for(gateway, folder, source_at(gateway, **given))).get("tax")


def expected(gateway: FakeGateway) -> set[tuple[Any, ...]]:
    """Return the figures in effect after an undisturbed pull."""
    return {
        ("enterprise", each["uscc"], "", "2023", "tax", round(each["tax"] * 100)) for each in gateway.records
    }


def batches(database: Database) -> list[tuple[int, str, str | None]]:
    """Return rows read, file name's ending and source of every batch."""
    with database.reading() as connection:
        query = select(Batch.read, Batch.file_name, Batch.pulled_from).order_by(Batch.id)
        return [(read, Path(name).suffix, pulled) for read, name, pulled in connection.execute(query)]


def state(database: Database) -> dict[str, Any]:
    """Return what the store knows of the source."""
    with database.reading() as connection:
        return dict(pulls.state(connection, "tax") or {})


@pytest.mark.parametrize("kind", ["json", "gateway"])
def test_records_become_figures(database: Database, gateway: FakeGateway, tmp_path: Path, kind: str) -> None:
    """Each with its source row as received, in a batch that names the source; the spool is cleared."""
    order = tax_order(gateway, tmp_path, kind=kind)
    report = pull(database, order)
    assert (report.records, report.report and report.report.accepted) == (10, 10)
    assert current_figures(database) == expected(gateway)
    assert batches(database) == [(10, ".ndjson", "tax")]
    with database.reading() as connection:
        content = connection.execute(select(SourceRow.content).order_by(SourceRow.id).limit(1)).scalar_one()
    assert json.loads(content)["uscc"] == gateway.records[0]["uscc"]
    assert state(database)["watermark"] == gateway.records[-1]["updated"]
    assert (state(database)["cursor"], state(database)["rows"]) == (None, 10)
    assert not order.spool.path.exists()


@pytest.mark.parametrize("kind", ["ogc-features", "wfs"])
def test_features_become_parcels(database: Database, gateway: FakeGateway, tmp_path: Path, kind: str) -> None:
    """In the district of the source."""
    source = source_at(gateway, kind=kind)
    report = pull(database, Sources.of(settings_for(gateway, tmp_path, source)).get("parcels"))
    assert report.report is not None
    assert (report.report.accepted, report.report.held) == (7, 0)
    with database.reading() as connection:
        found = connection.execute(select(Parcel.code, Parcel.district)).all()
    assert sorted(found) == [(each["properties"]["code"], "330203") for each in gateway.features]


def test_the_same_again_changes_nothing(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """Without a watermark everything comes again and is known; with one nothing comes that is older."""
    whole = tax_order(gateway, tmp_path, watermark=None)
    pull(database, whole)
    before = everything(database)
    again = pull(database, whole)
    assert again.report is not None
    assert (again.batch_id, again.report.duplicate) == (None, 10)
    after = everything(database)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"pull_state", "data_version"}

    gateway.records = figures(12)
    marked = tax_order(gateway, tmp_path)
    assert pull(database, marked).records == 12
    gateway.data.clear()
    report = pull(database, marked)
    assert (report.records, gateway.data[0]["since"]) == (1, gateway.records[-1]["updated"])
    gateway.records = gateway.records[:11]
    report = pull(database, marked)
    assert (report.records, report.report, report.batch_id) == (0, None, None)
    assert state(database)["watermark"] == figures(12)[-1]["updated"]


def test_a_pull_goes_on_where_it_broke_off(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """The failure is noted with its code; the next pull asks for what is missing and for nothing else."""
    order = tax_order(gateway, tmp_path)
    gateway.fault("status", at=3, times=4)
    with pytest.raises(UpstreamTrouble):
        pull(database, order)
    failed = state(database)
    assert (failed["error"], failed["watermark"], failed["succeeded_at"]) == ("upstream-error", None, None)
    assert json.loads(failed["cursor"])["pages"] == 2
    assert not batches(database)

    gateway.data.clear()
    report = pull(database, order)
    assert [each["page"] for each in gateway.data] == ["3", "4"]
    assert (report.pages, report.records) == (4, 10)
    assert current_figures(database) == expected(gateway)
    assert state(database)["error"] is None


def test_a_changed_configuration_begins_anew(
    database: Database, gateway: FakeGateway, tmp_path: Path
) -> None:
    """A position of other pages means nothing; nor does one whose spool is not here, or that is to go."""
    for number, change in enumerate(({"query": {"area": "1"}}, "spool", "afresh")):
        gateway.data.clear()
        gateway.fault("status", at=2, value=404)
        order = tax_order(gateway, tmp_path, watermark=None)
        with pytest.raises(UpstreamTrouble):
            pull(database, order)
        if isinstance(change, dict):
            order = tax_order(gateway, tmp_path, watermark=None, **change)
        if change == "spool":
            order.spool.clear()
        gateway.data.clear()
        gateway.fault("none", at=2)
        report = pull(database, order, afresh=change == "afresh")
        assert ([each["page"] for each in gateway.data], report.records) == (["1", "2", "3", "4"], 10), number
    assert current_figures(database) == expected(gateway)


def test_a_position_that_means_nothing_any_more_begins_anew(
    database: Database, gateway: FakeGateway, tmp_path: Path
) -> None:
    """A cursor of yesterday that the source does not know is forgotten, once."""
    order = tax_order(gateway, tmp_path)
    gateway.fault("status", at=3, times=5, value=500)
    with pytest.raises(UpstreamTrouble):
        pull(database, order)
    gateway.fault("status", at=7, value=410)
    report = pull(database, order)
    assert [each["page"] for each in gateway.data[6:]] == ["3", "1", "2", "3", "4"]
    assert report.records == 10
    assert current_figures(database) == expected(gateway)


def test_the_watermark_stays_when_the_import_fails(
    database: Database, gateway: FakeGateway, tmp_path: Path
) -> None:
    """What was fetched is imported by the next pull, without asking the source again."""
    order = tax_order(gateway, tmp_path)
    (tmp_path / "tax.yaml").write_text("feed: figures\n", encoding="utf-8")
    with pytest.raises(InvalidMapping):
        pull(database, order)
    assert (state(database)["watermark"], state(database)["error"]) == (None, "invalid-mapping")
    (tmp_path / "tax.yaml").write_text(MAPPING, encoding="utf-8")
    gateway.data.clear()
    pull(database, order)
    assert not gateway.data
    assert current_figures(database) == expected(gateway)
    assert state(database)["watermark"] == gateway.records[-1]["updated"]


def test_one_pull_of_a_source_at_a_time(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """A second one is refused at once; the first is not disturbed, and its source not called failing."""
    order = tax_order(gateway, tmp_path)
    started, proceed = threading.Event(), threading.Event()

    def wait(*_: Any) -> None:
        started.set()
        assert proceed.wait(10)

    first = threading.Thread(target=pull, args=(database, order, wait))
    first.start()
    assert started.wait(10)
    try:
        with pytest.raises(Conflict) as raised:
            pull(database, order)
    finally:
        proceed.set()
        first.join(30)
    assert raised.value.code == "pull-running"
    assert current_figures(database) == expected(gateway)
    assert (state(database)["failed_at"], len(batches(database))) == (None, 1)


def test_of_two_machines_one_pulls(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """Each has a spool of its own; the one that is overtaken notices at its next page and stores nothing."""
    order = tax_order(gateway, tmp_path)
    elsewhere = Order(order.source, order.reach, Spool(tmp_path / "other", "tax"), order.folder)

    def overtaken(records: int, _: int | None) -> None:
        if records == 6:
            begin(database, elsewhere)

    with pytest.raises(Conflict):
        pull(database, order, overtaken)
    assert not batches(database)
    pull(database, elsewhere)
    assert current_figures(database) == expected(gateway)


def test_what_the_progress_raises_ends_the_pull(
    database: Database, gateway: FakeGateway, tmp_path: Path
) -> None:
    """With the good pages kept, so that a cancelled pull can go on."""

    class Cancelled(Exception):
        pass

    def cancel(records: int, total: int | None) -> None:
        assert total == 10
        if records == 6:
            raise Cancelled

    order = tax_order(gateway, tmp_path)
    with pytest.raises(Cancelled):
        pull(database, order, cancel)
    gateway.data.clear()
    assert pull(database, order).records == 10
    assert [each["page"] for each in gateway.data] == ["3", "4"]


@pytest.mark.parametrize("fault", ["reset", "truncated", "repeated", "status", "reordered"])
def test_faults_leave_the_same_figures(
    database: Database, gateway: FakeGateway, tmp_path: Path, fault: str
) -> None:
    """As an undisturbed pull: all of them, once."""
    gateway.fault(fault, at=3)
    pull(database, tax_order(gateway, tmp_path, watermark=None))
    assert current_figures(database) == expected(gateway)
    assert batches(database) == [(10, ".ndjson", "tax")]


def test_no_secret_is_in_the_store(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """Neither of a pull that failed nor of one that succeeded, nor in what is told of it."""
    gateway.token = TOKEN
    auth = {"query": {"token": "env:TEST_TOKEN"}}
    order = tax_order(gateway, tmp_path, kind="gateway", auth=auth)
    gateway.fault("wrong_code", at=2)
    with pytest.raises(UpstreamTrouble):
        pull(database, order)
    found = [repr(everything(database))]
    report = pull(database, order)
    sources = Sources({"tax": order})
    found += [repr(everything(database)), report.model_dump_json(), repr(statuses(database, sources))]
    for secret in (APP_SECRET, TOKEN, *gateway.issued):
        assert all(secret not in text for text in found)


def test_freshness_tells_how_sources_are(database: Database, gateway: FakeGateway, tmp_path: Path) -> None:
    """Never, failing, fresh, due: with times, code and rows."""
    source = source_at(gateway, mapping="tax.yaml", schedule={"every": "1s", "after_failure": "1h"})
    sources = Sources.of(settings_for(gateway, tmp_path, source, source_at(gateway, kind="wfs")))
    tax, parcels = statuses(database, sources)
    assert (tax.state, tax.rows, parcels.next_due) == ("never", 0, None)
    assert [order.source.name for order in due(database, sources)] == ["tax"]

    gateway.fault("status", at=2, value=403)
    with pytest.raises(UpstreamTrouble):
        pull(database, sources.get("tax"))
    tax, _ = statuses(database, sources)
    assert (tax.state, tax.error, tax.unfinished_pages, tax.host) == (
        "failing",
        "upstream-refused",
        1,
        "127.0.0.1",
    )
    assert due(database, sources) == []

    pull(database, sources.get("tax"))
    tax, _ = statuses(database, sources)
    assert (tax.error, tax.rows, tax.unfinished_pages) == (None, 10, None)
    assert tax.next_due is not None
    later, _ = statuses(database, sources, tax.next_due)
    assert later.state == "due"


@pytest.mark.one_store  # tests/faults kills the job of a pull on PostGIS
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_pull_finishes_as_an_undisturbed_one(
    database: Database, gateway: FakeGateway, tmp_path: Path, point: str
) -> None:
    """kill -9 at any point, then the same command: the same figures, one batch, the same watermark."""
    order = tax_order(gateway, tmp_path)
    url = database.url.render_as_string(hide_password=False)
    arguments = [url, str(tmp_path / "sources.yaml"), str(tmp_path / "data"), gateway.url, point]
    command = [sys.executable, "-m", "tests.support.killed_pull", *arguments]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr

    before = state(database)["watermark"]
    assert before == (gateway.records[-1]["updated"] if point == "watermark committed" else None)
    pages = len(gateway.data)
    pull(database, order)
    assert current_figures(database) == expected(gateway)
    with database.reading() as connection:
        figures_of = connection.execute(select(func.count()).select_from(SourceRow)).scalar_one()
    assert state(database)["watermark"] == gateway.records[-1]["updated"]
    assert state(database)["cursor"] is None
    if point != "watermark committed":  # the next pull asks for what is new, by the watermark
        assert batches(database) == [(10, ".ndjson", "tax")]
        assert figures_of == 10
        again = {"begun": 4, "page spooled": 3, "cursor moved": 2}.get(point, 0)
        assert len(gateway.data) - pages == again
