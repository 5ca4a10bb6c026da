"""Mutations of hand-over files, from a seed: what people, programs and disks do to a table."""

import csv
import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl

NASTY: tuple[object, ...] = (
    *("", " ", "　", "/", "****", "，", "-", "—", "#REF!", "#N/A", "=1+1", "=cmd|' /C calc'!A0", "+1", "@x"),
    *("NaN", "inf", "-0", "1e309", "1e5", "9" * 400, "１２３", "1,2,3", "1，234", "0x10", "١٢٣", "½", "²"),
    *(
        "小计",
        "合计",
        "注：",
        "G1",
        "统一社会信用代码",
        "2023年",
        "13月",
        "2023-02-30",
        "是",
        "\u202e",
        "\ud7ff",
    ),
    *("a" * 40_000, "甲\n乙", "甲\t乙", "\x0b", "\x00", "'", '"', ";DROP TABLE", "<x>&amp;", "💥", "e\u0301"),
    *(0, -1, 1.5, 1e15, 1e300, -1e-300, True, False, 45000, 9.1330299e17),
)
"""Cells that are seldom what a column should hold; what XLSX cannot hold is left out there."""

Table = list[list[object]]


def mutated_csv(source: Path, target: Path, seed: int) -> None:
    """Write a mutation of a CSV: of its cells and rows, or of its bytes."""
    chance = random.Random(seed)
    raw = source.read_bytes()
    if chance.random() < 0.3:
        target.write_bytes(_damaged(raw, chance))
        return
    rows: Table = [list(row) for row in csv.reader(io.StringIO(raw.decode("gb18030")))]
    mutate(rows, chance)
    text = io.StringIO()
    csv.writer(
        text,
        delimiter=chance.choice(",,,,;\t|"),
        quoting=chance.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        lineterminator=chance.choice(["\r\n", "\n", "\n\n"]),
    ).writerows(rows)
    encoding = chance.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "gbk", "big5"])
    target.write_bytes(text.getvalue().encode(encoding, "replace"))


def mutated_workbook(source: Path, target: Path, seed: int) -> None:
    """Write a mutation of a workbook: of its cells and rows, of its sheets, or of its bytes."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        target.write_bytes(_damaged_archive(source, chance))
        return
    book = openpyxl.load_workbook(source)
    sheet = book.active
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    rows: Table = [list(row) for row in sheet.iter_rows(values_only=True)]
    mutate(rows, chance)
    made = openpyxl.Workbook()
    for _ in range(chance.choice([0, 0, 0, 1, 2])):
        _fill(made.create_sheet(chance.choice(["说明", "Sheet", "2023年"])), rows[: chance.randint(0, 5)])
    _fill(made.active, rows)
    if chance.random() < 0.3 and rows:
        made.active.merge_cells(start_row=1, start_column=1, end_row=chance.randint(1, 4), end_column=2)
    if chance.random() < 0.05:
        made.active.cell(chance.randint(1, 20_000), chance.randint(1, 200), "far away")
    made.save(target)


def _fill(sheet: object, rows: Table) -> None:
    for row in rows:
        sheet.append([_writable(cell) for cell in row])  # type: ignore[attr-defined]


def _writable(cell: object) -> object:
    """A cell as XLSX may hold it."""
    if isinstance(cell, str):
        return openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell)[:32_000]
    return cell


def mutate(rows: Table, chance: random.Random) -> None:
    """Change a table in place, once to five times."""
    for _ in range(chance.randint(1, 5)):
        if rows:
            chance.choice(_CHANGES)(rows, chance)


def _cells(rows: Table, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 1, 3, 30])):
        row = chance.choice(rows)
        if row:
            row[chance.randrange(len(row))] = chance.choice(NASTY)


def _column(rows: Table, chance: random.Random) -> None:
    place, cell = chance.randrange(max(1, *(len(row) for row in rows))), chance.choice(NASTY)
    for row in rows[chance.randint(0, 5) :]:
        if place < len(row):
            row[place] = cell


def _drop_column(rows: Table, chance: random.Random) -> None:
    place = chance.randrange(max(1, *(len(row) for row in rows)))
    for row in rows:
        del row[place : place + 1]


def _shift(rows: Table, chance: random.Random) -> None:
    row = chance.choice(rows)
    row.insert(chance.randint(0, len(row)), chance.choice(NASTY))


def _repeat(rows: Table, chance: random.Random) -> None:
    rows.insert(chance.randint(0, len(rows)), list(chance.choice(rows)))


def _drop(rows: Table, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows))]


def _swap(rows: Table, chance: random.Random) -> None:
    a, b = chance.randrange(len(rows)), chance.randrange(len(rows))
    rows[a], rows[b] = rows[b], rows[a]


def _cut(rows: Table, chance: random.Random) -> None:
    del rows[chance.randrange(len(rows)) :]


def _blanks(rows: Table, chance: random.Random) -> None:
    at = chance.randint(0, len(rows))
    rows[at:at] = [[] for _ in range(chance.choice([1, 5, 400]))]


def _swell(rows: Table, chance: random.Random) -> None:
    rows.extend(list(row) for row in rows[-5:] * chance.choice([1, 10, 50]))


_CHANGES: tuple[Callable[[Table, random.Random], None], ...] = (
    *(_cells, _cells, _cells, _column, _drop_column),
    *(_shift, _repeat, _drop, _swap, _cut, _blanks, _swell),
)


def _damaged(raw: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut off, put in, or twice."""
    damaged = bytearray(raw)
    for _ in range(chance.choice([1, 4, 40])):
        if damaged:
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    at = chance.randint(0, len(damaged))
    how = chance.randrange(5)
    if how == 1:
        del damaged[at:]
    elif how == 2:
        damaged[at:at] = chance.randbytes(chance.choice([1, 100]))
    elif how == 3:
        damaged *= 2
    elif how == 4:
        damaged[at:at] = b'"'
    return bytes(damaged)


def _damaged_archive(source: Path, chance: random.Random) -> bytes:
    """A workbook's bytes damaged, or a member of it: gone, cut off, or with other bytes."""
    if chance.random() < 0.4:
        return _damaged(source.read_bytes(), chance)
    target = io.BytesIO()
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        names = given.namelist()
        chosen = chance.choice(names)
        for name in names:
            content = given.read(name)
            if name == chosen:
                if chance.random() < 0.3:
                    continue
                content = _damaged(content, chance)
            made.writestr(name, content)
    return target.getvalue()
