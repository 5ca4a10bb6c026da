"""Units that the file names itself: in a header, a title, a cell, or a column. None is guessed."""

from pathlib import Path

import pytest

from service.errors import InvalidMapping
from tests.feeds.handing import parsed_mapping, read, uscc, values, verdicts, write_csv

TAX = """
feed: figures
columns: {uscc: 统一社会信用代码, period: {constant: 2023}}
metrics: {tax: {column: 税收, unit: %s}}
"""


def tax(folder: Path, header: str, cell: str = "1", unit: str = "header", title: str = "表") -> list[int]:
    """Return what a table with one figure says, in fen."""
    table = [[title, ""], ["统一社会信用代码", header], [uscc(1), cell]]
    return values(read(write_csv(folder / "t.csv", table), TAX % unit))


@pytest.mark.parametrize(
    ("header", "fen"),
    [
        ("税收（元）", 100),
        ("税收(万元)", 1_000_000),
        ("税收（单位：万元）", 1_000_000),
        ("税收 [亿元]", 10_000_000_000),
        ("税收（万元）\n", 1_000_000),
    ],
)
def test_the_header_names_the_unit(tmp_path: Path, header: str, fen: int) -> None:
    """The name is understood without its brackets, and the figure is in the unit they give."""
    assert tax(tmp_path, header) == [fen]


def test_the_upper_level_may_name_the_unit(tmp_path: Path) -> None:
    """用电量（万千瓦时） over 电网 and 自发 is the unit of both."""
    table = [["统一社会信用代码", "用电量（万千瓦时）", ""], ["", "电网", "自发"], [uscc(1), "2", "3"]]
    mapping = TAX.replace("tax: {column: 税收", "electricity: {column: 用电量/自发") % "header"
    assert values(read(write_csv(tmp_path / "t.csv", table), mapping)) == [30_000_000]


@pytest.mark.parametrize("header", ["税收", "税收（不含税）", "税收（吨）", "税收（元/万元）"])
def test_a_header_without_a_unit_that_fits_is_refused(tmp_path: Path, header: str) -> None:
    """No unit, one of something else, or two: the mapping must say it."""
    with pytest.raises(InvalidMapping) as caught:
        tax(tmp_path, header)
    assert caught.value.action


def test_a_fixed_unit_must_agree_with_the_header(tmp_path: Path) -> None:
    """税收（万元） is not yuan."""
    with pytest.raises(InvalidMapping, match="says 万元, the mapping says yuan"):
        values(
            read(
                write_csv(tmp_path / "t.csv", [["统一社会信用代码", "税收（万元）"], [uscc(1), "1"]]),
                TAX.replace("税收", "税收（万元）") % "yuan",
            )
        )


@pytest.mark.parametrize(("title", "fen"), [("单位：万元", 1_000_000), ("计量单位: 人、元", 100)])
def test_a_title_names_the_unit(tmp_path: Path, title: str, fen: int) -> None:
    """Of the units in the title the one that can be meant."""
    assert tax(tmp_path, "税收", unit="title", title=title) == [fen]


@pytest.mark.parametrize("title", ["税收表", "单位：吨", "单位：元、万元"])
def test_a_title_without_the_unit_is_refused(tmp_path: Path, title: str) -> None:
    """None that fits, or two."""
    with pytest.raises(InvalidMapping, match="no row above the table"):
        tax(tmp_path, "税收", unit="title", title=title)


def test_the_cell_names_the_unit(tmp_path: Path) -> None:
    """Units glued to numbers, each row in its own; what names none is held."""
    table = [
        ["code", "面积"],
        *([f"P{n}", text] for n, text in enumerate(["41亩", "1,500平方米", "0.5 公顷", "41", "41丈"])),
    ]
    mapping = "feed: parcels\ncolumns: {code: code, registered_area_m2: {column: 面积, unit: text}}"
    rows = read(write_csv(tmp_path / "t.csv", table), mapping)
    assert [row.facts[0][1][0] if row.facts else row.reason for row in rows] == [
        27_333.33,
        1_500.0,
        5_000.0,
        "unit_missing",
        "unit_unknown",
    ]
    fixed = mapping.replace("unit: text", "unit: 亩")
    assert verdicts(read(tmp_path / "t.csv", fixed))[0] == "number_unreadable"


def test_a_column_names_the_unit(tmp_path: Path) -> None:
    """Each row in the unit beside it; words of the source are translated; an unknown one is held."""
    table = [
        ["统一社会信用代码", "税收", "计量"],
        *([uscc(n), "2", unit] for n, unit in enumerate(["元", "万", "万元", "吨", ""])),
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), TAX % "{column: 计量, values: {万: 万元}}")
    assert values(rows) == [200, 2_000_000, 2_000_000]
    assert [(row.reason, row.column) for row in rows[3:]] == [
        ("unit_unknown", "计量"),
        ("unit_missing", "计量"),
    ]


def test_cubic_metres_are_of_what_is_counted(tmp_path: Path) -> None:
    """万立方米 of gas and of water are different units, told apart by the metric."""
    table = [["统一社会信用代码", "用气量（万立方米）"], [uscc(1), "2"]]
    mapping = TAX.replace("tax: {column: 税收", "energy_equal_energy: {column: 用气量") % "header"
    tonnes = [["统一社会信用代码", "用气量（吨）"], [uscc(1), "2"]]
    with pytest.raises(InvalidMapping, match="names 0 units"):
        read(write_csv(tmp_path / "t.csv", tonnes), mapping)
    fixed = TAX.replace("tax: {column: 税收", "energy_equal_energy: {column: 用气量（万立方米）") % "万m3_gas"
    assert values(read(write_csv(tmp_path / "t.csv", table), mapping)) == values(
        read(tmp_path / "t.csv", fixed)
    )


@pytest.mark.parametrize("unit", ["header", "title", "text", "{column: 单位}"])
def test_what_has_no_unit_cannot_have_one_in_the_file(unit: str) -> None:
    """A name has no unit, wherever it stands."""
    with pytest.raises(InvalidMapping, match="no unit"):
        parsed_mapping(f"feed: enterprises\ncolumns: {{uscc: a, name: {{column: b, unit: {unit}}}}}")


def test_gas_and_water_share_a_word_and_no_unit(tmp_path: Path) -> None:
    """万立方米 is ten thousand of whichever the metric counts."""
    table = [["统一社会信用代码", "用量（万立方米）"], [uscc(1), "2"]]
    path = write_csv(tmp_path / "t.csv", table)
    for metric, unit in (("gas", "万m3_gas"), ("water", "万m3_water")):
        mapping = TAX.replace("tax: {column: 税收", f"{metric}: {{column: 用量")
        fixed = TAX.replace("tax: {column: 税收", f"{metric}: {{column: 用量（万立方米）")
        assert values(read(path, mapping % "header")) == values(read(path, fixed % unit))
