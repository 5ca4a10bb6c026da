import re
from pathlib import Path

import pytest

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.profiles.catalogue import shipped_profiles
from service.feeds.profiles.previewing import preview
from tests.feeds.handing import TAX, uscc, write_csv, write_xlsx
from tests.feeds.profile_workbooks import rows_for

UNKNOWN = [
    ["某县2023年度企业情况表", "", "", "", "", ""],
    ["单位：万元", "", "", "", "", ""],
    ["序号", "单位详细名称", "组织机构信用代码", "上缴税金", "销售总收入", "耗用电量"],
    *[[str(i), f"甲{i}公司", uscc(i), str(100 + i), str(2000 + i), str(30 * i)] for i in range(1, 8)],
    ["", "合计", "", "728", "14028", "840"],
]
"""A layout of no profile: the code's column is misnamed, and only money has a unit."""


def test_a_preview_shows_how_a_file_is_read(tmp_path: Path) -> None:
    """Sheet, header, columns with their units, the first rows as read, counts by verdict and reason."""
    mapping = shipped_profiles()["electricity-grid-and-self"].mapping
    file = write_xlsx(tmp_path / "用电.xlsx", {"封面": [["封面"]], "2023": rows_for(mapping)})
    found = preview(file)
    assert (found.how, found.profile, found.feed) == ("chosen", "electricity-grid-and-self", Feed.FIGURES)
    assert (found.sheet, found.header_rows) == ("2023", [2, 3])
    columns = {each.field: (each.columns, each.unit) for each in found.columns}
    assert columns["electricity_grid"] == (["用电量/电网（万千瓦时）"], "万千瓦时")
    assert columns["electricity"][0] == ["用电量/电网（万千瓦时）", "用电量/自发自用（万千瓦时）"]
    assert (found.read, found.accepted, found.held, found.skipped) == (5, 2, 0, 3)
    assert found.reasons == {"title": 1, "subtotal": 1, "footnote": 1}
    first = next(row for row in found.rows if row.verdict == "accepted")
    assert first.content["统一社会信用代码"] == uscc(1)
    assert ["enterprise", uscc(1), "", "2023", "electricity_grid", 12_105_000_000] in first.states


def test_an_unknown_layout_is_guessed_and_never_used_by_itself(tmp_path: Path) -> None:
    """The guess says how sure each line is; a column without its unit is a comment; the rest is named."""
    found = preview(write_xlsx(tmp_path / "情况表.xlsx", {"表1": UNKNOWN}))
    assert (found.how, found.profile, found.feed) == ("guessed", None, Feed.FIGURES)
    text = found.guessed or ""
    assert "# A guess" in text.splitlines()[0]
    mapping = parse_mapping(text)
    assert mapping.columns["uscc"].column == ["组织机构信用代码"]
    assert {code: rule.unit for code, rule in mapping.metrics.items()} == {"tax": "title", "revenue": "title"}
    commented = [line for line in text.splitlines() if line.startswith("  # electricity")]
    assert len(commented) == 1
    assert "names no unit" in commented[0]
    assert "#   单位详细名称" in text
    assert found.accepted == 7
    sure = re.findall(r" # ([01]\.[0-9]{2}) ", text)
    assert len(sure) == 4
    assert all(0.45 <= float(each) <= 1 for each in sure)


def test_a_guess_finds_columns_by_what_stands_in_them(tmp_path: Path) -> None:
    """Codes with a right check digit and parcel codes are found under whatever name."""
    rows = [["代号", "地号", "怎么用", "面积（亩）"]]
    rows += [[uscc(i), f"330203001002GB{i:05d}", "自有", str(i)] for i in range(1, 9)]
    text = preview(write_csv(tmp_path / "t.csv", rows), Feed.OCCUPANCIES).guessed or ""
    mapping_lines = {line.split(":")[0].strip(): line for line in text.splitlines() if line.startswith("  ")}
    assert "代号" in mapping_lines["uscc"]
    assert "地号" in mapping_lines["parcel_code"]


def test_a_guess_without_the_key_says_so(tmp_path: Path) -> None:
    """What a feed cannot do without stands there to be filled in, and the preview tells what is lacking."""
    rows = [["单位", "入库税收（元）", "营业收入（元）"], ["甲", "5", "6"], ["乙", "7", "8"]]
    found = preview(write_csv(tmp_path / "税务.csv", rows), Feed.FIGURES)
    assert found.how == "guessed"
    assert "FILL IN" in (found.guessed or "")
    assert found.read is None
    assert any("须先补全" in note for note in found.notes)


def test_a_sheet_of_nothing_we_know_is_unknown(tmp_path: Path) -> None:
    """Where nothing resembles a hand-over nothing is guessed."""
    found = preview(write_csv(tmp_path / "t.csv", [["菜单", "价格表"], ["红烧肉", "三十"]]))
    assert (found.how, found.guessed, found.rows) == ("unknown", None, [])


def test_profiles_that_fit_as_well_are_listed(tmp_path: Path) -> None:
    """A sheet of two bureaus is not read, and its profiles are listed to choose from."""
    names = ["统一社会信用代码", "年度", "入库税收（元）", "工业总产值（万元）"]
    found = preview(write_csv(tmp_path / "t.csv", [names, [uscc(1), "2023", "5", "7"]]))
    assert (found.how, found.fitting, found.read) == ("ambiguous", ["statistics", "tax-finance"], None)


def test_a_mapping_or_our_own_names_are_previewed_too(tmp_path: Path) -> None:
    """Held rows come with reason and column, before anything is stored."""
    file = write_csv(tmp_path / "t.csv", [["统一社会信用代码", "年度", "税收"], ["913", "2023", "1"]])
    found = preview(file, mapping=parse_mapping(TAX))
    assert (found.how, found.held, found.reasons) == ("mapping", 1, {"uscc_malformed": 1})
    own = write_csv(tmp_path / "o.csv", [["uscc", "period", "tax", "memo"], [uscc(1), "2023", "5", ""]])
    found = preview(own)
    assert (found.how, found.feed, found.accepted) == ("own_names", Feed.FIGURES, 1)
    assert found.not_read == ["memo"]


def test_only_the_first_rows_are_shown(tmp_path: Path) -> None:
    """Of a long file all rows are counted and so many shown as were asked for."""
    rows = [["uscc", "period", "tax"], *[[uscc(i), "2023", str(i)] for i in range(12_000)]]
    found = preview(write_csv(tmp_path / "t.csv", rows), shown=3)
    assert (found.accepted, len(found.rows)) == (12_000, 3)


def test_a_mapping_that_does_not_fit_is_told(tmp_path: Path) -> None:
    """A mapping that was given is never replaced by a guess."""
    with pytest.raises(InvalidMapping, match="Not found"):
        preview(write_csv(tmp_path / "t.csv", [["甲"], ["1"]]), mapping=parse_mapping(TAX))
