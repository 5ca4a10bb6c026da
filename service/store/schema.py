"""Creating and upgrading the schema: one Alembic history for both databases, and what surrounds the tables.

What is not a table hangs on the metadata, so that ``METADATA.create_all`` and the migrations give the same.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, event
from sqlalchemy.exc import DBAPIError

from service.errors import Unavailable
from service.store import immutability
from service.store.gpkg import file as geopackage
from service.store.models import (
    SRID,
    ApiKey,
    Barrier,
    Base,
    Building,
    DataVersion,
    Event,
    EventDelivery,
    EventSubscriber,
    NameMatch,
    Parcel,
    PullState,
    ReceivedFile,
    ResultPart,
    Score,
    SnapshotPart,
)

SPATIAL = tuple(model.__tablename__ for model in (Parcel, Score, Building, Barrier))
PRIVATE = tuple(
    model.__tablename__
    for model in (
        *(ApiKey, DataVersion, NameMatch, PullState, ReceivedFile, ResultPart, SnapshotPart),
        *(Event, EventSubscriber, EventDelivery),
    )
)
"""Tables that a GIS which opens the embedded store is not shown."""

METADATA = Base.metadata
"""The tables, with what surrounds them."""

_SRIDS = (4326, SRID)


def configuration(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; the migrations lie in the installed package, or beside a checkout's."""
    here = Path(__file__).resolve()
    inside, beside = here.parent / "migrations", here.parents[2] / "migrations"
    config = Config()
    config.set_main_option("script_location", str(inside if inside.is_dir() else beside).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision, in the connection's transaction."""
    prepare(connection)
    command.upgrade(configuration(connection), "head")


def is_current(connection: Connection) -> bool:
    """Return whether the schema is there and at the newest revision."""
    applied = MigrationContext.configure(connection).get_current_heads()
    return set(applied) == set(ScriptDirectory.from_config(configuration()).get_heads())


def prepare(connection: Connection) -> None:
    """Make an empty database fit for spatial tables: a GeoPackage's own tables, or the PostGIS extension.

    :raises Unavailable: when PostGIS is missing and cannot be added
    """
    if connection.dialect.name == "sqlite":
        geopackage.create_core(driver_connection(connection), _SRIDS)
        return
    try:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
    except DBAPIError as error:
        raise Unavailable(
            "The database has no PostGIS, and this login cannot add it.",
            "数据库没有 PostGIS 扩展，当前用户也无权安装。",
            code="postgis-missing",
            action="Let the administrator install PostGIS and run: CREATE EXTENSION postgis",
        ) from error


def list_in_geopackage(connection: Connection, *tables: str) -> None:
    """Show tables without geometry to a GIS that opens the embedded store."""
    if connection.dialect.name == "sqlite":
        geopackage.register_attributes(driver_connection(connection), tables)


def start_data_version(connection: Connection) -> None:
    """Put in the one row of ``data_version``."""
    connection.exec_driver_sql("INSERT INTO data_version (id, version) VALUES (1, 0)")


def driver_connection(connection: Connection) -> Any:
    """Return the driver's connection underneath."""
    return connection.connection.driver_connection


@event.listens_for(METADATA, "before_create")
def _before_create(_metadata: MetaData, connection: Connection, **_: Any) -> None:
    prepare(connection)


@event.listens_for(DataVersion.__table__, "after_create")
def _after_data_version(_table: Table, connection: Connection, **_: Any) -> None:
    start_data_version(connection)


def _after_protected(table: Table, connection: Connection, **_: Any) -> None:
    immutability.protect(connection, table.name)


for _name in (
    immutability.EVALUATION,
    *immutability.RESULTS,
    immutability.SNAPSHOTS,
    *immutability.GROWING,
):
    event.listen(METADATA.tables[_name], "after_create", _after_protected)


@event.listens_for(METADATA, "after_create")
def _after_create(metadata: MetaData, connection: Connection, **_: Any) -> None:
    list_in_geopackage(connection, *sorted(set(metadata.tables) - {*SPATIAL, *PRIVATE}))
