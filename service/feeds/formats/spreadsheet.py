"""Workbooks, XLSX and XLS, as sheets of text; the parsing happens in a child process with an allowance."""

import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import orjson

from service.errors import UnreadableFile
from service.feeds.formats import spreadsheet_child
from service.feeds.header import SEARCHED_ROWS


class _Output:
    """What the child wrote, on disk; gone with the last of its sheets."""

    def __init__(self) -> None:
        self.file = TemporaryFile()  # noqa: SIM115 - lives as long as this object
        weakref.finalize(self, self.file.close)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line and where it begins."""
        start = 0
        self.file.seek(0)
        for line in self.file:
            yield start, line
            start += len(line)

    def line(self, start: int) -> bytes:
        """Return the line that begins there."""
        self.file.seek(start)
        return self.file.readline()


class SheetRows:
    """The rows of one sheet, which stay on disk but for the first; may be gone through again."""

    def __init__(self, output: _Output) -> None:
        self._output = output
        self._lines: list[int] = []  # where lots of rows begin
        self._count = 0
        self._head: list[list[str]] = []

    def __iter__(self) -> Iterator[list[str]]:
        for start in self._lines:
            yield from orjson.loads(self._output.line(start))[1]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, some: slice) -> list[list[str]]:
        """Return some of the first rows, where headers are looked for."""
        return self._head[some]

    def add(self, start: int, rows: list[list[str]]) -> None:
        """Note a lot of rows that was written at ``start``."""
        self._lines.append(start)
        self._count += len(rows)
        if len(self._head) < SEARCHED_ROWS:
            self._head.extend(rows[: SEARCHED_ROWS - len(self._head)])


def read_sheets(path: Path, file_name: str) -> list[tuple[str, SheetRows]]:
    """Return (sheet name, rows of cell text) for every worksheet, in the workbook's order.

    Rows and columns start at A1, so that positions are those a person sees. Raises `UnreadableFile` for
    what is no workbook, is encrypted, or claims more memory or time than a reader is given.
    """
    program = [sys.executable, "-I", spreadsheet_child.__file__, str(path.resolve())]
    sheets: list[tuple[str, SheetRows]] = []
    complaint = "is damaged, or claims to be larger than the service can read"
    output = _Output()
    # a file, not a pipe: the child never waits for us, and a wrong one cannot block us
    done = subprocess.run(  # noqa: S603 - our own module
        program, stdout=output.file, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
    )
    for start, line in output.lines() if done.returncode == 0 else ():
        kind, *rest = orjson.loads(line)
        if kind == "sheet":
            sheets.append((rest[0], SheetRows(output)))
        elif kind == "rows":
            sheets[-1][1].add(start, rest[0])
        elif kind == "end":
            return sheets
        else:
            complaint = rest[0]
    raise UnreadableFile(
        f"The workbook {complaint}.",
        "工作簿无法读取。",
        place=file_name,
        action="Open it in a spreadsheet program and save it as .xlsx. 请用表格软件打开并另存为 .xlsx。",
    )
