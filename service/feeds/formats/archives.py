"""Zip archives from outside: chosen members written under names of our own, never more than 2 GiB."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from service.errors import TooLarge, UnreadableFile

_BYTES = 2 << 30
_CHUNK = 1 << 20


@contextmanager
def opened(path: Path, file_name: str, members: int) -> Iterator[zipfile.ZipFile]:
    """Open an archive; whatever is wrong with it within the block becomes `UnreadableFile`.

    Raises `TooLarge` when it has more than ``members`` members.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > members:
                raise TooLarge(
                    f"The archive has more than {members:,} members.", "压缩包内文件过多。", place=file_name
                )
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, RuntimeError) as error:
        raise unreadable(
            f"The archive is damaged or encrypted ({type(error).__name__}).", file_name
        ) from None
    except (zlib.error, lzma.LZMAError):
        raise unreadable("The archive is damaged.", file_name) from None


def extract(archive: zipfile.ZipFile, chosen: Mapping[Path, zipfile.ZipInfo], file_name: str) -> None:
    """Write members where ``chosen`` says; raises `TooLarge` when they unpack to more than 2 GiB."""
    if sum(member.file_size for member in chosen.values()) > _BYTES:
        raise _too_large(file_name)
    written = 0
    for target, member in chosen.items():
        with archive.open(member) as source, target.open("wb") as sink:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > _BYTES:  # the directory of an archive can lie
                    raise _too_large(file_name)
                sink.write(chunk)


def unreadable(sentence: str, file_name: str) -> UnreadableFile:
    """Return the error for an archive that cannot be used."""
    return UnreadableFile(
        sentence,
        "压缩包无法读取。",
        place=file_name,
        action="Zip the Shapefile (.shp, .shx, .dbf, .prj) or the folder .gdb again, without a password. "
        "请重新压缩，不设密码。",
    )


def _too_large(file_name: str) -> TooLarge:
    return TooLarge("The archive unpacks to more than 2 GiB.", "压缩包解压后过大。", place=file_name)
