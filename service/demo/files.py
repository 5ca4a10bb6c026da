"""Writes hand-over files the way departments save them; the same input gives the same bytes."""

import csv
import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
import xlsxwriter

Cell = str | int | float | None
_SAVED = datetime(2024, 3, 18, 9, 30)


@dataclass(slots=True)
class Sheet:
    """A worksheet as people type it: title lines, one header row, rows, footnotes."""

    name: str
    titles: list[str]
    header: list[str]
    rows: list[list[Cell]]
    footnotes: list[str] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)


def write_workbook(path: Path, sheet: Sheet) -> None:
    """Write an XLSX with merged title rows, a bold header and footnotes under the table."""
    workbook = xlsxwriter.Workbook(str(path), {"in_memory": True})
    workbook.set_properties({"created": _SAVED, "title": sheet.titles[0]})
    title = workbook.add_format({"bold": True, "font_size": 15, "align": "center", "valign": "vcenter"})
    head = workbook.add_format(
        {"bold": True, "align": "center", "text_wrap": True, "border": 1, "bg_color": "#EEF2F4"}
    )
    page = workbook.add_worksheet(sheet.name)
    last = len(sheet.header) - 1
    for number, text in enumerate(sheet.titles):
        page.merge_range(number, 0, number, last, text, title if number == 0 else None)
    top = len(sheet.titles)
    page.write_row(top, 0, sheet.header, head)
    page.freeze_panes(top + 1, 0)
    for number, row in enumerate(sheet.rows, start=top + 1):
        page.write_row(number, 0, row)
    for number, text in enumerate(sheet.footnotes, start=top + 1 + len(sheet.rows)):
        page.write_string(number, 0, text)
    page.set_column(0, last, 14)
    for column, width in sheet.widths.items():
        page.set_column(column, column, width)
    workbook.close()


def write_csv(path: Path, header: list[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Write a CSV in GBK with Windows line ends, as tax systems export it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("gbk"))


def write_zipped_shapefile(
    path: Path,
    layer: str,
    epsg: int,
    outlines: Sequence[Any],
    fields: dict[str, np.ndarray],
    kind: str = "Polygon",
) -> None:
    """Write a Shapefile with GBK attributes and zip it; without ``.cpg``, as older programs leave it."""
    with tempfile.TemporaryDirectory() as folder:
        pyogrio.raw.write(
            str(Path(folder, f"{layer}.shp")),
            shapely.to_wkb(np.asarray(outlines, dtype=object)),
            list(fields.values()),
            list(fields),
            geometry_type=kind,
            crs=f"EPSG:{epsg}",
            driver="ESRI Shapefile",
            encoding="GBK",
            layer_options={"DBF_DATE_LAST_UPDATE": _SAVED.date().isoformat()},
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix != ".cpg":
                    member = zipfile.ZipInfo(part.name, _SAVED.timetuple()[:6])
                    archive.writestr(member, part.read_bytes(), zipfile.ZIP_DEFLATED)
