"""The paging token: where the next page begins, opaque to clients and checked when it comes back.

A token is good only for the listing it was made for. It is no secret and gives no rights: what it names is
checked like any parameter; the checksum keeps a damaged or foreign token from quietly meaning another page.
"""

import base64
import binascii
import hashlib
from typing import NamedTuple

import orjson

from service.errors import InvalidParameter

_DIGEST = 9
_LONGEST = 20_000


class Position(NamedTuple):
    """Behind which row id to go on, and what the listing began with: its evaluations, or its year.

    They stay the same to the last page, also when another evaluation is published meanwhile.
    """

    after: int
    began_with: tuple[int, ...]


def write_token(position: Position, listing: str) -> str:
    """Return the token of a position in the listing: collection and filters in canonical form."""
    content = orjson.dumps([position.after, *position.began_with])
    return base64.urlsafe_b64encode(_checksum(content, listing) + content).rstrip(b"=").decode()


def read_token(token: str, listing: str) -> Position:
    """Return the position; raises `InvalidParameter` for a token that was not made for this listing."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        # an encoding has spare bits: only the exact text that was given out is a token
        exact = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
        if not exact or len(token) > _LONGEST or raw[:_DIGEST] != _checksum(raw[_DIGEST:], listing):
            raise ValueError
        after, *began_with = orjson.loads(raw[_DIGEST:])
    except (ValueError, binascii.Error):
        raise InvalidParameter(
            "The paging token does not belong to this listing.",
            "分页标记与此查询不符。",
            code="invalid-token",
            place="query parameter token",
            action="Follow the link next of a page as it is, or begin again without a token.",
        ) from None
    return Position(after, tuple(began_with))


def _checksum(content: bytes, listing: str) -> bytes:
    return hashlib.blake2b(
        content + b"\0" + listing.encode(), digest_size=_DIGEST, person=b"mujun-token"
    ).digest()
