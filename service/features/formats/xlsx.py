"""XLSX for people: titles in English and Chinese above the columns, a second sheet tells the fields.

Geometry does not fit into cells; two columns give the centroid, x to the east and y to the north. There are
no formulas: a text that looks like one stays a text.
"""

import io
import re
import zipfile
from pathlib import Path

import polars as pl
import shapely
import xlsxwriter

from service.errors import TooLarge
from service.features.formats.cells import rows
from service.features.formats.content import Content
from service.features.table import FeatureTable, Property, decoded

MOST_ROWS = 1_048_575
"""Rows of a sheet without its header."""

_SHEET = "xl/worksheets/sheet1.xml"
_DIMENSION = re.compile(r'(<dimension ref="A1:[A-Z]+)1(?=")')
_WIDTH = 18
_WHEN = (1980, 1, 1, 0, 0, 0)  # as xlsxwriter: equal data makes equal bytes


def write(content: Content, path: Path) -> None:
    """Write the file; raises `TooLarge` for more rows than a sheet has."""
    if content.size > MOST_ROWS:
        raise TooLarge(
            f"A sheet has {MOST_ROWS:,} rows, and these are {content.size:,} features.",
            f"工作表最多 {MOST_ROWS:,} 行，此处有 {content.size:,} 个要素。",
            code="too-many-rows",
            action="Narrow the query, or ask for CSV or GeoPackage. 请缩小范围，或使用 CSV、GeoPackage。",
        )
    columns = (*content.columns, *_centroid_columns(content))
    book = zipfile.ZipFile(io.BytesIO(_book(content, columns)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for each in book.infolist():
            if each.filename != _SHEET:
                file.writestr(each, book.read(each), zipfile.ZIP_DEFLATED)
        head, tail = book.read(_SHEET).decode().split("</sheetData>")
        day = re.search(r'<col [^>]*style="(\d+)"', head)
        about = zipfile.ZipInfo(_SHEET, _WHEN)
        about.compress_type = zipfile.ZIP_DEFLATED
        with file.open(about, "w", force_zip64=True) as sheet:
            sheet.write(_DIMENSION.sub(rf"\g<1>{content.size + 1}", head).encode())
            row = 2
            for table in content.chunks():
                frame = content.frame(table).with_columns(_centroids(content, table))
                sheet.write(rows(frame, row, day[1] if day else "0"))
                row += frame.height
            sheet.write(b"</sheetData>" + tail.encode())


def _book(content: Content, columns: tuple[Property, ...]) -> bytes:
    """Return the workbook with headers and fields, but without the rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"title": content.title, "created": content.time.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet, fields = book.add_worksheet("Features 要素"), book.add_worksheet("Fields 字段")
        sheet.freeze_panes(1, 0)
        for place, each in enumerate(columns):
            sheet.set_column(place, place, _WIDTH, day if each.type == "date" else None)
            sheet.write_string(0, place, each.title, bold)
        if columns:
            sheet.autofilter(0, 0, content.size, len(columns) - 1)
        fields.set_column(0, 2, 2 * _WIDTH)
        told = [("Field 字段", "Title 名称", "Type 类型")]
        told += [(each.name, each.title, each.type) for each in columns]
        for place, texts in enumerate(told):
            for column, text in enumerate(texts):
                fields.write_string(place, column, text, bold if place == 0 else None)
    return file.getvalue()


def _centroid_columns(content: Content) -> tuple[Property, Property]:
    if content.crs.is_geographic:
        titles = "Longitude of the centroid 中心点经度", "Latitude of the centroid 中心点纬度"
    else:
        titles = "Easting of the centroid, m 中心点东坐标", "Northing of the centroid, m 中心点北坐标"
    return Property("centroid_x", "number", titles[0]), Property("centroid_y", "number", titles[1])


def _centroids(content: Content, table: FeatureTable) -> list[pl.Series]:
    points = shapely.centroid(decoded(content.eastward(table)))
    points[shapely.is_empty(points)] = None  # of an empty point GEOS gives no coordinates
    given = zip(_centroid_columns(content), (shapely.get_x(points), shapely.get_y(points)), strict=True)
    return [
        pl.Series(column.name, values.round(content.crs.decimals)).fill_nan(None) for column, values in given
    ]
