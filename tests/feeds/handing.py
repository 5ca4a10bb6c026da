"""Hand-overs made on the spot: codes with a right check digit, files of every kind, and ways to read them."""

import csv
import io
import json
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import shapely
from sqlalchemy import select
from stdnum.cn.uscc import calc_check_digit

from service.domain.hand_overs import Feed, HandedRow
from service.feeds.mappings.mapping import FeedMapping, parse_mapping
from service.feeds.reading import read_hand_over
from service.store.database import Database
from service.store.models import Base, Figure

TAX = """
feed: figures
columns: {uscc: 统一社会信用代码, period: 年度}
metrics: {tax: {column: 税收, unit: yuan}}
"""
HEADER = ["统一社会信用代码", "企业名称", "年度", "税收"]


def uscc(number: int) -> str:
    """Return the code of the firm with this number."""
    body = f"91330299{number:09d}"
    return body + calc_check_digit(body)


def write_csv(
    path: Path, rows: Sequence[Sequence[object]], encoding: str = "utf-8", delimiter: str = ","
) -> Path:
    """Write rows as CSV."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """Write a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_layer(
    path: Path,
    shapes: Sequence[Any],
    columns: Mapping[str, Sequence[object]] | None = None,
    *,
    crs: str | None = "EPSG:4490",
    geometry_type: str = "Unknown",
    **options: Any,
) -> Path:
    """Write a GIS file; without columns the features get the codes P1, P2 …"""
    given = columns or {"code": [f"P{number}" for number in range(1, len(shapes) + 1)]}
    wkb = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
    data = [np.array(list(column), dtype=None if _is_number(column) else object) for column in given.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what GDAL thinks of the files that we make bad on purpose
        pyogrio.raw.write(str(path), wkb, data, list(given), geometry_type=geometry_type, crs=crs, **options)
    return path


def zipped(folder: Path, archive: Path, without: Sequence[str] = (), prefix: str = "") -> Path:
    """Zip the files of a folder."""
    with zipfile.ZipFile(archive, "w") as target:
        for part in sorted(folder.iterdir()):
            if part.suffix not in without:
                target.write(part, prefix + part.name)
    return archive


def read(path: Path, mapping: str | None = TAX, feed: Feed | None = None, **options: Any) -> list[HandedRow]:
    """Read a hand-over and return its rows."""
    parsed = parsed_mapping(mapping)
    return read_hand_over(path, feed or (parsed.feed if parsed else Feed.PARCELS), parsed, **options).rows


def parsed_mapping(mapping: str | None) -> FeedMapping | None:
    """Return a mapping from its text."""
    return None if mapping is None else parse_mapping(mapping)


def verdicts(rows: Sequence[HandedRow]) -> list[str]:
    """Return what became of each row: its reason, or its verdict when there is none."""
    return [row.reason or row.verdict.value for row in rows]


def values(rows: Sequence[HandedRow]) -> list[int]:
    """Return the figures stated, in minor units."""
    return [content[0] for row in rows for _, content in row.facts]


def content(row: HandedRow) -> dict[str, str]:
    """Return a row as received."""
    found: dict[str, str] = json.loads(row.content)
    return found


def current_figures(database: Database) -> set[tuple[Any, ...]]:
    """Return the figures in effect."""
    columns = (
        Figure.subject_kind,
        Figure.subject_code,
        Figure.part_of,
        Figure.period,
        Figure.metric,
        Figure.value,
    )
    with database.reading() as connection:
        query = select(*columns).where(Figure.superseded_by.is_(None))
        return {tuple(row) for row in connection.execute(query)}


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables, to show that nothing changed."""
    with database.reading() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(*table.c)).all()))  # type: ignore[misc]
            for name, table in Base.metadata.tables.items()
        }


def _is_number(column: Sequence[object]) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in column)
