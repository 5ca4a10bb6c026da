"""Workbooks, XLSX and XLS, as sheets of text; the parsing happens in a child process with an allowance."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile

import orjson

from service.errors import UnreadableFile
from service.feeds import spreadsheet_child


def read_sheets(path: Path, file_name: str) -> list[tuple[str, list[list[str]]]]:
    """Return (sheet name, rows of cell text) for every worksheet, in the workbook's order.

    Rows and columns start at A1, so that positions are those a person sees. Raises `UnreadableFile` for
    what is no workbook, is encrypted, or claims more memory or time than a reader is given.
    """
    program = [sys.executable, "-I", spreadsheet_child.__file__, str(path.resolve())]
    sheets: list[tuple[str, list[list[str]]]] = []
    complaint = "is damaged, or claims to be larger than the service can read"
    with TemporaryFile() as output:
        # a file, not a pipe: the child never waits for us, and a wrong one cannot block us
        done = subprocess.run(  # noqa: S603 - our own module
            program, stdout=output, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
        )
        output.seek(0)
        for line in output if done.returncode == 0 else ():
            kind, *rest = orjson.loads(line)
            if kind == "sheet":
                sheets.append((rest[0], []))
            elif kind == "rows":
                sheets[-1][1].extend(rest[0])
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
