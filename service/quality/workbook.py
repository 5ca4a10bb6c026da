"""Findings as a workbook (xlsx) and as CSV: texts stay texts, whatever they begin with."""

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import xlsxwriter

from service.domain.quality import Rules
from service.quality.findings import Finding
from service.quality.telling import HEADER, SEVERITY_ZH, as_text, rules_told, table_rows

ROWS_OF_A_SHEET = 1_000_000
"""Excel takes 48,576 more; what is beyond goes on the next sheet."""

_LONGEST = 32_000  # of a cell; Excel takes 767 more
_WIDTHS = (24, 12, 34, 14, 24, 14, 24, 14, 10, 60, 60, 44, 30, 12, 12)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def workbook(
    found: Sequence[Finding], rules: Rules, head: Mapping[str, str], rows_of_a_sheet: int = ROWS_OF_A_SHEET
) -> bytes:
    """Return a workbook: a sheet with the counts by code, and one or more with the findings.

    :param head: what stands above the counts, label → text
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, _OPTIONS) as book:
        bold = book.add_format({"bold": True})
        _summary(book.add_worksheet("摘要 Summary"), found, rules, head, bold)
        rows = table_rows(found, rules)
        for number in range(1, max(1, -(-len(found) // rows_of_a_sheet)) + 1):
            sheet = book.add_worksheet("疑点 Findings" if number == 1 else f"疑点 Findings {number}")
            sheet.freeze_panes(1, 0)
            for column, width in enumerate(_WIDTHS):
                sheet.set_column(column, column, width)
            _write(sheet, 0, [" ".join(both) for both in HEADER], bold)
            last = 0
            for last, values in enumerate(islice(rows, rows_of_a_sheet), 1):
                _write(sheet, last, values)
            sheet.autofilter(0, 0, last, len(HEADER) - 1)
    return file.getvalue()


def _summary(sheet: Any, found: Sequence[Finding], rules: Rules, head: Mapping[str, str], bold: Any) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 3, 40)
    row = 0
    for label, text in head.items():
        _write(sheet, row, [label, text])
        row += 1
    title = (
        "代码 code",
        "检查",
        "check",
        "程度 severity",
        "数量 count",
        "容差 tolerance",
        "来源 source",
        "已核实 verified",
    )
    _write(sheet, row + 1, title, bold)
    counts: dict[str, int] = {}
    for each in found:
        counts[each.code] = counts.get(each.code, 0) + 1
    for line, told in enumerate(rules_told(rules, counts), row + 2):
        values = [
            told["code"],
            told["title"]["zh"],
            told["title"]["en"],
            f"{SEVERITY_ZH[told['severity']]} {told['severity']}",
            counts[told["code"]],
            as_text(told["tolerance"]),
            told["source"],
            "是 yes" if told["verified"] else "否 no",
        ]
        _write(sheet, line, values)


def _write(sheet: Any, row: int, values: Sequence[Any], style: Any = None) -> None:
    for column, value in enumerate(values):
        if isinstance(value, str):
            sheet.write_string(row, column, value[:_LONGEST], style)
        elif value is not None:
            sheet.write_number(row, column, value, style)


def comma_separated(found: Sequence[Finding], rules: Rules) -> bytes:
    """Return the table as CSV in UTF-8 with a mark that spreadsheets know it by.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([" ".join(both) for both in HEADER])
    writer.writerows([_harmless(value) for value in values] for values in table_rows(found, rules))
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
