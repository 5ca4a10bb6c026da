"""A store that can be read and not written to."""

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from service.store.database import Database


@contextmanager
def not_writable(database: Database, folder: Path, *, sealed: bool = False) -> Iterator[Database]:
    """Give the store where nothing can be written: a file without permission, a database that is a replica.

    ``sealed`` takes the right to write into the folder too, as on a read-only disk.
    """
    if not database.is_embedded:
        name = database.url.database
        server = create_engine(database.url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        replica = Database(database.url.render_as_string(hide_password=False))
        try:
            yield replica
        finally:
            replica.dispose()
            with server.connect() as connection:
                connection.exec_driver_sql("SET default_transaction_read_only = off")
                connection.exec_driver_sql(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
            server.dispose()
        return
    database.checkpoint()
    database.dispose()
    path = folder / "park.gpkg"
    path.write_bytes(Path(str(database.url.database)).read_bytes())
    path.chmod(0o444)
    folder.chmod(0o555 if sealed else 0o777)
    codecs.lookup("utf-16-le")  # made known while the interpreter's own files can be read
    was = os.geteuid()
    if was == 0:  # who may write anything
        os.seteuid(65534)
    try:
        replica = Database(f"sqlite:///{path}")
        yield replica
        replica.dispose()
    finally:
        os.seteuid(was)
        folder.chmod(0o777)
