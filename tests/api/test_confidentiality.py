"""Role × route × property: a firm's figures reach nobody without the analyst's scope, in any representation.

Every number of the store that belongs to a single firm is looked for in every answer, decoded only as far as
a client would decode it. Roles, routes and properties come from the tables themselves, so that a new one is
covered or makes a test fail.
"""

import io
import re
import zipfile
from collections.abc import Container, Iterator

import mapbox_vector_tile  # type: ignore[import-untyped]
import polars as pl
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from service.access import policy
from service.access.identity import ANONYMOUS, SCOPES, Principal
from service.access.policy import OWN_SCHEME, PROPERTIES, ROUTES
from service.main import create_app
from service.settings import Settings
from service.store import evaluations
from service.store.database import Database
from service.store.models import Evaluation, Figure, Measure, SourceRow
from service.workflows.ledger import Ledger
from tests.api.asking import OF_EVALUATIONS, TILE, brings_a_rule, hands_in_rows, requests_of
from tests.api.conftest import Built
from tests.api.park import Park
from tests.jobs.working import until_over
from tests.serving import key_for

_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9][0-9,]*\.?[0-9]*(?:[eE][+-]?[0-9]+)?")
_SIGNIFICANT = 6

_ELSEWHERE = {
    ("POST", "/feeds/sources/{name}/pull"),  # tests/pulling
    ("POST", "/processes/pull/execution"),  # tests/pulling
    ("POST", "/processes/import/execution"),  # tests/api/test_jobs.py
    ("POST", "/processes/export/execution"),  # the job that is asked for
    ("DELETE", "/jobs/{jobId}"),  # tests/api/test_jobs.py
    ("GET", "/matches/{match_id}"),  # tests/api/test_matches.py
    *(
        ("GET", f"/collections/{name}{path}")  # tests/ogc/test_collections.py, tests/levers
        for name in (
            *("low-efficiency", "uplift-candidates", "blocks", "buildings", "barriers", "findings"),
            "surcharges",
        )
        for path in (
            "/items/{featureId}",
            "/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}",
            "/tiles/CGCS2000Quad/{tileMatrix}/{tileRow}/{tileCol}",
        )
    ),
    ("PUT", "/matches/{match_id}"),  # tests/api/test_matches.py
    ("POST", "/evaluations/{evaluation_id}/prices"),  # tests/levers/prices/test_appeal.py
    ("GET", "/price-decisions/{decision_id}"),  # likewise
    ("POST", "/measures"),  # tests/measures
}
"""Routes that change something, or ask for what the park has not: where their answers are tested."""

ROLES = {"nobody": ANONYMOUS, **{scope: Principal.holding(scope, [scope]) for scope in SCOPES}}


class Confidential:
    """The numbers of a store that belong to single firms, found again in whatever unit or rounding."""

    def __init__(self, database: Database) -> None:
        with database.reading() as connection:
            figures = list(connection.scalars(select(Figure.value)))
            expected = (
                Measure.expected_tax_gained,
                Measure.expected_output_gained,
                Measure.expected_energy_saved,
            )
            figures += [value for row in connection.execute(select(*expected)) for value in row if value]
            derived = [
                value
                for evaluation in connection.scalars(select(Evaluation.id))
                for name, table in evaluations.results(connection, evaluation).items()
                for value in _confidential(name, table.collect())
            ]
            self.texts = [
                text
                for text in connection.scalars(select(SourceRow.content))
                for text in re.findall('五千七百二十一点[^"]*', text)
            ]
        self.figures = {digits for value in figures if (digits := _significant(str(value)))}
        self.derived = {digits for value in derived if value and (digits := _significant(str(value)))}

    def found_in(self, text: str) -> set[str]:
        """Return what of it stands in a text."""
        numbers = {_significant(number) for number in _NUMBER.findall(text)} - {""}
        by_start: dict[str, list[str]] = {}
        for number in numbers:
            by_start.setdefault(number[: _SIGNIFICANT - 1], []).append(number)
        return {
            known
            for known in self.figures | self.derived
            for number in by_start.get(known[: _SIGNIFICANT - 1], ())
            if _same(known, number)
        } | {known for known in self.texts if known in text}


def _confidential(name: str, table: pl.DataFrame) -> list[int]:
    """The numbers of a table of results from which a single firm's figures follow.

    Points that are just the whole weight are no secret by themselves, nor are ratios of areas: weights and
    areas are public.
    """
    parts = {
        "scores": ("amount", "value", "uncapped", "points"),
        "holdings": ("amount",),
        "reconciliation": ("reported", "direct", "allocated"),
    }
    suffixes = tuple(f"__{part}" for part in parts.get(name, ()))
    public = {"far", *(column for column in table.columns if column.endswith("__weight"))}
    told = {value for column in public & set(table.columns) for value in table[column]}
    found = [
        value for column in table.columns if column.endswith(suffixes or "\0") for value in table[column]
    ]
    return [value for value in found if value not in told]


