"""One row of ``score`` per parcel: what a map shows of an evaluation.

Town, name, land use and geometry are copied from ``parcel`` by the database itself, so that a published
evaluation does not move. The caller makes sure that parcels are as they were when the evaluation read them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import polars as pl
from sqlalchemy import Connection, Table, func, select

from service.store import bulk, immutability
from service.store.frames import frame
from service.store.gpkg import packing
from service.store.gpkg import rtree as gpkg_rtree
from service.store.models import Parcel, Score

_TABLE = cast(Table, Score.__table__)
_AREAS = ("land_area", "floor_area", "footprint_area", "additional_floor_area")
_MILLIONTHS = ("far", "far_limit", "items", "correction", "bonus", "deduction", "points")
_COPIED = ("town", "name", "land_use", "geom")
_SLICE = 50_000


def insert(
    connection: Connection, evaluation_id: int, district: str, period: str, scores: pl.DataFrame
) -> int:
    """Write the scores of a draft in the order of parcel codes; returns how many parcels were found.

    :param scores: the table of results of that name; its columns per metric and indicator are left out
    """
    scores = scores.sort("parcel_code")
    shown = (
        scores.with_columns(_decimal(scores, name, 100, f"{name}_m2") for name in _AREAS)
        .with_columns(_decimal(scores, name, 1_000_000, name) for name in _MILLIONTHS)
        .with_columns(
            pl.lit(evaluation_id).alias("evaluation_id"),
            pl.lit(district).alias("district"),
            pl.lit(period).alias("period"),
        )
    )
    own = [column.name for column in _TABLE.c if column.name not in _COPIED]
    rows = shown.select(name for name in own if name in shown.columns)
    if connection.dialect.name == "postgresql":
        return _postgresql(connection, rows)
    return _sqlite(connection, district, rows)


def _decimal(scores: pl.DataFrame, name: str, per: int, shown: str) -> pl.Series:
    """A number as people read it: the double next to it, which Polars misses, as it takes times 1/100."""
    divided = scores[name].fill_null(0).to_numpy() / per
    return pl.Series(shown, divided).set(scores[name].is_null(), None)


def _postgresql(connection: Connection, rows: pl.DataFrame) -> int:
    """By a table of this transaction, which COPY fills."""
    names, copied = _names(connection, rows.columns), _names(connection, _COPIED, "parcel.")
    stage = "CREATE TEMPORARY TABLE staged_score ON COMMIT DROP AS"
    stage += f" SELECT {names}, id AS place FROM score"  # noqa: S608 - names of our tables
    connection.exec_driver_sql(f"{stage} WITH NO DATA")
    driver: Any = connection.connection.driver_connection
    statement = f"COPY staged_score ({names}, place) FROM STDIN (FORMAT csv)"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in rows.with_row_index("place").select(*rows.columns, "place").iter_slices(_SLICE):
            copy.write(chunk.write_csv(include_header=False, quote_style="non_numeric", null_value=""))
    added = connection.exec_driver_sql(
        f"INSERT INTO score ({names}, {_names(connection, _COPIED)})"  # noqa: S608 - names of our tables
        f" SELECT {_names(connection, rows.columns, 'staged_score.')}, {copied}"
        " FROM staged_score JOIN parcel ON parcel.code = staged_score.parcel_code ORDER BY place"
    )
    return added.rowcount


def _sqlite(connection: Connection, district: str, rows: pl.DataFrame) -> int:
    """By a table of this connection, some rows at a time; the R*Tree gets the parcels' entries under new ids.

    Only for rows of a draft that this transaction made: asking row by row whether the evaluation is published
    takes as long as the rows themselves.
    """
    known = select(Parcel.code, Parcel.id).where(Parcel.district == district)
    parcels = frame(connection, known, {"parcel_code": "str", "parcel_id": "int"})
    found = rows.join(parcels, on="parcel_code", how="inner", maintain_order="left")
    first = bulk.reserve_ids(connection, _TABLE, found.height)
    found = found.with_row_index("id", first)
    own, copied = [name for name in found.columns if name != "parcel_id"], _names(connection, _COPIED)
    names, places = _names(connection, own), ", ".join("?" * found.width)
    # one statement over many rows takes half the time of one per row
    stage = f"INSERT INTO staged_score VALUES ({places})"  # noqa: S608 - names of our tables
    copy = (
        f"INSERT INTO score ({names}, {copied})"  # noqa: S608
        f" SELECT {_names(connection, own, 'staged_score.')}, {_names(connection, _COPIED, 'parcel.')}"
        " FROM staged_score CROSS JOIN parcel ON parcel.id = parcel_id ORDER BY staged_score.rowid"
    )
    driver: Any = connection.connection.driver_connection
    triggers = (f"{gpkg_rtree.name('score', 'geom')}_insert", immutability.name("score", "insert"))
    driver.execute(f"CREATE TEMPORARY TABLE staged_score ({names}, parcel_id)")
    with _without(driver, *triggers):
        for chunk in found.select(*own, "parcel_id").iter_slices(_SLICE):
            driver.executemany(stage, chunk.iter_rows())
            connection.exec_driver_sql(copy)
            driver.execute("DELETE FROM staged_score")
    driver.execute("DROP TABLE temp.staged_score")
    there = packing.entries(driver, "parcel", "geom")
    ids = found["parcel_id"].to_numpy()
    if there.size and ids.size:
        at = np.minimum(np.searchsorted(there["id"], ids), there.size - 1)
        somewhere = there["id"][at] == ids  # an empty geometry is nowhere
        entries = there[at[somewhere]]
        entries["id"] = found["id"].to_numpy()[somewhere]
        packing.add(driver, "score", "geom", entries)
    return int(connection.execute(select(func.count()).where(Score.id >= first)).scalar_one())


@contextmanager
def _without(driver: Any, *triggers: str) -> Iterator[None]:
    """Take triggers away and put them back; after an error the transaction, taken back, does."""
    query = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?"
    definitions = [driver.execute(query, (name,)).fetchone()[0] for name in triggers]
    for name in triggers:
        driver.execute(f'DROP TRIGGER "{name}"')
    yield
    for definition in definitions:
        driver.execute(definition)


def _names(connection: Connection, names: Any, of: str = "") -> str:
    quote = connection.dialect.identifier_preparer.quote
    return ", ".join(f"{of}{quote(name)}" for name in names)
