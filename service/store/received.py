"""Files exactly as they were received, in parts: one backup of the store has them too."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, exists, func, insert, select

from service.store.models import ReceivedFile

PART = 4 << 20


def keep(connection: Connection, sha256: str, path: Path) -> None:
    """Keep a file under its digest; what is kept already stays.

    :param connection: a writing transaction
    """
    if is_kept(connection, sha256):
        return
    with path.open("rb") as file:
        _keep(connection, sha256, file)


def keep_bytes(connection: Connection, sha256: str, content: bytes) -> None:
    """Keep what was received without a file, as `keep`."""
    if not is_kept(connection, sha256):
        _keep(connection, sha256, BytesIO(content))


def _keep(connection: Connection, sha256: str, file: BinaryIO) -> None:
    part = 0
    # a file of no bytes is kept as one part of none
    while (content := file.read(PART)) or part == 0:
        connection.execute(insert(ReceivedFile).values(sha256=sha256, part=part, content=content))
        part += 1


def is_kept(connection: Connection, sha256: str) -> bool:
    """Tell whether the file of this digest is there."""
    return bool(connection.execute(select(exists().where(ReceivedFile.sha256 == sha256))).scalar_one())


def size(connection: Connection, sha256: str) -> int:
    """Return how many bytes a kept file has."""
    query = select(func.sum(func.length(ReceivedFile.content))).where(ReceivedFile.sha256 == sha256)
    return int(connection.execute(query).scalar_one() or 0)


def part(connection: Connection, sha256: str, number: int) -> bytes | None:
    """Return one part of a kept file, from 0; None behind the last."""
    query = select(ReceivedFile.content).where(ReceivedFile.sha256 == sha256, ReceivedFile.part == number)
    content = connection.execute(query).scalar_one_or_none()
    return None if content is None else bytes(content)


def parts(connection: Connection, sha256: str) -> Iterator[bytes]:
    """Yield the bytes of a kept file, part by part."""
    number = 0
    while (content := part(connection, sha256, number)) is not None:
        yield content
        number += 1
