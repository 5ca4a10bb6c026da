"""Limits, areas and capital as contracts, notices and registers print them."""

import csv
from pathlib import Path
from typing import Any

import pytest

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.mappings.fields import FIELDS
from service.feeds.values.amounts import limit
from service.feeds.values.cells import Held
from service.feeds.values.limits import read_limits
from tests.feeds.handing import parsed_mapping, read, uscc, verdicts, write_csv

NOTICES = Path(__file__).parents[3] / "shared" / "data" / "cn_land_grants_notices.csv"
CONTRACTS = """
feed: contracts
columns:
  parcel_code: 地块
  area_m2: {column: 面积, unit: text}
  far: {column: 容积率, bound: lower}
  far_max: {column: 容积率, bound: upper}
  far_printed: 容积率
  coverage: {column: 密度, bound: lower, unit: "%", plain: lower}
  coverage_max: {column: 密度, bound: upper, unit: "%", plain: lower}
  green_min: {column: 绿地率, bound: lower, unit: "%"}
  green_max: {column: 绿地率, bound: upper, unit: "%"}
  height_max_m: {column: 限高, bound: upper, plain: upper}
  investment_wan_yuan_per_mu: {column: 强度, bound: lower, unit: text}
"""
NAMES = ["地块", "面积", "容积率", "密度", "绿地率", "限高", "强度"]


def stated(row: Any, mapping: str = CONTRACTS) -> dict[str, Any]:
    """Return what a row states, by field."""
    ((key, given),) = row.facts
    parsed = parsed_mapping(mapping)
    assert parsed is not None
    names = [name for name in FIELDS[parsed.feed] if name in parsed.columns]
    return dict(zip(names, (*key, *given), strict=True))


def contract(folder: Path, **cells: str) -> Any:
    """Return the row of one contract with these cells."""
    row = [cells.get(name, "P1" if name == "地块" else "/") for name in NAMES]
    return read(write_csv(folder / "t.csv", [NAMES, row]), CONTRACTS)[0]


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("≥1.2", "1.2", None),
        ("2.0-3.0", "2.0", "3.0"),
        ("2.0<r≤2.8", "2.0", "2.8"),
        ("2.8≥R>2.0", "2.0", "2.8"),
        ("≥0.7且≤1.8", "0.7", "1.8"),
        ("≤1.8，≥0.7", "0.7", "1.8"),
        ("5≤gr<20", "5", "20"),
        ("≤55%", None, "55"),
        ("30%-55%", "30", "55"),
        ("30-55％", "30", "55"),
        ("不低于1.2", "1.2", None),
        ("不大于24米", None, "24"),
        ("1.0~2.5", "1.0", "2.5"),
        ("１．０～２．５", "1.0", "2.5"),
        ("1.2（含）至2.0", "1.2", "2.0"),
        ("大于1.2小于2.5", "1.2", "2.5"),
        ("1.2以上", "1.2", None),
        ("24米及以下", None, "24"),
        ("容积率：≥1.2", "1.2", None),
        ("＞1.2", "1.2", None),
        ("1.5", "1.5", "1.5"),
    ],
)
def test_a_limit_reads_by_its_ends(text: str, lower: str | None, upper: str | None) -> None:
    """Signs, words, ranges and chains; full width or not."""
    limits = read_limits(text)
    assert (limits.lower and str(limits.lower), limits.upper and str(limits.upper)) == (lower, upper)


@pytest.mark.parametrize(
    "text",
    [
        "生产性建筑≤40米,非生产性建筑≤50米",
        "≥1且≥2",
        "3-2",
        "≤1且≥2",
        "按规划",
        "≥",
        "1.2.3",
        "≥1米且≤20%",
        "30%±2",
    ],
)
def test_what_does_not_read_only_one_way_is_held(text: str) -> None:
    """Two limits of two things, ends the wrong way round, words."""
    with pytest.raises(Held) as caught:
        read_limits(text)
    assert caught.value.reason == "interval_unreadable"


