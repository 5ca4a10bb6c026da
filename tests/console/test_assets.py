"""The page's files: nothing inline, nothing from elsewhere, kept by caches, gone with their version."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.console import assets
from service.console.page import index_html
from service.store.database import Database
from tests.serving import keyed_client, open_client

STATIC = Path(assets.__file__).parent / "static"


@pytest.fixture
def client(geopackage_url: str) -> Iterator[TestClient]:
    """A browser on this machine, before an empty store."""
    database = Database(geopackage_url)
    with open_client(database) as client:
        yield client
    database.dispose()


def address(path: str) -> str:
    """Where one of the page's files is served."""
    return f"/console/{assets.load().version}/{path}"


def test_a_browser_gets_the_page_and_a_program_the_landing_page(client: TestClient) -> None:
    """The address of the service is negotiated."""
    page = client.get("/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.text == index_html()
    assert client.get("/", headers={"Accept": "application/json"}).json()["links"]


def test_every_file_that_the_page_names_is_served(client: TestClient) -> None:
    """Style sheets, scripts and pictures of the page exist in this version."""
    named = re.findall(r'(?:href|src)="(console/[^"]+)"', index_html())
    assert len(named) >= 4
    for path in named:
        if "/vendor/" not in path or path.split("/", 2)[2] in assets.load().files:
            assert client.get(f"/{path}").status_code == 200


def test_modules_import_only_files_that_are_there() -> None:
    """Every import of every module leads to one of the page's files or to the map library."""
    files = assets.load().files
    for module in STATIC.glob("*.js"):
        for target in re.findall(r'(?:from|import\() ?"([^"]+)"', module.read_text(encoding="utf-8")):
            assert target.startswith("./")
            assert target.removeprefix("./") in files or target == "./vendor/maplibre-gl.mjs"


def test_nothing_is_inline_and_nothing_comes_from_another_host() -> None:
    """No script or style stands in the markup, and no address but the SVG name space names a host."""
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8")
        hosts = set(re.findall(r"(?:https?:)?//([a-z0-9.-]+\.[a-z]{2,})", text))
        assert hosts <= {"www.w3.org"}
    page = index_html()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)


def test_files_are_kept_by_caches_and_known_by_their_tag(client: TestClient) -> None:
    """A file is immutable under its address; asked for again with its tag, it is not sent again."""
    first = client.get(address("base.css"))
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(address("base.css"), headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.parametrize("path", ["nothing.js", "../assets.py", "vendor/../../assets.py", "package.json"])
def test_only_the_pages_own_files_are_served(client: TestClient, path: str) -> None:
    """No other file of the machine has an address below the page's."""
    assert client.get(address(path)).status_code == 404


def test_files_of_another_version_are_gone(client: TestClient) -> None:
    """A page from before an upgrade is told to reload instead of being given files that do not fit it."""
    answer = client.get("/console/000000000000/base.css")
    assert answer.status_code == 404
    assert "Reload" in answer.json()["action"]


def test_the_version_changes_with_any_file(tmp_path: Path) -> None:
    """Two folders that differ in one byte have different versions; equal ones the same."""
    versions = []
    for name, text in (("a", "1"), ("b", "2"), ("c", "1")):
        (tmp_path / name / "static").mkdir(parents=True)
        (tmp_path / name / "static" / "app.js").write_text(text)
        versions.append(assets.load(tmp_path / name).version)
    assert versions[0] == versions[2] != versions[1]


def test_where_keys_are_asked_for_a_browser_asks_its_user(geopackage_url: str) -> None:
    """Without a key page and data are refused in the way that makes a browser ask for a password."""
    database = Database(geopackage_url)
    with keyed_client(database) as client:
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 401
        assert page.headers["www-authenticate"].startswith("Basic")
        assert client.get("/console/districts").status_code == 401
    database.dispose()
