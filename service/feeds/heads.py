"""The first rows of every table in a file: what a profile is chosen by, and guessed from."""

from dataclasses import dataclass
from pathlib import Path

from service.feeds.csv_text import likely_delimiters, open_csv
from service.feeds.files import Kind
from service.feeds.layers import read_layer
from service.feeds.spreadsheet import read_sheets

_ROWS = 400
"""Enough for a header far down and, below it, for telling what the columns hold."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """One sheet or layer, or a CSV as one delimiter splits it: its first rows as text."""

    sheet: str
    rows: list[list[str]]
    place: str


def table_heads(path: Path, kind: Kind, file_name: str) -> list[TableHead]:
    """Return the tables of a file; of a CSV as each delimiter splits it, the likeliest first.

    Raises `UnreadableFile` for damaged files, and for GIS files of several layers.
    """
    if kind is Kind.CSV:
        file = open_csv(path, file_name)
        return [TableHead("", rows, file_name) for _, rows in likely_delimiters(file, file_name)]
    if kind is Kind.WORKBOOK:
        return [
            TableHead(name, rows[:_ROWS], f"{file_name}, sheet {name}")
            for name, rows in read_sheets(path, file_name)
            if any(any(cell.strip() for cell in row) for row in rows[:_ROWS])
        ]
    layer = read_layer(path, kind, file_name, None, geometry=False)
    place = f"{file_name}, layer {layer.name}"
    return [TableHead(layer.name, [layer.columns, *layer.cells[:_ROWS]], place)]
