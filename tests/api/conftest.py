"""A park to read from, built once for all tests of a module on each database."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from service.store.database import Database
from tests.api.park import Park, build
from tests.support.stores import opened_store


class Built(NamedTuple):
    """A store with the park in it; tests leave it as it is."""

    database: Database
    park: Park


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The park, imported, evaluated and published, on each database in turn."""
    folder = tmp_path_factory.mktemp("park")
    with opened_store(request, folder) as database:
        yield Built(database, build(database, folder))
