"""The page's files, read once: our own, the map library that ``npm run vendor`` put there, colours."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

from service.reference.styles import colours_as_css, style_table

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
    """Read ``static/`` and ``vendor/``; a missing ``vendor/`` leaves its files out.

    The colours come from the table of styles, as ``colours.css`` and ``colours.js``.
    """
    paths = {path.relative_to(folder / "static").as_posix(): path for path in (folder / "static").iterdir()}
    if (folder / "vendor").is_dir():
        paths |= {path.relative_to(folder).as_posix(): path for path in (folder / "vendor").iterdir()}
    bodies = {name: path.read_bytes() for name, path in paths.items() if path.suffix in _MEDIA_TYPES}
    bodies |= {"colours.css": colours_as_css().encode(), "colours.js": _module_of_colours()}
    files = {name: _asset(name, body) for name, body in sorted(bodies.items())}
    every = hashlib.sha256("".join(f"{name} {asset.etag}\n" for name, asset in files.items()).encode())
    return Assets(files, every.hexdigest()[:12])


def _asset(name: str, body: bytes) -> Asset:
    return Asset(body, _MEDIA_TYPES[Path(name).suffix], f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def _module_of_colours() -> bytes:
    """Return a module with every colour by its name, and by collection the colour of every value."""
    table = style_table()
    classes = {
        name: {each.value: each.fill for each in style.classes if each.value is not None}
        for name, style in table.styles.items()
    }
    return b"".join(
        b"export const %s = %s;\n" % (name, orjson.dumps(content))
        for name, content in ((b"COLOURS", dict(table.colours)), (b"CLASSES", classes))
    )
