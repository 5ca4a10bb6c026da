"""The slips of people who type: wrong check digits, full-width digits, rows pasted twice, blots."""

from collections.abc import Callable

from numpy.random import Generator
from stdnum.cn.uscc import calc_check_digit

from service.demo.files import Cell

Row = list[Cell]


def full_width(text: str) -> str:
    """Return the text in full-width characters, as an input method left on types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def wrong_check_digit(uscc: str) -> str:
    """Return a code whose last character cannot be right."""
    right = calc_check_digit(uscc[:17])
    return uscc[:17] + ("7" if right != "7" else "3")


def old_registration(uscc: str) -> str:
    """Return a 15-digit registration number of the kind used before 2015."""
    return uscc[2:8] + "".join(str(int(c, 36) % 10) for c in uscc[8:17])


def slip(rows: list[Row], column: int, change: Callable[[str], str], count: int, rng: Generator) -> None:
    """Change one column of ``count`` rows in place."""
    for index in rng.choice(len(rows), count, replace=False):
        rows[index][column] = change(str(rows[index][column]))


def blot(rows: list[Row], column: int, marks: tuple[Cell, ...], share: float, rng: Generator) -> None:
    """Put a mark for nothing (``/``, ``-``, ``****``) into a share of a column, in place."""
    for row in rows:
        if rng.random() < share:
            row[column] = marks[int(rng.integers(len(marks)))]


def paste_again(
    rows: list[Row], count: int, rng: Generator, change: Callable[[Row], None] | None = None
) -> None:
    """Append ``count`` rows once more; ``change`` makes them contradict what was said before."""
    for index in rng.choice(len(rows), count, replace=False):
        again = list(rows[index])
        if change is not None:
            change(again)
        rows.insert(int(rng.integers(index + 1, len(rows) + 1)), again)


def with_subtotals(rows: list[Row], group: list[str], sums: tuple[int, ...]) -> list[Row]:
    """Insert a subtotal row (小计) after each group and a grand total (合计) at the end.

    ``group`` names the group of each row; rows must come grouped. Marks for nothing count as nothing.
    """
    width = len(rows[0])

    def total(label: str, members: list[Row]) -> Row:
        line: Row = [None] * width
        line[0] = label
        for column in sums:
            line[column] = round(sum(_number(row[column]) for row in members), 2)
        return line

    result: list[Row] = []
    for index, row in enumerate(rows):
        result.append(row)
        if index + 1 == len(rows) or group[index + 1] != group[index]:
            members = [row for row, name in zip(rows, group, strict=True) if name == group[index]]
            result.append(total(f"{group[index]}小计", members))
    return [*result, total("合计", rows)]


def _number(cell: Cell) -> float:
    try:
        return float(str(cell).replace(",", ""))
    except ValueError:
        return 0.0
