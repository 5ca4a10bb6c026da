"""What a file is, by its first bytes: its name is only a hint, and a wrong one is an error."""

import hashlib
import zipfile
from enum import StrEnum
from pathlib import Path

from service.errors import UnreadableFile

_CHUNK = 1 << 20


class Kind(StrEnum):
    """The formats a hand-over may have."""

    CSV = "CSV"
    WORKBOOK = "workbook"
    GEOPACKAGE = "GeoPackage"
    FLATGEOBUF = "FlatGeobuf"
    GEOJSON = "GeoJSON"
    SHAPEFILE = "zipped Shapefile"

    @property
    def is_layer(self) -> bool:
        """Whether its rows are features."""
        return self not in (Kind.CSV, Kind.WORKBOOK)


_BY_SUFFIX = {
    ".csv": Kind.CSV,
    ".txt": Kind.CSV,
    ".tsv": Kind.CSV,
    ".xlsx": Kind.WORKBOOK,
    ".xlsm": Kind.WORKBOOK,
    ".xls": Kind.WORKBOOK,
    ".gpkg": Kind.GEOPACKAGE,
    ".fgb": Kind.FLATGEOBUF,
    ".geojson": Kind.GEOJSON,
    ".json": Kind.GEOJSON,
    ".zip": Kind.SHAPEFILE,
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
            action=f"Hand over one of {', '.join(_BY_SUFFIX)}; a Shapefile as one .zip. 请提交上述格式。",
        )
    found = _by_content(path)
    if found is not named:
        what = f"a {found}" if found else "nothing the service knows"
        raise UnreadableFile(
            f"By its name this is a {named}, by its content {what}.",
            "文件内容与扩展名不符。",
            place=file_name,
            action="Save it again in the format its name says. 请按扩展名对应的格式重新保存。",
        )
    return named


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    sum_ = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sum_.update(chunk)
    return sum_.hexdigest()


def _by_content(path: Path) -> Kind | None:
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
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return Kind.GEOJSON
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
    return Kind.SHAPEFILE if any(name.endswith(".shp") for name in names) else None
