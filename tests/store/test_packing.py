"""Many R*Tree entries at once: the index is sound, finds the same, and goes on to be kept by its triggers."""

import itertools

import pytest
from sqlalchemy import delete, text

from service.store.database import Database
from service.store.gpkg import packing
from service.store.models import Parcel
from service.store.schema import driver_connection
from tests.support.records import add_grid
from tests.support.rtree import assert_in_step, entries

SIZES = (0, 1, 40, 60, 700, 5000)


def copied(database: Database, *loads: int) -> None:
    """Empty the R*Tree of the parcels, and fill it again by loads of so many entries, in the order of ids."""
    with database.writing() as connection:
        driver = driver_connection(connection)
        known = packing.entries(driver, "parcel", "geom")
        for table in ("rowid", "parent", "node"):
            driver.execute(f"DELETE FROM rtree_parcel_geom_{table}" + " WHERE nodeno > 1" * (table == "node"))
        driver.execute("UPDATE rtree_parcel_geom_node SET data = zeroblob(length(data))")
        ends = list(itertools.accumulate(loads))
        for start, end in zip([0, *ends], ends, strict=False):
            packing.add(driver, "parcel", "geom", known[start:end])


@pytest.mark.parametrize("loads", list(itertools.product(SIZES, repeat=2)), ids=str)
def test_loads_of_any_size_stand_beside_each_other(geopackage_url: str, loads: tuple[int, int]) -> None:
    """A shallow tree below a deep one, a deep one beside a shallow one, one entry, none."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, sum(loads))
    copied(database, *loads)
    assert_in_step(database, "parcel")
    database.dispose()


def test_a_full_root_grows(geopackage_url: str) -> None:
    """However many loads there are."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 1200)
    copied(database, *[10] * 120)
    assert_in_step(database, "parcel")
    database.dispose()


def test_later_rows_come_and_go_by_the_triggers(geopackage_url: str) -> None:
    """SQLite itself inserts into packed nodes and takes them apart."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 3000)
    copied(database, 2000, 60, 940)
    with database.writing() as connection:
        add_grid(connection, 100, start=3000)
        connection.execute(delete(Parcel).where(Parcel.id % 7 != 0))
    assert_in_step(database, "parcel")
    with database.writing() as connection:
        connection.execute(text("DELETE FROM parcel"))
    assert entries(database, "parcel") == ([], [])
    database.dispose()
