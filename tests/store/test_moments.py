"""When rows came: asked once, known for all rows between two of the same hand-over."""

import random
from datetime import UTC, datetime

from sqlalchemy import event, insert, select

from service.store.database import Database
from service.store.models import Batch, SourceRow
from service.store.moments import Moments
from tests.support.records import add_batch


def _hand_overs(database: Database, sizes: list[int]) -> None:
    for day, size in enumerate(sizes, 1):
        with database.writing() as connection:
            first = add_batch(connection, received_at=datetime(2024, 3, day, tzinfo=UTC))
            batch = connection.execute(select(SourceRow.batch_id).where(SourceRow.id == first)).scalar_one()
            row = {"batch_id": batch, "sheet": "", "verdict": "accepted", "content": "{}"}
            if size > 1:
                connection.execute(
                    insert(SourceRow), [row | {"row": number} for number in range(3, size + 2)]
                )


def test_every_row_has_the_moment_that_the_store_has(database: Database) -> None:
    """Asked in any order, each row tells when its own hand-over came, and of large ones few are asked."""
    _hand_overs(database, [1, 400, 1, 2, 300, 1])
    with database.reading() as connection:
        rows = connection.execute(
            select(SourceRow.id, Batch.received_at).join(Batch, Batch.id == SourceRow.batch_id)
        ).all()
        random.Random(4).shuffle(rows)
        moments, asked = Moments(), 0
        for row, came in rows:
            found = moments.find(row)
            if found is None:
                asked += 1
                found = moments.ask(connection, row)
            assert found == came
        assert all(moments.find(row) == came for row, came in rows)
        assert asked < len(rows) / 10


def test_a_row_that_is_not_there_has_none(database: Database) -> None:
    """Neither from memory nor from the store."""
    with database.reading() as connection:
        assert Moments().find(9) is None
        assert Moments().ask(connection, 9) is None


def test_what_is_known_is_not_asked(database: Database) -> None:
    """A row between two that were asked costs no question."""
    _hand_overs(database, [5])
    asked: list[str] = []
    with database.reading() as connection:
        ids = connection.execute(select(SourceRow.id).order_by(SourceRow.id)).scalars().all()
        moments = Moments()
        moments.ask(connection, ids[0])
        moments.ask(connection, ids[-1])
        event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert moments.find(ids[2]) is not None
    assert not asked
