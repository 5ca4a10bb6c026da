"""A report of a lever as a workbook (xlsx): what was looked at and by which rules, then its tables."""

import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from service.levers.report import Basis, Report, Section, Total

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_LONGEST = 32_000  # of a cell; Excel takes 767 more
_LONGEST_NAME = 31  # of a sheet
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDTH = 18
_YES = ("否 no", "是 yes")
_HEAD_OF_BASES = ("代码 code", "规则", "rule", "值 value", "版本 edition", "来源 source", "已核实 verified")


def workbook(report: Report) -> bytes:
    """Return the workbook; titles in English and Chinese, null cells empty, no text is ever a formula."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        sheets = _Sheets(book)
        sheets.write("概要 Summary", _summary(report), widths=(34, 34, 40, 30, 20, 60, 14))
        for section in report.sections:
            sheets.table(section)
    return file.getvalue()


class _Sheets:
    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})

    def write(self, name: str, rows: Iterable[tuple[Sequence[Any], bool]], widths: Sequence[int]) -> None:
        sheet = self._sheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        for number, (values, is_head) in enumerate(rows):
            self._row(sheet, number, values, bold=is_head)

    def table(self, section: Section) -> None:
        sheet = self._sheet(f"{section.title[1]} {section.title[0]}")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(section.properties) - 1, _WIDTH)
        self._row(sheet, 0, [each.title for each in section.properties], bold=True)
        for number, values in enumerate(section.rows.iter_rows(), 1):
            self._row(sheet, number, values)
        sheet.autofilter(0, 0, max(section.rows.height, 1), len(section.properties) - 1)

    def _sheet(self, name: str) -> Any:
        return self._book.add_worksheet(name.translate(_NOT_IN_NAMES)[:_LONGEST_NAME].strip())

    def _row(self, sheet: Any, row: int, values: Sequence[Any], *, bold: bool = False) -> None:
        style = self._bold if bold else None
        for column, value in enumerate(values):
            if isinstance(value, bool):
                sheet.write_string(row, column, _YES[value], style)
            elif isinstance(value, str):
                sheet.write_string(row, column, value[:_LONGEST], style)
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, self._day)
            elif value is not None:
                sheet.write_number(row, column, value, style)


def _summary(report: Report) -> Iterable[tuple[Sequence[Any], bool]]:
    yield (report.title[1], report.title[0]), True
    for label, value in report.head.items():
        yield (label, value if isinstance(value, (int, float)) else str(value)), False
    for section in report.sections:
        if section.totals:
            yield (), False
            yield (section.title[1], section.title[0]), True
            yield from ((_total(each), False) for each in section.totals)
    if report.bases:
        yield (), False
        yield _HEAD_OF_BASES, True
        yield from ((_basis(each), False) for each in report.bases)


def _total(total: Total) -> Sequence[Any]:
    return f"{total.title[1]} {total.title[0]}", total.value, total.unit


def _basis(basis: Basis) -> Sequence[Any]:
    return (
        basis.code,
        basis.title[1],
        basis.title[0],
        basis.value,
        basis.edition,
        basis.source,
        basis.verified,
    )
