"""Tables with one figure a row, and figures whose subject is a meter."""

from pathlib import Path

import pytest

from service.errors import InvalidMapping
from service.feeds.mappings.mapping import parse_mapping
from tests.feeds.handing import read, uscc, verdicts, write_csv

LONG = """
feed: figures
columns: {uscc: 代码, period: 月份}
metric: {column: 指标, values: {用电量: electricity, 入库税收: tax, 税收合计: {metric: tax, unit: 万元}}}
value: {column: 数值, unit: {column: 单位, values: {万: 万元}}}
"""
METERS = """
feed: figures
columns: {meter: 表号, period: 月份}
metrics: {electricity: {column: 电量, unit: kWh}}
"""


def stated(rows: list[object]) -> list[tuple[object, ...]]:
    """Return the figures: kind and code of the subject, period, metric, value."""
    return [
        (key[0], key[1], key[3], key[4], given[0])
        for row in rows
        for key, given in row.facts  # type: ignore[attr-defined]
    ]


def test_each_row_names_its_metric_and_its_unit(tmp_path: Path) -> None:
    """The word of a metric may imply the unit; a metric the mapping does not list is held."""
    table = [
        ["代码", "月份", "指标", "数值", "单位"],
        [uscc(1), "2023-01", "用电量", "1.5", "万千瓦时"],
        [uscc(1), "2023-01", "入库税收", "7", "万"],
        [uscc(1), "2023-02", "税收合计", "8", ""],
        [uscc(1), "2023-02", "利润", "9", "元"],
        [uscc(1), "2023-02", "用电量", "/", "kWh"],
        [uscc(1), "2023-02", "用电量", "3", "元"],
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), LONG)
    assert stated(rows) == [
        ("enterprise", uscc(1), "2023-01", "electricity", 15_000_000),
        ("enterprise", uscc(1), "2023-01", "tax", 7_000_000),
        ("enterprise", uscc(1), "2023-02", "tax", 8_000_000),
    ]
    assert verdicts(rows)[3:] == ["metric_unmapped", "no_values", "unit_unknown"]
    assert rows[3].column == "指标"


def test_two_rows_of_one_metric_that_disagree_are_held(tmp_path: Path) -> None:
    """Two words for one metric make one figure, which cannot have two values."""
    table = [
        ["代码", "月份", "指标", "数值", "单位"],
        [uscc(1), "2023", "入库税收", "70000", "元"],
        [uscc(1), "2023", "税收合计", "8", ""],
        [uscc(2), "2023", "入库税收", "80000", "元"],
        [uscc(2), "2023", "税收合计", "8", ""],
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), LONG)
    assert verdicts(rows) == ["conflicting_rows", "conflicting_rows", "accepted", "repeated_row"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("value: {column", "values: {column"), "values"),
        (
            (
                "metric: {column: 指标, values: {用电量: electricity",
                "metric: {column: 指标, values: {用电量: power",
            ),
            "power",
        ),
        (("value: {column: 数值, unit: {column: 单位, values: {万: 万元}}}", ""), "metric"),
        (("value: {column: 数值,", "value: {constant: 3,"), "value"),
        (("value:", "metrics: {tax: {column: 税, unit: 元}}\nvalue:"), "metrics"),
        (("{万: 万元}", "{万: 万丈}"), "万丈"),
    ],
)
def test_a_mistake_in_the_mapping_is_named(change: tuple[str, str], told: str) -> None:
    """Metric and value belong together and exclude the list of metrics."""
    with pytest.raises(InvalidMapping) as caught:
        parse_mapping(LONG.replace(*change))
    assert told in caught.value.detail


def test_figures_of_meters_are_kept_with_what_they_count(tmp_path: Path) -> None:
    """The unit tells what the meter counts; its number loses the point of a float."""
    table = [
        ["表号", "月份", "电量"],
        ["10023.0", "202301", "5"],
        ["A-7", "2023年2月", "6"],
        ["", "2023-01", "7"],
    ]
    rows = read(write_csv(tmp_path / "t.csv", table), METERS)
    assert stated(rows) == [
        ("meter", "electricity:10023", "2023-01", "electricity", 5_000),
        ("meter", "electricity:A-7", "2023-02", "electricity", 6_000),
    ]
    assert verdicts(rows)[2] == "meter_missing"


def test_a_meter_counts_one_thing(tmp_path: Path) -> None:
    """kWh that become coal equivalent are still of an electricity meter; tax is of none."""
    coal = METERS.replace("electricity: {column: 电量", "energy_equal_supply: {column: 电量")
    rows = read(write_csv(tmp_path / "t.csv", [["表号", "月份", "电量"], ["1", "2023", "1000"]]), coal)
    assert stated(rows)[0][1] == "electricity:1"
    for wrong in (
        "tax: {column: 电量, unit: yuan}",
        "electricity: {column: a, unit: kWh}, tax: {column: b, unit: 元}",
    ):
        with pytest.raises(InvalidMapping, match="one kind"):
            parse_mapping(METERS.replace("electricity: {column: 电量, unit: kWh}", wrong))
