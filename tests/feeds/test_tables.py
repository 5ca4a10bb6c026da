import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt

from service.domain.hand_overs import Feed, Verdict
from service.errors import InvalidMapping, TooLarge, UnreadableFile
from tests.feeds.handing import HEADER, TAX, content, read, uscc, values, verdicts, write_csv, write_xlsx

FIRMS = [[uscc(1), "宁波甲公司", "2023", "1234.5"], [uscc(2), "宁波乙公司", "2023", "99"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    """UTF-8 with and without mark, GBK and UTF-16, separated by comma, semicolon or tab, say the same."""
    rows = read(write_csv(tmp_path / "t.csv", [HEADER, *FIRMS], encoding, delimiter))
    assert values(rows) == [123_450, 9_900]
    assert content(rows[0]) == {
        "统一社会信用代码": uscc(1),
        "企业名称": "宁波甲公司",
        "年度": "2023",
        "税收": "1234.5",
    }


def test_a_csv_in_no_usual_encoding_is_refused(tmp_path: Path) -> None:
    """Bytes that are neither UTF-8 nor GBK are not shown as gibberish."""
    (tmp_path / "t.csv").write_bytes(b"a,b\n\x81\xff,1\n")
    with pytest.raises(UnreadableFile, match="UTF-8 or GB18030"):
        read(tmp_path / "t.csv")


def test_quoted_line_breaks_stay_in_their_cell(tmp_path: Path) -> None:
    """A line break within quotes makes no new row, and rows are counted as a spreadsheet counts them."""
    rows = read(write_csv(tmp_path / "t.csv", [HEADER, [uscc(1), "甲\n公司", "2023", "1"], *FIRMS[1:]]))
    assert [(row.row, row.verdict) for row in rows] == [(2, Verdict.ACCEPTED), (3, Verdict.ACCEPTED)]


def test_a_quote_that_never_ends_is_told_with_its_line(tmp_path: Path) -> None:
    """Broken quoting would swallow the rest of the file: the file is refused, and the line is named."""
    (tmp_path / "t.csv").write_text(
        ",".join(HEADER) + f'\n{uscc(1)},"甲,2023,5\n{uscc(2)},乙,2023,6\n', "utf-8"
    )
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / "t.csv")
    assert caught.value.place == "t.csv, line 3"


def test_every_row_of_a_typed_table_gets_its_verdict(tmp_path: Path) -> None:
    """Titles, blanks, repeated headers, subtotals, footnotes and rows without values are skipped, and why."""
    table = [
        ["2023年度税收", "", "", ""],
        ["", "", "", ""],
        HEADER,
        *FIRMS,
        ["小计", "", "", "1333.5"],
        ["", "", "", ""],
        HEADER,
        [uscc(3), "丙", "2023", "/"],
        [uscc(4), "丁", "2023", "，"],
        ["", "合 计", "", "1,333.5"],
        ["注：不含出口退税。", "", "", ""],
        ["填表人：张三", "", "审核人：李四", ""],
    ]
    rows = read(write_csv(tmp_path / "t.csv", table))
    assert verdicts(rows) == [
        "title",
        "blank",
        "accepted",
        "accepted",
        "subtotal",
        "blank",
        "repeated_header",
        "no_values",
        "no_values",
        "subtotal",
        "footnote",
        "footnote",
    ]
    assert [row.row for row in rows] == [1, 2, *range(4, 14)]


@pytest.mark.parametrize(
    "row",
    [
        ["", "宁波总计数信息公司", "2023", "5"],
        ["", "甲公司", "2023", "5"],
        ["注册在外地", "甲公司", "2023", "5"],
        ["", "注：见说明", "2023", "5"],
    ],
)
def test_a_row_that_may_be_data_is_held_not_skipped(tmp_path: Path, row: list[str]) -> None:
    """A row without a code that carries a number is kept for a person to look at."""
    rows = read(write_csv(tmp_path / "t.csv", [HEADER, row]))
    assert rows[0].verdict is Verdict.HELD
    assert rows[0].column == "统一社会信用代码"


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        (["91330299000000001X", "甲", "2023", "1"], "uscc_check_digit", "统一社会信用代码"),
        (["330299000000001", "甲", "2023", "1"], "uscc_malformed", "统一社会信用代码"),
        (["9.1330299E+17", "甲", "2023", "1"], "code_precision_lost", "统一社会信用代码"),
        ([uscc(1), "甲", "", "1"], "period_missing", "年度"),
        ([uscc(1), "甲", "今年", "1"], "period_unreadable", "年度"),
        ([uscc(1), "甲", "2023", "一百"], "number_unreadable", "税收"),
        ([uscc(1), "甲", "2023", "#REF!"], "cell_error", "税收"),
        ([uscc(1), "甲", "2023", "NaN"], "number_not_finite", "税收"),
        ([uscc(1), "甲", "2023", "99999999999999999"], "number_out_of_range", "税收"),
        ([uscc(1), "甲", "2023", "1", "234"], "cells_in_excess", None),
        ([uscc(1), "甲", "2023"], "cells_missing", None),
    ],
)
def test_a_row_is_held_with_its_reason_and_column(
    tmp_path: Path, cells: list[str], reason: str, column: str | None
) -> None:
    """Each kind of trouble has its code, and names the column it was found in."""
    row = read(write_csv(tmp_path / "t.csv", [HEADER, cells]))[0]
    assert (row.verdict, row.reason, row.column) == (Verdict.HELD, reason, column)
    assert not row.facts


