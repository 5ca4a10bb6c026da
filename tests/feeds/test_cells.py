from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from service.feeds.values import cells
from service.feeds.values.cells import READERS, Held


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "  ",
            "/",
            "-",
            "—",
            "――",
            "——",
            "-——-",
            "****",
            "*",
            "，",
            ",",
            "无",
            "　",
            "＊＊",
            "／",
            "．",
            "－",
        ),
        *("…", "……", "未纳入统计", "＿", "//", "\\"),
    ],
)
def test_marks_for_nothing_are_nothing(text: str) -> None:
    """What people type into a cell that has no value, in full and half width."""
    assert cells.is_empty(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234.5", "1234.5"),
        ("1,234,567.89", "1234567.89"),
        ("１２３４．５", "1234.5"),
        ("１，２３４", "1234"),
        (" 12 ", "12"),
        ("-0.5", "-0.5"),
        ("1.2E+05", "120000"),
        (".5", "0.5"),
        ("0", "0"),
    ],
)
def test_a_number_is_read_exactly(text: str, number: str) -> None:
    """Full-width digits and thousands separators are understood, and nothing is rounded."""
    assert cells.number(text) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,23", "number_unreadable"),
        ("1,2345", "number_unreadable"),
        ("1 234", "number_unreadable"),
        ("12万", "number_unreadable"),
        ("68507.52平方米(折102.76亩)", "number_unreadable"),
        ("(123)", "number_unreadable"),
        ("12%", "number_unreadable"),
        ("2023-01-01", "number_unreadable"),
        ("0x10", "number_unreadable"),
        ("1_000", "number_unreadable"),
        ("nan", "number_not_finite"),
        ("-Inf", "number_not_finite"),
        ("1e99", "number_out_of_range"),
        ("9" * 61, "number_out_of_range"),
    ],
)
def test_a_number_that_reads_two_ways_is_held(text: str, reason: str) -> None:
    """Half a thousands separator, a unit in the cell, a percent sign, NaN: nobody guesses."""
    with pytest.raises(Held) as caught:
        cells.number(text)
    assert caught.value.reason == reason


def test_a_huge_exponent_costs_nothing() -> None:
    """A number of a billion digits is refused before it is written out."""
    with pytest.raises(Held):
        cells.number("1e999999999")


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=4))
def test_any_plain_decimal_survives(amount: Decimal) -> None:
    """Plain and grouped spelling of a decimal give the decimal."""
    assert cells.number(f"{amount}") == amount
    assert cells.number(f"{amount:,}") == amount


@pytest.mark.parametrize(
    "text",
    ["2023-01-05", "2023/1/5", "2023.1.5", "2023年1月5日", "20230105", "2023-01-05 00:00:00", "２０２３-1-5"],
)
def test_a_date_written_year_first_is_read(text: str) -> None:
    """The spellings that departments use, all for one day."""
    assert cells.day(text) == date(2023, 1, 5)


@pytest.mark.parametrize(
    "text", ["05/01/2023", "2023-13-01", "2023-02-30", "44927", "2023-1", "1/5", "2023-1/5"]
)
def test_a_date_that_reads_two_ways_is_held(text: str) -> None:
    """Day and month in unknown order, a spreadsheet's serial number, a month without day."""
    with pytest.raises(Held) as caught:
        cells.day(text)
    assert caught.value.reason == "date_unreadable"


@pytest.mark.parametrize("text", ["2023", "2023年", "2023年度", "2023.0", "２０２３"])
def test_a_year_is_a_period(text: str) -> None:
    """A year as people and spreadsheets write it."""
    assert cells.period(text) == "2023"


@pytest.mark.parametrize(
    "text", ["23", "20233", "12023", "2023Q5", "2023-13", "2023年1-6月", "2023-2024", "2023-07-01", "今年"]
)
def test_what_is_no_period_is_held(text: str) -> None:
    """Half years, days and spans are neither year, quarter nor month."""
    with pytest.raises(Held) as caught:
        cells.period(text)
    assert caught.value.reason == "period_unreadable"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        *((text, "2023Q3") for text in ("2023Q3", "2023年3季度", "2023年第三季度", "2023三季度", "2023-q3")),
        *((text, "2023-07") for text in ("2023-07", "2023年7月", "202307", "2023/7", "２０２３年７月份")),
    ],
)
def test_a_quarter_or_month_stays_one(text: str, period: str) -> None:
    """Quarters and months are kept as what they are, and never read as years."""
    assert cells.period(text) == period


@pytest.mark.parametrize(
    ("text", "truth"), [("是", True), ("规上", True), ("1.0", True), ("否", False), ("N", False)]
)
def test_yes_and_no(text: str, truth: bool) -> None:
    """Chinese and English, and the ones and zeros of systems."""
    assert cells.boolean(text) is truth


def test_neither_yes_nor_no_is_held() -> None:
    """A third answer is not turned into one of the two."""
    with pytest.raises(Held):
        cells.boolean("不详")


@pytest.mark.parametrize(
    ("text", "code"),
    [("6.0", "6"), ("06", "06"), ("６", "6"), ("C33", "C33"), ("3311.00", "3311"), ("1.5", "1.5")],
)
def test_a_code_stored_as_a_float_loses_its_point(text: str, code: str) -> None:
    """'6.0' is the code 6; a leading zero stays."""
    assert cells.code(text) == code


@pytest.mark.parametrize("read", [cells.code, cells.parcel_code, cells.uscc])
def test_a_long_code_that_was_rounded_is_held(read: object) -> None:
    """A spreadsheet keeps 15 digits: what was a longer code is no longer known."""
    with pytest.raises(Held) as caught:
        read("3.30203001001e+18")  # type: ignore[operator]
    assert caught.value.reason == "code_precision_lost"


@given(
    st.text("0123456789", min_size=8, max_size=8),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
)
def test_the_quick_check_of_a_uscc_agrees_with_the_standard(head: str, body: str) -> None:
    """The right check digit passes and each of the thirty others is held."""
    right = calc_check_digit(head + body)
    for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if sign == right:
            assert cells.uscc(head + body + sign) == head + body + sign
        else:
            with pytest.raises(Held, match="check digit"):
                cells.uscc(head + body + sign)


@pytest.mark.parametrize("text", ["#REF!", "#N/A", "#DIV/0!", "=A1*2"])
def test_errors_of_a_spreadsheet_are_no_values(text: str) -> None:
    """An error or a formula without its result is held, never taken for empty."""
    with pytest.raises(Held):
        cells.refuse_errors(text)


def test_text_with_control_characters_is_held() -> None:
    """NUL would end the text in the database; line breaks in a cell become blanks."""
    with pytest.raises(Held):
        cells.text_value("宁波\x00甲")
    assert cells.text_value("宁波\n甲 ") == "宁波 甲"


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("equipment_kind", " 空气压缩机 ", "compressor"),
        ("equipment_kind", "Boiler", "boiler"),
        ("efficiency_class", "二级", "2"),
        ("efficiency_class", "Ⅲ级", "3"),
        ("efficiency_class", "IE4", "2"),
        ("efficiency_class", "３级以下", "below"),
        ("fuel", "管道天然气", "gas"),
        ("fuel", "生物质", "firewood"),
    ],
)
def test_what_an_inspection_says_of_a_machine(kind: str, text: str, expected: str) -> None:
    """Kinds, efficiency classes and fuels as inspections write them; what is none of them is held."""
    assert READERS[kind](text) == expected
    with pytest.raises(Held, match="none of"):
        READERS[kind]("注塑机")
