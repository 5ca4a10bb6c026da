"""A small park for programs of other makers, whatever the database: theirs is the socket."""

from collections.abc import Iterator

import pytest

from service.store.database import Database
from tests.ogc.conftest import lay_out
from tests.support.stores import GeoPackages


@pytest.fixture(scope="module")
def park(geopackages: GeoPackages, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The park of the OGC tests: 60 parcels, 80 published scores."""
    database = Database(geopackages.copy_to(tmp_path_factory.mktemp("clients") / "park.gpkg"))
    yield lay_out(database)
    database.dispose()