def _significant(number: str) -> str:
    """Return a number's significant digits when they are too many for a coincidence, else nothing."""
    mantissa = re.split("[eE]", number)[0]
    digits = re.sub("[^0-9]", "", mantissa).lstrip("0").rstrip("0")
    return digits if len(digits) >= _SIGNIFICANT else ""


def _same(known: str, number: str) -> bool:
    """Whether a number is the known one, cut or rounded to its length, or with a double's noise behind."""
    if len(number) >= len(known):
        return number == known or (number.startswith(known) and len(known) > _SIGNIFICANT)
    kept = int(known[: len(number)])
    return int(number) in (kept, kept + (known[len(number)] >= "5"))


def _text(response: Response) -> str:
    if "vector-tile" in response.headers.get("content-type", "") and response.content:
        return repr(mapbox_vector_tile.decode(response.content))
    text = response.text
    if "spreadsheet" in response.headers.get("content-type", "") and response.content:
        with zipfile.ZipFile(io.BytesIO(response.content)) as book:
            text = "\n".join(book.read(name).decode() for name in book.namelist())
    return text + repr(dict(response.headers))


@pytest.fixture(scope="module")
def client(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A remote client of the service with keys, without one of its own."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data")), built.database)
    key_for(built.database, "read")
    with TestClient(app, base_url="https://park.example", client=("203.0.113.7", 1)) as opened:
        yield opened


@pytest.fixture(scope="module")
def job(client: TestClient, built: Built) -> str:
    """An export, ordered by somebody who reads, that is over."""
    ordered = client.post(
        "/processes/export/execution",
        headers=key_for(built.database, "read"),
        json={"inputs": {"evaluation": built.park.published, "format": "csv"}},
    )
    number: str = ordered.json()["jobID"]
    ledger = Ledger(built.database)
    assert until_over(ledger, number).status == "successful"
    ledger.close()
    return number


def test_every_route_is_asked() -> None:
    """A route that this matrix does not ask cannot be added."""
    assert requests_of(Park(1, 2, ("P0",), {"figures": 1}, b"")).keys() == ROUTES.keys()


_IN_EVERY_RUN = {"geopackage": ("nobody", "read", "import", "analyst", "admin"), "postgis": ("read",)}
"""Roles of every run. What is masked hangs on whether a role may do what analysts do: the others are to it as
who reads, and so are the databases; all of them are asked in the night."""


@pytest.mark.parametrize(
    ("built", "role"),
    [
        pytest.param(name, role, marks=[] if role in roles else [pytest.mark.nightly])
        for name, roles in _IN_EVERY_RUN.items()
        for role in ROLES
    ],
    indirect=["built"],
    scope="module",  # else the park is built for every case
)
def test_a_role_reaches_what_its_scope_opens_and_no_firms_figures(
    client: TestClient, built: Built, job: str, role: str
) -> None:
    """Who lacks a route's scope is refused; who lacks the analyst's gets no firm's number in any answer."""
    principal, confidential = ROLES[role], Confidential(built.database)
    headers = {} if role == "nobody" else key_for(built.database, role)
    seen: set[str] = set()
    for route, requests in requests_of(built.park, job).items():
        scope = ROUTES[route]
        answered = set()
        for request in requests:
            method, path, sent = request
            with_key = {**sent, "headers": sent.get("headers", {}) | headers}
            response = client.request(method, path, **with_key)
            needed = {scope}
            if brings_a_rule(request):
                needed.add(OWN_SCHEME)
            if hands_in_rows(request):
                needed.add("analyst")
            if all(each is None or principal.may(each) for each in needed):
                assert response.status_code in (200, 204, 400, 404, 409, 412), (path, response.text)
            else:
                assert response.status_code == (401 if role == "nobody" else 403), path
            found = confidential.found_in(_text(response))
            assert not found or principal.may("analyst"), (path, found)
            seen |= found
            answered.add(response.status_code)
        # nothing is hidden because nothing was found
        assert role != "admin" or answered & {200, 409, 412} or route in _ELSEWHERE, route
    if principal.may("analyst"):  # the search finds what is there
        assert seen >= confidential.figures
        assert set(confidential.texts) <= seen
        assert confidential.texts


