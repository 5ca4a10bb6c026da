"""Engines for the two databases: how a connection is opened, and how a transaction begins."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from service.errors import InvalidParameter
from service.store.gpkg.file import GeoPackageConnection

LOCK_SECONDS = 60
"""How long a writer waits for another before it gives up."""

ACCESS = "mujun_access"
"""Execution option of the embedded engine: ``read`` or ``write``."""

COMPLETE = "mujun_complete"
"""Execution option of the embedded engine: the writer gives every row together with what it refers to."""

CHANGED = "mujun_changed"
"""Key of ``Connection.info`` of the embedded engine: the tables written to."""

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_CHANGE = re.compile(
    r'\s*(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"?(\w+)',
    re.IGNORECASE,
)
_POOL = {"pool_size": 10, "max_overflow": 30, "pool_timeout": 10}


def parse(url: str) -> URL:
    """Return the address of a store, with the driver that we use.

    :raises InvalidParameter: when it names neither a GeoPackage file nor a PostgreSQL database
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    backend = parsed.drivername.partition("+")[0] if parsed is not None else ""
    if parsed is None or backend not in _DRIVERS or parsed.database in (None, "", ":memory:"):
        raise InvalidParameter(
            "The database address names neither a GeoPackage file nor a PostgreSQL database.",
            "数据库地址既不是 GeoPackage 文件，也不是 PostgreSQL 数据库。",
            code="invalid-database-url",
            place="MUJUN_DATABASE_URL",
            action="Write sqlite:///park.gpkg or postgresql+psycopg://user:password@host/name.",
        )
    return parsed.set(drivername=_DRIVERS[backend])


def geopackage_path(url: URL) -> Path:
    """Return the file of an embedded store."""
    return Path(str(url.database)).absolute()


def describe(url: URL) -> str:
    """Return a database's name for people: no user, no password, no folder."""
    if url.get_backend_name() == "sqlite":
        return geopackage_path(url).name
    where = url.host or "localhost"
    return f"{url.database} at {where}:{url.port}" if url.port else f"{url.database} at {where}"


def create(url: URL) -> Engine:
    """Return an engine; it connects when first used. Values never get into its log or messages."""
    return _embedded(geopackage_path(url)) if url.get_backend_name() == "sqlite" else _server(url)


def _embedded(path: Path) -> Engine:
    # mode=rw: looking for a store that is not there must not create it
    address = URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "rw", "uri": "true"})
    connect_args = {"factory": GeoPackageConnection, "timeout": LOCK_SECONDS}
    engine = create_engine(address, connect_args=connect_args, hide_parameters=True, **_POOL)
    event.listen(engine, "do_connect", _as_the_folder_allows)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "after_cursor_execute", _note_change)
    return engine


def may_write(path: Path) -> bool:
    """Tell whether this process may write to a file, or make it where it is not there yet."""
    return os.access(
        path if path.exists() else path.parent,
        os.W_OK,
        effective_ids=os.access in os.supports_effective_ids,
    )


def _as_the_folder_allows(_dialect: Any, _record: Any, arguments: list[Any], _options: Any) -> None:
    """Open a file on a read-only disk as one that does not change.

    SQLite reads a file with a write-ahead log by two more beside it, and cannot make them there. Where they
    are, somebody else writes, and the file is read as usual.
    """
    path = Path(unquote(arguments[0].removeprefix("file:").partition("?")[0]))
    if not path.exists() or may_write(path) or may_write(path.parent / "beside"):
        return
    if not path.with_name(f"{path.name}-wal").exists():
        arguments[0] += "&immutable=1"


def _begin(connection: Connection) -> None:
    """Begin as SQLite does it: sqlite3 itself begins nothing before a SELECT, and too late before a write."""
    access = connection.get_execution_options().get(ACCESS)
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA query_only = {'ON' if access == 'read' else 'OFF'}")
    complete = connection.get_execution_options().get(COMPLETE, False)
    driver.execute(f"PRAGMA foreign_keys = {'OFF' if complete else 'ON'}")  # has no effect after BEGIN
    driver.execute("BEGIN IMMEDIATE" if access == "write" else "BEGIN")


def _note_change(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
    if found := _CHANGE.match(statement):
        connection.info.setdefault(CHANGED, set()).add(found[1])


def _server(url: URL) -> Engine:
    connect_args = {
        "connect_timeout": 10,
        "application_name": "mujun",
        # no JIT: compiling takes longer than any of our queries runs
        "options": f"-c timezone=UTC -c jit=off -c lock_timeout={LOCK_SECONDS}s",
    }
    engine = create_engine(url, connect_args=connect_args, pool_pre_ping=True, hide_parameters=True, **_POOL)
    event.listen(engine, "checkout", _as_the_server_says)
    return engine


def _as_the_server_says(driver: Any, *_: Any) -> None:
    """Let a transaction be read only where the server or the login is.

    After one that SQLAlchemy made read only, the next would begin with READ WRITE: a replica refuses that
    itself, and a database that is read only by its settings would be written to.
    """
    driver.read_only = None
