"""Queries behind the map: pages cost the same at any depth, boxes use the spatial index."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text

from service.store import features
from service.store.database import Database
from service.store.layers import PARCELS, SCORES, Selection
from tests.support.features import add_scores
from tests.support.records import SOUTH, STEP, WEST, add_grid

COUNT = 3000


@pytest.fixture
def park(database: Database) -> Database:
    """3,000 parcels, and 3,000 scores in each of two evaluations."""
    with database.writing() as connection:
        add_grid(connection, COUNT)
        add_scores(connection, COUNT)
        add_scores(connection, COUNT, district="镇海")
        connection.execute(text("ANALYZE"))
    return database


@contextmanager
def plans(connection: Connection) -> Iterator[list[str]]:
    """Collect how the database finds what is asked for in the block."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    found: list[str] = []
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)
    explain = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    for statement, parameters in asked:
        rows = connection.exec_driver_sql(explain + statement, parameters)  # type: ignore[arg-type]
        found.append("\n".join(str(row[-1]) for row in rows))


def test_a_page_walks_along_the_primary_key(park: Database) -> None:
    """No page, however deep, is found by scanning or sorting what comes before it."""
    with park.reading() as connection:
        both = features.scores_of(connection, (1, 2))
        for layer, selection, total in ((PARCELS, Selection(), COUNT), (SCORES, both, 2 * COUNT)):
            with plans(connection) as found:
                for after in (0, 1500, 2900):
                    page = features.page(connection, layer, selection, ("town",), limit=200, after=after)
                    assert page.ids == list(range(after + 1, min(after + 200, total) + 1))
            for plan in found:
                assert "INTEGER PRIMARY KEY" in plan or f"Index Scan using pk_{layer.table.name}" in plan, (
                    plan
                )
                assert "Sort" not in plan, plan
                assert "TEMP B-TREE" not in plan, plan


def test_the_features_of_a_box_are_found_by_the_spatial_index(park: Database) -> None:
    """For the row ids of a listing and for a tile alike, on the R*Tree or the GiST index."""
    box = (WEST, SOUTH, WEST + 3 * STEP, SOUTH + 2 * STEP)
    with park.reading() as connection:
        with plans(connection) as found:
            ids = features.matching(connection, PARCELS, Selection(box=box))
            shown = features.everything(connection, PARCELS, Selection(box=box), ("code",))
        assert ids.tolist() == shown.ids == [1, 2, 3, 4, 101, 102, 103, 104, 201, 202, 203, 204]
        for plan in found:
            assert "VIRTUAL TABLE" in plan or "idx_parcel_geom" in plan, plan


def test_features_by_id_come_in_the_order_of_ids(park: Database) -> None:
    """A slice of a listing gives its features and no others; an empty one gives none."""
    with park.reading() as connection:
        ids = features.matching(connection, SCORES, Selection(equal=(("grade", "B"),)))
        assert len(ids) == 2 * sum(n % 4 == 1 and n % 10 != 9 for n in range(COUNT))
        page = features.by_ids(connection, SCORES, ids[100:110], ("grade",))
        assert page.ids == ids[100:110].tolist()
        assert page.values == [("B",)] * 10
        assert features.by_ids(connection, SCORES, ids[:0], ("grade",)).rows == []
