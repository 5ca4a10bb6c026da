"""Jobs are written down, carried out, and say what they came to or why they failed."""

from pathlib import Path

import pyogrio
import pytest

from service.errors import Conflict, NotFound
from service.features.formats.dbase import field_names
from service.features.formats.formats import format_of
from service.jobs.exporting import ExportFormat, export_scores, exportable
from service.jobs.importing import keep_file
from service.reference.schemes import shipped_scheme
from service.store import hand_overs
from service.store.database import Database
from service.workflows.ledger import Ledger
from service.workflows.orders import EvaluateOrder, ExportOrder, ImportOrder
from tests.api.park import DISTRICT, build
from tests.jobs.working import until_over, working
from tests.support.read_back import read_back

ENTERPRISES = "uscc,name\n91350100M000100Y43,企业甲\n91110000600037341L,企业乙\n1234,企业丙\n"


def evaluation(**changes: object) -> EvaluateOrder:
    """The order to evaluate the park."""
    scheme = shipped_scheme("parcel").canonical_json()
    return EvaluateOrder.model_validate({"scheme": scheme, "period": "2023", "district": DISTRICT, **changes})


def test_looking_creates_nothing(database: Database) -> None:
    """Who asks for jobs where none was ever ordered finds none and leaves the folder as it was."""
    ledger = Ledger(database)
    assert ledger.listing(processes=["import", "evaluate"]) == []
    assert not ledger.exists()
    with pytest.raises(NotFound):
        ledger.get("00000000-0000-0000-0000-000000000000")
    assert not ledger.exists()


def test_an_import_is_carried_out(database: Database, tmp_path: Path) -> None:
    """Its result is the report of the import, and the batch is in the store."""
    path = tmp_path / "firms.csv"
    path.write_text(ENTERPRISES, encoding="utf-8")
    sha256 = keep_file(database, path)
    path.unlink()  # the store has it
    with working(database, tmp_path) as worker:
        order = ImportOrder(feed="enterprises", file_name="firms.csv", sha256=sha256)  # type: ignore[arg-type]
        placed = worker.ledger.place(order, "tester")
        assert placed.status in ("accepted", "running")
        job = until_over(worker.ledger, placed.id)
        assert (job.status, job.progress, job.owner, job.process) == ("successful", 100, "tester", "import")
        assert job.result is not None
        assert (job.result["read"], job.result["accepted"], job.result["held"]) == (3, 2, 1)
        assert job.created <= job.started <= job.finished  # type: ignore[operator]
    with database.reading() as connection:
        assert hand_overs.last_batch(connection) == job.result["batch_id"]


def test_a_failed_job_says_why_in_our_own_words(database: Database, tmp_path: Path) -> None:
    """The stable code and the problem, in two languages; no traceback, no SQL."""
    with working(database, tmp_path) as worker:
        number = worker.ledger.place(evaluation()).id
        job = until_over(worker.ledger, number)
        assert job.status == "failed"
        assert job.problem is not None
        assert (job.problem.code, job.problem.status) == ("district-not-found", 404)
        assert job.problem.detail_zh
        assert "Traceback" not in job.model_dump_json()


def test_evaluations_and_exports_run_one_after_the_other(database: Database, tmp_path: Path) -> None:
    """A draft is made, and its scores become a file that GDAL opens."""
    park = build(database, tmp_path)
    with working(database, tmp_path) as worker:
        evaluated = until_over(worker.ledger, worker.ledger.place(evaluation()).id)
        assert evaluated.result is not None
        assert evaluated.result["id"] == park.published
        wanted = [name for name in exportable() if name != "points"]
        order = ExportOrder(evaluation_id=park.published, format=ExportFormat.GEOPACKAGE, properties=wanted)
        job = until_over(worker.ledger, worker.ledger.place(order).id)
        assert job.result is not None, job
        path = tmp_path / "exports" / job.result["file_name"]
        assert job.result["parcels"] == 5
        about = pyogrio.read_info(path)
        assert (about["features"], about["crs"], set(about["fields"])) == (5, "EPSG:4490", set(wanted))


def test_an_export_has_every_format(database: Database, tmp_path: Path) -> None:
    """Each with the properties that were named, all parcels and their geometry, and nothing half written."""
    park = build(database, tmp_path)
    wanted = [name for name in exportable() if name != "points"]
    for format in ExportFormat:
        path = tmp_path / f"scores{format.suffix}"
        assert export_scores(database, park.published, path, format, wanted) == 5
        read = read_back(format_of(format.value).f, path.read_bytes(), tmp_path)
        assert read.size == 5
        assert read.geometries is None or None not in read.geometries
        assert read.crs in (None, "EPSG:4490")
        columns = field_names(wanted) if format is ExportFormat.SHAPEFILE else wanted
        others = {"id"} if format is ExportFormat.NDJSON else {"centroid_x", "centroid_y"}
        assert read.columns.keys() - others == set(columns)
        if format in (ExportFormat.GEOPACKAGE, ExportFormat.FLATGEOBUF):
            assert set(read.columns["verified"]) <= {True, False, None}
    assert not list(tmp_path.glob(".*unfinished*"))


def test_a_waiting_job_is_dismissed_and_resumed(database: Database, tmp_path: Path) -> None:
    """Dismissed it is not carried out; resumed it is; what is successful cannot be resumed."""
    build(database, tmp_path)
    ledger = Ledger(database)
    number = ledger.place(evaluation(period="2023")).id
    assert ledger.dismiss(number).status == "dismissed"
    with working(database, tmp_path):
        assert ledger.get(number).status == "dismissed"
        assert ledger.resume(number).status == "accepted"
        assert until_over(ledger, number).status == "successful"
        with pytest.raises(Conflict):
            ledger.resume(number)
    ledger.close()


def test_a_failed_job_begins_anew_when_resumed(database: Database, tmp_path: Path) -> None:
    """What failed for want of parcels succeeds when they are there."""
    with working(database, tmp_path) as worker:
        number = worker.ledger.place(evaluation()).id
        assert until_over(worker.ledger, number).status == "failed"
        build(database, tmp_path)
        worker.ledger.resume(number)
        assert until_over(worker.ledger, number).status == "successful"


def test_a_long_import_is_dismissed_in_the_midst(database: Database, tmp_path: Path) -> None:
    """Its transaction is taken back: of the file there is no batch and no row."""
    path = tmp_path / "firms.csv"
    path.write_text("uscc,name\n" + "".join(f"{number},某企业\n" for number in range(300_000)), "utf-8")
    with working(database, tmp_path) as worker:
        order = ImportOrder(feed="enterprises", file_name="firms.csv", path=str(path))  # type: ignore[arg-type]
        number = worker.ledger.place(order).id
        while worker.ledger.get(number).stage not in ("reading", "writing"):
            assert not worker.ledger.get(number).is_over
        assert worker.ledger.dismiss(number).status == "dismissed"
    with database.reading() as connection:
        assert hand_overs.last_batch(connection) == 0
