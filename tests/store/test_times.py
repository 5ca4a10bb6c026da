"""Times and dates come back as they went in, in UTC, on both databases."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from service.store.database import Database
from service.store.models import Batch, Enterprise
from tests.support.records import add_batch

CHINA = timezone(timedelta(hours=8))


def test_a_time_comes_back_in_utc(database: Database) -> None:
    """Eight in the morning in Hangzhou is midnight UTC."""
    with database.writing() as connection:
        add_batch(connection, received_at=datetime(2024, 1, 31, 8, 0, 0, 123456, tzinfo=CHINA))
        received = connection.execute(select(Batch.received_at)).scalar_one()

    assert received == datetime(2024, 1, 31, 0, 0, 0, 123000, tzinfo=UTC)
    assert received.utcoffset() == timedelta(0)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moment=st.datetimes(
        min_value=datetime(1900, 1, 2), max_value=datetime(9998, 12, 31), timezones=st.timezones()
    )
)
def test_any_time_comes_back_to_the_millisecond(database: Database, moment: datetime) -> None:
    """Whatever the zone, the instant is kept, cut to milliseconds."""
    with database.writing() as connection:
        add_batch(connection, received_at=moment)
        newest = select(Batch.received_at).order_by(Batch.id.desc()).limit(1)
        kept = connection.execute(newest).scalar_one()

    in_utc = moment.astimezone(UTC)
    assert kept == in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)


def test_times_compare_in_the_database(database: Database) -> None:
    """A condition on a time finds the same rows on both."""
    with database.writing() as connection:
        for hour in (7, 8, 9):
            add_batch(connection, received_at=datetime(2024, 1, 31, hour, tzinfo=CHINA), sha256=str(hour))
    with database.reading() as connection:
        later = select(Batch.sha256).where(Batch.received_at > datetime(2024, 1, 31, 0, 30, tzinfo=UTC))
        assert connection.execute(later).scalars().all() == ["9"]


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    """Nobody can say which instant it would be."""
    with pytest.raises(StatementError, match="without a zone"), database.writing() as connection:
        add_batch(connection, received_at=datetime(2024, 1, 31, 8))


def test_the_file_holds_times_as_a_geopackage_does(geopackage_url: str) -> None:
    """Any program that opens the file reads ISO 8601 with a Z."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_batch(connection, received_at=datetime(2024, 1, 31, 8, tzinfo=CHINA))
        written = connection.execute(text("SELECT received_at FROM batch")).scalar_one()
    database.dispose()

    assert written == "2024-01-31T00:00:00.000Z"


def test_a_date_stays_a_date(database: Database) -> None:
    """A day has no zone and does not move."""
    with database.writing() as connection:
        source_row = add_batch(connection)
        connection.execute(
            insert(Enterprise).values(uscc="U", registered_on=date(1999, 12, 31), source_row_id=source_row)
        )
        assert connection.execute(select(Enterprise.registered_on)).scalar_one() == date(1999, 12, 31)
