"""CSV as departments export it: UTF-8 or GBK, comma, semicolon or tab, quoted line breaks."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from service.errors import UnreadableFile
from service.feeds.header import SEARCHED_ROWS

DELIMITERS = ",;\t"
_FIELD_LIMIT = 1_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV whose encoding is settled; ``encoding`` is Python's name for it."""

    path: Path
    encoding: str

    def rows(self, delimiter: str, file_name: str) -> Iterator[list[str]]:
        """Yield the records; raises `UnreadableFile` naming the line where the quoting breaks."""
        csv.field_size_limit(_FIELD_LIMIT)
        with self.path.open(encoding=self.encoding, newline="") as text:
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            try:
                yield from reader
            except csv.Error as error:
                raise UnreadableFile(
                    f"The quoting breaks off: {error}.",
                    "引号不配对，无法确定列的界限。",
                    place=f"{file_name}, line {reader.line_num}",
                    action="Save the file again from the spreadsheet program. 请用表格软件重新导出。",
                ) from None

    def head(self, delimiter: str, file_name: str) -> list[list[str]]:
        """Return the first records, as far as a header is searched or the quoting holds."""
        records: list[list[str]] = []
        with suppress(UnreadableFile):
            records.extend(islice(self.rows(delimiter, file_name), SEARCHED_ROWS))
        return records


def open_csv(path: Path, file_name: str, encoding: str | None = None) -> CsvFile:
    """Settle the encoding: by byte order mark, else UTF-8 if all of it is, else GB18030 (contains GBK)."""
    with path.open("rb") as file:
        start = file.read(4)
    if encoding is not None:
        candidates = ["utf-8-sig" if encoding == "utf-8" else encoding]
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "gb18030"]
    for candidate in candidates:
        if _decodes(path, candidate):
            return CsvFile(path, candidate)
    raise UnreadableFile(
        f"The text is not {' or '.join(c.removesuffix('-sig').upper() for c in candidates)}.",
        "文本编码无法识别，应为 UTF-8 或 GBK。",
        place=file_name,
        action="Save it as CSV UTF-8. 请另存为 UTF-8 编码的 CSV。",
    )


def likely_delimiters(file: CsvFile, file_name: str) -> list[tuple[str, list[list[str]]]]:
    """Return the delimiters with the first records as each splits them, the most columns first."""
    heads = [(delimiter, file.head(delimiter, file_name)) for delimiter in DELIMITERS]
    return sorted(heads, key=lambda entry: -sum(len(row) for row in entry[1]))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
