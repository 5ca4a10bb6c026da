"""Queries answered as Polars frames: how an evaluation reads whole tables.

Row by row, a million rows take most of an evaluation's time. PostgreSQL answers by COPY, straight from
libpq: psycopg's own loop costs 3 µs a row, ten times as much. SQLite is asked for each column as one text,
which it writes in C where ``sqlite3`` makes a tuple a row. An Arrow driver is no quicker than COPY and has an
SQLite of its own: two in one process take each other's locks away (sqlite.org/howtocorrupt.html, 2.2.1).
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import polars as pl
import psycopg
from psycopg import pq
from psycopg.errors import error_from_result
from sqlalchemy import Connection, Select, literal, select
from sqlalchemy.exc import DBAPIError

TYPES = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date": pl.Date}
"""Column types as `service.domain.tables` names them."""

# how a database says them: SQLite has neither truth values nor dates
_RAW = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.String, "date": pl.String}
_TRUE = ["1", "t"]
_NEVER, _NULL, _END = "\x1c", "\x1d", "\x1e"  # control characters, which no text of the store has


def frame(
    connection: Connection, query: Select[*tuple[Any, ...]], columns: Mapping[str, str]
) -> pl.DataFrame:
    """Return the answer to a query as a frame with these columns; an empty text becomes null.

    :param query: selects exactly the columns, in their order; the order of rows is not kept
    :param columns: name → ``str``, ``int``, ``float``, ``bool`` or ``date``
    """
    answer = _by_copy if connection.dialect.name == "postgresql" else _by_column
    return answer(connection, query, columns).with_columns(
        *(_as(name, kind) for name, kind in columns.items())
    )


def _by_copy(
    connection: Connection, query: Select[*tuple[Any, ...]], columns: Mapping[str, str]
) -> pl.DataFrame:
    connection.execute(select(literal(1)))  # psycopg begins with a statement of its own, and not before
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
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
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text.getvalue(), has_header=False, schema=schema)


def _expect(result: Any, status: pq.ExecStatus) -> None:
    if result.status != status:
        raise error_from_result(result)


def _by_column(
    connection: Connection, query: Select[*tuple[Any, ...]], columns: Mapping[str, str]
) -> pl.DataFrame:
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in compiled.positiontup or ()]
    texts = []
    for name, kind in columns.items():
        given = f"nullif({name}, '')" if kind == "str" else name  # a line without anything would be no row
        text = f"group_concat(ifnull({given}, char({ord(_NULL)})), char({ord(_END)}))"
        texts.append(f"CAST({text} AS BLOB)")
    named = f"WITH answer({', '.join(columns)}) AS ({compiled})"
    statement = f"{named} SELECT {', '.join(texts)} FROM answer"  # noqa: S608 - names of our tables
    driver: Any = connection.connection.driver_connection
    found = driver.execute(statement, values).fetchone()
    if found[0] is None:
        return pl.DataFrame(schema={name: _RAW[kind] for name, kind in columns.items()})
    return pl.DataFrame(
        [_column(text, name, kind) for text, (name, kind) in zip(found, columns.items(), strict=True)]
    )


def _column(text: bytes, name: str, kind: str) -> pl.Series:
    return pl.read_csv(
        text,
        has_header=False,
        separator=_NEVER,
        eol_char=_END,
        quote_char=None,
        null_values=_NULL,
        schema={name: _RAW[kind]},
    )[name]


def _as(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "bool":
        return pl.when(column.is_not_null()).then(column.is_in(_TRUE)).alias(name)
    if kind == "date":
        return column.str.to_date("%Y-%m-%d")
    return pl.when(column != "").then(column).alias(name) if kind == "str" else column
