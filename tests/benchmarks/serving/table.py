"""The table that the peers serve: rows and columns of our collection of parcels, indexed as manuals ask.

It is a copy, and kinder to them than the original: coordinates labelled EPSG:4326, in which they answer, so
that none transforms any; no columns that they would have to be told to leave out; a whole number as the key.
"""

import sqlalchemy as sa

from service.ogc.collections.land import PARCELS
from service.store.database import Database

SCHEMA, TABLE = "peers", "land"
COLUMNS = tuple(item.name for item in PARCELS.properties)
ON_TILES = tuple(name for name in COLUMNS if name in PARCELS.on_tiles)


def make(database: Database) -> dict[str, int]:
    """Make the table; returns the key of each parcel by its code."""
    name = f"{SCHEMA}.{TABLE}"
    with database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(
            f"CREATE TABLE {name} AS SELECT id::integer AS id, {', '.join(COLUMNS)}, "
            "ST_SetSRID(geom, 4326)::geometry(MultiPolygon, 4326) AS geom FROM parcel ORDER BY id"
        )
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX ON {name} (code)")
        connection.exec_driver_sql(f"CREATE INDEX ON {name} (town)")
        connection.exec_driver_sql(f"CREATE INDEX ON {name} USING gist (geom)")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
        rows = connection.exec_driver_sql(f"SELECT code, id FROM {name}").fetchall()
    return dict(map(tuple, rows))