@pytest.mark.parametrize("role", [role for role in ROLES if ROLES[role].may("read")])
def test_a_draft_is_there_for_those_who_see_drafts_only(client: TestClient, built: Built, role: str) -> None:
    """For others it is not found, in lists not counted, and nothing of it is on any map."""
    headers, draft = key_for(built.database, role), built.park.draft
    sees = ROLES[role].sees_drafts
    for path in (
        f"/evaluations/{draft}",
        f"/evaluations/{draft}/parcels/P0",
        *(f"/collections/{name}/items?evaluation={draft}" for name in OF_EVALUATIONS),
        f"/collections/scores/items/{draft}:P0",
        f"/collections/scores/tiles/WebMercatorQuad/tilejson?evaluation={draft}",
        f"/collections/scores/tiles/WebMercatorQuad/{TILE}?evaluation={draft}",
    ):
        assert client.get(path, headers=headers).status_code == (200 if sees else 404), path
    listed = client.get("/evaluations", headers=headers).json()["evaluations"]
    assert (draft in [each["id"] for each in listed]) == sees
    for path in ("/collections/scores/items", f"/collections/scores/tiles/WebMercatorQuad/{TILE}"):
        assert "'2022'" not in _text(client.get(path, headers=headers)).replace('"', "'")


_MASKED = {
    name: [tuple(PROPERTIES[name])[start::2] for start in (0, 1)]
    for name in ("parcels", "scores", "coverage", "contracts", "energy", "measures")
}
"""Every other property, then the others: each is seen hidden, and each is seen beside hidden ones."""


@pytest.mark.parametrize(
    ("built", "collection", "names"),
    [
        *(("geopackage", collection, names) for collection, halves in _MASKED.items() for names in halves),
        # rows are masked in memory, wherever they were read from: one source of either kind is enough
        *(("postgis", collection, _MASKED[collection][0]) for collection in ("parcels", "scores")),
    ],
    indirect=["built"],
    scope="module",  # else the park is built for every case
)
def test_a_property_masked_in_the_table_is_masked_everywhere(
    client: TestClient,
    built: Built,
    monkeypatch: pytest.MonkeyPatch,
    collection: str,
    names: tuple[str, ...],
) -> None:
    """One word in the table takes a property out of items, files, tiles, schemas and filters."""
    base = f"/collections/{collection}"
    one = {"measures": "1"}.get(collection, "P0")
    if collection in OF_EVALUATIONS:
        one = f"{built.park.published}:P0"
    analyst, reader = key_for(built.database, "analyst"), key_for(built.database, "read")
    # asked by an analyst first, so that nothing an analyst saw is served to a reader from memory
    for name in names:
        monkeypatch.setitem(PROPERTIES[collection], name, "analyst")

    def as_told(present: Container[str], shown: bool) -> None:
        assert [name for name in names if (name in present) != shown] == []

    for headers, shown in ((analyst, True), (reader, False)):
        page = client.get(f"{base}/items", headers=headers).json()
        assert page["features"]
        for feature in page["features"]:
            as_told(feature["properties"], shown)
        as_told(client.get(f"{base}/items/{one}", headers=headers).json()["properties"], shown)
        for described in ("schema", "queryables"):
            as_told(client.get(f"{base}/{described}", headers=headers).json()["properties"], shown)
        feature = client.get(f"{base}/feature-schema", headers=headers).json()["properties"]
        as_told(feature["properties"]["properties"], shown)
        head = client.get(f"{base}/items?f=csv", headers=headers).text.splitlines()[0]
        as_told(head.removeprefix("\ufeff").split(","), shown)
        for name in names:
            asked = client.get(f"{base}/items", params={"filter": f"{name} IS NULL"}, headers=headers)
            assert (asked.status_code == 200) == shown, name
            if (collection, name) != ("coverage", "period"):  # chooses what is shown, and filters nothing
                filtered = client.get(f"{base}/items", params={name: "1"}, headers=headers).json()
                assert (filtered.get("code") == "unknown-parameter") != shown, name
        tile = client.get(f"{base}/tiles/WebMercatorQuad/{TILE}", headers=headers)
        layers = mapbox_vector_tile.decode(tile.content)
        assert layers
        described = client.get(f"{base}/tiles/WebMercatorQuad/tilejson", headers=headers).json()
        if not shown:
            for layer in layers.values():
                for drawn in layer["features"]:
                    as_told(drawn["properties"], shown)
            for layer in described["vector_layers"]:
                as_told(layer["fields"], shown)


def test_what_has_no_entry_is_served_to_nobody(
    client: TestClient, built: Built, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column that is forgotten in the table is hidden from analysts, too."""
    monkeypatch.delitem(PROPERTIES["scores"], "points")
    page = client.get("/collections/scores/items", headers=key_for(built.database, "admin")).json()
    assert page["features"]
    assert all("points" not in feature["properties"] for feature in page["features"])
    assert policy.visible(Principal.holding("a", ["admin"]), "scores") == set(PROPERTIES["scores"])
