"""From the rows of a table to rows with a verdict: what is data, what is skipped, what is held."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from service.domain.hand_overs import HandedRow, Verdict
from service.feeds.converting import Converter, NoValues, RowHeld
from service.feeds.header import Header, plain
from service.feeds.values.cells import Held, half_width, is_empty, number

_SUBTOTAL = re.compile(r"(.{0,20}?)(小计|合计|总计|累计|(?i:sub-?total|grand ?total|total))([:：(（\d].*)?")
_FOOTNOTE = re.compile(
    r"[*※(（\[【]*(注|附注|备注|说明|数据来源|资料来源|填表|填报|制表|审核|复核|单位负责人|负责人|统计负责人|联系电话|报出日期"
    r"|(?i:notes?|remarks?|source))[^:：]{0,6}[:：.、].*",
    re.DOTALL,
)
_FOOTNOTE_CELLS = 6


@dataclass(slots=True)
class Table:
    """A table with its header found: the rows above and below it, numbered as their file numbers them."""

    sheet: str
    header: Header
    above: list[tuple[int, list[str]]]
    below: Iterable[tuple[int, list[str]]]
    ragged: bool = True  # typed by hand: titles, subtotals, footnotes, rows of any length


def handed_rows(table: Table, converter: Converter) -> Iterator[tuple[HandedRow, list[str] | None]]:
    """Yield every row with its content; cells come along for rows that are still to be converted."""
    names = table.header.names
    for number_, cells in table.above:
        why = "title" if any(cell.strip() for cell in cells) else "blank"
        why = "code_row" if number_ == table.header.code_row else why
        yield _skipped(table.sheet, number_, as_received(names, cells), why), None
    for number_, cells in table.below:
        content = as_received(names, cells)
        reason = skip_reason(cells, converter, table.header) if table.ragged else None
        if reason is None and converter.aside and converter.aside.skips(cells):
            reason = "skipped_by_mapping"
        if reason is not None:
            converter.aside.stop()
            yield _skipped(table.sheet, number_, content, reason), None
            continue
        row = HandedRow(table.sheet, number_, content)
        if table.ragged and _misaligned(row, cells, names, converter):
            yield row, None
            continue
        yield row, converter.aside.fill(cells)


def figure_rows(table: Table, converter: Converter) -> Iterator[HandedRow]:
    """Yield the rows of a table of figures, converted."""
    for row, cells in handed_rows(table, converter):
        if cells is not None:
            try:
                row.facts = converter.figures(cells)
                converter.identification.accept(row)
            except RowHeld as held:
                converter.identification.hold(row, cells, held)
            except NoValues:
                converter.identification.forget()
                row.verdict, row.reason = Verdict.SKIPPED, "no_values"
        yield row


def skip_reason(cells: Sequence[str], converter: Converter, header: Header) -> str | None:
    """Tell why a row is no data: blank, repeated_header, code_row, subtotal or footnote; None for data.

    A row is taken for a subtotal or footnote only when a key cell is empty or holds the label itself.
    """
    keys = [cells[position] if position < len(cells) else "" for position in converter.key_columns]
    if not any(cells) or not any(cell.strip() for cell in cells):
        return "blank"
    if all(key and key.isascii() and not key.isspace() for key in keys):
        first = next(iter(converter.key_columns), None)
        if first is None or plain(cells[first]) not in header.labels[first]:
            return None
    if (again := header.repeats(cells, converter.used)) is not None:
        return again
    if not any(cells[position].strip() for position in converter.used if position < len(cells)) and all(
        _is_number(cell) for cell in cells if cell.strip()
    ):
        return "blank"  # a form numbers its lines before it is filled in
    if not any(_is_label(key) for key in keys):
        return None
    said = [text for cell in cells if (text := half_width(cell))]
    if any(_SUBTOTAL.fullmatch("".join(text.split())) for text in said):
        return "subtotal"
    if _is_footnote(said, cells, converter):
        return "footnote"
    return None


def _is_label(key: str) -> bool:
    text = half_width(key)
    return is_empty(text) or bool(
        _SUBTOTAL.fullmatch("".join(text.split())) or _FOOTNOTE.fullmatch(text) or text[-1] == "。"
    )


def _is_footnote(said: list[str], cells: Sequence[str], converter: Converter) -> bool:
    if not said or any(_is_number(cells[p]) for p in converter.number_columns if p < len(cells)):
        return False
    if len(said) == 1 and said[0].endswith(("。", ".)", "。)", ";")):
        return True
    return len(said) <= _FOOTNOTE_CELLS and bool(_FOOTNOTE.fullmatch(said[0]))


def _is_number(cell: str) -> bool:
    try:
        number(cell)
    except Held:
        return False
    return True


def _misaligned(row: HandedRow, cells: list[str], names: Sequence[str], converter: Converter) -> bool:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        # an unquoted comma moves everything behind it: no cell can be trusted
        row.hold("cells_in_excess", None, f"The row has {len(cells)} cells, the header {len(names)}.")
        return True
    if len(cells) <= converter.last_column:
        row.hold("cells_missing", None, f"The row has {len(cells)} cells, the header {len(names)}.")
        return True
    return False


def _skipped(sheet: str, number_: int, content: str, reason: str) -> HandedRow:
    return HandedRow(sheet, number_, content, Verdict.SKIPPED, reason)


def as_received(names: Sequence[str], cells: Sequence[str]) -> str:
    """Return the row as received; empty cells are left out."""
    given = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    for position in range(len(names), len(cells)):
        if cells[position]:
            given[f"column {position + 1}"] = cells[position]
    return orjson.dumps(given).decode()
