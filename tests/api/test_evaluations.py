"""Evaluations over HTTP: run, repeat, explain, publish; schemes and coverage."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient

from service.reference.schemes import shipped_scheme
from service.store.database import Database
from tests.api.conftest import Built
from tests.api.park import DISTRICT, build
from tests.serving import key_for, keyed_client, open_client

_PARCEL = json.loads(shipped_scheme("parcel").canonical_json())


@pytest.fixture(scope="module")
def client(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client on this machine, with all rights, of the park."""
    with open_client(built.database, data_dir=tmp_path_factory.mktemp("data")) as opened:
        yield opened


def test_a_scheme_is_named_or_sent_along(client: TestClient) -> None:
    """By name, as an object and as YAML text it is the same scheme, hence the same run: 201, then 200."""
    named = client.post("/evaluations", json={"scheme": "parcel", "period": "2022", "district": DISTRICT})
    place = named.headers["location"]
    assert place == f"/evaluations/{named.json()['id']}"
    for scheme in (_PARCEL, yaml.safe_dump(_PARCEL, allow_unicode=True), json.dumps(_PARCEL, indent=1)):
        again = client.post("/evaluations", json={"scheme": scheme, "period": "2022"})
        assert (again.status_code, again.headers["location"]) == (200, place), again.text
        assert again.json()["repeated"] is True
    changed = {**_PARCEL, "name": "parcel-of-our-own"}
    new = client.post("/evaluations", json={"scheme": changed, "period": "2022"})
    assert (new.status_code, new.json()["status"], new.json()["repeated"]) == (201, "draft", False)
    stored = client.get(new.headers["location"]).json()
    assert stored["scheme"]["name"] == stored["scheme_name"] == "parcel-of-our-own"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"scheme": "no-such", "period": "2023"}, 404, "scheme-not-found"),
        ({"scheme": "/etc/passwd", "period": "2023"}, 404, "scheme-not-found"),
        ({"scheme": "../schemes/parcel", "period": "2023"}, 404, "scheme-not-found"),
        ({"scheme": "service/reference/schemes/parcel.yaml", "period": "2023"}, 404, "scheme-not-found"),
        ({"scheme": {}, "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": "name: x\ntracks: [", "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": {**_PARCEL, "publish": True}, "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": "a: &a [x]\nb: [*a, *a]\n", "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": "#" * 70_000 + "\n", "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": "[" * 5_000 + "\n", "period": "2023"}, 400, "invalid-scheme"),
        ({"scheme": "parcel", "period": "last year"}, 400, "invalid-period"),
        ({"scheme": "parcel", "period": "2023", "district": "nowhere"}, 404, "district-not-found"),
        ({"scheme": "parcel", "period": "2023", "district": "a\0b"}, 400, "invalid-parameter"),
        ({"scheme": "parcel", "period": "2023", "district": "\ud800"}, 400, "invalid-parameter"),
        ({"scheme": "parcel", "period": "2023", "status": "published"}, 400, "invalid-parameter"),
        ({"scheme": ["parcel"], "period": "2023"}, 400, "invalid-parameter"),
        ({}, 400, "invalid-parameter"),
    ],
)
def test_an_evaluation_that_cannot_be_run_is_explained(
    client: TestClient, body: dict[str, object], status: int, code: str
) -> None:
    """Each mistake has its code; a scheme is never a file of the server, and text cannot blow up."""
    content = json.dumps(body)
    answer = client.post("/evaluations", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_a_mistake_in_a_scheme_is_placed_by_its_line(client: TestClient) -> None:
    """Whoever writes a scheme learns where it does not hold together."""
    text = yaml.safe_dump(_PARCEL, allow_unicode=True, sort_keys=False).replace(
        "weight: '30'", "weight: '29'"
    )
    problem = client.post("/evaluations", json={"scheme": text, "period": "2023"}).json()
    assert problem["code"] == "invalid-scheme"
    assert problem["place"].startswith("/scheme:")
    assert "99" in problem["detail"]


def test_a_district_must_be_named_when_there_are_several(database: Database, tmp_path: Path) -> None:
    """Guessing a district would evaluate the wrong one; the problem lists them."""
    build(database, tmp_path)
    shape = {"type": "Polygon", "coordinates": [[[121, 30], [121.01, 30], [121.01, 30.01], [121, 30]]]}
    feature = {"type": "Feature", "properties": {"code": "Q1"}, "geometry": shape}
    elsewhere = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with open_client(database, data_dir=tmp_path) as client:
        upload = {"file": ("q.geojson", elsewhere.encode())}
        client.post("/feeds/parcels/batches", files=upload, data={"district": "江北"})
        answer = client.post("/evaluations", json={"scheme": "parcel", "period": "2023"})
        both = client.get("/coverage", params={"period": "2023"}).json()
    assert (answer.status_code, answer.json()["code"]) == (400, "district-required")
    assert DISTRICT in answer.json()["detail"]
    assert "江北" in answer.json()["detail"]
    assert both["districts"] == sorted([DISTRICT, "江北"])


def test_publishing_needs_its_scope_and_happens_once(database: Database, tmp_path: Path) -> None:
    """Who evaluates does not publish; once published, it is there for readers and never changes."""
    park = build(database, tmp_path)
    address = f"/evaluations/{park.draft}"
    with keyed_client(database, "read") as client:
        evaluator, publisher = key_for(database, "evaluate"), key_for(database, "publish")
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/publish").status_code == 403
        assert client.post(f"{address}/publish", headers=evaluator).status_code == 403
        published = client.post(f"{address}/publish", headers=publisher)
        again = client.post(f"{address}/publish", headers=publisher)
        read = client.get(address)
        missing = client.post("/evaluations/99/publish", headers=publisher)
    assert (published.status_code, published.json()["status"]) == (200, "published")
    assert (again.status_code, again.json()["code"]) == (409, "published")
    assert read.json()["published_at"] == published.json()["published_at"]
    assert missing.status_code == 404


def test_evaluations_are_listed_latest_first_page_by_page(client: TestClient, built: Built) -> None:
    """Filters narrow the list, and following ``next`` gives each once."""
    whole = [each["id"] for each in client.get("/evaluations").json()["evaluations"]]
    address, seen = "/evaluations?limit=1", []
    while address:
        page = client.get(address).json()
        seen += [each["id"] for each in page["evaluations"]]
        address = page["next"]
    assert seen == whole == sorted(whole, reverse=True)
    published = client.get("/evaluations", params={"status": "published"}).json()["evaluations"]
    assert [each["id"] for each in published] == [built.park.published]
    assert client.get("/evaluations", params={"district": "nowhere"}).json()["evaluations"] == []


def test_an_explanation_leads_from_the_grade_to_the_file(client: TestClient, built: Built) -> None:
    """Result, indicators, flags and coverage; for analysts holdings and figures with file, sheet and row."""
    address = f"/evaluations/{built.park.published}/parcels/P2"
    whole = client.get(address).json()
    assert whole["result"]["grade"] in "ABCD"
    assert {item["code"] for item in whole["indicators"]} >= {"tax_per_mu", "output_per_mu"}
    sources = [figure["source"] for figure in whole["calculation"]["figures"]]
    assert {source["file"] for source in sources} == {"figures.csv"}
    assert all(source["row"] > 1 for source in sources)
    for occupant in whole["calculation"]["occupants"]:
        assert all(metric["minor"]["reported"] == metric["minor"]["here"] for metric in occupant["metrics"])
    with keyed_client(built.database, "read") as reader:
        told = reader.get(address).json()
    assert whole.keys() - told.keys() == {"calculation"}
    assert {name: whole[name] for name in told} == told


def test_an_explanation_is_a_sheet_for_those_who_ask_for_html(client: TestClient, built: Built) -> None:
    """By Accept or by ``f``; what else is asked for is refused, and a reader's sheet has no figure."""
    address = f"/evaluations/{built.park.published}/parcels/P2"
    sheet = client.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert sheet.headers["content-type"] == "text/html; charset=utf-8"
    assert "Accept" in sheet.headers["vary"]
    assert sheet.text == client.get(address, params={"f": "html"}).text
    assert 'id="withheld"' not in sheet.text
    asked = client.get(address, headers={"Accept": "text/html"}, params={"f": "json"})
    assert asked.headers["content-type"] == "application/json"
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406
    assert client.get(address, params={"f": "pdf"}).status_code == 400
    with keyed_client(built.database, "read") as reader:
        assert 'id="withheld"' in reader.get(address, params={"f": "html"}).text


def test_the_reconciliation_and_the_findings_are_for_analysts(client: TestClient, built: Built) -> None:
    """Totals add up; who may only read is refused; what is not there is not found."""
    address = f"/evaluations/{built.park.published}"
    whole = client.get(f"{address}/reconciliation").json()
    assert all(metric["minor"]["unallocated"] == 0 for metric in whole["metrics"])
    assert (whole["enterprises"], whole["open"], whole["next"]) == ([], 0, None)
    found = client.get(f"{address}/findings", params={"limit": 1}).json()
    assert len(found["findings"]) <= 1 <= sum(each["count"] for each in found["counts"]) + 1
    for path in ("reconciliation", "findings"):
        assert client.get(f"/evaluations/99/{path}").status_code == 404
        with keyed_client(built.database, "evaluate") as evaluator:
            assert evaluator.get(f"{address}/{path}").status_code == 403


@pytest.mark.parametrize("path", ["99/parcels/P0", "1/parcels/P99", "1/parcels/%00", "0", "1e3", "9" * 30])
def test_what_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    """Whatever cannot name an evaluation or a parcel names none."""
    assert client.get(f"/evaluations/{path}").status_code == 404


def test_shipped_schemes_are_shown_whole(client: TestClient) -> None:
    """What is shown is what runs: sent back as it is, it is the scheme of that name."""
    shown = client.get("/schemes").json()["schemes"]
    assert shown["parcel"]["name"] == "parcel"
    named = client.post("/evaluations", json={"scheme": "parcel", "period": "2023"}).json()
    sent = client.post("/evaluations", json={"scheme": shown["parcel"], "period": "2023"}).json()
    assert named["id"] == sent["id"]


def test_coverage_counts_parcels_and_land(client: TestClient) -> None:
    """Three of five parcels have everything; what the others lack is said by feed and reason."""
    report = client.get("/coverage", params={"period": "2023", "district": DISTRICT}).json()
    park, groups = report["park"][0], {group["group"]: group for group in report["groups"]}
    assert park["parcels"] == {"parcels": 5, "area_m2": 210_000}
    assert park["covered"] == {"parcels": 3, "area_m2": 123_000}
    empty = [feed for feed in groups["西街道"]["feeds"] if feed["feed"]["code"] == "tax"]
    assert [feed["missing"]["parcels"] for feed in empty] == [2]
    assert empty[0]["reasons"] == {"no_occupant": 2}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"period": "soon"}, 400, "invalid-period"),
        ({"period": "2023", "district": "nowhere"}, 404, "district-not-found"),
        ({"period": "2023", "scheme": "no-such"}, 404, "scheme-not-found"),
        ({"period": "2023", "scheme": "/etc/passwd"}, 404, "scheme-not-found"),
    ],
)
def test_coverage_of_nothing_is_explained(
    client: TestClient, query: dict[str, str], status: int, code: str
) -> None:
    """A wrong period, district or scheme is named."""
    answer = client.get("/coverage", params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
