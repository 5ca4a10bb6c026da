"""Queries answered as Polars frames: the evaluation reads whole tables."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import psycopg
from sqlalchemy import Connection, Select

TYPES = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean, "date": pl.Date}
"""Column types as `service.domain.tables` names them."""

# how a database says them: SQLite has neither truth values nor dates
_RAW = {"str": pl.String, "int": pl.Int64, "float": pl.Float64, "bool": pl.String, "date": pl.String}
_TRUE = ["1", "t"]


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
