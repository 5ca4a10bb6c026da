"""The embedded store as an OGC GeoPackage 1.4 file: its own tables, coordinate systems, list of contents.

GeoAlchemy2's ``sqlite`` dialect believes it talks to SpatiaLite and does everything by calling functions in
SQL; `GeoPackageConnection` knows these functions. Source: OGC 12-128r19 (core, features, attributes).
"""

import sqlite3
import weakref
from collections.abc import Callable, Iterable
from typing import Any

import pyproj

from service.store.gpkg import functions, management, rtree

APPLICATION_ID, USER_VERSION = 0x47504B47, 10400  # "GPKG", 1.4

_PRAGMAS = (
    "journal_mode = WAL",  # readers go on beside the writer
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "recursive_triggers = ON",  # else REPLACE leaves the old row in the R*Tree
    "cache_size = -8192",  # each connection has its own
)

_CORE = """
CREATE TABLE gpkg_spatial_ref_sys (
    srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
    table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '',
    last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
    CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
    srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
    CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
    CONSTRAINT uk_gc_table_name UNIQUE (table_name),
    CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
    CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE VIEW geometry_columns AS  -- where GeoAlchemy2 looks
    SELECT table_name AS f_table_name, column_name AS f_geometry_column, geometry_type_name AS geometry_type,
           'XY' || substr('Z', 1, z) || substr('M', 1, m) AS coord_dimension, srs_id AS srid,
           EXISTS (SELECT 1 FROM gpkg_extensions AS e WHERE e.table_name = g.table_name
                   AND e.extension_name = 'gpkg_rtree_index') AS spatial_index_enabled
    FROM gpkg_geometry_columns AS g
"""

_UNDEFINED = (
    (
        "Undefined Cartesian SRS",
        -1,
        "NONE",
        -1,
        "undefined",
        "undefined Cartesian coordinate reference system",
    ),
    (
        "Undefined geographic SRS",
        0,
        "NONE",
        0,
        "undefined",
        "undefined geographic coordinate reference system",
    ),
)


class GeoPackageConnection(sqlite3.Connection):
    """A connection that knows the spatial functions and how geometry columns and R*Trees are managed."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.isolation_level = None  # BEGIN, COMMIT and ROLLBACK are the engine's, never sqlite3's
        for pragma in _PRAGMAS:
            self.execute(f"PRAGMA {pragma}")
        functions.register(self)
        this: weakref.ref[sqlite3.Connection] = weakref.ref(
            self
        )  # SQLite keeps the functions: a strong reference would never be freed
        for name, counts, function in management.FUNCTIONS:
            for count in counts:
                self.create_function(name, count, _with_connection(function, this))


def _with_connection(
    function: Callable[..., Any], connection: weakref.ref[sqlite3.Connection]
) -> Callable[..., Any]:
    return lambda *arguments: function(connection(), *arguments)


def create_core(connection: sqlite3.Connection, srids: Iterable[int]) -> None:
    """Make an empty SQLite file a GeoPackage that knows some EPSG systems; leaves one that is as it is."""
    if connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
        return
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {USER_VERSION}")
    for statement in _CORE.split(";\n"):
        connection.execute(statement)
    systems = [
        (crs.name, srid, "EPSG", srid, crs.to_wkt("WKT1_GDAL"), "longitude, latitude")
        for srid, crs in ((srid, pyproj.CRS.from_epsg(srid)) for srid in srids)
    ]
    connection.executemany(
        "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, ?)", [*_UNDEFINED, *systems]
    )


def register_attributes(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """List tables without geometry, so that a GIS shows them; what is not listed stays out of its sight."""
    connection.executemany(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
        [(table, table) for table in tables],
    )


def refresh_contents(connection: sqlite3.Connection, changed: Iterable[str]) -> None:
    """Bring extents up to date, and the time of the last change of some tables."""
    connection.executemany(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ','now') WHERE table_name = ?",
        [(table,) for table in changed],
    )
    for table, column in connection.execute(
        "SELECT table_name, column_name FROM gpkg_geometry_columns"
    ).fetchall():
        extent = rtree.extent(connection, table, column) or (None,) * 4
        connection.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
            (*extent, table),
        )
