"""Later migrations can add, rename and remove spatial tables and columns by Alembic, on both databases."""

from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from geoalchemy2 import Geometry, alembic_helpers
from sqlalchemy import Column, Connection, Integer, text

from service.store.database import Database
from tests.support.catalogues import catalogue
from tests.support.records import square

assert alembic_helpers  # registers the operations


def operations(connection: Connection) -> Any:
    """Return Alembic's operations on a connection."""
    return Operations(MigrationContext.configure(connection))


def create_block(op: Any) -> None:
    """Create a spatial table with its index, as autogenerate writes it."""
    geometry = Geometry("MULTIPOLYGON", srid=4490, spatial_index=False)
    op.create_geospatial_table("block", Column("id", Integer, primary_key=True), Column("geom", geometry))
    op.create_geospatial_index("idx_block_geom", "block", ["geom"], postgresql_using="gist")


def insert_block(connection: Connection, table: str) -> None:
    """Add one row."""
    wkt = f"SRID=4490;{square(0, 0).wkt}"
    connection.execute(text(f"INSERT INTO {table} (geom) VALUES (ST_GeomFromEWKT(:wkt))"), {"wkt": wkt})


def indexed(connection: Connection, table: str) -> int:
    """Count the entries of the R*Tree."""
    return int(connection.execute(text(f"SELECT count(*) FROM rtree_{table}_geom")).scalar_one())


def test_a_spatial_table_comes_and_goes(database: Database) -> None:
    """After it is dropped, nothing of it is left in any catalogue."""
    with database.engine.begin() as connection:
        before = catalogue(connection)
        op = operations(connection)
        create_block(op)
        insert_block(connection, "block")
        assert catalogue(connection).keys() - before.keys()
        if database.is_embedded:
            assert indexed(connection, "block") == 1
        op.drop_geospatial_table("block")
        assert catalogue(connection) == before


def test_a_spatial_table_is_renamed_with_its_index(database: Database) -> None:
    """The index goes on to follow the table under its new name."""
    with database.engine.begin() as connection:
        op = operations(connection)
        create_block(op)
        insert_block(connection, "block")
        op.rename_table("block", "quarter")
        insert_block(connection, "quarter")
        if database.is_embedded:
            assert indexed(connection, "quarter") == 2
            listed = text("SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY 1")
            assert connection.execute(listed).scalars().all() == [
                "barrier",
                "building",
                "parcel",
                "quarter",
                "score",
            ]
        assert connection.execute(text("SELECT count(*) FROM quarter")).scalar_one() == 2


def test_a_table_gets_a_geometry(database: Database) -> None:
    """A table without geometry becomes a layer."""
    with database.engine.begin() as connection:
        op = operations(connection)
        geometry = Geometry("MULTIPOLYGON", srid=4490, spatial_index=False)
        op.add_geospatial_column("enterprise", Column("geom", geometry))
        op.create_geospatial_index("idx_enterprise_geom", "enterprise", ["geom"], postgresql_using="gist")
        if database.is_embedded:
            listed = text("SELECT data_type, srs_id FROM gpkg_contents WHERE table_name = 'enterprise'")
            assert connection.execute(listed).one() == ("features", 4490)
            assert indexed(connection, "enterprise") == 0
        else:
            assert "index idx_enterprise_geom" in catalogue(connection)
