"""A store that can be read and not written to."""

import ctypes
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
    try:
        with _no_right_to_override():
            replica = Database(f"sqlite:///{path}")
            yield replica
            replica.dispose()
    finally:
        folder.chmod(0o777)


_OVERRIDE = 1 << 1  # CAP_DAC_OVERRIDE: to write whatever the permissions say
_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


@contextmanager
def _no_right_to_override() -> Iterator[None]:
    """Let permissions hold for root too: in this thread, and in those that it starts meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(_VERSION_3, 0), (_Capabilities * 2)()
    assert libc.capget(ctypes.byref(header), sets) == 0
    had = sets[0].effective
    sets[0].effective = had & ~_OVERRIDE
    assert libc.capset(ctypes.byref(header), sets) == 0
    try:
        yield
    finally:
        sets[0].effective = had
        assert libc.capset(ctypes.byref(header), sets) == 0
