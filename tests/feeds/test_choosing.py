from pathlib import Path

import pytest

from service.domain.hand_overs import Feed
from service.errors import InvalidMapping, InvalidParameter, NotFound
from service.feeds.mappings.mapping import parse_mapping
from service.feeds.profiles.catalogue import all_profiles, find_profile, shipped_profiles
from service.feeds.profiles.choosing import mapping_for
from tests.feeds.handing import TAX, uscc, write_csv, write_xlsx

OWN = """
profile: our-tax
title: {zh: 本地税收, en: Our tax}
bureau: tax
source: a workbook of this park
verified: true
feed: figures
columns: {uscc: 甲, period: {constant: 2023}}
metrics: {tax: {column: 乙, unit: yuan}}
"""


def test_a_sheet_that_two_bureaus_know_is_left_to_a_person(tmp_path: Path) -> None:
    """Where each of two profiles reads a column that the other does not, both are named and none is used."""
    names = ["统一社会信用代码", "年度", "入库税收（元）", "工业总产值（万元）"]
    file = write_csv(tmp_path / "汇总.csv", [names, [uscc(1), "2023", "5", "7"]])
    with pytest.raises(InvalidMapping, match="statistics, tax-finance") as caught:
        mapping_for(file, Feed.FIGURES)
    assert caught.value.code == "profile-ambiguous"
    assert "--profile" in (caught.value.action or "")


def test_a_column_without_its_unit_is_not_passed_over(tmp_path: Path) -> None:
    """A narrower profile is not taken because the wider one lacks a unit: the error says what it lacks."""
    names = ["统一社会信用代码", "年度", "电力消费量（万千瓦时）", "天然气（万立方米）", "原煤"]
    file = write_csv(tmp_path / "能源.csv", [names, [uscc(1), "2023", "5", "7", "9"]])
    with pytest.raises(InvalidMapping, match=r"inspection-consumption \(coal: .*unit"):
        mapping_for(file, Feed.FIGURES)


def test_two_sheets_that_fit_are_left_to_a_person(tmp_path: Path) -> None:
    """This year's sheet and last year's both fit, and which is meant nobody said."""
    rows = [["统一社会信用代码", "年度", "用水量（吨）"], [uscc(1), "2023", "5"]]
    file = write_xlsx(tmp_path / "用水.xlsx", {"2022": rows, "2023": rows})
    with pytest.raises(InvalidMapping, match="in the sheets 2022, 2023: water"):
        mapping_for(file, Feed.FIGURES)


def test_what_only_names_firms_fits_nothing(tmp_path: Path) -> None:
    """A list of codes and names is a sheet of every feed, hence of none."""
    file = write_csv(tmp_path / "名单.csv", [["统一社会信用代码", "企业名称"], [uscc(1), "甲"]])
    for feed in Feed:
        assert mapping_for(file, feed).mapping is None


def test_our_own_names_need_no_profile(tmp_path: Path) -> None:
    """A file with our own column names is read by them, and nothing is said."""
    file = write_csv(tmp_path / "t.csv", [["uscc", "period", "tax"], [uscc(1), "2023", "5"]])
    assert mapping_for(file, Feed.FIGURES).mapping is None


def test_what_is_given_is_used(tmp_path: Path) -> None:
    """A mapping or a profile by name is used without a look at the others; both together are a mistake."""
    file = write_csv(tmp_path / "t.csv", [["甲"], ["1"]])
    mapping = parse_mapping(TAX)
    assert mapping_for(file, Feed.FIGURES, mapping=mapping).mapping is mapping
    assert mapping_for(file, Feed.FIGURES, profile="gas").mapping is find_profile("gas").mapping
    with pytest.raises(InvalidParameter):
        mapping_for(file, Feed.FIGURES, mapping=mapping, profile="gas")
    with pytest.raises(NotFound, match="tax-finance") as caught:
        mapping_for(file, Feed.FIGURES, profile="../../etc/passwd")
    assert caught.value.code == "profile-not-found"


def test_an_installation_has_profiles_of_its_own(tmp_path: Path) -> None:
    """A folder of YAML files stands beside the shipped ones, is read anew, and is chosen from like them."""
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "our-tax.yaml").write_text(OWN, "utf-8")
    (folder / "readme.txt").write_text("no profile", "utf-8")
    found = all_profiles(folder)
    assert set(found) == {*shipped_profiles(), "our-tax"}
    assert not found["our-tax"].shipped
    file = write_csv(tmp_path / "t.csv", [["甲", "乙"], [uscc(1), "5"]])
    assert mapping_for(file, Feed.FIGURES, folder=folder).mapping == found["our-tax"].mapping
    assert mapping_for(file, Feed.FIGURES).mapping is None


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("gas.yaml", ("our-tax", "gas"), "already"),
        ("other.yaml", ("", ""), "calls itself 'our-tax'"),
        ("our-tax.yaml", ("profile: our-tax\n", ""), "has no `profile:`"),
        ("our-tax.yaml", ("bureau: tax", "bureau: taxes"), "no such bureau"),
        ("our-tax.yaml", ("source: a workbook of this park\n", ""), "also has source"),
        ("our-tax.yaml", ("profile: our-tax", "profile: ../tax"), "profile"),
    ],
)
def test_a_profile_with_a_mistake_is_named(
    tmp_path: Path, name: str, change: tuple[str, str], told: str
) -> None:
    """One bad file of the folder is told with its name and what is wrong with it."""
    (tmp_path / name).write_text(OWN.replace(*change) if change[0] else OWN, "utf-8")
    with pytest.raises(InvalidMapping) as caught:
        all_profiles(tmp_path)
    assert told in caught.value.detail
    assert caught.value.place == name


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A setting that leads nowhere is no empty folder."""
    with pytest.raises(InvalidMapping, match="no folder 'absent'"):
        all_profiles(tmp_path / "absent")
