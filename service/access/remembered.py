"""Whose key it is, remembered for as long as nothing is written: a revocation is a write like any other."""

import hashlib
from collections.abc import Iterable

from service.access.identity import Principal

_CARRIERS = (b"authorization", b"x-api-key")
_MOST = 10_000


def credentials(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return a digest of what a request says about who asks; one of its own for a request that says nothing.

    Keys themselves are not kept in memory.
    """
    said = [(name, value) for name, value in headers if name in _CARRIERS]
    return hashlib.sha256(repr(said).encode()).digest() if said else b""


class Remembered:
    """Principals by their credentials, found in one version of the data; with another all are forgotten."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._known: dict[bytes, Principal] = {}

    def find(self, version: int, credentials: bytes) -> Principal | None:
        """Return whose credentials these are, if that was found in this version."""
        return self._known.get(credentials) if version == self._version else None

    def keep(self, version: int, credentials: bytes, principal: Principal) -> None:
        """Remember whose they are; ``version`` was asked before they were looked up."""
        if version != self._version or len(self._known) >= _MOST:
            self._version, self._known = version, {}
        self._known[credentials] = principal
