"""The spool (暂存): pages of an unfinished pull, one record a line, in a folder of the machine that pulls.

What is on disk goes before what the store says of it: a page is written and flushed to the disk, then the
cursor moves. After a crash the file is cut back to where the cursor is.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.errors import Conflict, Unavailable


class Spool:
    """The spool of one source."""

    def __init__(self, folder: Path, source: str) -> None:
        self._folder, self._source = folder, source
        self.path = folder / f"{source}.ndjson"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other pulls of this source on this machine out; raises `Conflict` (``pull-running``)."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / f"{self._source}.lock").open("w")
        except OSError:
            raise Unavailable(
                "The folder for pages of pulls cannot be written to.",
                "汇聚暂存目录不可写。",
                code="spool-not-writable",
                place=self._source,
                action="Name a writable folder in MUJUN_DATA_DIR. 请检查 MUJUN_DATA_DIR。",
            ) from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Conflict(
                    "This source is being pulled already.",
                    "该数据源正在汇聚中。",
                    code="pull-running",
                    place=self._source,
                    action="Wait until it has ended. 请等待其结束。",
                ) from None
            yield

    def holds(self, size: int) -> bool:
        """Tell whether at least so many bytes are here."""
        return self.path.is_file() and self.path.stat().st_size >= size

    def cut(self, size: int) -> None:
        """Cut back to so many bytes; begins an empty spool with none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.truncate(size)
            os.fsync(file.fileno())

    def append(self, lines: list[str]) -> int:
        """Write lines so that a crash does not lose them; return the size then."""
        with self.path.open("ab") as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
            return file.tell()

    def digests(self) -> set[bytes]:
        """Return the digest of every line."""
        if not self.path.is_file():
            return set()
        with self.path.open("rb") as file:
            return {digest(line.rstrip(b"\n")) for line in file}

    def hand_over(self, crs: str | None, features: bool) -> Path:
        """Return the file to import: the records themselves, or a GeoJSON collection made of the features."""
        if not features:
            return self.path
        target = self.path.with_suffix(".geojson")
        with self.path.open("rb") as source, target.open("wb") as file:
            file.write(b'{"type":"FeatureCollection",')
            if crs is not None:
                urn = f"urn:ogc:def:crs:EPSG::{crs.removeprefix('EPSG:')}"
                file.write(f'"crs":{{"type":"name","properties":{{"name":"{urn}"}}}},'.encode())
            file.write(b'"features":[')
            for number, line in enumerate(source):
                file.write((b",\n" if number else b"\n") + line.rstrip(b"\n"))
            file.write(b"\n]}\n")
        return target

    def clear(self) -> None:
        """Remove what is here."""
        for path in (self.path, self.path.with_suffix(".geojson")):
            path.unlink(missing_ok=True)


def digest(line: bytes) -> bytes:
    """Return what stands for a record when records are compared."""
    return hashlib.blake2b(line, digest_size=12).digest()
