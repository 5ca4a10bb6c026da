"""What a mapping says of whole rows: merged cells to fill down, rows to skip; and where the period stands."""

from pathlib import Path

import pytest

from service.errors import InvalidMapping
from tests.feeds.handing import content, parsed_mapping, read, uscc, values, verdicts, write_csv, write_xlsx

MAPPING = """
feed: figures
columns: {uscc: 统一社会信用代码, period: 年度}
metrics: {tax: {column: 税收, unit: yuan}}
"""
HEADER = ["统一社会信用代码", "年度", "税收"]


def stated(rows: list[object]) -> list[tuple[str, str, int]]:
    """Return subject, period and value of each figure."""
    return [(key[1], key[3], given[0]) for row in rows for key, given in row.facts]  # type: ignore[attr-defined]


def test_merged_cells_are_filled_down(tmp_path: Path) -> None:
    """An empty cell takes what stands above, up to the next row that is no data; its content stays."""
    table = [
        HEADER,
        [uscc(1), "2022", "1"],
        ["", "2023", "2"],
        [uscc(2), "2022", "3"],
        ["", "2023", "4"],
        ["", "小计", "10"],
        ["", "2023", "5"],
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), "fill_down: [统一社会信用代码]" + MAPPING)
    assert stated(rows) == [
        (uscc(1), "2022", 100),
        (uscc(1), "2023", 200),
        (uscc(2), "2022", 300),
        (uscc(2), "2023", 400),
    ]
    assert verdicts(rows)[4:] == ["subtotal", "uscc_missing"]
    assert "统一社会信用代码" not in content(rows[1])


def test_cells_are_filled_down_over_any_number_of_rows(tmp_path: Path) -> None:
    """A merged cell of 12,000 rows is one cell."""
    table = [HEADER, [uscc(1), "2023", "7"], *[["", "2023", "7"]] * 12_000]
    rows = read(write_csv(tmp_path / "t.csv", table), "fill_down: [统一社会信用代码]" + MAPPING)
    assert set(verdicts(rows)) == {"accepted", "repeated_row"}


def test_the_mapping_names_rows_that_are_no_data(tmp_path: Path) -> None:
    """By a pattern in one column, or by a value in any; each with the reason skipped_by_mapping."""
    table = [
        [*HEADER, "行业"],
        [uscc(1), "2023", "1", "13"],
        [uscc(2), "2023", "2", "其中：规上"],
        [uscc(3), "2023", "以下空白", ""],
    ]
    skip = "skip: [{column: 行业, matches: ^其中}, {values: [以下空白]}]"
    rows = read(write_csv(tmp_path / "t.csv", table), skip + MAPPING)
    assert verdicts(rows) == ["accepted", "skipped_by_mapping", "skipped_by_mapping"]
    with pytest.raises(InvalidMapping, match="Not found: 类型"):
        read(tmp_path / "t.csv", "skip: [{column: 类型, values: [x]}]" + MAPPING)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*b", ".*.*.*x", "(a)\\1", "(?=a)b", "[", "a" * 300])
def test_a_pattern_that_could_take_forever_is_refused(pattern: str) -> None:
    """Patterns come from outside and meet every row."""
    with pytest.raises(InvalidMapping):
        parsed_mapping(f"skip: [{{matches: '{pattern}'}}]" + MAPPING)


@pytest.mark.parametrize(
    ("where", "title", "file", "sheet", "period"),
    [
        ("title", "2023年度税收表", "a.xlsx", "S", "2023"),
        ("title", "甲区2023年3季度税收表（填报日期：2023年10月8日）", "a.xlsx", "S", "2023Q3"),
        ("title", "2023年1-12月税收", "a.xlsx", "S", "2023"),
        ("file_name", "税收", "税务_2023年7月.xlsx", "S", "2023-07"),
        ("file_name", "税收", "税务202307.xlsx", "S", "2023-07"),
        ("sheet", "税收", "a.xlsx", "2022年", "2022"),
    ],
)
def test_the_period_stands_outside_the_table(
    tmp_path: Path, where: str, title: str, file: str, sheet: str, period: str
) -> None:
    """In a title, the file's name or the sheet's name; days are no periods."""
    path = write_xlsx(tmp_path / file, {sheet: [[title], ["统一社会信用代码", "税收"], [uscc(1), 3]]})
    rows = read(path, MAPPING.replace("period: 年度", f"period: {{from: {where}}}"))
    assert stated(rows) == [(uscc(1), period, 300)]  # type: ignore[arg-type]


@pytest.mark.parametrize("title", ["税收表", "2022-2023年税收", "2023年1-6月税收", "2023年上半年税收"])
def test_a_period_that_is_not_one_is_refused(tmp_path: Path, title: str) -> None:
    """None, two, and half a year: the file is not read as something it is not."""
    path = write_csv(tmp_path / "t.csv", [[title], ["统一社会信用代码", "税收"], [uscc(1), 3]])
    with pytest.raises(InvalidMapping, match="exactly one year, quarter or month"):
        read(path, MAPPING.replace("period: 年度", "period: {from: title}"))


def test_quarters_and_months_stay_what_they_are(tmp_path: Path) -> None:
    """A column may mix years, quarters and months; none becomes another."""
    table = [
        HEADER,
        *([uscc(1), period, "1"] for period in ("2023", "2023年2季度", "2023-02", "2023年前两月")),
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), MAPPING)
    assert [period for _, period, _ in stated(rows)] == ["2023", "2023Q2", "2023-02"]  # type: ignore[arg-type]
    assert verdicts(rows)[-1] == "period_unreadable"


def test_numbers_are_read_as_they_are_typed(tmp_path: Path) -> None:
    """Full-width digits and commas, thousands separators, and every mark for nothing."""
    table = [
        HEADER,
        *([uscc(1), str(2000 + at), text] for at, text in enumerate(["１，２３４．５", "1,234", "　12 "])),
    ]
    assert values(read(write_csv(tmp_path / "t.csv", table), MAPPING)) == [123_450, 123_400, 1_200]
    table = [
        HEADER,
        *([uscc(1), "2023", text] for text in ["/", "－", "****", "，", "无", "未纳入统计", "——"]),
    ]
    assert set(verdicts(read(write_csv(tmp_path / "t.csv", table), MAPPING))) == {"no_values"}
