"""What the R*Tree of an embedded store should hold, computed anew."""

from pathlib import Path

from service.store.database import Database
from service.store.gpkg.file import GeoPackageConnection

Entries = list[tuple[int, float, float, float, float]]


def entries(database: Database, table: str) -> tuple[Entries, Entries]:
    """Return the entries of a table's R*Tree, and those of one filled from the table just now."""
    connection = GeoPackageConnection(Path(str(database.url.database)), timeout=10)
    try:
        problems = connection.execute(f"SELECT rtreecheck('rtree_{table}_geom')").fetchone()[0]
        assert problems == "ok"
        connection.execute("CREATE VIRTUAL TABLE temp.anew USING rtree(id, minx, maxx, miny, maxy)")
        connection.execute(
            "INSERT INTO anew SELECT id, ST_MinX(geom), ST_MaxX(geom), ST_MinY(geom), ST_MaxY(geom)"
            f" FROM {table} WHERE NOT ST_IsEmpty(geom)"
        )
        kept = connection.execute(f"SELECT * FROM rtree_{table}_geom ORDER BY id").fetchall()
        return kept, connection.execute("SELECT * FROM anew ORDER BY id").fetchall()
    finally:
        connection.close()


def assert_in_step(database: Database, table: str) -> None:
    """Make sure that a table's R*Tree is what it would be if filled anew."""
    kept, anew = entries(database, table)
    assert kept == anew
