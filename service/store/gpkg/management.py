"""The management functions of SpatiaLite that GeoAlchemy2 and Alembic call by SQL, answered for a GeoPackage.

Each takes the connection first; the rest are the arguments of the SQL function of the same name.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from service.store.gpkg import rtree


def recover_geometry_column(
    connection: sqlite3.Connection, table: str, column: str, srid: int, kind: str, dimension: str = "XY"
) -> int:
    """Register a geometry column that the table already has."""
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, ?)",
        (table, table, srid),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, ?, ?)",
        (table, column, kind, srid, int("Z" in dimension), int("M" in dimension)),
    )
    return 1


def add_geometry_column(
    connection: sqlite3.Connection, table: str, column: str, srid: int, kind: str, *_dimension: Any
) -> int:
    """Add a geometry column to a table and register it; 2D, and NULL is allowed since rows may exist."""
    connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}" GEOMETRY')
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = ?", (table,))  # was listed as attributes
    return recover_geometry_column(connection, table, column, srid, kind)


def discard_geometry_column(connection: sqlite3.Connection, table: str, column: str) -> int:
    """Forget a geometry column; the table stays."""
    connection.execute(
        "DELETE FROM gpkg_geometry_columns WHERE table_name = ? AND column_name = ?", (table, column)
    )
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = ?", (table,))
    return 1


def drop_table(connection: sqlite3.Connection, _prefix: None, table: str) -> int:
    """Drop a table with its R*Tree and its entries."""
    table = table.strip('"')
    for (column,) in connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchall():
        rtree.drop(connection, table, column)
        discard_geometry_column(connection, table, column)
    connection.execute("DELETE FROM gpkg_contents WHERE table_name = ?", (table,))
    connection.execute(f'DROP TABLE "{table}"')
    return 1


def rename_table(connection: sqlite3.Connection, _prefix: None, old: str, new: str) -> int:
    """Rename a table with its R*Tree and its entries."""
    old, new = old.strip('"'), new.strip('"')
    registered = connection.execute(
        "SELECT column_name, srs_id, geometry_type_name FROM gpkg_geometry_columns WHERE table_name = ?",
        (old,),
    ).fetchall()
    for column, _, _ in registered:
        rtree.drop(connection, old, column)
        discard_geometry_column(connection, old, column)
    connection.execute(f'ALTER TABLE "{old}" RENAME TO "{new}"')
    for column, srid, kind in registered:
        recover_geometry_column(connection, new, column, srid, kind)
        rtree.create(connection, new, column)
    return 1


FUNCTIONS: list[tuple[str, tuple[int, ...], Callable[..., Any]]] = [
    ("RecoverGeometryColumn", (4, 5), recover_geometry_column),
    ("AddGeometryColumn", (5, 6), add_geometry_column),
    ("DiscardGeometryColumn", (2,), discard_geometry_column),
    ("CreateSpatialIndex", (2,), rtree.create),
    ("CheckSpatialIndex", (2,), rtree.exists),
    ("DisableSpatialIndex", (2,), rtree.drop),
    ("DropTable", (2,), drop_table),
    ("RenameTable", (3,), rename_table),
]
"""Name in SQL, the numbers of arguments it is called with, function."""
