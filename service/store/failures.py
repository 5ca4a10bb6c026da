"""What a database says when it cannot serve, in the service's own errors."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from service.errors import Conflict, InvalidParameter, Unavailable
from service.store.immutability import HISTORY_REFUSAL, LEDGER_REFUSAL, REFUSAL, SNAPSHOT_REFUSAL

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_GONE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
}

# SQLSTATE, or its classes. Busy: rollback by the server, lock not available. Gone: connection, login, no such
# database, resources, shutdown, system.
_BUSY_STATES = ("40", "55P03")
# a transaction that may not write (a replica, or a setting), or a login without the right
_READ_ONLY_STATES = {"25006", "42501"}
_GONE_STATES = ("08", "28", "3D", "53", "57P", "58")


@contextmanager
def translated(store: str) -> Iterator[None]:
    """Raise the service's own error for what the database refuses or cannot do; let our mistakes through.

    :param store: its name for people, without user and password
    :raises Unavailable: it cannot be reached or written to, or is busy
    :raises Conflict: a published evaluation, or what an evaluation read, was to be changed
    :raises InvalidParameter: a value that no column can hold
    """
    try:
        yield
    except PoolTimeout as error:
        raise _busy(store) from error
    except IntegrityError as error:
        said = str(error.orig)
        if SNAPSHOT_REFUSAL in said:
            raise Conflict(
                "A snapshot that an evaluation read never changes.",
                "评价所用的快照不能再修改。",
                code="snapshot-in-use",
            ) from error
        if LEDGER_REFUSAL in said:
            raise Conflict(
                "A price decision and its entries never change.",
                "电价决定及其台账分录不能修改。",
                code="ledger-closed",
                action="Decide again: the difference becomes further entries. 请重新决定，差额另行记账。",
            ) from error
        if HISTORY_REFUSAL in said:
            raise Conflict(
                "The history of a measure never changes.",
                "跟踪事项的办理记录不能修改。",
                code="history-kept",
            ) from error
        if REFUSAL not in said:
            raise
        raise Conflict(
            "A published evaluation never changes.",
            "已发布的评价不能再修改。",
            code="published",
            action="Run a new evaluation instead.",
        ) from error
    except (DataError, OverflowError, UnicodeEncodeError) as error:
        raise InvalidParameter(
            "A value is larger than the store can hold, or a text has characters that it cannot.",
            "数值超出范围，或文本含有无法保存的字符。",
            code="value-out-of-range",
            action="Correct the value.",
        ) from error
    except (DBAPIError, sqlite3.Error, psycopg.Error) as error:
        # beginning, the version, and the GeoPackage's own tables go past SQLAlchemy
        driver_error = error.orig if isinstance(error, DBAPIError) else error
        if _is_busy(driver_error):
            raise _busy(store) from error
        if _is_gone(driver_error):
            raise _gone(store) from error
        if is_read_only(driver_error):
            raise read_only(store) from error
        raise


def _is_busy(error: BaseException | None) -> bool:
    if isinstance(error, psycopg.Error):
        return (error.sqlstate or "").startswith(_BUSY_STATES)
    return _sqlite_code(error) in _BUSY


def _is_gone(error: BaseException | None) -> bool:
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return True  # no server said it: there is none, or it went away
    if isinstance(error, psycopg.Error):
        return (error.sqlstate or "").startswith(_GONE_STATES)
    return _sqlite_code(error) in _GONE


def is_read_only(error: BaseException | None) -> bool:
    """Tell whether a driver says that nothing can be written."""
    if isinstance(error, psycopg.Error):
        return error.sqlstate in _READ_ONLY_STATES
    return _sqlite_code(error) == sqlite3.SQLITE_READONLY


def _sqlite_code(error: BaseException | None) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF  # without its extension


def _busy(store: str) -> Unavailable:
    return Unavailable(
        "The store is busy with other work.",
        "数据库正忙。",
        code="busy",
        place=store,
        action="Try again in a minute.",
    )


def _gone(store: str) -> Unavailable:
    return Unavailable(
        "The store cannot be reached.",
        "无法连接数据库。",
        place=store,
        action="Check that the database runs, and the address and login in MUJUN_DATABASE_URL.",
    )


def read_only(store: str) -> Unavailable:
    """Return the error that a store cannot be written to."""
    return Unavailable(
        "The store cannot be written to here.",
        "数据库在此处只读。",
        code="read-only",
        place=store,
        action="Check the rights on the file, or whether the server is a replica.",
    )
