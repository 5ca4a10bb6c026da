"""The first rows of every table in a file: what a profile is chosen by, and guessed from."""

from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from service.feeds.formats.csv_text import likely_delimiters, open_csv
from service.feeds.formats.files import Kind
from service.feeds.formats.json_records import open_records
from service.feeds.formats.layers import read_layer
from service.feeds.formats.spreadsheet import read_sheets
from service.feeds.header import SEARCHED_ROWS, Header, plain, wanted_columns
from service.feeds.header_search import locate
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.values.unit_words import without_units

_ROWS = 400
"""Enough for a header far down and, below it, for telling what the columns hold."""


@dataclass(frozen=True)
class TableHead:
    """One sheet or layer, or a CSV as one delimiter splits it: its first rows as text.

    Where a program wrote it (``regular``) the first row are the names, and nothing else is.
    """

    sheet: str
    rows: list[list[str]]
    place: str
    file_name: str
    regular: bool = False

    @cached_property
    def words(self) -> frozenset[str]:
        """What stands in the rows that are searched, as names are compared, with and without units."""
        cells = {cell for row in self.searched for cell in row if cell.strip()}
        return frozenset(plain(name) for cell in cells for name in (cell, without_units(cell)))

    def may_have(self, mapping: FeedMapping) -> bool:
        """Tell quickly that a mapping's columns cannot all be here: most mappings are of other files."""
        return all(
            any(plain(name.rsplit("/", 1)[-1]) in self.words or plain(name) in self.words for name in names)
            for names, _ in wanted_columns(mapping)
        )

    @property
    def searched(self) -> list[list[str]]:
        """The rows among which the header is."""
        return self.rows[: 1 if self.regular else SEARCHED_ROWS]

    def header(self, mapping: FeedMapping) -> Header:
        """Return the header that a mapping finds; raises `InvalidMapping` that tells what is missing."""
        if self.regular:
            mapping = mapping.model_copy(update={"header": "auto"})
        header, _ = locate(self.searched, mapping, self.place)
        header.sheet, header.file_name = self.sheet, self.file_name
        return header

    def is_meant_by(self, mapping: FeedMapping) -> bool:
        """Tell whether a mapping may be of this sheet."""
        return self.regular or mapping.sheet is None or mapping.sheet.strip() == self.sheet.strip()


def table_heads(
    path: Path, kind: Kind, file_name: str, mapping: FeedMapping | None = None
) -> list[TableHead]:
    """Return the tables of a file; of a CSV as each delimiter splits it, the likeliest first.

    :param mapping: tells layer, place of the records and encoding where it is given
    :raises UnreadableFile: for damaged files, and for GIS files of several layers of which none is named
    """
    encoding = mapping.encoding if mapping else None
    if kind is Kind.CSV:
        file = open_csv(path, file_name, encoding)
        return [TableHead("", rows, file_name, file_name) for _, rows in likely_delimiters(file, file_name)]
    if kind is Kind.WORKBOOK:
        return [
            TableHead(name, rows[:_ROWS], f"{file_name}, sheet {name}", file_name)
            for name, rows in read_sheets(path, file_name)
            if any(any(cell.strip() for cell in row) for row in rows[:_ROWS])
        ]
    if kind is Kind.RECORDS:
        records = open_records(path, file_name, mapping.records if mapping else None, encoding)
        rows = [cells for _, cells in islice(records.rows(), _ROWS)]
        return [TableHead("", [records.columns, *rows], file_name, file_name, regular=True)]
    layer = read_layer(path, kind, file_name, mapping, geometry=False)
    place = f"{file_name}, layer {layer.name}"
    rows = layer.cells[:_ROWS]
    return [TableHead(layer.name, [layer.columns, *rows], place, file_name, regular=True)]
