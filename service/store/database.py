"""The store: one GeoPackage file, or a PostgreSQL database with PostGIS, behind one class."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlalchemy import Connection, inspect, select, text, update

from service.errors import Unavailable
from service.store import engines, schema
from service.store.failures import read_only, translated
from service.store.gpkg import file as geopackage
from service.store.models import DataVersion
from service.store.version import VersionReader

_WRITER = 0x6D756A756E  # "mujun": the advisory lock of the one writer


class Database:
    """Where everything is kept; connects when first used."""

    def __init__(self, url: str) -> None:
        self.url = engines.parse(url)
        self.is_embedded = self.url.get_backend_name() == "sqlite"
        self.description = engines.describe(self.url)
        self.engine = engines.create(self.url)
        self._committed = VersionReader(self.engine)

    def initialise(self) -> None:
        """Create the schema or bring it up to date; leaves one that is.

        :raises Unavailable: when the database cannot be reached, or belongs to something else
        """
        with translated(self.description):
            if self.is_embedded:
                self._create_file()
            with self._connect("write") as connection, connection.begin():
                self._wait_for_writers(connection)
                if not schema.is_current(connection):
                    self._refuse_foreign_tables(connection)
                    schema.upgrade(connection)

    def require_schema(self) -> None:
        """Make sure that the schema is there and up to date.

        :raises Unavailable: when it is not, or the database cannot be reached
        """
        ready = not self.is_embedded or engines.geopackage_path(self.url).exists()
        if ready:
            with self.reading() as connection:
                ready = schema.is_current(connection)
        if not ready:
            raise Unavailable(
                "The store is not initialised, or of another version.",
                "数据库尚未初始化，或版本不符。",
                code="not-initialised",
                place=self.description,
                action="Create or upgrade it: mujun init",
            )

    def require_writable(self) -> None:
        """Make sure that the store may be written to, without waiting for whoever writes.

        :raises Unavailable: on a replica, a read-only disk, or without the right
        """
        if self.is_embedded:
            writable = engines.may_write(engines.geopackage_path(self.url))
        else:
            with translated(self.description), self._connect("write") as connection:
                writable = connection.execute(text("SHOW transaction_read_only")).scalar_one() == "off"
        if not writable:
            raise read_only(self.description)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the store, whatever others write, and cannot write."""
        with translated(self.description), self._connect("read") as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, *, complete: bool = False, unseen: bool = False) -> Iterator[Connection]:
        """Give a connection as the only writer; commits at the end, or takes all back after an error.

        :param complete: the writer gives every row together with what it refers to, under ids of its own
            making; the embedded store then does not look each of them up, which would take half the time
        :param unseen: the writer changes nothing that answers are made of: the version of the data stays, and
            what is remembered under it
        :raises Unavailable: when another writer takes longer than `engines.LOCK_SECONDS`
        """
        with translated(self.description), self._connect("write", complete) as connection, connection.begin():
            self._wait_for_writers(connection)
            yield connection
            if not unseen:
                connection.execute(update(DataVersion).values(version=DataVersion.version + 1))
            if self.is_embedded:
                changed = connection.info.pop(engines.CHANGED, ())
                geopackage.refresh_contents(schema.driver_connection(connection), changed)

    def data_version(self, connection: Connection) -> int:
        """Return how many writing transactions there were, up to the state that the connection sees."""
        return connection.execute(select(DataVersion.version)).scalar_one()

    def committed_version(self) -> int:
        """Return how many writing transactions are committed now, in less time than a transaction takes.

        :raises Unavailable: when the database cannot be reached
        """
        with translated(self.description):
            return self._committed.read()

    def checkpoint(self) -> None:
        """Bring everything into the one file of an embedded store, so that copying it is a backup."""
        if self.is_embedded:
            with translated(self.description), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def dispose(self) -> None:
        """Close all connections."""
        self._committed.close()
        self.engine.dispose()

    def _connect(self, access: str, complete: bool = False) -> Connection:
        connection = self.engine.connect()
        if self.is_embedded:
            return connection.execution_options(**{engines.ACCESS: access, engines.COMPLETE: complete})
        if access == "read":
            return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        return connection

    def _wait_for_writers(self, connection: Connection) -> None:
        if self.is_embedded:  # BEGIN IMMEDIATE did
            connection.info.pop(engines.CHANGED, None)
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _WRITER})

    def _create_file(self) -> None:
        path = engines.geopackage_path(self.url)
        try:
            path.touch()
        except OSError as error:
            raise Unavailable(
                f"The file cannot be created: {error.strerror}.",
                "无法创建数据库文件。",
                place=self.description,
                action="Check that its folder exists and may be written to.",
            ) from error

    def _refuse_foreign_tables(self, connection: Connection) -> None:
        tables = set(inspect(connection).get_table_names())
        if "alembic_version" not in tables and tables & set(schema.METADATA.tables):
            raise Unavailable(
                "The database holds tables of another system.",
                "该数据库中已有其他系统的数据表。",
                code="not-a-mujun-store",
                place=self.description,
                action="Name another file or database in MUJUN_DATABASE_URL.",
            )
