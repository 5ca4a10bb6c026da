"""A store that cannot be written to: everything that reads works, everything that writes says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.access.keys import create_key
from service.errors import Unavailable
from service.store.database import Database
from service.workflows.ledger import Ledger
from service.workflows.orders import ExportOrder
from tests.api.asking import OF_EVALUATIONS, requests_of
from tests.api.park import DISTRICT, Park, build
from tests.serving import open_client
from tests.support.read_only import not_writable
from tests.support.snapshots import indicator, scheme_text, track

ASYNC = {"Prefer": "respond-async"}
FIRMS = b"uscc,name\n91350100M000100Y43,\xe4\xbc\x81\xe4\xb8\x9a\n"
OTHER_SCHEME = scheme_text(track(indicator(benchmark={"method": "fixed", "value": 7})))
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture
def job(database: Database, park: Park) -> str:
    """A job that was ordered while it was possible, and waits."""
    with Ledger(database) as ledger:
        order = ExportOrder(evaluation_id=park.published, format="csv", properties=["code"])
        return ledger.place(order, "open").id


@pytest.fixture
def park(database: Database, tmp_path: Path) -> Park:
    """The park, as it was handed over and evaluated before."""
    return build(database, tmp_path)


@pytest.fixture(params=["the file", "the folder"])
def reader(
    request: pytest.FixtureRequest, database: Database, park: Park, open_folder: Path, job: str
) -> Iterator[TestClient]:
    """A client of the service on the store as it cannot be written to."""
    assert park
    sealed = request.param == "the folder"
    if sealed and not database.is_embedded:
        pytest.skip("a server has no folder")
    if database.is_embedded:
        held = Ledger(database).path
        (open_folder / held.name.replace(held.stem, "park-jobs")).write_bytes(held.read_bytes())
    with (
        not_writable(database, open_folder, sealed=sealed) as replica,
        open_client(replica, data_dir=open_folder / "data") as client,
    ):
        yield client


def test_everything_that_reads_works(reader: TestClient, park: Park, job: str) -> None:
    """Every route that is read answers as elsewhere."""
    for (method, route), requests in requests_of(park, job).items():
        reads = method == "GET" or route in ("/evaluations:simulate", "/feeds/preview")
        if reads:
            verb, address, sent = requests[0]
            answered = reader.request(verb, address, **sent)
            assert answered.status_code < 500, (address, answered.text[:300])
    whole = [f"/collections/{name}/items" for name in ("parcels", "coverage", "findings", *OF_EVALUATIONS)]
    for address in (
        "/",
        *whole,
        "/coverage?period=2023",
        "/evaluations",
        "/jobs",
        f"/jobs/{job}",
        "/quality",
    ):
        for f in ("", "html", "csv", "gpkg") if address in whole else ("",):
            answered = reader.get(address, params={"f": f} if f else {})
            assert answered.status_code == 200, (address, f, answered.text[:300])
    assert [each["jobID"] for each in reader.get("/jobs").json()["jobs"]] == [job]


def _writes(park: Park, job: str) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """What would change something, each as it is taken elsewhere."""
    ring = [[121, 29], [121.001, 29], [121.001, 29.001], [121, 29]]
    outline = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "geometry": outline, "properties": {"code": "N1", "district": DISTRICT}}
    upload: dict[str, Any] = {"files": {"file": ("firms.csv", FIRMS)}}
    evaluate = {"scheme": OTHER_SCHEME, "period": "2023", "district": DISTRICT}
    figures = f"/feeds/figures/batches/{park.batches['figures']}"
    items = "/collections/parcels/items"
    return {
        "create": ("POST", items, {"json": feature}),
        "replace": ("PUT", f"{items}/P0", {"json": feature | {"properties": {"district": DISTRICT}}}),
        "update": ("PATCH", f"{items}/P0", {"json": {"properties": {"name": "A"}}, "headers": MERGE}),
        "remove": ("DELETE", f"{items}/P0", {}),
        "import": ("POST", "/feeds/enterprises/batches", upload),
        "import as a job": ("POST", "/feeds/enterprises/batches", upload | {"headers": ASYNC}),
        "correct": ("POST", f"{figures}/corrections", {"json": {}}),
        "evaluate": ("POST", "/evaluations", {"json": evaluate}),
        "evaluate as a job": ("POST", "/evaluations", {"json": evaluate, "headers": ASYNC}),
        "order an evaluation": (
            "POST",
            "/processes/evaluate/execution",
            {"json": {"inputs": evaluate}, "headers": ASYNC},
        ),
        "evaluate by process": ("POST", "/processes/evaluate/execution", {"json": {"inputs": evaluate}}),
        "publish": ("POST", f"/evaluations/{park.draft}/publish", {}),
        "decide a match": (
            "PUT",
            "/matches/1",
            {"json": {"status": "open"}},
        ),
    }


def test_everything_that_writes_is_refused_alike(reader: TestClient, park: Park, job: str) -> None:
    """503 with one code and with Retry-After, twice over; what is read does not change."""
    before = reader.get("/collections/parcels/items").content
    for _ in range(2):
        for name, (method, address, sent) in _writes(park, job).items():
            answered = reader.request(method, address, **sent)
            assert (answered.status_code, answered.headers["content-type"], answered.json()["code"]) == (
                503,
                "application/problem+json",
                "read-only",
            ), (name, answered.text[:300])
            assert int(answered.headers["retry-after"]) > 0, name
    assert reader.get("/collections/parcels/items").content == before
    assert reader.get("/problems/read-only").status_code == 200


def test_what_exists_already_is_told_as_elsewhere(reader: TestClient, park: Park) -> None:
    """The very same evaluation is found, not made: that writes nothing."""
    body = {"scheme": "parcel", "period": "2023", "district": DISTRICT}
    assert reader.post("/evaluations", json=body).status_code == 200
    assert park


def test_jobs_are_ordered_where_they_can_be_carried_out(reader: TestClient, park: Park, job: str) -> None:
    """An export only reads the store: it is taken where the jobs can be written down, else refused alike."""
    order = {"inputs": {"evaluation": park.published, "format": "csv"}}
    answered = reader.post("/processes/export/execution", json=order, headers=ASYNC)
    if answered.status_code == 201:
        return
    assert (answered.status_code, answered.json()["code"]) == (503, "read-only"), answered.text
    dismissed = reader.delete(f"/jobs/{job}")
    assert (dismissed.status_code, dismissed.json()["code"]) == (503, "read-only"), dismissed.text


def test_no_key_is_made_there(database: Database, park: Park, open_folder: Path) -> None:
    """On the command line as over HTTP."""
    assert park
    with not_writable(database, open_folder) as replica, pytest.raises(Unavailable) as refused:
        create_key(replica, "nobody", ["read"])
    assert refused.value.code == "read-only"
