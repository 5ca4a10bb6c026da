"""Where fresh stores for tests come from: copies of one initialised template on each database."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.store import schema
from service.store.database import Database
from tests.support import postgis

_SHAPE = """
    SELECT md5(string_agg(part, ';' ORDER BY part)) FROM (
        SELECT format('%s %s %s', attrelid::regclass, attname, atttypid)
            FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled)
            FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT format('%s %s', conrelid::regclass, conname) FROM pg_constraint
        UNION ALL SELECT version_num FROM alembic_version) AS parts(part)
"""
"""A digest of a store's tables, indexes, triggers and revision."""


class PostgisServer:
    """Makes databases on a throw-away cluster or the server of ``MUJUN_TEST_DATABASE_URL``, and drops them.

    Cloning the template takes a third of a second, so that a database is emptied and given again, unless
    somebody changed its schema.
    """

    def __init__(self, url: str) -> None:
        self._admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        self._prefix = f"mujun_test_{os.getpid()}"
        self._numbers = itertools.count(1)
        self._shape: str | None = None
        self._idle: list[str] = []

    @contextmanager
    def database(self, *, initialised: bool = True) -> Iterator[str]:
        """Give the address of a fresh database."""
        name = self._idle.pop() if initialised and self._idle else self._create(initialised)
        try:
            yield self._url(name)
        finally:
            if initialised and self._empty(name):
                self._idle.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        """Drop what is left."""
        for name in self._idle:
            self._drop(name)
        if self._shape:
            self._drop(self._template)

    @property
    def _template(self) -> str:
        return f"{self._prefix}_template"

    def _create(self, initialised: bool) -> str:
        if initialised and self._shape is None:
            self._run(f'CREATE DATABASE "{self._template}" TEMPLATE template0')
            database = Database(self._url(self._template))
            database.initialise()
            with database.reading() as connection:
                self._shape = connection.exec_driver_sql(_SHAPE).scalar_one()
            database.dispose()
        name = f"{self._prefix}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{self._template if initialised else "template0"}"')
        return name

    def _empty(self, name: str) -> bool:
        """Remove all rows of an initialised database; tell whether its schema is still the template's."""
        others = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        self._run(others)
        engine = sa.create_engine(self._url(name), poolclass=sa.NullPool)
        with engine.begin() as connection:
            if connection.exec_driver_sql(_SHAPE).scalar_one() != self._shape:
                return False
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no triggers
            connection.exec_driver_sql(f"TRUNCATE {', '.join(schema.METADATA.tables)} RESTART IDENTITY")
            schema.start_data_version(connection)
            connection.exec_driver_sql("DROP SCHEMA IF EXISTS mujun_jobs CASCADE")  # not of the store itself
        return True

    def _url(self, name: str) -> str:
        return self._admin.url.set(database=name).render_as_string(hide_password=False)

    def _drop(self, name: str) -> None:
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


class GeoPackages:
    """Makes GeoPackage files."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.gpkg"

    def copy_to(self, path: Path) -> str:
        """Put an initialised store at a path and return its address."""
        if not self._template.exists():
            database = Database(f"sqlite:///{self._template}")
            database.initialise()
            database.dispose()  # the last connection takes the log into the file
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


@contextmanager
def postgis_server() -> Iterator[PostgisServer | None]:
    """Give the server for the tests, or nothing when there is none."""
    cluster = None
    url = os.environ.get("MUJUN_TEST_DATABASE_URL")
    if url is None:
        binaries = postgis.programs()
        if binaries is None:
            yield None
            return
        cluster = postgis.Cluster(binaries)
        url = cluster.url("postgres")
    try:
        server = PostgisServer(url)
        yield server
        server.close()
    finally:
        if cluster is not None:
            cluster.stop()


@contextmanager
def opened_store(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """Give a fresh store of the kind that a fixture's parameter names, for as long as the fixture lives."""
    if request.param == "geopackage":
        store = nullcontext(request.getfixturevalue("geopackages").copy_to(folder / "park.gpkg"))
    else:
        store = request.getfixturevalue("server").database()
    with store as url:
        database = Database(url)
        try:
            yield database
        finally:
            database.dispose()
