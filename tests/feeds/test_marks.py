"""Marks (标识): a yes in a column of a list becomes the figure 1 of a firm or a parcel."""

from pathlib import Path

import pytest

from service.errors import InvalidMapping
from service.jobs.importing import import_file
from service.reference.tables import unit_table
from service.store.database import Database
from tests.feeds.handing import current_figures, parsed_mapping, read, uscc, values, verdicts, write_csv

MARKS = (
    *("high_tech", "specialised_new", "listed", "safety_accident"),
    *("environmental_penalty", "credit_default", "relocation", "illegal_building"),
)
MAPPING = """
feed: figures
columns: {uscc: 统一社会信用代码, period: {constant: 2023}}
metrics:
  high_tech: {column: 高新技术企业, unit: mark, values: {是: 1, 否: ""}}
  safety_accident: {column: 安全生产事故, unit: 标识, values: {有: 1, 否: 0}, otherwise: empty}
"""
HEADER = ["统一社会信用代码", "高新技术企业", "安全生产事故"]


def test_every_mark_counts_in_ones() -> None:
    """A figure of 1 is the minor value 1, with a name in both languages."""
    for code in MARKS:
        metric = unit_table().metrics[code]
        assert (metric.quantity, metric.minor_per_unit) == ("mark", 1)
        assert unit_table().factor(metric, metric.unit) == 1
        assert metric.zh
        assert metric.en


def test_yes_and_no_are_read_as_marks(tmp_path: Path) -> None:
    """Yes is 1; no is nothing or 0, as the mapping says; what it does not list is held or left out."""
    path = write_csv(
        tmp_path / "marks.csv",
        [
            HEADER,
            [uscc(1), "是", "有"],
            [uscc(2), "否", "否"],
            [uscc(3), "", "/"],
            [uscc(4), "正在申报", "有"],
            [uscc(5), "是", "不详"],
        ],
    )
    rows = read(path, MAPPING)
    assert verdicts(rows) == ["accepted", "accepted", "no_values", "value_unmapped", "accepted"]
    assert values(rows) == [1, 1, 0, 1]


def test_marks_of_parcels_come_in_like_any_figure(database: Database, tmp_path: Path) -> None:
    """A list of parcels with illegal building marks them for the year."""
    path = write_csv(tmp_path / "marks.csv", [["宗地代码", "违法建设"], ["P1", "是"], ["P2", "否"]])
    mapping = """
feed: figures
columns: {parcel_code: 宗地代码, period: {constant: 2023}}
metrics:
  illegal_building: {column: 违法建设, unit: mark, values: {是: 1, 否: ""}}
"""
    report = import_file(database, "figures", path, mapping=parsed_mapping(mapping))
    assert (report.accepted, report.skipped) == (1, 1)
    assert current_figures(database) == {("parcel", "P1", "", "2023", "illegal_building", 1)}


@pytest.mark.parametrize("wrong", ["人", "万元"])
def test_a_mark_has_no_other_unit(wrong: str) -> None:
    """Persons and money are no marks."""
    with pytest.raises(InvalidMapping, match="not a unit of high_tech"):
        parsed_mapping(MAPPING.replace("unit: mark", f"unit: {wrong}"))
