"""Stores for tests: a test that takes `database` runs on a fresh GeoPackage and on fresh PostGIS tables."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.cli.common import out
from service.jobs.demo import run_demo
from service.store.database import Database
from tests.support import postgis
from tests.support.demo import Demo
from tests.support.stores import GeoPackages, PostgisServer, postgis_server


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the night what no database changes, and what would run on PostGIS a second time."""
    for item in items:
        if item.get_closest_marker("one_store") and "postgis" in item.name:
            item.add_marker(pytest.mark.nightly)


@pytest.fixture(scope="session")
def geopackages(tmp_path_factory: pytest.TempPathFactory) -> GeoPackages:
    """Where initialised GeoPackages come from."""
    return GeoPackages(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def server() -> Iterator[PostgisServer]:
    """The PostGIS server of this session; missing, the test is skipped, but fails in CI."""
    with postgis_server() as found:
        if found is None:
            if os.environ.get("CI"):
                pytest.fail(postgis.HINT)
            pytest.skip(postgis.HINT)
        yield found


@pytest.fixture(scope="session")
def demo_files(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo park in a GeoPackage, made once; tests take copies of it."""
    folder = tmp_path_factory.mktemp("demo")
    database = Database(geopackages.copy_to(folder / "park.gpkg"))
    report = run_demo(database, folder / "data")
    database.dispose()  # the last connection takes the log into the file
    return Demo(folder / "park.gpkg", folder / "data", report)


@pytest.fixture
def geopackage_url(geopackages: GeoPackages, tmp_path: Path) -> str:
    """The address of a fresh embedded store."""
    return geopackages.copy_to(tmp_path / "park.gpkg")


@pytest.fixture
def postgis_url(server: PostgisServer) -> Iterator[str]:
    """The address of a fresh store on PostGIS."""
    with server.database() as url:
        yield url


@pytest.fixture(params=["geopackage", "postgis"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh store, on each database in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["geopackage", "postgis"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store that is not initialised: no file, or a database without tables."""
    if request.param == "geopackage":
        yield f"sqlite:///{tmp_path / 'absent.gpkg'}"
    else:
        with request.getfixturevalue("server").database(initialised=False) as url:
            yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh store, on each database in turn."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user of this machine can reach."""
    folder = Path(tempfile.mkdtemp(prefix="mujun-replica-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of the command line are as wide as they need: the terminal was measured when it was imported."""
    monkeypatch.setattr(out, "width", 250)