def test_the_header_is_found_wherever_it_is(tmp_path: Path) -> None:
    """Header names are compared without blanks, width and case."""
    table = [["表一"], [], ["统一社会\n信用代码", "企业名称", "年 度", "税收"], *FIRMS]
    assert values(read(write_csv(tmp_path / "t.csv", table))) == [123_450, 9_900]


def test_two_header_rows_become_one_name(tmp_path: Path) -> None:
    """A merged upper cell names all its columns: 用电量/电网 and 用电量/自发."""
    table = [
        ["统一社会信用代码", "年度", "用电量", ""],
        ["", "", "电网", "自发"],
        [uscc(1), "2023", "100", "20"],
    ]
    mapping = """
feed: figures
header: [1, 2]
columns: {uscc: 统一社会信用代码, period: 年度}
metrics:
  electricity: {combine: sum, of: [用电量/电网, 用电量/自发], unit: kWh}
  energy_equal_supply:
    combine: sum
    of: [{column: 用电量/电网, unit: kWh}, {column: 用电量/自发, unit: kWh}]
"""
    assert values(read(write_csv(tmp_path / "t.csv", table), mapping)) == [120_000, 36]


def test_missing_columns_are_told_with_those_found(tmp_path: Path) -> None:
    """Who wrote the mapping sees what the file calls its columns."""
    with pytest.raises(InvalidMapping) as caught:
        read(write_csv(tmp_path / "t.csv", [["统一社会信用代码", "年度", "税额"], [uscc(1), "2023", "1"]]))
    assert "Not found: 税收" in caught.value.detail
    assert "税额" in caught.value.detail
    assert caught.value.place == "t.csv, row 1"


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    """Which of two columns is meant is not guessed."""
    with pytest.raises(InvalidMapping, match="More than one column"):
        read(write_csv(tmp_path / "t.csv", [[*HEADER, "税收"], [*FIRMS[0], "7"]]))


def test_a_unit_in_the_header_that_contradicts_the_mapping_is_refused(tmp_path: Path) -> None:
    """税收（万元） read as yuan would be wrong by four digits."""
    table = [["统一社会信用代码", "年度", "税收（万元）"], [uscc(1), "2023", "1"]]
    mapping = TAX.replace("税收", "税收（万元）")
    with pytest.raises(InvalidMapping, match="says 万元, the mapping says yuan"):
        read(write_csv(tmp_path / "t.csv", table), mapping)
    assert values(read(tmp_path / "t.csv", mapping.replace("yuan", "万元"))) == [1_000_000]


