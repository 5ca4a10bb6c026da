"""What holds for every route: HEAD, OPTIONS, unknown parameters, headers, compression.

Asked of the embedded store alone: it is the manner of HTTP, decided before or after a store is read, so that
the other database would answer the same a second time. What routes find in either, their own tests ask.
"""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.access.policy import ROUTES
from service.store.database import Database
from tests.api.asking import requests_of
from tests.api.conftest import Built
from tests.api.park import Park, build
from tests.serving import open_client
from tests.support.stores import GeoPackages

# there is no job in the park: `tests.api.test_jobs` has them
_READABLE = [path for method, path in ROUTES if method == "GET" and "{jobId}" not in path]


@pytest.fixture(scope="module")
def built(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The park in the embedded store."""
    folder = tmp_path_factory.mktemp("park")
    database = Database(geopackages.copy_to(folder / "park.gpkg"))
    yield Built(database, build(database, folder))
    database.dispose()


@pytest.fixture(scope="module")
def client(built: Built) -> Iterator[TestClient]:
    """A client on this machine, with all rights, of the park."""
    with open_client(built.database) as opened:
        yield opened


def _first(park: Park, route: str, method: str = "GET") -> str:
    return requests_of(park)[method, route][0][1]


@pytest.mark.parametrize("route", _READABLE)
def test_head_is_get_without_the_body(client: TestClient, built: Built, route: str) -> None:
    """Status and headers are those of GET, the length included."""
    path = _first(built.park, route)
    got, asked = client.get(path), client.head(path)
    # of some collections there is nothing in the park, and nobody decided on prices
    absent = path.startswith(("/collections/", "/price-decisions/"))
    assert got.status_code == 200 or (got.status_code in (204, 404) and absent)
    assert (asked.status_code, asked.content) == (got.status_code, b"")
    volatile = {"etag", "content-length"} if "timeStamp" in got.text else set()
    for name in got.headers.keys() - volatile:
        assert asked.headers[name] == got.headers[name], name


@pytest.mark.parametrize("route", _READABLE)
def test_unknown_and_repeated_parameters_are_refused(client: TestClient, built: Built, route: str) -> None:
    """A misspelt filter never gives an answer that looks right."""
    path = _first(built.park, route)
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}no_such_parameter=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown-parameter")
    assert "no_such_parameter" in answer.json()["detail"]


@pytest.mark.parametrize("route", sorted({path for _, path in ROUTES}))
def test_options_tell_the_methods(client: TestClient, built: Built, route: str) -> None:
    """Allow lists what the path answers, and any other method is 405 with the same list."""
    methods = {method for method, path in ROUTES if path == route}
    path = _first(built.park, route, min(methods))
    asked, refused = client.options(path), client.request("TRACE", path)
    expected = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    assert asked.status_code == 200
    assert refused.status_code == 405
    assert asked.headers["allow"] == refused.headers["allow"] == ", ".join(sorted(expected))


@pytest.mark.parametrize(
    "path", ["/", "/?f=html", "/healthz", "/nothing", "/schemes?x=1", "/collections/parcels/items"]
)
def test_every_answer_is_safe_to_show(client: TestClient, path: str) -> None:
    """No sniffing, no framing, nothing from other hosts, no other origin, and no shared cache keeps it."""
    headers = client.get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert "access-control-allow-origin" not in headers
    assert {"private", "no-store"} & set(headers["cache-control"].split(", "))
    assert {"Authorization", "X-API-Key"} <= set(headers["vary"].split(", "))


def test_long_answers_are_compressed_for_those_who_take_it(client: TestClient) -> None:
    """The same content either way, and caches are told that it varies."""
    plain = client.get("/schemes", headers={"Accept-Encoding": "identity"})
    packed = client.get("/schemes", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert packed.content == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
