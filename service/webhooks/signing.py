"""Signatures (签名) by which a receiver knows who sent an event, and that nobody changed it.

Source: Standard Webhooks 1.0.0, symmetric scheme ``v1``: HMAC-SHA256 over ``id.timestamp.body``.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from service.errors import InvalidSubscribers

PREFIX = "whsec_"
_FEWEST, _MOST = 24, 64  # bytes


def new_secret() -> str:
    """Return a fresh secret, as it is given to both sides."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str, place: str) -> bytes:
    """Return the bytes of a secret; raises `InvalidSubscribers` for one that is none or too short."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not _FEWEST <= len(key) <= _MOST:
        raise InvalidSubscribers(
            f"A secret is {PREFIX} and {_FEWEST} to {_MOST} bytes in base64.",
            "签名密钥格式不正确。",
            code="invalid-secret",
            place=place,
            action="Make one: mujun events secret. 可用该命令生成。",
        )
    return key


def signature(keys: Iterable[bytes], id_: str, timestamp: int, body: bytes) -> str:
    """Return the header ``webhook-signature``: one signature a key, the present key's first."""
    signed = f"{id_}.{timestamp}.".encode() + body
    made = (base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys)
    return " ".join(f"v1,{each}" for each in made)
