"""Held rows as a workbook: reasons beside the rows, to be corrected in place and handed in again.

Every cell is text, so that nothing a hand-over said is ever taken for a formula, and codes stay codes. What
comes back is compared with what went out: only cells that differ are corrections.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from service.domain.hand_overs import REASONS
from service.errors import InvalidParameter
from service.feeds.formats.spreadsheet import read_sheets

_ID, _DISMISS = "# 编号", "不予采用 dismiss (是)"
_ABOUT = (_ID, "工作表 sheet", "行 row", "原因 reason", "列 column", "说明 detail", _DISMISS)
_WIDTHS = (8, 12, 8, 36, 16, 40, 12)
_YES = {"是", "yes", "y", "1", "true", "√"}
_LONGEST_CELL = 32_767


class Corrected(NamedTuple):
    """What a workbook says of a held row: cells that differ from those received, or that it is dismissed."""

    row: int
    cells: dict[str, str]
    dismiss: bool


def write(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a workbook of held rows.

    :param rows: ``id``, ``sheet``, ``row``, ``reason``, ``column``, and, as far as whoever asks may see them,
        ``detail`` and ``content`` (JSON text or an object)
    """
    contents = [_content(row) for row in rows]
    names = list(dict.fromkeys(name for content in contents for name in content))
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet("待核 held")
        bold, text = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "@"})
        cause = book.add_format({"num_format": "@", "bg_color": "#FFE0B2"})
        for place, name in enumerate((*_ABOUT, *names)):
            sheet.write_string(0, place, name, bold)
            sheet.set_column(place, place, _WIDTHS[place] if place < len(_WIDTHS) else 18)
        for line, (row, content) in enumerate(zip(rows, contents, strict=True), start=1):
            about = (
                row["id"],
                row["sheet"],
                row["row"],
                _reason(row["reason"]),
                row["column"],
                row.get("detail"),
            )
            for place, value in enumerate(about):
                _put(sheet, line, place, value, text)
            for place, name in enumerate(names, start=len(_ABOUT)):
                _put(sheet, line, place, content.get(name, ""), cause if name == row["column"] else text)
        sheet.freeze_panes(1, 1)
    return target.getvalue()


def read(path: Path, file_name: str, rows: Iterable[Mapping[str, Any]]) -> list[Corrected]:
    """Return what a workbook that `write` made, and a person worked on, says of these rows.

    :param rows: the rows with their content, as they went out
    :raises InvalidParameter: when it is no such workbook, or names a row that is not among these
    """
    held = {str(row["id"]): (int(row["id"]), _content(row)) for row in rows}
    for _, lines in read_sheets(path, file_name):
        names: list[str] = next(iter(lines), [])
        if names[:1] == [_ID]:
            return [_corrected(line, names, held, file_name, at) for at, line in _given(lines)]
    raise InvalidParameter(
        f"No sheet of the workbook begins with the column {_ID!r}.",
        "工作簿不是由本系统导出的待核行。",
        code="not-held-rows",
        place=file_name,
        action="Download the held rows, correct them there, and hand in that file. 请在导出表中更正后提交。",
    )


def _given(lines: Iterable[Sequence[str]]) -> Iterable[tuple[int, Sequence[str]]]:
    numbered = enumerate(lines, start=1)
    return ((at, line) for at, line in numbered if at > 1 and any(cell.strip() for cell in line))


def _corrected(
    line: Sequence[str],
    names: Sequence[str],
    held: Mapping[str, tuple[int, Mapping[str, str]]],
    file_name: str,
    at: int,
) -> Corrected:
    cells = dict(zip(names, line, strict=False))
    known = held.get(cells.get(_ID, "").strip())
    if known is None:
        raise InvalidParameter(
            f"{cells.get(_ID, '')[:40]!r} is no open held row of this batch.",
            "编号不是该批次的待处理行。",
            code="row-not-open",
            place=f"{file_name}, row {at}",
            action="Leave the first column as it is. 请勿修改第一列。",
        )
    row, content = known
    if cells.get(_DISMISS, "").strip().lower() in _YES:
        return Corrected(row, {}, dismiss=True)
    given = {name: cells.get(name, "") for name in names[len(_ABOUT) :] if name}
    return Corrected(row, {n: text for n, text in given.items() if text != content.get(n, "")}, dismiss=False)


def _content(row: Mapping[str, Any]) -> dict[str, str]:
    content = row.get("content") or {}
    found: dict[str, str] = json.loads(content) if isinstance(content, str) else dict(content)
    # what a reader added, a geometry, is no cell
    return {name: text for name, text in found.items() if not name.startswith("@")}


def _reason(code: str | None) -> str:
    english, chinese = REASONS.get(code or "", (code or "", ""))
    return f"{chinese} {english} ({code})"


def _put(sheet: Any, line: int, place: int, value: object, style: object) -> None:
    sheet.write_string(line, place, ("" if value is None else str(value))[:_LONGEST_CELL], style)
