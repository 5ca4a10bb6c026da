"""Where the header (表头) is: one row, or two or three with merged cells, with a row of codes beneath."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from service.errors import InvalidMapping
from service.feeds.header import SEARCHED_ROWS, Header, plain, wanted_columns
from service.feeds.mappings.fields import FIELDS
from service.feeds.mappings.mapping import FeedMapping
from service.feeds.values.cells import Held, half_width, is_empty, number
from service.feeds.values.unit_words import without_units

_LEVELS, _TITLE = 3, 500
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_CODE = re.compile(r"\(?([A-Za-z]{0,3})(\d{1,3})\)?(?:=[\d+\-*/×÷().A-Za-z]+)?\)?")
_LONG_CODE = re.compile(r"[0-9A-Z]{15,28}")
_CODE_LABEL = frozenset({"栏次", "栏目", "代码", "编号", "序号", "行次", "列号"})

Rows = Sequence[Sequence[str]]


def locate(rows: Rows, mapping: FeedMapping, place: str) -> tuple[Header, int]:
    """Find the header among the first rows; return it and the number of rows down to and including it.

    A row of codes beneath belongs to it. Raises `InvalidMapping` with the missing columns and those found.
    """
    if mapping.header == "auto":
        return _search(rows, mapping, place)
    numbers = [mapping.header] if isinstance(mapping.header, int) else mapping.header
    if numbers[-1] > len(rows):
        raise InvalidMapping(
            f"The header should be in row {numbers[-1]}, but the table ends before.",
            "表头行超出表的范围。",
            place=place,
        )
    return _finished(rows, numbers, mapping, place)


def is_code_row(cells: Sequence[str]) -> bool:
    """Tell whether cells are codes of columns: 甲 乙 1 2 3, G1 G2 G3, (1) (2) (3=1+2), counted through."""
    said = [text for cell in cells if (text := half_width(cell).replace(" ", "")) and not is_empty(text)]
    if said and said[0] in _CODE_LABEL:
        said = said[1:]
    stems = [text for text in said if len(text) == 1 and text in _STEMS]
    matches = [_CODE.fullmatch(text) for text in said[len(stems) :]]
    if said[: len(stems)] != list(_STEMS[: len(stems)]) or len(said) < 3 or None in matches:
        return False
    counted = [(match[1].casefold(), int(match[2])) for match in matches if match]
    if not counted or counted[0][1] != 1:
        return False
    return all(
        (prefix == before and count == last + 1) or (prefix != before and count == 1)
        for (before, last), (prefix, count) in pairwise(counted)
    ) and all(
        sum(prefix == other for other, _ in counted) > 1 for prefix in {prefix for prefix, _ in counted}
    )


def _search(rows: Rows, mapping: FeedMapping, place: str) -> tuple[Header, int]:
    """Take the header with the fewest levels that has all columns, the topmost of those."""
    rows = rows[: SEARCHED_ROWS + 1]
    said, wanted = _said(rows, mapping), _wanted(mapping)
    best: tuple[int, list[int]] | None = None
    by_code: list[int] | None = None  # the columns answer, but upper levels hold their names
    doubtful: tuple[list[int], InvalidMapping] | None = None
    for numbers in _candidates(rows[:SEARCHED_ROWS]):
        there = frozenset().union(*said[numbers[0] - 1 : numbers[-1] + 1])
        missing = sum(there.isdisjoint(names) for names in wanted)
        if not missing:
            try:
                header = _header(rows, numbers, place)
                missing = len(header.missing(mapping))
            except InvalidMapping as error:
                doubtful = doubtful or (numbers, error)
                continue
        if not missing:
            if doubtful and not set(doubtful[0]) & set(numbers):
                break
            if header.names_all(mapping) and not is_code_row(rows[numbers[0] - 1]):
                return _finished(rows, numbers, mapping, place)
            by_code = by_code or numbers
            continue
        if best is None or missing < best[0]:
            best = missing, numbers
    if by_code:
        return _finished(rows, by_code, mapping, place)
    if doubtful:
        raise doubtful[1]
    if best is None:
        raise InvalidMapping("The table is empty.", "表中没有内容。", place=place)
    return _finished(rows, best[1], mapping, place)


def _said(rows: Rows, mapping: FeedMapping) -> list[frozenset[str]]:
    """Return what the cells of each row could be called: building a header of each would take long."""
    bare = any(without_unit for _, without_unit in wanted_columns(mapping))
    return [
        frozenset(
            name
            for cell in row
            if cell
            for name in (plain(cell), *([plain(without_units(cell))] if bare else []))
        )
        for row in rows
    ]


def _wanted(mapping: FeedMapping) -> list[frozenset[str]]:
    """Return, of each column that is needed, what one of its cells must be called."""
    return [
        frozenset(part for name in names for part in (plain(name), plain(name.rsplit("/", 1)[-1])))
        for names, _ in wanted_columns(mapping)
    ]


def _candidates(rows: Rows) -> Iterator[list[int]]:
    """Yield the numbers of rows that may be the header together."""
    said = [any(cell.strip() for cell in row) for row in rows]
    for depth in range(1, _LEVELS + 1):
        for first in range(len(rows) - depth + 1):
            if all(said[first : first + depth]):
                yield list(range(first + 1, first + depth + 1))


def _finished(rows: Rows, numbers: list[int], mapping: FeedMapping, place: str) -> tuple[Header, int]:
    """Return the header in these rows, and in those beneath that continue it; it must have all columns."""
    if mapping.header == "auto":
        while len(numbers) < _LEVELS and _continues(rows, numbers, mapping, place):
            numbers = [*numbers, numbers[-1] + 1]
    header = _header(rows, numbers, place)
    missing = header.missing(mapping)
    if not missing and mapping.header == "auto":
        _refuse_data_above(rows, header, numbers, mapping)
    if missing:
        found = ", ".join(name for name in header.names[:60])
        raise InvalidMapping(
            f"Not found: {', '.join(missing)}. The columns are: {found}.",
            "文件中缺少映射的列。",
            place=header.place,
            action="Correct the mapping, or name the header's row with `header:`. 请修改映射或指定表头行。",
        )
    return header, max(numbers[-1], header.code_row or 0)


def _header(rows: Rows, numbers: Sequence[int], place: str) -> Header:
    """Return the header in these rows; codes in the last of them, or right beneath, are its codes."""
    levels = [rows[number - 1] for number in numbers]
    beneath = rows[numbers[-1]] if numbers[-1] < len(rows) else []
    codes, code_row, given = beneath, numbers[-1] + 1, list(numbers)
    if len(levels) > 1 and is_code_row(levels[-1]):
        codes, code_row, levels, given = levels[-1], numbers[-1], levels[:-1], given[:-1]
    elif not is_code_row(beneath):
        codes, code_row = [], 0
    return Header(
        levels,
        f"{place}, row {'-'.join(str(number) for number in numbers)}",
        given,
        codes=codes,
        code_row=code_row or None,
        titles=[cell.strip()[:_TITLE] for row in rows[: numbers[0] - 1] for cell in row if cell.strip()],
    )


def _continues(rows: Rows, numbers: Sequence[int], mapping: FeedMapping, place: str) -> bool:
    """Whether the row beneath names the columns that a merged cell above spans: no row of data does."""
    if numbers[-1] >= len(rows) or is_code_row(rows[numbers[-1]]):
        return False
    above, beneath = rows[numbers[-1] - 1], rows[numbers[-1]]
    keys = _keys(_header(rows, numbers, place), mapping)
    if any(key < len(beneath) and beneath[key].strip() for key in keys):
        return False
    if any(cell.strip() and not _is_label(cell) for cell in beneath):
        return False
    owner: int | None = None
    for position, cell in enumerate(beneath):
        named = position < len(above) and above[position].strip()
        if named:
            owner = position
        elif cell.strip() and owner is not None and beneath[owner].strip():
            return True
    return False


def _keys(header: Header, mapping: FeedMapping) -> list[int]:
    """Return the columns that hold codes."""
    found = [
        header.find(leaf.column)
        for name, rule in mapping.columns.items()
        if FIELDS[mapping.feed][name].kind in ("uscc", "parcel_code", "code")
        for leaf in rule.leaves()
        if leaf.column
    ]
    return [position for position in found if position is not None]


def _refuse_data_above(rows: Rows, header: Header, numbers: Sequence[int], mapping: FeedMapping) -> None:
    """Raise `InvalidMapping` when what would pass for titles holds codes where the data have theirs.

    A header that is damaged where it stands first, and whole where it is repeated, must not cost the rows
    between the two.
    """
    keys = _keys(header, mapping)
    for above, row in enumerate(rows[: numbers[0] - 1], start=1):
        if any(key < len(row) and _LONG_CODE.fullmatch(row[key].strip()) for key in keys):
            raise InvalidMapping(
                f"The header is found in row {numbers[0]}, but row {above} above it looks like data.",
                "表头之上还有疑似数据的行。",
                place=header.place,
                action="Correct the first header in the file, or name its row with `header:`. "
                "请检查文件中的首个表头，或用 header 指定表头行。",
            )


def _is_label(cell: str) -> bool:
    try:
        number(cell)
    except Held:
        return not is_empty(cell)
    return False
