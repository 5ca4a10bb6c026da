"""Appending many rows at once: COPY on PostgreSQL, ``executemany`` on the embedded store.

All rows of a call come in or none, within the caller's transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from types import NoneType
from typing import Any, cast

import numpy as np
import polars as pl
import psycopg
from geoalchemy2 import Geometry
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection, FromClause, Table, text
from sqlalchemy.exc import DBAPIError

from service.store.gpkg import geometry as gpkg_geometry
from service.store.gpkg import rtree as gpkg_rtree
from service.store.models import SRID

_CHUNK = 5000
_MANY = 200
"""From so many rows on, filling the R*Tree beside the table is quicker than its trigger."""

_EWKB_SRID = b"\x20" + SRID.to_bytes(4, "little")
"""Behind the first four bytes of WKB it makes EWKB: little-endian with a coordinate system."""

Row = Sequence[Any]


def insert(
    connection: Connection, table: Table | FromClause, columns: Sequence[str], rows: Iterable[Row]
) -> int:
    """Append rows and return how many there were.

    :param columns: the columns that each row gives, in its order; the others get their default
    :param rows: Python values as the columns take them; a geometry as the WKB (little-endian) of a 2D
        MultiPolygon, or of what else the column holds, in EPSG:4490
    :raises sqlalchemy.exc.DBAPIError: as for any statement; nothing of this call remains
    :raises ValueError: when a geometry is anything else
    """
    table = cast(Table, table)
    values = _as_driver_takes_them(connection, table, columns, rows)
    geometry = next((i for i, name in enumerate(columns) if isinstance(table.c[name].type, Geometry)), None)
    with connection.begin_nested():
        if connection.dialect.name == "postgresql":
            return _copy(connection, table, columns, values, geometry)
        if geometry is None:
            return _insert_chunks(connection, table, columns, values)
        return _insert_spatial(connection, table, columns, values, geometry)


def append(connection: Connection, table: Table | FromClause, frames: Iterable[pl.DataFrame]) -> int:
    """Append frames, whose columns are those of the table by name, and return how many rows there were.

    As `insert`, for texts, numbers, truth values and dates, and several times as quick.
    """
    table = cast(Table, table)
    count = 0
    with connection.begin_nested():
        if connection.dialect.name == "postgresql":
            return _copy_frames(connection, table, frames)
        for frame in frames:
            for part in frame.iter_slices(_CHUNK):
                _insert_frame(connection, table, part)
            count += frame.height
    return count


def _insert_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Append some rows; what is the same in all stands in the statement, which spares half the time."""
    quote = connection.dialect.identifier_preparer.quote
    values: dict[str, str] = {}
    given: list[list[Any]] = []
    for column in frame.iter_columns():
        plain = column.cast(pl.String) if column.dtype == pl.Date else column
        value = plain[0]
        if _may_stand_in_a_statement(value) and plain.eq_missing(value).all():
            values[column.name] = _literal(value)
        else:
            values[column.name] = "?"
            given.append(plain.to_list())
    if not given:  # a statement without parameters would be run once
        name = frame.columns[0]
        values[name] = "?"
        given.append(frame[name].to_list())
    names, places = ", ".join(map(quote, values)), ", ".join(values.values())
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - ours, or quoted
    connection.exec_driver_sql(statement, list(zip(*given, strict=True)))


def _may_stand_in_a_statement(value: Any) -> bool:
    return isinstance(value, (int, NoneType)) or (isinstance(value, str) and value.isprintable())


def _literal(value: str | int | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(int(value))


def _copy_frames(connection: Connection, table: Table, frames: Iterable[pl.DataFrame]) -> int:
    """Copy frames as CSV, where a text without characters is quoted and nothing is not."""
    source = iter(frames)
    first = next(source, None)
    if first is None:
        return 0
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, first.columns))
    )
    driver: psycopg.Connection = cast(Any, connection.connection.driver_connection)
    count = 0
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for frame in chain([first], source):
                copy.write(frame.write_csv(include_header=False, quote_style="non_numeric"))
                count += frame.height
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(connection, statement.as_string(), error) from error
    return count


def _as_sqlalchemy_says_it(connection: Connection, statement: str, error: psycopg.Error) -> Exception:
    found: Exception = DBAPIError.instance(
        statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
    )
    return found


