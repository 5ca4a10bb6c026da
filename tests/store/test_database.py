"""The life of a store: addresses, creation, reading, writing, and what is said when it cannot be reached."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.errors import InvalidParameter, Unavailable
from service.store.database import Database
from service.store.models import ApiKey, Batch, Parcel
from tests.support.records import add_batch, add_grid
from tests.support.stores import PostgisServer


def count(database: Database, model: type) -> int:
    """Count the rows of a table."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@h/n",
        "postgres://u:p@h/n",
        "postgresql+psycopg://u:p@h/n",
        "postgresql+psycopg2://u:p@h/n",
    ],
)
def test_any_postgresql_address_gets_our_driver(url: str) -> None:
    """People write the address as they know it from elsewhere."""
    database = Database(url)

    assert database.url.drivername == "postgresql+psycopg"
    assert not database.is_embedded


@pytest.mark.parametrize(
    "url", ["", "park.gpkg", "mysql://h/n", "sqlite://", "sqlite:///:memory:", "postgresql://h"]
)
def test_an_address_of_no_store_is_refused(url: str) -> None:
    """What is neither a GeoPackage file nor a PostgreSQL database is refused before anything is opened."""
    with pytest.raises(InvalidParameter) as caught:
        Database(url)

    assert caught.value.code == "invalid-database-url"


def test_a_new_store_is_created_once(empty_database_url: str) -> None:
    """Creating the schema a second time changes nothing."""
    database = Database(empty_database_url)
    database.initialise()
    with database.writing() as connection:
        add_batch(connection)
    database.initialise()

    database.require_schema()
    assert count(database, Batch) == 1
    database.dispose()


def test_a_store_that_is_not_initialised_is_unavailable(empty_database_url: str) -> None:
    """An empty store is refused with a code, and looking at it does not create it."""
    database = Database(empty_database_url)
    with pytest.raises(Unavailable) as caught:
        database.require_schema()
    database.dispose()

    assert caught.value.code == "not-initialised"
    if database.is_embedded:
        assert not Path(str(database.url.database)).exists()


def test_reading_an_absent_file_does_not_create_it(tmp_path: Path) -> None:
    """A mistyped file name gives an error, not an empty file."""
    database = Database(f"sqlite:///{tmp_path}/absent.gpkg")
    with pytest.raises(Unavailable), database.reading():
        pass

    assert list(tmp_path.iterdir()) == []


def test_a_file_in_an_absent_folder_cannot_be_created(tmp_path: Path) -> None:
    """The folder is the operator's to make; the message names the file and not the folder."""
    database = Database(f"sqlite:///{tmp_path}/absent/park.gpkg")
    with pytest.raises(Unavailable) as caught:
        database.initialise()

    assert caught.value.place == "park.gpkg"


def test_a_file_of_something_else_is_unavailable(tmp_path: Path) -> None:
    """A file that is no database is left as it is."""
    path = tmp_path / "park.gpkg"
    path.write_bytes(b"not a database at all" * 100)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(Unavailable):
        database.initialise()

    assert path.read_bytes() == b"not a database at all" * 100


def test_tables_of_another_system_are_left_alone(empty_database_url: str) -> None:
    """A database that has a table of ours without our history belongs to somebody else."""
    database = Database(empty_database_url)
    if database.is_embedded:
        Path(str(database.url.database)).touch()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parcel (something TEXT)")
    with pytest.raises(Unavailable) as caught:
        database.initialise()
    database.dispose()

    assert caught.value.code == "not-a-mujun-store"


def test_a_login_that_cannot_add_postgis_is_told_so(server: PostgisServer) -> None:
    """On a managed server the administrator adds the extension; afterwards the same login can go on."""
    with server.database(initialised=False) as url:
        administrator = Database(url)
        with administrator.engine.begin() as connection:
            connection.exec_driver_sql("CREATE ROLE mujun_plain LOGIN")
            connection.exec_driver_sql("GRANT CREATE ON SCHEMA public TO mujun_plain")
        plain = Database(str(administrator.url.set(username="mujun_plain")))
        try:
            with pytest.raises(Unavailable) as caught:
                plain.initialise()
            assert caught.value.code == "postgis-missing"
            with administrator.engine.begin() as connection:
                connection.exec_driver_sql("CREATE EXTENSION postgis")
            plain.initialise()
            plain.require_schema()
        finally:
            plain.dispose()
            with administrator.engine.begin() as connection:
                connection.exec_driver_sql("DROP OWNED BY mujun_plain CASCADE")
                connection.exec_driver_sql("DROP ROLE mujun_plain")
            administrator.dispose()


