"""Shapefile (ESRI, 1998), zipped, in UTF-8 or GBK, with a table of the fields and a note of what did not fit.

A field name has ten bytes and a text 254; a Shapefile has one kind of geometry and 2 GB; an empty text
and null are the same. Whoever can take a GeoPackage is better off.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from service.errors import InvalidParameter, TooLarge
from service.features.formats import dbase, gdal
from service.features.formats.content import Content
from service.features.table import FeatureTable

LARGEST = 2**31 - 1
"""Bytes of the shapes, and of the table."""

_SHAPES = {
    "Polygon": "Polygon",
    "MultiPolygon": "Polygon",
    "LineString": "LineString",
    "MultiLineString": "LineString",
    "Point": "Point",
    "MultiPoint": "MultiPoint",
}
"""Type of a geometry → that of the shapes; features without any geometry are taken for polygons."""

_WHEN = (1980, 1, 1, 0, 0, 0)
_OTHER = "Ask for GeoPackage (f=gpkg), which has no such limit. 请改用无此限制的 GeoPackage（f=gpkg）。"


def write(content: Content, path: Path) -> None:
    """Write the zip file; raises `InvalidParameter` for mixed geometries, `TooLarge` beyond 2 GB."""
    shape, *others = {_SHAPES.get(kind) for kind in content.kinds} or {"Polygon"}
    if shape is None or others:
        raise InvalidParameter(
            f"A Shapefile has one kind of geometry; here are {', '.join(sorted(content.kinds))}.",
            "Shapefile 只能包含一种几何类型，此处有多种。",
            code="mixed-geometries",
            place="query parameter f",
            action=_OTHER,
        )
    names = dbase.field_names([each.name for each in content.columns])
    fields = [
        dbase.Field(name, each, content.encoding) for name, each in zip(names, content.columns, strict=True)
    ]
    frames: list[pl.DataFrame] = []

    def kept() -> Iterator[FeatureTable]:
        for table in content.chunks():
            frame = content.frame(table)
            for field, values in zip(fields, frame, strict=True):
                field.look(values)
            frames.append(frame)
            yield table

    with TemporaryDirectory(prefix="mujun-shp-") as folder:
        shapes = Path(folder) / f"{content.name}.shp"
        gdal.write(replace(content, chunks=kept), shapes, "ESRI Shapefile", kind=shape, columns=False)
        _fits(max(shapes.stat().st_size, dbase.record_width(fields) * content.size))
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for suffix in (".shp", ".shx", ".prj"):
                with (
                    shapes.with_suffix(suffix).open("rb") as source,
                    file.open(_entry(content.name + suffix), "w") as target,
                ):
                    while part := source.read(1 << 20):
                        target.write(part)
            with file.open(_entry(f"{content.name}.dbf"), "w") as target:
                for part in dbase.table(fields, frames, content.size, content.time, content.encoding):
                    target.write(part)
            file.writestr(_entry(f"{content.name}.cpg"), content.encoding.upper())
            file.writestr(_entry("fields.csv"), _told(fields))
            if notes := _notes(fields):
                file.writestr(_entry("NOTICE.txt"), notes)


def _fits(size: int) -> None:
    if size > LARGEST:
        raise TooLarge(
            "A Shapefile has at most 2 GB of shapes and of attributes.",
            "Shapefile 的图形和属性均不能超过 2 GB。",
            code="shapefile-too-large",
            place="query parameter f",
            action=_OTHER,
        )


def _told(fields: list[dbase.Field]) -> str:
    """Return the table of fields as CSV."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file)
    writer.writerow(("field", "property", "title", "type"))
    writer.writerows(
        (each.name, each.property.name, each.property.title, each.property.type) for each in fields
    )
    return file.getvalue()


def _notes(fields: list[dbase.Field]) -> str:
    lines = []
    for each in fields:
        if each.cut:
            lines.append(
                f"{each.name}: {each.cut} texts were cut at {dbase.LONGEST} bytes. "
                f"{each.cut} 个文本超过 {dbase.LONGEST} 字节，已截断。"
            )
        if each.replaced:
            lines.append(
                f"{each.name}: {each.replaced} texts have characters that GBK has not, now question marks. "
                f"{each.replaced} 个文本含 GBK 没有的字符，已用问号代替。"
            )
        if each.property.type == "integer" and each.letter == "C":
            lines.append(
                f"{each.name}: whole numbers of more than 18 digits are texts. 超过 18 位的整数以文本保存。"
            )
    if lines:
        lines.append("GeoPackage (f=gpkg) has everything whole. 完整内容请使用 GeoPackage（f=gpkg）。")
    return "".join(f"{line}\r\n" for line in lines)


def _entry(name: str) -> zipfile.ZipInfo:
    """Return an entry without the time, so that equal data makes equal bytes."""
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
