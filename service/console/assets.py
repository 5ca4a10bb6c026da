"""The page's files, read once: our own, and the map library that ``npm run vendor`` put beside them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page with its media type and strong ETag."""

    body: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files by their path below the assets' address; ``version`` changes when any of them does."""

    files: Mapping[str, Asset]
    version: str


@cache
def load(folder: Path = _HERE) -> Assets:
    """Read ``static/`` and ``vendor/``; a missing ``vendor/`` leaves its files out."""
    paths = {path.relative_to(folder / "static").as_posix(): path for path in (folder / "static").iterdir()}
    if (folder / "vendor").is_dir():
        paths |= {path.relative_to(folder).as_posix(): path for path in (folder / "vendor").iterdir()}
    files = {name: _asset(path) for name, path in sorted(paths.items()) if path.suffix in _MEDIA_TYPES}
    every = hashlib.sha256("".join(f"{name} {asset.etag}\n" for name, asset in files.items()).encode())
    return Assets(files, every.hexdigest()[:12])


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, _MEDIA_TYPES[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:20]}"')