def test_a_missing_server_is_unavailable_and_the_password_stays_secret() -> None:
    """The message says which database, and nothing of the login."""
    database = Database("postgresql://chen:geheim@127.0.0.1:1/park?password=geheim")
    with pytest.raises(Unavailable) as caught, database.reading():
        pass

    error = caught.value
    assert error.place == "park at 127.0.0.1:1"
    said = " ".join(str(part) for part in (error, error.detail, error.detail_zh, error.place, error.action))
    assert "geheim" not in said + str(error.__cause__)
    assert "chen" not in said


def test_a_write_is_seen_whole_and_counted(database: Database) -> None:
    """Every writing transaction counts the data version up by one, together with what it writes."""
    with database.writing() as connection:
        add_grid(connection, 3)
        assert database.data_version(connection) == 0
    with database.reading() as connection:
        assert database.data_version(connection) == 1
        assert connection.execute(select(func.count()).select_from(Parcel)).scalar_one() == 3


def test_an_error_takes_the_whole_write_back(database: Database) -> None:
    """Nothing of a write remains that ends in an error, and it is not counted."""

    class Mishap(Exception):
        pass

    with pytest.raises(Mishap), database.writing() as connection:  # noqa: PT012 - an error comes after work
        add_grid(connection, 300)
        raise Mishap
    with database.reading() as connection:
        assert database.data_version(connection) == 0
        assert connection.execute(select(func.count()).select_from(Batch)).scalar_one() == 0


def test_an_error_of_the_database_goes_through_as_it_is(database: Database) -> None:
    """A violated constraint is the caller's to handle."""
    with database.writing() as connection:
        add_grid(connection, 1)
    with pytest.raises(IntegrityError), database.writing() as connection:
        add_grid(connection, 1)


def test_a_reader_cannot_write(database: Database) -> None:
    """A connection for reading refuses a write, and the next writer on it can."""
    key = {"name": "n", "prefix": "p", "digest": "d", "scopes": "", "created_at": datetime.now(UTC)}
    with pytest.raises(Unavailable) as caught, database.reading() as connection:
        connection.execute(insert(ApiKey).values(key))
    assert caught.value.code == "read-only"
    with database.writing() as connection:
        add_batch(connection)

    assert count(database, Batch) == 1


def test_a_value_no_column_can_hold_is_bad_input(database: Database) -> None:
    """A number beyond 64 bits from a client is answered as input, on both databases."""
    with pytest.raises(InvalidParameter) as caught, database.reading() as connection:
        connection.execute(select(Batch.id).where(Batch.id == 10**20)).all()

    assert caught.value.code == "value-out-of-range"


def test_the_parameters_of_a_statement_stay_out_of_error_messages(database: Database) -> None:
    """A database error may get into a log; what was to be written may not."""
    with pytest.raises(DBAPIError) as caught, database.writing() as connection:
        connection.execute(insert(ApiKey).values(name="八千万元", prefix="p", digest=None, scopes=""))

    ours, _, _the_servers_own = str(caught.value).partition("DETAIL")
    assert "八千万元" not in ours
    assert "INSERT INTO api_key" in str(caught.value)


def test_a_copied_file_is_a_backup(geopackage_url: str, tmp_path: Path) -> None:
    """After a checkpoint the one file holds everything, also while the store stays open."""
    database = Database(geopackage_url)
    with database.writing() as connection:
        add_grid(connection, 250)
    database.checkpoint()
    copy = tmp_path / "copy.gpkg"
    copy.write_bytes(Path(str(database.url.database)).read_bytes())
    restored = Database(f"sqlite:///{copy}")

    restored.require_schema()
    assert count(restored, Parcel) == 250
    database.dispose()
    restored.dispose()
