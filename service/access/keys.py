"""API keys (接口密钥): ``mj_<prefix>_<secret>``, shown once, kept as a digest.

The prefix is public: it names a key in lists and in ``mujun keys revoke``. Every request looks its key up in
the store, so a revocation holds from the next request on, whichever process serves it.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from service.access.identity import Principal, check_scopes
from service.errors import InvalidParameter, NotAuthenticated, NotFound, Unavailable
from service.store import keys as store
from service.store.database import Database

_KEY = re.compile(r"mj_(?P<prefix>[0-9a-f]{8})_(?P<secret>[A-Za-z0-9_-]{43})", re.ASCII)
_SECRET_BYTES = 32  # 256 bits, 43 characters of base64url


def _digest(secret: str) -> str:
    # A slow hash protects passwords people choose; 256 random bits cannot be guessed however fast the
    # hash is, and this runs on every request.
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


_NO_DIGEST = _digest("")  # compared with when the prefix is unknown, so that both answers take the same time


def create_key(database: Database, name: str, scopes: Iterable[str]) -> str:
    """Store a new key and return it; this is the only time that it can be seen.

    Raises `InvalidParameter` for an empty name or an unknown scope.
    """
    granted = check_scopes(scopes)
    if not name.strip() or len(name) > 200:
        raise InvalidParameter("A key needs a name.", "密钥需要名称。", place="name")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(_SECRET_BYTES)
    with database.writing() as connection:
        store.insert(connection, name=name.strip(), prefix=prefix, digest=_digest(secret), scopes=granted)
    return f"mj_{prefix}_{secret}"


def verify(database: Database, key: str) -> Principal:
    """Return whose key this is; raises `NotAuthenticated` when it is malformed, unknown, wrong or revoked."""
    parts = _KEY.fullmatch(key)
    if parts is None:
        raise unknown_key()
    with database.reading() as connection:
        found = store.find(connection, parts["prefix"])
    matches = hmac.compare_digest(_digest(parts["secret"]), found.digest if found else _NO_DIGEST)
    if found is None or not matches or found.revoked_at is not None:
        raise unknown_key()
    return Principal.holding(found.name, found.scopes)


def revoke_key(database: Database, prefix: str) -> None:
    """Revoke a key for good; raises `NotFound` when no active key has this prefix."""
    with database.writing() as connection:
        if not store.revoke(connection, prefix):
            raise NotFound(
                f"No active key has the prefix {prefix!r}.",
                f"没有前缀为 {prefix!r} 的有效密钥。",
                place="prefix",
                action="List the keys with `mujun keys list`.",
            )


def require_way_in(database: Database, *, open_mode: bool) -> None:
    """Raise `Unavailable` when nobody could use the service: no active key, and not in open mode."""
    if open_mode:
        return
    with database.reading() as connection:
        if not store.any_active(connection):
            raise Unavailable(
                "No API key exists, so nobody could use the service.",
                "尚无接口密钥，无人能够使用本服务。",
                code="no-keys",
                action="Create one (mujun keys create NAME --scope read), or serve this machine alone "
                "without keys (mujun serve --open).",
            )


def unknown_key() -> NotAuthenticated:
    """Return the one answer to every bad key: it does not tell which part was wrong."""
    return NotAuthenticated(
        "The API key is malformed, unknown or revoked.",
        "接口密钥格式不正确、不存在或已被撤销。",
        action="Send a valid key as X-API-Key, as Authorization: Bearer, or as the password of HTTP Basic.",
    )
