"""Headers as workbooks have them: merged levels, codes beneath, titles above, repeated further down."""

import time
from pathlib import Path

import pytest

from service.domain.hand_overs import Verdict
from service.errors import InvalidMapping
from tests.feeds.handing import content, read, uscc, values, verdicts, write_csv, write_xlsx

POWER = """
feed: figures
columns: {uscc: 统一社会信用代码, period: {constant: 2023}}
metrics:
  electricity: {column: %s, unit: kWh}
"""
TWO_LEVELS = [
    ["序号", "统一社会信用代码", "用电量", "", "备注"],
    ["", "", "电网", "自发", ""],
]
ROW = ["1", uscc(1), "100", "20", ""]


def numbered(column: str, rows: list[list[str]], folder: Path) -> list[int]:
    """Return the figures that a table gives under a column."""
    return values(read(write_csv(folder / "t.csv", rows), POWER % column))


@pytest.mark.parametrize("titles", [0, 1, 5])
def test_a_header_of_two_levels_is_found_by_itself(tmp_path: Path, titles: int) -> None:
    """A column is named by its levels joined, or by its last one, under any number of titles."""
    rows = [*([["2023年用电表", "", "", "", ""]] * titles), *TWO_LEVELS, ROW]
    assert numbered("用电量/电网", rows, tmp_path) == [100_000]
    assert numbered("自发", rows, tmp_path) == [20_000]


def test_a_header_of_three_levels_is_found_by_itself(tmp_path: Path) -> None:
    """A merged cell reaches as far as what stands above it."""
    rows = [
        ["统一社会信用代码", "用电量", "", "", "", "用气量"],
        ["", "电网", "", "自发", "", ""],
        ["", "峰", "谷", "峰", "谷", "天然气"],
        [uscc(1), "1", "2", "3", "4", "5"],
    ]
    for column, figure in {
        "用电量/电网/峰": 1,
        "用电量/自发/谷": 4,
        "自发/峰": 3,
        "用气量/天然气": 5,
    }.items():
        assert numbered(column, rows, tmp_path) == [figure * 1000]
    with pytest.raises(InvalidMapping, match="More than one column answers to 谷"):
        numbered("谷", rows, tmp_path)


def test_a_group_of_columns_is_never_read_as_its_first(tmp_path: Path) -> None:
    """用电量 spans 电网 and 自发: which is meant must be said, and the names are told."""
    with pytest.raises(InvalidMapping) as caught:
        numbered("用电量", [*TWO_LEVELS, ROW], tmp_path)
    assert "用电量/电网, 用电量/自发" in caught.value.detail


def test_a_row_of_data_is_no_level_of_the_header(tmp_path: Path) -> None:
    """A first row without a code is held, whatever the columns beside it say."""
    rows = read(
        write_csv(tmp_path / "t.csv", [["统一社会信用代码", "用电量", ""], ["", "7", "估计"]]),
        POWER % "用电量",
    )
    assert verdicts(rows) == ["uscc_missing"]


@pytest.mark.parametrize(
    "codes",
    [
        ["甲", "乙", "1", "2", "3"],
        ["G1", "G2", "G3", "G4", "G5"],
        ["(1)", "(2)", "(3)", "(4)=(3)/2", "(5)"],
        ["栏次", "1", "2", "3", "4"],
        ["—", "甲", "1", "2", "3"],
    ],
)
def test_a_row_of_codes_is_skipped_wherever_it_stands(tmp_path: Path, codes: list[str]) -> None:
    """Codes beneath the header are no data, there and where the header is repeated."""
    rows = read(
        write_csv(
            tmp_path / "t.csv", [*TWO_LEVELS, codes, ROW, *TWO_LEVELS, codes, ["2", uscc(2), "3", "", ""]]
        ),
        POWER % "用电量/电网",
    )
    assert verdicts(rows) == [
        "code_row",
        "accepted",
        "repeated_header",
        "repeated_header",
        "code_row",
        "accepted",
    ]
    assert content(rows[1])["用电量/自发"] == "20"


