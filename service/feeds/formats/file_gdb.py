"""A zipped File Geodatabase: its tables taken out of a hostile archive, under names of our own."""

import re
import zipfile
from pathlib import Path, PurePosixPath

from service.errors import UnreadableFile
from service.feeds.formats.archives import extract, opened, unreadable

_MEMBERS = 10_000
_PART = re.compile(
    r"(a[0-9a-f]{8}\.(gdbtable|gdbtablx|gdbindexes|freelist|[a-z0-9_]+\.(atx|spx))|gdb|timestamps)"
)


def unpack_gdb(archive_path: Path, folder: Path, file_name: str) -> Path:
    """Write the one geodatabase of an archive into ``folder`` and return its path.

    Only files that a geodatabase consists of are taken, by their plain names, so that no member's path
    matters. Raises `TooLarge` and `UnreadableFile`, the latter also when there are several geodatabases.
    """
    target = folder / "layer.gdb"
    target.mkdir()
    with opened(archive_path, file_name, _MEMBERS) as archive:
        parts = _parts(archive, file_name)
        extract(archive, {target / name: member for name, member in parts.items()}, file_name)
    return target


def holds_gdb(names: list[str]) -> bool:
    """Tell whether an archive with these members holds a geodatabase."""
    return any(name.lower().endswith(".gdbtable") for name in names)


def _parts(archive: zipfile.ZipFile, file_name: str) -> dict[str, zipfile.ZipInfo]:
    found: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        where = PurePosixPath(member.filename.replace("\\", "/"))
        name = where.name.lower()
        if _PART.fullmatch(name) and "__MACOSX" not in where.parts and not member.is_dir():
            found.setdefault(where.parent, {})[name] = member
    databases = {
        where: parts for where, parts in found.items() if any(name.endswith(".gdbtable") for name in parts)
    }
    if len(databases) == 1:
        return databases.popitem()[1]
    if not databases:
        raise unreadable("The archive holds no tables of a geodatabase.", file_name)
    raise UnreadableFile(
        f"The archive holds {len(databases)} geodatabases.",
        "压缩包内有多个地理数据库。",
        place=file_name,
        action="Zip each .gdb by itself. 请每个 .gdb 单独压缩。",
    )