def reserve_ids(connection: Connection, table: Table | FromClause, count: int) -> int:
    """Return the first of ``count`` consecutive ids that nobody else gets, to write children before parents.

    Only in a writing transaction, where other writers wait. A count of 0 is taken as 1.
    """
    count = max(count, 1)
    given = {"name": cast(Table, table).name, "count": count}
    if connection.dialect.name == "postgresql":
        advance = (
            "SELECT setval(ids, nextval(ids) + :count - 1) FROM pg_get_serial_sequence(:name, 'id') AS ids"
        )
    else:
        start = "INSERT INTO sqlite_sequence SELECT :name, 0"
        unless = "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
        connection.execute(text(f"{start} {unless}"), given)
        advance = "UPDATE sqlite_sequence SET seq = seq + :count WHERE name = :name RETURNING seq"
    return int(connection.execute(text(advance), given).scalar_one()) - count + 1


def _as_driver_takes_them(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Row]
) -> Iterator[list[Any]]:
    """Yield rows as lists, each value as the column's type hands it to the driver; geometries stay WKB."""
    converters: list[tuple[int, Callable[[Any], Any]]] = []
    for index, name in enumerate(columns):
        kind = table.c[name].type
        convert = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        if convert is not None and not isinstance(kind, Geometry):
            converters.append((index, convert))
    for row in rows:
        values = list(row)
        for index, as_driver_takes_it in converters:
            values[index] = as_driver_takes_it(values[index])
        yield values


def _copy(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[list[Any]],
    geometry: int | None,
) -> int:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    driver: psycopg.Connection = cast(Any, connection.connection.driver_connection)
    count, kind = 0, "" if geometry is None else _kind(table, columns[geometry])
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                if geometry is not None:
                    wkb = row[geometry]
                    gpkg_geometry.require([wkb], kind)
                    row[geometry] = (wkb[:4] + _EWKB_SRID + wkb[5:]).hex()
                copy.write_row(row)
                count += 1
    except psycopg.Error as error:
        raise _as_sqlalchemy_says_it(connection, statement.as_string(), error) from error
    return count


def _insert_chunks(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[list[Any]]
) -> int:
    statement, count = _statement(connection, table, columns), 0
    for chunk in _chunks(rows):
        connection.exec_driver_sql(statement, [tuple(row) for row in chunk])
        count += len(chunk)
    return count


def _insert_spatial(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[list[Any]], geometry: int
) -> int:
    """Append rows with a geometry and keep the R*Tree in step.

    For many rows its insert trigger goes, its entries are written here, and the trigger comes back. The
    savepoint of `insert` makes it one: whatever fails, the index and its trigger are as they were.
    """
    given = columns.index("id") if "id" in columns else None
    statement = _statement(connection, table, columns if given is not None else [*columns, "id"])
    driver: Any = connection.connection.driver_connection
    name, column, count = table.name, columns[geometry], 0
    chunks = _chunks(rows)
    first = next(chunks, [])
    beside = len(first) >= _MANY
    if beside:
        gpkg_rtree.drop_trigger(driver, name, column, "insert")
    for chunk in chain([first] if first else [], chunks):
        wkbs = [row[geometry] for row in chunk]
        blobs, envelopes = gpkg_geometry.encode_many(wkbs, SRID, _kind(table, column))
        for row, blob in zip(chunk, blobs, strict=True):
            row[geometry] = blob
        if given is None:
            fresh = reserve_ids(connection, table, len(chunk))
            for id_, row in enumerate(chunk, fresh):
                row.append(id_)
        connection.exec_driver_sql(statement, [tuple(row) for row in chunk])
        if beside:
            ids = [row[-1 if given is None else given] for row in chunk]
            _add_entries(connection, gpkg_rtree.name(name, column), ids, envelopes)
        count += len(chunk)
    if beside:
        gpkg_rtree.create_trigger(driver, name, column, "insert")
    return count


def _kind(table: Table, column: str) -> str:
    return str(cast(Any, table.c[column].type).geometry_type)


def _add_entries(
    connection: Connection, rtree: str, ids: Sequence[int], envelopes: NDArray[np.float64]
) -> None:
    somewhere = ~np.isnan(envelopes[:, 0])  # an empty geometry is nowhere
    edges = envelopes[somewhere].T.tolist()
    if entries := list(zip(np.array(ids)[somewhere].tolist(), *edges, strict=True)):
        connection.exec_driver_sql(f'INSERT INTO "{rtree}" VALUES (?, ?, ?, ?, ?)', entries)  # noqa: S608


def _statement(connection: Connection, table: Table, columns: Sequence[str]) -> str:
    quote = connection.dialect.identifier_preparer.quote
    names, places = ", ".join(map(quote, columns)), ", ".join("?" * len(columns))
    return f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - names of our tables


def _chunks(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    source = iter(rows)
    while chunk := list(islice(source, _CHUNK)):
        yield chunk