def test_a_contract_is_read_as_it_is_printed(tmp_path: Path) -> None:
    """Each end goes to its field in the field's unit; the text keeps what is strict."""
    row = contract(
        tmp_path,
        面积="68507.52平方米(折102.76亩,具体以实测面积为准)",
        容积率="2.0<r≤2.8",
        密度="30",
        绿地率="≤20%",
        限高="24",
        强度="≥8250万元/公顷",
    )
    assert stated(row) == {
        "parcel_code": "P1",
        "area_m2": 68507.52,
        "far": 2.0,
        "far_max": 2.8,
        "far_printed": "2.0<r≤2.8",
        "coverage": 0.3,
        "coverage_max": None,
        "green_min": None,
        "green_max": 0.2,
        "height_max_m": 24.0,
        "investment_wan_yuan_per_mu": 550.0,
    }


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("容积率", "按规划", "interval_unreadable"),
        ("容积率", "≥1.2米", "interval_unreadable"),
        ("密度", "≤155%", "number_out_of_range"),
        ("强度", "≥8250", "unit_missing"),
        ("强度", "≥1.1万元/吨标煤", "unit_unknown"),
        ("面积", "68507.52平方米(折112.76亩)", "area_contradicts"),
        ("面积", "68507.52", "unit_missing"),
        ("面积", "****2", "number_unreadable"),
    ],
)
def test_a_cell_that_cannot_be_read_holds_its_row(
    tmp_path: Path, column: str, text: str, reason: str
) -> None:
    """The reason and the column are told."""
    row = contract(tmp_path, **{column: text})
    assert (row.reason, row.column) == (reason, column)


def test_a_plain_number_is_both_ends_unless_the_mapping_says_which(tmp_path: Path) -> None:
    """容积率 1.5 is limit on both sides; 密度 30 only the lower, by plain: lower."""
    found = stated(contract(tmp_path, 容积率="1.5", 密度="30"))
    assert [found[name] for name in ("far", "far_max", "coverage", "coverage_max")] == [1.5, 1.5, 0.3, None]


@pytest.mark.parametrize("rule", ["name: {column: a, bound: lower}", "far: {column: a, plain: lower}"])
def test_bounds_belong_to_limits(rule: str) -> None:
    """A name has no bound, and plain needs one."""
    with pytest.raises(InvalidMapping):
        parsed_mapping(f"feed: parcels\ncolumns: {{code: c, {rule}}}")


@pytest.mark.parametrize(
    ("text", "wan", "currency"),
    [
        ("100万美元", 100.0, "USD"),
        ("5000万人民币", 5000.0, "CNY"),
        ("500万元", 500.0, "CNY"),
        ("人民币1,200.5万元整", 1200.5, "CNY"),
        ("100万元（港币）", 100.0, "HKD"),
        ("500000元", 50.0, "CNY"),
        ("0.5亿元", 5000.0, "CNY"),
        ("500万", 500.0, None),
        ("500", "unit_missing", None),
        ("100万西币", "unit_unknown", None),
        ("伍佰万元", "number_unreadable", None),
    ],
)
def test_capital_is_an_amount_and_a_currency(
    tmp_path: Path, text: str, wan: float | str, currency: str | None
) -> None:
    """Ten thousands of whatever currency the register prints; none is invented."""
    mapping = """
feed: enterprises
columns:
  uscc: uscc
  capital_wan: {column: 注册资本, unit: text}
  capital_currency: {column: 注册资本, unit: text}
"""
    row = read(write_csv(tmp_path / "t.csv", [["uscc", "注册资本"], [uscc(1), text]]), mapping)[0]
    assert (row.reason if row.facts == () else row.facts[0][1]) == (
        wan if isinstance(wan, str) else (wan, currency)
    )


