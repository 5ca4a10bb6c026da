"""Queries answered as frames: the same values on both databases, whichever way they are read."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import case, insert, literal_column, select, text
from sqlalchemy.exc import DBAPIError

from service.errors import Unavailable
from service.store.database import Database
from service.store.frames import frame
from service.store.models import Enterprise, Occupancy
from tests.support.parks import E1, hand_over_small_park
from tests.support.records import add_batch

HALF = Enterprise.id * 0.5
QUERY = select(Enterprise.uscc, Enterprise.name, Enterprise.above_scale, Enterprise.registered_on, HALF)
COLUMNS = {"uscc": "str", "name": "str", "above_scale": "bool", "registered_on": "date", "half": "float"}
ROWS = [
    ("A", 'says "a, b"\nand 百分之 100%', True, date(2020, 2, 29), 0.5),
    ("B", None, False, None, 1.0),
    ("C'D\\", None, None, date(1999, 12, 31), 1.5),
]


def add_rows(database: Database) -> None:
    """Put three enterprises in; the name of the last is an empty text."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        for uscc, name, above_scale, registered_on, half in ROWS:
            values = {"uscc": uscc, "name": "" if half > 1 else name, "registered_on": registered_on}
            row = {"id": int(half * 2), "above_scale": above_scale, "source_row_id": source_row}
            connection.execute(insert(Enterprise).values(**values, **row))


def test_every_kind_of_value_comes_through(database: Database) -> None:
    """Quotes, commas, line ends, truth values, dates, gaps; an empty text is a gap."""
    add_rows(database)
    with database.reading() as connection:
        assert frame(connection, QUERY.order_by(Enterprise.uscc), COLUMNS).rows() == ROWS
    with database.writing() as connection:
        assert frame(connection, QUERY.order_by(Enterprise.uscc), COLUMNS).rows() == ROWS


def test_values_in_a_query_are_values(database: Database) -> None:
    """Quotes, percent signs and backslashes in a condition find what they say, and no more."""
    add_rows(database)
    with database.reading() as connection:
        for value, found in (("C'D\\", 1), ("A' OR '1'='1", 0), ("%", 0)):
            assert frame(connection, QUERY.where(Enterprise.uscc == value), COLUMNS).height == found
        named = QUERY.where(Enterprise.name == 'says "a, b"\nand 百分之 100%')
        assert frame(connection, named, COLUMNS)["uscc"].to_list() == ["A"]


def test_no_rows_are_a_frame_with_its_columns(database: Database) -> None:
    """Each of its type."""
    with database.reading() as connection:
        empty = frame(connection, QUERY, COLUMNS)
    with database.writing() as connection:
        assert frame(connection, QUERY, COLUMNS).schema == empty.schema
    assert empty.is_empty()


def test_a_date_after_a_hundred_thousand_gaps_is_a_date(database: Database) -> None:
    """No column gets its type from the first rows only."""
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100001) SELECT i FROM n"
    day = case((literal_column("i") == 100_001, "2023-04-01"))
    query = select(day).select_from(text(f"({many}) AS numbers"))
    with database.reading() as connection:
        days = frame(connection, query, {"day": "date"})["day"]
    assert (days.len(), days.null_count(), days.max()) == (100_001, 100_000, date(2023, 4, 1))


def test_several_queries_see_one_state(database: Database, tmp_path: Path) -> None:
    """Whoever writes in between is not seen until the next reading."""
    columns = {"uscc": "str"}
    with database.reading() as connection:
        assert frame(connection, select(Enterprise.uscc), columns).is_empty()
        hand_over_small_park(database, tmp_path)
        assert frame(connection, select(Enterprise.uscc), columns).is_empty()
        assert frame(connection, select(Occupancy.uscc), columns).is_empty()
    with database.reading() as connection:
        assert E1 in frame(connection, select(Enterprise.uscc), columns)["uscc"]


def test_a_server_that_breaks_off_is_unavailable(postgis_url: str) -> None:
    """A connection that the server ends is no mistake of ours."""
    database = Database(postgis_url)
    with pytest.raises(Unavailable):
        read_while_the_server_ends_it(database)
    database.dispose()


def read_while_the_server_ends_it(database: Database) -> None:
    """Ask for rows on a connection that somebody has just ended."""
    with database.reading() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with database.engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({backend})")
        frame(connection, QUERY, COLUMNS)


def test_a_query_that_the_server_refuses_says_why(postgis_url: str) -> None:
    """In the driver's words; the next transaction goes on."""
    database = Database(postgis_url)
    impossible = select(literal_column("1 / 0"))
    with database.reading() as connection, pytest.raises(DBAPIError, match="division by zero"):
        frame(connection, impossible, {"ratio": "int"})
    with database.reading() as connection:
        assert frame(connection, QUERY, COLUMNS).is_empty()
    database.dispose()
