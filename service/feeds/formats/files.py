"""What a file is, by its first bytes: its name is only a hint, and a wrong one is an error."""

import hashlib
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from service.errors import UnreadableFile
from service.feeds.formats.file_gdb import holds_gdb

_CHUNK = 1 << 20
_LOOKED_AT = 1 << 16
_ARRAY = re.compile(rb"\[\s*[{\]]")
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)


class Kind(StrEnum):
    """The formats a hand-over may have."""

    CSV = "CSV"
    WORKBOOK = "workbook"
    GEOPACKAGE = "GeoPackage"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    SHAPEFILE = "zipped Shapefile"
    FILE_GDB = "zipped File GDB"
    RECORDS = "JSON records"

    @property
    def is_layer(self) -> bool:
        """Whether its rows are features."""
        return self not in (Kind.CSV, Kind.WORKBOOK, Kind.RECORDS)


_BY_SUFFIX: dict[str, tuple[Kind, ...]] = {
    ".csv": (Kind.CSV,),
    ".txt": (Kind.CSV,),
    ".tsv": (Kind.CSV,),
    ".xlsx": (Kind.WORKBOOK,),
    ".xlsm": (Kind.WORKBOOK,),
    ".xls": (Kind.WORKBOOK,),
    ".gpkg": (Kind.GEOPACKAGE,),
    ".fgb": (Kind.FLATGEOBUF,),
    ".geojson": (Kind.GEOJSON,),
    ".json": (Kind.GEOJSON, Kind.RECORDS),
    ".ndjson": (Kind.RECORDS,),
    ".jsonl": (Kind.RECORDS,),
    ".zip": (Kind.SHAPEFILE, Kind.FILE_GDB),
}


def kind_of(path: Path, file_name: str) -> Kind:
    """Return the format of a file; raises `UnreadableFile` when its name and its first bytes disagree."""
    suffix = Path(file_name).suffix.lower()
    named = _BY_SUFFIX.get(suffix)
    if named is None:
        raise UnreadableFile(
            f"Files named *{suffix or file_name!r} are not read.",
            "不支持的文件类型。",
            place=file_name,
            action=f"Hand over one of {', '.join(_BY_SUFFIX)}; a Shapefile or File GDB as one .zip. "
            "请提交上述格式。",
        )
    found = _by_content(path, named)
    if found not in named:
        what = f"a {found}" if found else "nothing the service knows"
        raise UnreadableFile(
            f"By its name this is a {' or a '.join(named)}, by its content {what}.",
            "文件内容与扩展名不符。",
            place=file_name,
            action="Save it again in the format its name says. 请按扩展名对应的格式重新保存。",
        )
    return found


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    sum_ = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sum_.update(chunk)
    return sum_.hexdigest()


def _by_content(path: Path, named: tuple[Kind, ...]) -> Kind | None:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"SQLite format 3\0"):
        return Kind.GEOPACKAGE
    if start.startswith(b"fgb"):
        return Kind.FLATGEOBUF
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return Kind.WORKBOOK
    if start.startswith(b"PK"):
        return _zipped(path)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        if Kind.RECORDS not in named:
            return Kind.GEOJSON
        return Kind.GEOJSON if Kind.GEOJSON in named and _is_geojson(path) else Kind.RECORDS
    if _ARRAY.match(text) and Kind.RECORDS in named:
        return Kind.RECORDS
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    return Kind.CSV


def _zipped(path: Path) -> Kind | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()[:10_000]]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "xl/workbook.xml" in names:
        return Kind.WORKBOOK
    if holds_gdb(names):
        return Kind.FILE_GDB
    return Kind.SHAPEFILE if any(name.endswith(".shp") for name in names) else None


def _is_geojson(path: Path) -> bool:
    """Tell GeoJSON from other JSON by its type, which stands first or last in what programs write."""
    with path.open("rb") as file:
        start = file.read(_LOOKED_AT)
        file.seek(max(0, path.stat().st_size - _LOOKED_AT))
        end = file.read()
    return bool(_GEOJSON.search(start) or _GEOJSON.search(end))