def test_capital_and_currency_may_stand_apart(tmp_path: Path) -> None:
    """A column in 万元 and one with the currency's word or number."""
    table = [
        ["uscc", "资本（万元）", "币种"],
        [uscc(1), "100", "840"],
        [uscc(2), "5", "人民币"],
        [uscc(3), "5", "贝壳"],
    ]
    mapping = "feed: enterprises\ncolumns: {uscc: uscc, capital_wan: 资本（万元）, capital_currency: 币种}"
    rows = read(write_csv(tmp_path / "t.csv", table), mapping)
    assert [row.facts[0][1] if row.facts else row.reason for row in rows] == [
        (100.0, "USD"),
        (5.0, "CNY"),
        "word_unknown",
    ]


@pytest.mark.skipif(not NOTICES.exists(), reason="the notices are no part of the project")
def test_all_printed_notices_are_read_or_held(tmp_path: Path) -> None:
    """Of the nineteen notices those whose cells say two things, or hide a figure, are held, and no other."""
    with NOTICES.open(encoding="utf-8-sig", newline="") as file:
        notices = list(csv.DictReader(file))
    mapping = CONTRACTS
    for name, column in zip(
        NAMES[1:], ("面积", "容积率", "建筑密度", "绿地率", "限高", "投资强度"), strict=True
    ):
        mapping = mapping.replace(f"column: {name},", f"column: {column}_原文,")
    mapping = mapping.replace("far_printed: 容积率", "far_printed: 容积率_原文").replace(
        "parcel_code: 地块", "parcel_code: 序号"
    )
    mapping += "  tax_wan_yuan_per_mu: {column: 亩均税收_原文, bound: lower, unit: text}\n"
    table = [["序号", *notices[0]], *([f"N{n}", *row.values()] for n, row in enumerate(notices, start=1))]
    rows = read(write_csv(tmp_path / "t.csv", table), mapping)
    held = {row.row - 1: (row.reason, row.column) for row in rows if not row.facts}
    assert held == {
        17: ("interval_unreadable", "限高_原文"),  # 生产性建筑≤40米,非生产性建筑≤50米
        19: ("number_unreadable", "面积_原文"),  # ****2
    }
    assert set(verdicts(rows)) == {"accepted", "interval_unreadable", "number_unreadable"}
    found = [stated(row, mapping) if row.facts else {} for row in rows]
    names = ("area_m2", "far", "far_max", "coverage", "coverage_max", "green_max", "height_max_m")
    assert [found[1][name] for name in names] == [26077.0, 2.0, 3.0, 0.3, 0.55, 0.2, 60.0]
    assert [found[17][name] for name in names] == [68507.52, 0.7, 1.8, 0.35, 0.65, 0.2, None]
    promised = [row.get("investment_wan_yuan_per_mu") for row in found]
    assert promised[:3] == [216.0, 550.0, None]
    assert [promised[4], promised[17]] == [306.0, 250.0]
    assert found[17]["tax_wan_yuan_per_mu"] == 20.0


@pytest.mark.parametrize("unit", ["1", "≥1", "1/", "1米", "单位 "])
def test_an_endless_cell_is_held_in_no_time(tmp_path: Path, unit: str) -> None:
    """No pattern looks through a million characters."""
    for name in ("容积率", "面积", "强度"):
        assert contract(tmp_path, **{name: "1" + unit * 200_000}).reason in (
            "interval_unreadable",
            "text_unusable",
            "unit_missing",
        )


@pytest.mark.parametrize("text", ["0.55", "≤0.55", "1", "0.3-0.55"])
def test_a_share_in_a_column_of_per_cents_is_held(text: str) -> None:
    """A density of 0.55 % is nobody's limit, and 55 % would be a guess; ``0.55%`` says which it is."""
    reader = limit(FIELDS[Feed.CONTRACTS]["coverage_max"], "%", "upper", "both")
    with pytest.raises(Held) as held:
        reader(text)
    assert held.value.reason == "share_ambiguous"
    assert reader("0.55%") == 5_500
    assert reader("≤55") == 550_000
