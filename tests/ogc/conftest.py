"""A small park behind the service, on each database in turn."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fastapi.testclient import TestClient

from service.store.database import Database
from tests.serving import open_client
from tests.support.features import add_barriers, add_buildings, add_measures, add_parcels, add_scores, grid
from tests.support.stores import GeoPackages

EMPTY = ("surcharges", "premises")
"""Collections of which the small park has nothing: nobody decided on prices, and nothing is to let."""


def lay_out(database: Database) -> Database:
    """Write 60 parcels, 20 buildings, scores of 2023 (evaluation 1), a draft of 2024 (2), 镇海 2022 (3)."""
    with database.writing() as connection:
        add_parcels(connection, grid(60))
        add_buildings(connection, 20)
        add_barriers(connection, 9)
        add_measures(connection, 14)
        add_scores(connection, 60)
        add_scores(connection, 60, period="2024", published=None)
        add_scores(connection, 20, district="镇海", period="2022", prefix="Z")
    return database


@pytest.fixture
def park(database: Database) -> Database:
    """A park of a test's own, to write to."""
    return lay_out(database)


@pytest.fixture(scope="session", params=["geopackage", "postgis"])
def standing_park(
    request: pytest.FixtureRequest, geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The same park, on each database in turn, for all tests that only read."""
    with ExitStack() as stack:
        if request.param == "geopackage":
            url = geopackages.copy_to(tmp_path_factory.mktemp("park") / "park.gpkg")
        else:
            url = stack.enter_context(request.getfixturevalue("server").database())
        database = Database(url)
        stack.callback(database.dispose)
        yield lay_out(database)


@pytest.fixture(scope="session")
def client(standing_park: Database) -> Iterator[TestClient]:
    """A client of the standing park's service in open mode."""
    with open_client(standing_park) as opened:
        yield opened
