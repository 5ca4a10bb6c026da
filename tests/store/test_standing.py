"""Layers that stand in memory: brought up to date by what changed, and by nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import shapely
from sqlalchemy import Connection, delete, event, update

from service.features.geojson import texts
from service.features.table import FeatureTable
from service.store.database import Database
from service.store.layers import PARCELS, Run
from service.store.models import Parcel
from service.store.standing import Standing, read
from tests.support.features import add_parcels, add_scores, grid
from tests.support.records import add_batch

COUNT = 300


@pytest.fixture
def park(database: Database) -> Database:
    """300 parcels, and as many scores of a published evaluation."""
    with database.writing() as connection:
        add_parcels(connection, grid(COUNT))
        add_scores(connection, COUNT)
    return database


@contextmanager
def rows_read(connection: Connection) -> Iterator[list[str]]:
    """Collect the statements of the block."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(connection, "before_cursor_execute", note)


def parcels(database: Database, tables: Standing) -> FeatureTable:
    """The parcels as they stand now."""
    with database.reading() as connection:
        return tables.layer(connection, database.data_version(connection), PARCELS)


def same(one: FeatureTable, other: FeatureTable) -> bool:
    """Whether two tables have the same features."""
    return (
        one.stamp == other.stamp
        and list(one.keys) == list(other.keys)
        and one.wkb.equals(other.wkb)
        and one.properties.equals(other.properties)
        and bool((one.bounds == other.bounds).all())
    )


def test_a_change_costs_the_changed_rows(park: Database) -> None:
    """Rows written, moved, renamed and removed give the table that reading everything gives."""
    tables = Standing()
    first = parcels(park, tables)
    assert len(first) == COUNT
    with park.writing() as connection:
        add_parcels(connection, grid(2), prefix="N")
        source_row = add_batch(connection, sha256="f" * 64)
        moved = {"name": "moved", "source_row_id": source_row}
        connection.execute(update(Parcel).where(Parcel.code == "P00007").values(**moved))
        connection.execute(delete(Parcel).where(Parcel.code.in_(["P00000", "P00299"])))
    second = parcels(park, tables)
    with park.reading() as connection:
        assert same(second, read(connection, PARCELS))
    assert second.stamp != first.stamp
    assert "P00000" not in second.row_of
    assert second.properties["name"][second.row_of["P00007"]] == "moved"


def test_other_writes_leave_a_table_as_it_is(park: Database) -> None:
    """Another batch, another evaluation: the very same table, after two small questions."""
    tables = Standing()
    first = parcels(park, tables)
    with park.writing() as connection:
        add_scores(connection, 5, period="2024")
    with park.reading() as connection, rows_read(connection) as asked:
        version = park.data_version(connection)
        assert tables.layer(connection, version, PARCELS) is first
        assert len(asked) == 3
        assert tables.layer(connection, version, PARCELS) is first
        assert len(asked) == 3


def test_texts_of_unchanged_rows_are_kept(park: Database) -> None:
    """What was written of a parcel is written again only when the parcel changes."""
    tables = Standing()
    first = parcels(park, tables)
    before = texts(first, first.everything, ("code", "name"))
    with park.writing() as connection:
        moved = {"name": "new", "source_row_id": add_batch(connection, sha256="e" * 64)}
        connection.execute(update(Parcel).where(Parcel.code == "P00003").values(**moved))
    second = parcels(park, tables)
    after = texts(second, second.everything, ("code", "name"))
    other = [row for row, (one, two) in enumerate(zip(before, after, strict=True)) if one is not two]
    assert other == [second.row_of["P00003"]]


def test_scores_of_a_published_evaluation_are_read_once(park: Database) -> None:
    """Drafts may still grow, published evaluations never change."""
    tables = Standing()
    with park.reading() as connection, rows_read(connection) as asked:
        for version in (1, 2):
            table = tables.scores(connection, version, (Run(1, "园区", "2023", "published"),))
            assert len(table) == COUNT
        assert len(asked) == 1
        assert len(tables.scores(connection, 3, (Run(1, "园区", "2023", "draft"),))) == COUNT
        assert len(asked) == 2


def test_a_reader_of_an_older_state_gets_that_state(park: Database) -> None:
    """Whoever began before a change sees the store as it was, and does not put it back for others."""
    tables = Standing()
    with park.reading() as older:
        version = park.data_version(older)
        before = read(older, PARCELS)
        with park.writing() as connection:
            add_parcels(connection, [shapely.box(121, 31, 121.1, 31.1)], prefix="N")
        assert len(parcels(park, tables)) == COUNT + 1
        assert same(tables.layer(older, version, PARCELS), before)
    assert len(parcels(park, tables)) == COUNT + 1
