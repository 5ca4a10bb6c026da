"""Queries answered as Polars frames, and the canonical hash of frames: the evaluation reads whole tables."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import polars as pl
import psycopg
from sqlalchemy import Connection, Select, Table

TYPES = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date": pl.Date}
"""Column types as `service.domain.tables` names them."""

# how a database says them: SQLite has neither truth values nor dates
_RAW = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.String, "date": pl.String}
_TRUE = ["1", "t"]
_SLICE = 100_000
_NULL = "\0"  # in no text: PostgreSQL refuses it, and so does the import


def frame(
    connection: Connection, query: Select[*tuple[Any, ...]], columns: Mapping[str, str]
) -> pl.DataFrame:
    """Return the answer to a query as a frame with these columns; an empty text becomes null.

    :param query: selects exactly the columns, in their order
    :param columns: name → ``str``, ``int``, ``float``, ``bool`` or ``date``
    """
    schema = {name: _RAW[kind] for name, kind in columns.items()}
    compiled = query.compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        raw = _copied(driver, str(compiled), compiled.params, schema)
    else:
        positions = compiled.positiontup or []
        rows = driver.execute(str(compiled), [compiled.params[name] for name in positions]).fetchall()
        raw = pl.DataFrame(rows, schema, orient="row", infer_schema_length=None, strict=False)
    return raw.with_columns(*(_typed(name, kind) for name, kind in columns.items()))


def _copied(
    driver: "psycopg.Connection[Any]", query: str, parameters: Mapping[str, Any], schema: Mapping[str, Any]
) -> pl.DataFrame:
    with driver.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy:
        text = b"".join(copy)
    if not text:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(text, has_header=False, new_columns=list(schema), schema=dict(schema))


def _typed(name: str, kind: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "bool":
        return pl.when(column.is_not_null()).then(column.is_in(_TRUE)).alias(name)
    if kind == "date":
        return column.str.to_date("%Y-%m-%d")
    return pl.when(column != "").then(column).alias(name) if kind == "str" else column


def append(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Append a frame to a table without geometry, many rows at a time; the frame names the columns.

    Only for rows of a draft that this transaction made: an embedded store does not ask row by row whether the
    evaluation is published, which takes as long as the rows themselves.
    """
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, rows.columns))
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        for chunk in rows.iter_slices(_SLICE):
            text = chunk.write_csv(include_header=False, quote_style="non_numeric", null_value="")
            statement = f"COPY {quote(table.name)} ({names}) FROM STDIN (FORMAT csv)"
            with driver.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write(text)
        return
    places = ", ".join("?" * len(rows.columns))
    statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})"  # noqa: S608 - names of our tables
    with _without_trigger(driver, f"published_{table.name}_insert"):
        for chunk in rows.iter_slices(_SLICE):
            connection.exec_driver_sql(statement, chunk.rows())


@contextmanager
def _without_trigger(driver: Any, name: str) -> Iterator[None]:
    """Take a trigger away and put it back; after an error the transaction, taken back, does."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
    (definition,) = driver.execute(query, (name,)).fetchone()
    driver.execute(f'DROP TRIGGER "{name}"')
    yield
    driver.execute(definition)


def canonical_hash(tables: Mapping[str, pl.DataFrame], keys: Mapping[str, Iterable[str]]) -> str:
    """Return the SHA-256 of what the tables say, whatever the order of their rows.

    Rows are sorted by their key and then by everything else, written as CSV with every text quoted, and
    hashed with the tables' and columns' names.
    """
    digest = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name]
        order = [*keys[name], *(column for column in table.columns if column not in keys[name])]
        digest.update(f"{name}\n{','.join(table.columns)}\n".encode())
        ordered = table.sort(order, nulls_last=True, maintain_order=False)
        digest.update(
            ordered.write_csv(include_header=False, quote_style="non_numeric", null_value=_NULL).encode()
        )
    return digest.hexdigest()