def test_values_that_the_mapping_does_not_list_are_held(tmp_path: Path) -> None:
    """A list of values is complete unless it says what to do with others."""
    table = [["uscc", "scale"], [uscc(1), "1.0"], [uscc(2), "2"], [uscc(3), "9"]]
    mapping = "feed: enterprises\ncolumns: {uscc: uscc, above_scale: {column: scale, values: {1: 是, 2: 否}}}"
    path = write_csv(tmp_path / "t.csv", table)
    rows = read(path, mapping)
    assert [row.facts[0][1] if row.facts else row.reason for row in rows] == [
        (True,),
        (False,),
        "value_unmapped",
    ]
    rows = read(path, mapping.replace("}}", "}, otherwise: empty}"))
    assert rows[2].facts[0][1] == (None,)


def test_without_a_mapping_our_own_names_are_understood(tmp_path: Path) -> None:
    """Columns named as the fields and metrics are read in the display units."""
    table = [["uscc", "period", "tax", "electricity", "remark"], [uscc(1), "2023", "1.5", "2", "x"]]
    rows = read(write_csv(tmp_path / "t.csv", table), None, Feed.FIGURES)
    assert values(rows) == [1_500_000, 2_000]
    with pytest.raises(InvalidMapping, match="Found: a, b"):
        read(write_csv(tmp_path / "u.csv", [["a", "b"], ["1", "2"]]), None, Feed.FIGURES)


def test_a_holding_is_read_whole(tmp_path: Path) -> None:
    """Role, areas, share and days of an occupancy; the survey's own words for the role."""
    table = [
        ["parcel_code", "uscc", "role", "floor_area_m2", "面积", "manual_share", "valid_from", "valid_to"],
        ["3302990010.0", uscc(1), "自有", "100", "1.5", "30%", "2023-01-01", "2023/6/30"],
        ["330299001001GB00001", uscc(2), "转租", "100", "1.5", "30%", "2023-01-01", "2023/6/30"],
        ["330299001001GB00001", uscc(2), "承租", "100", "1.5", "130%", "2023-01-01", "2023/6/30"],
        ["330299001001GB00001", uscc(2), "承租", "-1", "1.5", "3%", "2023-01-01", "2023/6/30"],
        ["330299001001GB00001", uscc(2), "承租", "1", "1.5", "3%", "2023-07-01", "2023/6/30"],
    ]
    mapping = """
feed: occupancies
columns:
  parcel_code: parcel_code
  uscc: uscc
  role: role
  floor_area_m2: floor_area_m2
  land_area_m2: {column: 面积, unit: 亩}
  manual_share: {column: manual_share, unit: "%"}
  valid_from: valid_from
  valid_to: valid_to
"""
    rows = read(write_csv(tmp_path / "t.csv", table), mapping)
    key, stated = rows[0].facts[0]
    assert key == ("3302990010", uscc(1), "own", date(2023, 1, 1))
    assert stated == (100.0, 1000.0, 0.3, date(2023, 6, 30))
    assert verdicts(rows)[1:] == ["role_unknown", "number_out_of_range", "number_negative", "dates_reversed"]


def test_a_workbook_reads_as_a_person_sees_it(tmp_path: Path) -> None:
    """Numbers without binary noise, whole codes without a point; positions as in the sheet."""
    book = {
        "说明": [["本表由税务局提供"]],
        "2023": [["税收表"], [], HEADER, [uscc(1), "甲", 2023, 0.1 + 0.2], [uscc(2), "乙", 2023.0, 7]],
    }
    rows = read(write_xlsx(tmp_path / "t.xlsx", book))
    assert verdicts(rows) == ["title", "blank", "accepted", "accepted"]
    assert content(rows[2]) == {"统一社会信用代码": uscc(1), "企业名称": "甲", "年度": "2023", "税收": "0.3"}
    assert (rows[2].sheet, rows[2].row, values(rows)) == ("2023", 4, [30, 700])


