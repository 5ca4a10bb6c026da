"""The quality report over HTTP: paging, representations, and who sees what of firms."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from service.access.policy import FINDINGS
from service.main import create_app
from service.reference.quality import quality_rules
from service.settings import Settings
from service.store.database import Database
from service.store.models import EnterpriseRating, Occupancy
from tests.api.park import DISTRICT, USCCS, Park, build
from tests.api.test_confidentiality import key_for
from tests.support.records import add_batch
from tests.support.stores import opened_store


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[TestClient, Park, dict[str, dict[str, str]]]]:
    """The park with a firm nobody knows and ratings, and the headers of a reader and an analyst."""
    folder = tmp_path_factory.mktemp("park")
    with opened_store(request, folder) as database:
        yield from _asked(database, folder)


def _asked(database: Database, folder: Any) -> Iterator[Any]:
    park = build(database, folder)
    with database.writing() as connection:
        source = add_batch(connection)
        connection.execute(
            insert(Occupancy).values(parcel_code="P4", uscc="UNKNOWN", role="own", source_row_id=source)
        )
        for uscc in USCCS:
            connection.execute(
                insert(EnterpriseRating).values(uscc=uscc, period="2023", grade="A", source_row_id=source)
            )
    headers = {role: key_for(database, role) for role in ("read", "analyst")}
    app = create_app(Settings(), database)
    with TestClient(app, base_url="https://park.example", client=("203.0.113.7", 1)) as client:
        yield client, park, headers


def test_every_check_has_its_sensitivity() -> None:
    """What the policy does not list is served to nobody, and it lists nothing else."""
    assert FINDINGS.keys() == quality_rules().checks.keys()


def test_a_reader_sees_land_and_an_analyst_firms_too(asked: Any) -> None:
    """Findings about firms are neither listed nor counted for a reader, in no representation."""
    client, _, headers = asked
    for role, sees in (("read", False), ("analyst", True)):
        report = client.get("/quality", headers=headers[role]).json()
        codes = {each["code"] for each in report["counts"]}
        assert codes == {each["code"] for each in report["findings"]}
        assert "parcel_without_occupant" in codes
        assert ("enterprise_unknown" in codes) == sees
        assert all(sees or FINDINGS[code] == "public" for code in codes)
        only = client.get("/quality?code=enterprise_unknown", headers=headers[role]).json()
        assert bool(only["findings"]) == sees
        for f in ("csv", "geojson"):
            assert ("UNKNOWN" in client.get(f"/quality?f={f}", headers=headers[role]).text) == sees
        book = openpyxl.load_workbook(
            io.BytesIO(client.get("/quality?f=xlsx", headers=headers[role]).content)
        )
        values = {value for sheet in book for row in sheet.values for value in row}
        assert ("UNKNOWN" in values) == sees


def test_pages_are_the_whole_report_once(asked: Any) -> None:
    """Two at a time, in order; the last has no next."""
    client, _, headers = asked
    whole = client.get("/quality?limit=1000", headers=headers["analyst"]).json()
    found, path = [], "/quality?limit=2"
    while path:
        page = client.get(path, headers=headers["analyst"]).json()
        assert len(page["findings"]) <= 2
        found += page["findings"]
        path = page["next"]
    assert found == whole["findings"]
    assert len(found) == sum(each["count"] for each in whole["counts"]) > 4


def test_it_is_had_in_four_representations(asked: Any) -> None:
    """By ``f`` and by the Accept header; all of them have the same findings."""
    client, _, headers = asked
    header = headers["analyst"]
    whole = client.get("/quality?limit=1000", headers=header).json()["findings"]
    layer = client.get("/quality?f=geojson", headers=header)
    assert layer.headers["content-type"].startswith("application/geo+json")
    assert [each["properties"]["code"] for each in layer.json()["features"]] == [
        each["code"] for each in whole
    ]
    table = client.get("/quality", headers=header | {"Accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert len(rows) == len(whole) + 1
    book = client.get("/quality?f=xlsx", headers=header)
    assert book.headers["content-disposition"] == 'attachment; filename="quality-2023.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(book.content))["疑点 Findings"].max_row == len(whole) + 1
    assert client.get("/quality", headers=header | {"Accept": "image/png"}).status_code == 406


def test_one_severity_of_one_district(asked: Any) -> None:
    """Counts stay those of all that is seen."""
    client, _, headers = asked
    query = {"district": DISTRICT, "severity": "note", "limit": "1000"}
    report = client.get("/quality", params=query, headers=headers["analyst"]).json()
    assert {each["severity"] for each in report["findings"]} == {"note"}
    assert {each["severity"] for each in report["counts"]} > {"note"}
    assert report["district"] == DISTRICT


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("code=nonsense", 400, "invalid-parameter"),
        ("period=2023-07", 400, "invalid-period"),
        ("severity=grave", 400, "invalid-parameter"),
        ("district=nowhere", 404, "district-not-found"),
        ("evaluation=999", 404, "not-found"),
        ("period=2022&evaluation=1", 400, "invalid-parameter"),
        ("f=html", 400, "invalid-parameter"),
        ("colour=red", 400, "unknown-parameter"),
    ],
)
def test_what_it_cannot_do_is_said(asked: Any, query: str, status: int, code: str) -> None:
    """As a problem document."""
    client, park, headers = asked
    query = query.replace("evaluation=1", f"evaluation={park.published}") if "2022" in query else query
    answer = client.get(f"/quality?{query}", headers=headers["analyst"])
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_draft_is_there_for_those_who_see_drafts(asked: Any) -> None:
    """Its grades are set beside ratings for an analyst; for a reader it is not found."""
    client, park, headers = asked
    query = f"/quality?evaluation={park.draft}"
    assert client.get(query, headers=headers["analyst"]).status_code == 200
    assert client.get(query, headers=headers["read"]).status_code == 404


class TestDisagreements:
    """A parcel at the bottom whose firms are all at the top."""

    def test_an_analyst_gets_them_with_firms_and_thresholds(self, asked: Any) -> None:
        """The last of three parcels is D, and all of its firms are rated A."""
        client, park, headers = asked
        path = f"/evaluations/{park.published}/disagreements"
        report = client.get(path, headers=headers["analyst"]).json()
        assert report["counts"] == {"low_parcel_high_firms": 1, "high_parcel_low_firms": 0}
        (found,) = report["disagreements"]
        assert (found["grade"], found["code"]) == ("D", "low_parcel_high_firms")
        assert {firm["grade"] for firm in found["firms"]} == {"A"}
        assert report["rules"][0]["grades"] == {"parcel": ["D"], "firms": ["A"]}
        whole = client.get(
            f"/evaluations/{park.published}/parcels/{found['parcel_code']}", headers=headers["analyst"]
        )
        occupants = whole.json()["calculation"]["occupants"]
        assert {each["rating"]["grade"] for each in occupants} == {"A"}

    def test_a_reader_does_not(self, asked: Any) -> None:
        """How another office rates a firm is for analysts; so is who is on the parcel."""
        client, park, headers = asked
        path = f"/evaluations/{park.published}/disagreements"
        assert client.get(path, headers=headers["read"]).status_code == 403
        assert client.get("/evaluations/99/disagreements", headers=headers["analyst"]).status_code == 404
