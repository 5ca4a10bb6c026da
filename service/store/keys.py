"""Reads and writes API keys; only digests get here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy import insert as insert_into

from service.store.models import ApiKey


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is kept."""

    name: str
    prefix: str
    digest: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


_COLUMNS = (
    ApiKey.name,
    ApiKey.prefix,
    ApiKey.digest,
    ApiKey.scopes,
    ApiKey.created_at,
    ApiKey.revoked_at,
)

_FIND = select(*_COLUMNS).where(ApiKey.prefix == bindparam("prefix"))  # made once: every request runs it


def insert(connection: Connection, *, name: str, prefix: str, digest: str, scopes: Sequence[str]) -> None:
    """Add a key."""
    connection.execute(
        insert_into(ApiKey).values(
            name=name, prefix=prefix, digest=digest, scopes=" ".join(scopes), created_at=datetime.now(UTC)
        )
    )


def find(connection: Connection, prefix: str) -> StoredKey | None:
    """Return the key with this prefix, revoked or not."""
    row = connection.execute(_FIND, {"prefix": prefix}).one_or_none()
    return None if row is None else _stored(*row)


def every(connection: Connection) -> list[StoredKey]:
    """Return all keys, the oldest first."""
    return [_stored(*row) for row in connection.execute(select(*_COLUMNS).order_by(ApiKey.id))]


def any_active(connection: Connection) -> bool:
    """Tell whether at least one key is not revoked."""
    return bool(connection.scalar(select(exists().where(ApiKey.revoked_at.is_(None)))))


def revoke(connection: Connection, prefix: str) -> bool:
    """Mark the active key with this prefix as revoked; False when there is none."""
    result = connection.execute(
        update(ApiKey)
        .where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))
        .values(revoked_at=datetime.now(UTC))
    )
    return result.rowcount == 1


def _stored(
    name: str, prefix: str, digest: str, scopes: str, created_at: datetime, revoked_at: datetime | None
) -> StoredKey:
    return StoredKey(name, prefix, digest, tuple(scopes.split()), created_at, revoked_at)
