"""Queries answered as Polars frames: how an evaluation reads whole tables.

Row by row, a million rows take most of an evaluation's time. PostgreSQL answers by COPY, straight from libpq:
psycopg's own loop costs 3 µs a row, ten times as much. An embedded store is read by ADBC, which makes columns
where ``sqlite3`` makes a tuple a row, on a connection of its own that sees the same state.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import quote

import adbc_driver_sqlite.dbapi as adbc
import polars as pl
import psycopg
from adbc_driver_sqlite import StatementOptions
from psycopg import pq
from psycopg.errors import error_from_result
from sqlalchemy import Connection, Select, select
from sqlalchemy.exc import DBAPIError

from service.store.engines import ACCESS
from service.store.models import DataVersion

Query = Select[*tuple[Any, ...]]
Answer = Callable[[Query, Mapping[str, str]], pl.DataFrame]
"""Answers a query that selects just these columns (name → ``str``, ``int``, ``float``, ``bool`` or ``date``),
in their order; an empty text becomes null."""

# how a database says them: SQLite has neither truth values nor dates
_RAW = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.String, "date": pl.String}
_TRUE = ["1", "t"]
# ADBC takes a column's type from the first batch: in a second one, a date after nulls would be an error
_ONE_BATCH = {StatementOptions.BATCH_ROWS.value: str(10**9)}


@contextmanager
def answering(connection: Connection) -> Iterator[Answer]:
    """Give what answers queries in the state that the connection sees, as fast as its database allows.

    :param connection: of `service.store.database.Database.reading`; another is read row by row
    """
    if connection.dialect.name == "postgresql":
        yield partial(_copied, connection)
        return
    with ExitStack() as stack:
        beside = _beside(connection, stack)
        yield partial(_fetched, connection) if beside is None else partial(_as_columns, beside, connection)


def _copied(connection: Connection, query: Query, columns: Mapping[str, str]) -> pl.DataFrame:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    compiled = query.compile(dialect=connection.dialect)
    copy = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    statement = psycopg.ClientCursor(driver).mogrify(copy, compiled.params)
    libpq, text = driver.pgconn, BytesIO()
    try:
        _expect(libpq.exec_(statement.encode()), pq.ExecStatus.COPY_OUT)
        while (got := libpq.get_copy_data(0))[0] > 0:
            text.write(got[1])
        while (result := libpq.get_result()) is not None:
            _expect(result, pq.ExecStatus.COMMAND_OK)
    except psycopg.Error as error:
        raise DBAPIError.instance(
            copy, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from error
    schema = {name: _RAW[kind] for name, kind in columns.items()}
    if not text.tell():
        return _typed(pl.DataFrame(schema=schema), columns)
    return _typed(pl.read_csv(text.getvalue(), has_header=False, schema=schema), columns)


def _expect(result: Any, status: pq.ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)


def _beside(connection: Connection, stack: ExitStack) -> adbc.Connection | None:
    """Open a second connection to the file; None where it does not see what the first one sees."""
    if connection.get_execution_options().get(ACCESS) != "read":
        return None
    version = select(DataVersion.version)
    seen = connection.execute(version).scalar_one()
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    path = next(row[2] for row in driver.execute("PRAGMA database_list") if row[1] == "main")
    with _in_words_of_sqlite3():
        beside = stack.enter_context(adbc.connect(f"file:{quote(path)}?mode=ro", autocommit=True))
        with closing(beside.cursor()) as cursor:
            cursor.execute("BEGIN")
    same = _columns(beside, str(version.compile(dialect=connection.dialect))).item() == seen
    return beside if same else None  # somebody wrote since the first connection began


def _as_columns(
    beside: adbc.Connection, connection: Connection, query: Query, columns: Mapping[str, str]
) -> pl.DataFrame:
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    found = _columns(beside, str(compiled))
    found.columns = list(columns)
    return _typed(found.cast({name: _RAW[kind] for name, kind in columns.items()}), columns)


def _columns(beside: adbc.Connection, statement: str) -> pl.DataFrame:
    with _in_words_of_sqlite3(), closing(beside.cursor()) as cursor:
        cursor.adbc_statement.set_options(**_ONE_BATCH)
        cursor.execute(statement)
        return pl.DataFrame(cursor.fetch_arrow())


@contextmanager
def _in_words_of_sqlite3() -> Iterator[None]:
    try:
        yield
    except adbc.Error as error:
        said = sqlite3.OperationalError(str(error))
        said.sqlite_errorcode = error.vendor_code or 0
        raise said from error


def _fetched(connection: Connection, query: Query, columns: Mapping[str, str]) -> pl.DataFrame:
    driver: Any = connection.connection.driver_connection
    compiled = query.compile(dialect=connection.dialect)
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    rows = driver.execute(str(compiled), values).fetchall()
    schema = {name: _RAW[kind] for name, kind in columns.items()}
    return _typed(pl.DataFrame(rows, schema, orient="row", infer_schema_length=None, strict=False), columns)


def _typed(raw: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    return raw.with_columns(*(_as(name, kind) for name, kind in columns.items()))


def _as(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "bool":
        return pl.when(column.is_not_null()).then(column.is_in(_TRUE)).alias(name)
    if kind == "date":
        return column.str.to_date("%Y-%m-%d")
    return pl.when(column != "").then(column).alias(name) if kind == "str" else column
