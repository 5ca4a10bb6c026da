"""Opens a hand-over as the one table its mapping means: which delimiter, which sheet, where the header is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.formats.csv_text import likely_delimiters, open_csv
from service.feeds.formats.files import Kind
from service.feeds.formats.json_records import open_records
from service.feeds.formats.layers import Layer, read_layer
from service.feeds.formats.spreadsheet import read_sheets
from service.feeds.header import SEARCHED_ROWS, Header
from service.feeds.header_search import locate
from service.feeds.mappings.identity import identity_mapping
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.rows import Table

Opened = tuple[FeedMapping, Table]


def open_table(
    path: Path, kind: Kind, file_name: str, feed: Feed, mapping: FeedMapping | None, notes: list[str]
) -> Opened:
    """Return the mapping as applied and the table; raises `InvalidMapping` when none or several would fit."""
    if kind is Kind.CSV:
        return _open_csv(path, file_name, feed, mapping, notes)
    if kind is Kind.WORKBOOK:
        return _open_workbook(path, file_name, feed, mapping, notes)
    if kind is Kind.RECORDS:
        return _open_records(path, file_name, feed, mapping)
    layer = read_layer(path, kind, file_name, mapping, geometry=False)
    notes.extend(layer.notes)
    return layer_table(layer, file_name, feed, mapping)


def layer_table(layer: Layer, file_name: str, feed: Feed, mapping: FeedMapping | None) -> Opened:
    """Return the attribute table of a GIS layer."""
    rows = zip(layer.numbers, layer.cells, strict=True)
    return _regular(layer.columns, rows, feed, mapping, file_name, layer.name)


def _open_records(path: Path, file_name: str, feed: Feed, mapping: FeedMapping | None) -> Opened:
    records = open_records(
        path, file_name, mapping.records if mapping else None, mapping.encoding if mapping else None
    )
    return _regular(records.columns, records.rows(), feed, mapping, file_name, "")


def _regular(
    columns: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    feed: Feed,
    mapping: FeedMapping | None,
    file_name: str,
    layer: str,
) -> Opened:
    """Return a table that a program wrote: its names are known, and every row is data."""
    place = f"{file_name}, layer {layer}" if layer else file_name
    mapping = mapping or identity_mapping(feed, [columns], place)
    header, _ = locate([columns], mapping.model_copy(update={"header": "auto"}), place)
    header.sheet, header.file_name = layer, file_name
    return mapping, Table(layer, header, [], rows, ragged=False)


def _open_csv(
    path: Path, file_name: str, feed: Feed, mapping: FeedMapping | None, notes: list[str]
) -> Opened:
    file = open_csv(path, file_name, mapping.encoding if mapping else None)
    if file.encoding == "gb18030":
        notes.append("Read as GBK. 按GBK读取。")
    first: InvalidMapping | None = None
    for delimiter, head in likely_delimiters(file, file_name):
        try:
            used, header, down = _fit(head, feed, mapping, file_name)
            header.file_name = file_name
        except InvalidMapping as error:
            first = first or error
            continue
        return used, _table("", header, down, file.rows(delimiter, file_name))
    raise first or InvalidMapping("The file is empty.", "文件没有内容。", place=file_name)


def _open_workbook(
    path: Path, file_name: str, feed: Feed, mapping: FeedMapping | None, notes: list[str]
) -> Opened:
    sheets = read_sheets(path, file_name)
    if mapping and mapping.sheet is not None:
        sheets = [(name, rows) for name, rows in sheets if name.strip() == mapping.sheet.strip()] or sheets[
            :0
        ]
        if not sheets:
            raise InvalidMapping(
                f"There is no sheet {mapping.sheet!r}.", "工作簿中没有映射指定的工作表。", place=file_name
            )
    fitting: list[Opened] = []
    first: InvalidMapping | None = None
    aside: list[str] = []
    for name, rows in sheets:
        try:
            used, header, down = _fit(rows[:SEARCHED_ROWS], feed, mapping, f"{file_name}, sheet {name}")
            header.sheet, header.file_name = name, file_name
        except InvalidMapping as error:
            first = first or error
            if len(rows):
                aside.append(name)
            continue
        fitting.append((used, _table(_printable(name), header, down, rows)))
    if not fitting:
        raise first or InvalidMapping("The workbook is empty.", "工作簿没有内容。", place=file_name)
    if len(fitting) > 1:
        raise InvalidMapping(
            f"The mapping fits several sheets: {', '.join(table.sheet for _, table in fitting)}.",
            "有多个工作表与映射相符，请用 sheet 指明。",
            place=file_name,
            action="Add `sheet:` to the mapping. 请在映射文件中增加 sheet。",
        )
    if aside:
        names = ", ".join(map(_printable, aside))
        notes.append(f"Not read, as their columns are not those mapped 未读取的工作表: {names}.")
    return fitting[0]


def _fit(
    head: Sequence[Sequence[str]], feed: Feed, mapping: FeedMapping | None, place: str
) -> tuple[FeedMapping, Header, int]:
    used = mapping or identity_mapping(feed, head, place)
    header, down = locate(head, used, place)
    return used, header, down


def _table(sheet: str, header: Header, down: int, rows: Iterable[list[str]]) -> Table:
    numbered = enumerate(rows, start=1)
    above: list[tuple[int, list[str]]] = []
    first: Iterator[tuple[int, list[str]]] = iter(())
    header_rows = header.rows
    for number, row in numbered:
        if number > down:
            first = iter([(number, row)])
            break
        if number not in header_rows:
            above.append((number, row))
    return Table(sheet, header, above, chain(first, numbered))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
