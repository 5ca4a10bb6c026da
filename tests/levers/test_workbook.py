"""Reports of levers: what is masked, and how they come out as a workbook."""

import io
from datetime import date

import openpyxl
import polars as pl

from service.features.table import Property
from service.levers.report import Basis, Report, Section, Total
from service.levers.workbook import workbook

REPORT = Report(
    "uplift",
    ("Uplift", "容积率提升"),
    {"evaluation": 3, "period": "2023"},
    (
        Section(
            "parcels",
            ("Parcels", "宗地"),
            "parcels",
            (
                Property("code", "string", "Code 代码"),
                Property("tax", "number", "Tax 税收"),
                Property("known", "boolean", "Known 已知"),
                Property("day", "date", "Day 日期"),
            ),
            pl.DataFrame(
                {
                    "code": ["=P1", "P2"],
                    "tax": [1.5, None],
                    "known": [True, False],
                    "day": [date(2024, 5, 1)] * 2,
                }
            ),
            (Total("tax", ("Tax", "税收"), 1.5, "万元"),),
        ),
    ),
    (Basis("rule", ("Rule", "规则"), "1.2", "customary 常用", verified=False),),
)


def test_a_workbook_has_the_rules_and_every_table() -> None:
    """The first sheet says what was looked at and by which rules, the next has the rows; texts stay texts."""
    book = openpyxl.load_workbook(io.BytesIO(workbook(REPORT)))
    assert book.sheetnames == ["概要 Summary", "宗地 Parcels"]
    said = [[cell.value for cell in row if cell.value is not None] for row in book.worksheets[0]]
    assert ["税收 Tax", 1.5, "万元"] in said
    assert ["rule", "规则", "Rule", "1.2", "", "customary 常用", "否 no"] in [
        [cell if cell is not None else "" for cell in row]
        for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    rows = list(book.worksheets[1].iter_rows())
    assert [cell.value for cell in rows[1]][:3] == ["=P1", 1.5, "是 yes"]
    assert rows[1][0].data_type == "s"
    assert rows[1][3].value.date() == date(2024, 5, 1)
    assert rows[2][1].value is None


def test_what_may_not_be_seen_is_absent() -> None:
    """Columns and totals that are masked are not there; nor is a table of which nothing is left."""
    seen = REPORT.seen_by({"parcels": {"code"}})
    assert seen.sections[0].rows.columns == ["code"]
    assert not seen.sections[0].totals
    assert not REPORT.seen_by({"parcels": ()}).sections
    assert not REPORT.verified
