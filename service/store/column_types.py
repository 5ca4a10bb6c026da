"""Column types that a GeoPackage may hold; GDAL drops a column of any other type with only a warning.

Importing this module teaches SQLAlchemy to write them. Source: OGC 12-128r19, table 1.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Float, String
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine


@compiles(String, "sqlite")
def _text(*_: Any, **__: Any) -> str:
    return "TEXT"


@compiles(BigInteger, "sqlite")
def _integer(*_: Any, **__: Any) -> str:
    return "INTEGER"  # 64 bits


@compiles(Float, "sqlite")
def _double(*_: Any, **__: Any) -> str:
    return "DOUBLE"  # FLOAT would be read as 32 bits


class _GeoPackageDateTime(sqlite.DATETIME):
    """A time as ``2024-01-31T08:00:00.000Z``."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        def process(value: datetime | None) -> str | None:
            if value is None:
                return None
            return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        return lambda value: None if value is None else datetime.fromisoformat(value)


class UtcDateTime(TypeDecorator[datetime]):
    """A time with its zone, kept as UTC in milliseconds on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Write a GeoPackage's own form of a time into SQLite."""
        sqlite_type = _GeoPackageDateTime()  # type: ignore[no-untyped-call]
        return dialect.type_descriptor(sqlite_type if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone; cut it to milliseconds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).replace(microsecond=value.microsecond // 1000 * 1000)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give it in UTC, whatever the session's zone."""
        return None if value is None else value.astimezone(UTC)
