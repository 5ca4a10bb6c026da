"""Reads one workbook in a process of its own; run as a program, it imports nothing of the service.

A few kilobytes of XLSX can claim a sheet of 10^10 cells, which ends the process that reads it. Here that
process has an allowance of memory and time, and only text comes back: one JSON document per line on standard
output, ``["sheet", name]``, ``["rows", [[cell, …], …]]``, and at the end ``["end"]`` or ``["error",
sentence]``.
"""

import contextlib
import datetime
import importlib
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable
from typing import Any
from xml.etree import ElementTree

MEMORY, SECONDS, CELLS = 3 << 30, 300, 60_000_000
_ROWS_A_LINE = 500
_allowance = [CELLS]
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_VALUE = re.compile(rb"<(?:\w+:)?v[^>/]*>([^<]*)<")
_HAS_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_FORMULA = re.compile(rb"<(?:\w+:)?f[^>]*>([^<]*)<")


def main(path: str) -> None:
    """Write the workbook at ``path`` to standard output."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with open(path, "rb") as file:
        old = file.read(4) == b"\xd0\xcf\x11\xe0"
    try:
        (_xls if old else _xlsx)(path)
    except Exception as error:
        _send(["error", "needs a password" if "assword" in f"{error!r}" else "is damaged or no workbook"])
        return
    _send(["end"])


def _xlsx(path: str) -> None:
    import python_calamine

    with python_calamine.load_workbook(path) as workbook:
        parts = _sheet_parts(path)
        for meta in workbook.sheets_metadata:
            if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            _send(["sheet", meta.name])
            rows: list[list[Any]] = []
            rows.extend(workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False))
            # the reader gives "" for an error and for a formula without result: never take those for empty
            for (row, column), text in _troubled_cells(path, parts.get(meta.name, "")).items():
                if row < len(rows) and column < len(rows[row]) and rows[row][column] == "":
                    rows[row][column] = text
            _send_rows([_text(cell) for cell in row] for row in rows)


def _sheet_parts(path: str) -> dict[str, str]:
    """Return sheet name → member of the archive."""
    with zipfile.ZipFile(path) as archive:
        # this process may fail: that is what it is for
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = {link.get("Id"): link.get("Target", "") for link in links}
    parts: dict[str, str] = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            where = target.get(link, "")
            parts[sheet.get("name", "")] = where.lstrip("/") if where.startswith("/") else f"xl/{where}"
    return parts


def _troubled_cells(path: str, part: str) -> dict[tuple[int, int], str]:
    """Return (row, column) → text of error cells and of formulas saved without a result, both from 0."""
    with zipfile.ZipFile(path) as archive:
        if part not in archive.namelist():
            return {}
        xml = archive.read(part)
    if b't="e"' not in xml and not _HAS_FORMULA.search(xml):
        return {}
    found = {}
    for attributes, inside in _CELL.findall(xml):
        error = b't="e"' in attributes
        if not error and (b't="str"' in attributes or not _HAS_FORMULA.search(inside)):
            continue
        where = _REFERENCE.search(attributes)
        value = _VALUE.search(inside)
        if where is None or (not error and value is not None and value[1]):
            continue
        formula = _FORMULA.search(inside)
        text = (value[1] if value else b"") if error else b"=" + (formula[1] if formula else b"?")
        column = 0
        for letter in where[1]:
            column = column * 26 + letter - 64
        found[int(where[2]) - 1, column - 1] = text.decode("utf-8", "replace") or "#VALUE!"
    return found


def _xls(path: str) -> None:
    xlrd = importlib.import_module("xlrd")
    book = xlrd.open_workbook(path, logfile=io.StringIO(), on_demand=True)
    for name in book.sheet_names():
        _send(["sheet", _clean(name)])
        sheet = book.sheet_by_name(name)
        _send_rows(
            [_clean(_xls_text(cell.ctype, cell.value, book.datemode)) for cell in sheet.row(number)]
            for number in range(sheet.nrows)
        )
        book.unload_sheet(name)


def _xls_text(ctype: int, value: Any, datemode: int) -> str:
    xlrd = importlib.import_module("xlrd")
    if ctype == xlrd.XL_CELL_DATE:
        return _text(xlrd.xldate_as_datetime(value, datemode))
    if ctype == xlrd.XL_CELL_BOOLEAN:
        return _text(bool(value))
    if ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, "#VALUE!"))
    return _text(value)


def _clean(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(cell: Any) -> str:
    """Return a cell as a person reads it: whole numbers without point, others in 15 digits."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        # spreadsheets keep 15 digits; beyond, a number is written so that nobody takes it for a code
        if abs(cell) < 1e15:
            return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
        return repr(float(cell))
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _send_rows(rows: Iterable[list[str]]) -> None:
    lot: list[list[str]] = []
    for row in rows:
        _allowance[0] -= len(row)
        if _allowance[0] < 0:
            raise ValueError("too many cells")
        lot.append(row)
        if len(lot) == _ROWS_A_LINE:
            _send(["rows", lot])
            lot = []
    if lot:
        _send(["rows", lot])


def _send(document: list[Any]) -> None:
    sys.stdout.buffer.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