def test_errors_and_unsaved_formulas_of_a_workbook_are_held(tmp_path: Path) -> None:
    """The reader gives nothing for them; a tax of nothing would be a wrong tax."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        HEADER,
        [uscc(1), "甲", 2023, "#REF!"],
        [uscc(2), "乙", 2023, "=D2*2"],
        [uscc(3), "丙", 2023, 5],
    ):
        sheet.append(row)
    book.save(tmp_path / "t.xlsx")
    rows = read(tmp_path / "t.xlsx")
    assert verdicts(rows) == ["cell_error", "formula_without_value", "accepted"]
    assert content(rows[0])["税收"] == "#REF!"


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    """XLS as older programs save it: numbers, dates, errors and Chinese text."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("企业")
    rows = [
        ["uscc", "name", "above_scale", "registered_on"],
        [uscc(1), "宁波甲公司", True, date(2010, 5, 1)],
        [uscc(2), "乙", 0, "2011.6.1"],
    ]
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell, day if isinstance(cell, date) else xlwt.Style.default_style)
    sheet.write(3, 0, uscc(3))
    sheet.row(3).set_cell_error(2, 0x17)
    book.save(str(tmp_path / "t.xls"))
    read_rows = read(tmp_path / "t.xls", None, Feed.ENTERPRISES)
    assert [row.facts[0][1] if row.facts else row.reason for row in read_rows] == [
        ("宁波甲公司", True, date(2010, 5, 1)),
        ("乙", False, date(2011, 6, 1)),
        "cell_error",
    ]


def test_a_mapping_that_fits_two_sheets_must_name_one(tmp_path: Path) -> None:
    """Which year is meant is not guessed."""
    path = write_xlsx(tmp_path / "t.xlsx", {"2022": [HEADER, FIRMS[0]], "2023": [HEADER, FIRMS[1]]})
    with pytest.raises(InvalidMapping, match="2022, 2023"):
        read(path)
    assert values(read(path, TAX + "sheet: 2023")) == [9_900]
    with pytest.raises(InvalidMapping, match="no sheet '2021'"):
        read(path, TAX + "sheet: 2021")


def test_a_workbook_that_claims_ten_billion_cells_is_refused(tmp_path: Path) -> None:
    """Two cells in opposite corners make the reader want 500 GB; the service lives on and says so."""
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = 1, 2
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(UnreadableFile, match="larger than the service can read"):
        read(tmp_path / "t.xlsx")


def test_entities_in_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    """A billion laughs in the workbook's XML is a damaged workbook."""
    path = write_xlsx(tmp_path / "t.xlsx", {"S": [HEADER, FIRMS[0]]})
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{laughs}]><workbook>&l11;</workbook>'
    target = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as changed:
        for member in source.namelist():
            changed.writestr(member, bomb if member == "xl/workbook.xml" else source.read(member))
    path.write_bytes(target.getvalue())
    with pytest.raises(UnreadableFile):
        read(path)


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("t.xlsx", b"a,b\n1,2\n"),
        ("t.csv", b"PK\x03\x04 no archive"),
        ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and nothing behind"),
        ("t.csv", b"\x00\x01\x02"),
        ("t.pdf", b"%PDF-1.4"),
        ("t", b"a,b"),
        ("t.zip", b"PK\x05\x06" + bytes(18)),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str, payload: bytes) -> None:
    """The first bytes decide, and a wrong name is an error instead of a guess."""
    (tmp_path / name).write_bytes(payload)
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path / name)
    assert name in (caught.value.place or "")


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_an_empty_table_is_refused(tmp_path: Path, name: str) -> None:
    """A file without a header says nothing that could be mapped."""
    path = tmp_path / name
    write_csv(path, []) if name == "t.csv" else write_xlsx(path, {"S": []})
    with pytest.raises(InvalidMapping):
        read(path)


def test_a_huge_cell_is_refused(tmp_path: Path) -> None:
    """A cell of two million characters is no cell."""
    with pytest.raises((UnreadableFile, TooLarge)):
        read(write_csv(tmp_path / "t.csv", [HEADER, [uscc(1), "x" * 2_000_000, "2023", "1"]]))