def test_a_column_may_be_named_by_its_code(tmp_path: Path) -> None:
    """G3 names the column that it stands in, whose content keeps the full name."""
    path = write_csv(tmp_path / "t.csv", [*TWO_LEVELS, ["G1", "G2", "G3", "G4", "G5"], ROW])
    mapping = POWER.replace("统一社会信用代码", "G2") % "G4"
    rows = read(path, mapping)
    assert values(rows) == [20_000]
    assert content(rows[-1])["统一社会信用代码"] == uscc(1)


@pytest.mark.parametrize(
    "row", [["1", uscc(1), "2", "3", "4"], ["2", "3", "4", "5", "6"], ["A1", "A1", "1", "", ""]]
)
def test_numbers_alone_make_no_row_of_codes(tmp_path: Path, row: list[str]) -> None:
    """Only what is counted through from one is taken for codes."""
    rows = read(write_csv(tmp_path / "t.csv", [*TWO_LEVELS, row]), POWER % "用电量/电网")
    assert rows[0].verdict in (Verdict.ACCEPTED, Verdict.HELD)


def test_pinyin_names_and_stars_of_forms_are_understood(tmp_path: Path) -> None:
    """TYSHXYDM is a synonym like any; a star marks only what a form wants filled in."""
    rows = [["*tyshxydm", "＊YDL"], [uscc(1), "5"]]
    mapping = POWER.replace("统一社会信用代码", "[统一社会信用代码, TYSHXYDM]") % "YDL"
    assert values(read(write_csv(tmp_path / "t.csv", rows), mapping)) == [5_000]


def test_a_column_named_exactly_goes_before_one_named_in_part(tmp_path: Path) -> None:
    """用电量 is the column of that name, not the lower level of another."""
    rows = [
        ["统一社会信用代码", "用电量", "上年", ""],
        ["", "", "用电量", "用气量"],
        [uscc(1), "1", "2", "3"],
    ]
    assert numbered("用电量", rows, tmp_path) == [1_000]
    assert numbered("上年/用电量", rows, tmp_path) == [2_000]


def test_a_workbook_with_hundreds_of_nearly_empty_rows_is_read(tmp_path: Path) -> None:
    """Merged titles, two levels, codes, and 390 rows of which only the running number is filled in."""
    sheet = [
        ["附件3：规模以上企业用电情况表"],
        ["填报单位：某局", None, "单位：千瓦时"],
        *TWO_LEVELS,
        ["甲", "乙", 1, 2, 3],
        [1, uscc(1), 1234.5, "/", None],
        *[[number] for number in range(2, 392)],
        ["合计", None, 1234.5],
    ]
    rows = read(write_xlsx(tmp_path / "t.xlsx", {"Sheet1": sheet}), POWER % "用电量/电网")
    assert values(rows) == [1_234_500]
    assert verdicts(rows) == ["title", "title", "code_row", "accepted", *["blank"] * 390, "subtotal"]


def test_header_rows_may_be_told(tmp_path: Path) -> None:
    """Where the search would be wrong the mapping gives the rows; codes beneath are still no data."""
    rows = [*TWO_LEVELS, ["甲", "乙", "1", "2", "3"], ROW]
    mapping = "header: [1, 2]" + POWER % "电网"
    assert values(read(write_csv(tmp_path / "t.csv", rows), mapping)) == [100_000]
    assert verdicts(read(tmp_path / "t.csv", mapping)) == ["code_row", "accepted"]


def test_a_header_is_looked_for_in_a_wide_sheet_in_good_time(tmp_path: Path) -> None:
    """Four thousand columns, a hundred rows and no header: refused, and soon."""
    table = [[str(row * column) for column in range(4_000)] for row in range(1, 100)]
    begun = time.process_time()
    with pytest.raises(InvalidMapping, match="Not found"):
        read(write_csv(tmp_path / "t.csv", table), POWER % "用电量")
    assert time.process_time() - begun < 20


def test_rows_above_a_repeated_header_are_not_lost(tmp_path: Path) -> None:
    """Where the first header is damaged and a later one whole, the rows between are no titles."""
    table = [["统一社会信用代码", "用电"], [uscc(1), "1"], ["统一社会信用代码", "用电量"], [uscc(2), "2"]]
    path = write_csv(tmp_path / "t.csv", table)
    with pytest.raises(InvalidMapping, match="row 2 above it looks like data"):
        read(path, POWER % "用电量")
    assert values(read(path, "header: 3" + POWER % "用电量")) == [2_000]
