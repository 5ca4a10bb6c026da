"""Held rows are corrected, replayed and dismissed; nothing that was received is rewritten."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from service.domain.hand_overs import ImportReport
from service.errors import Conflict, InvalidParameter, NotFound
from service.feeds import held_sheet
from service.feeds.mappings.mapping import FeedMapping, parse_mapping
from service.jobs import matching
from service.jobs.correcting import (
    Change,
    Treatment,
    correct,
    correct_by_workbook,
    held_rows,
    replay_matched,
    replay_waiting,
)
from service.jobs.importing import import_file
from service.store import hand_overs
from service.store.database import Database
from service.store.models import Figure
from tests.feeds.handing import uscc
from tests.support.parks import HandOvers

FIRMS = [uscc(number) for number in range(1, 6)]

TAX = """
feed: figures
fill_down: [企业代码]
columns:
  uscc: 企业代码
  period: {from: title}
metrics:
  tax: {column: 税收, unit: 万元}
"""

LINES = [
    ["某区2023年度税收"],
    ["企业代码", "税收", "备注"],
    [FIRMS[0], "1,5", ""],
    [FIRMS[1], "200", "甲"],
    ["", "210", "乙"],
    [FIRMS[2], "x", "=1+1"],
]


@pytest.fixture
def handed(database: Database, tmp_path: Path) -> ImportReport:
    """Hand over a workbook of which one row is accepted by nobody: four are held."""
    book = openpyxl.Workbook()
    for line in LINES:
        book.active.append([None if cell == "" else cell for cell in line])
    for cell in (book.active["C6"],):
        cell.data_type = "s"
    path = tmp_path / "税收.xlsx"
    book.save(path)
    return import_file(database, "figures", path, mapping=mapping())


def mapping() -> FeedMapping:
    """Return the mapping of the workbook."""
    return parse_mapping(TAX)


def held(database: Database, batch: int | None) -> dict[int, dict[str, Any]]:
    """Return the open held rows of a batch by their number in the file."""
    assert batch is not None
    return {row["row"]: dict(row) for row in held_rows(database, batch)[1]}


def tax(database: Database) -> dict[str, int]:
    """Return the tax in effect in 万元."""
    with database.reading() as connection:
        query = select(Figure.subject_code, Figure.period, Figure.value)
        rows = connection.execute(query.where(Figure.superseded_by.is_(None))).all()
    assert {period for _, period, _ in rows} <= {"2023"}
    return {code: value // 1_000_000 for code, _, value in rows}


def test_a_corrected_cell_is_read_as_if_it_had_stood_there(database: Database, handed: ImportReport) -> None:
    """With all that stands around it: here the year is in the title."""
    assert (handed.held, handed.accepted) == (4, 0)
    rows = held(database, handed.batch_id)
    report = correct(database, handed.batch_id or 0, [Change(rows[3]["id"], {"税收": "1.5"})])
    assert (report.read, report.accepted) == (1, 1)
    with database.reading() as connection:
        value = connection.execute(select(Figure.value, Figure.period)).one()
    assert tuple(value) == (1_500_000, "2023")
    assert set(held(database, handed.batch_id)) == {4, 5, 6}


def test_what_was_received_stays(database: Database, handed: ImportReport) -> None:
    """The batch's counts and rows are as they were; the row that corrects names the one it corrects."""
    batch = handed.batch_id or 0
    row = held(database, batch)[3]
    report = correct(database, batch, [Change(row["id"], {"税收": "1.5"})], by="clerk")
    with database.reading() as connection:
        first, second = (hand_overs.batch(connection, each) for each in (batch, report.batch_id or 0))
        settling = hand_overs.rows_of(connection, report.batch_id or 0)
        rows = {each["row"]: each for each in hand_overs.rows_of(connection, batch)}
    assert first is not None
    assert second is not None
    assert (first["held"], second["corrects"], second["sha256"]) == (4, batch, first["sha256"])
    assert '"by":"clerk"' in second["mapping"]
    assert [(each["corrects"], each["row"]) for each in settling] == [(row["id"], 3)]
    assert (rows[3]["verdict"], rows[3]["content"]) == ("held", row["content"])


def test_of_contradicting_rows_one_is_kept_and_one_dismissed(
    database: Database, handed: ImportReport
) -> None:
    """The row that a merged cell names is still read by it, though the row above does not come along."""
    rows = held(database, handed.batch_id)
    changes = [Change(rows[5]["id"]), Change(rows[4]["id"], dismiss=True)]
    report = correct(database, handed.batch_id or 0, changes)
    assert (report.accepted, report.skipped, report.reasons) == (1, 1, {"dismissed": 1})
    assert tax(database) == {FIRMS[1]: 210}
    assert set(held(database, handed.batch_id)) == {3, 6}


def test_a_workbook_goes_out_and_comes_back(database: Database, handed: ImportReport, tmp_path: Path) -> None:
    """Only cells that a person changed are corrections; a mark dismisses a row."""
    batch = handed.batch_id or 0
    path = tmp_path / "held.xlsx"
    path.write_bytes(held_sheet.write(held_rows(database, batch)[1]))
    book = openpyxl.load_workbook(path)
    sheet = book.active
    names = [cell.value for cell in sheet[1]]
    by_row = {int(line[2].value): line for line in sheet.iter_rows(min_row=2)}
    by_row[3][names.index("税收")].value = 150
    by_row[4][names.index("不予采用 dismiss (是)")].value = "是"
    by_row[6][names.index("税收")].value = "3e2"
    book.save(path)
    report = correct_by_workbook(database, batch, path)
    assert (report.read, report.accepted, report.skipped) == (4, 3, 1)
    assert tax(database) == {FIRMS[0]: 150, FIRMS[1]: 210, FIRMS[2]: 300}
    assert held(database, batch) == {}


def test_no_cell_of_the_workbook_is_a_formula(
    database: Database, handed: ImportReport, tmp_path: Path
) -> None:
    """What begins with = + - @ is text, and the reason stands beside it."""
    path = tmp_path / "held.xlsx"
    path.write_bytes(held_sheet.write(held_rows(database, handed.batch_id or 0)[1]))
    cells = [cell for line in openpyxl.load_workbook(path).active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "=1+1" in [cell.value for cell in cells]
    assert any("number_unreadable" in str(cell.value) for cell in cells)


def test_a_replay_that_changes_nothing_is_no_new_batch_the_second_time(
    database: Database, handed: ImportReport
) -> None:
    """Rows that are still held stay questions of the first batch."""
    first = correct(database, handed.batch_id or 0)
    again = correct(database, handed.batch_id or 0)
    assert (first.read, first.held, again.batch_id) == (4, 4, None)
    assert set(held(database, handed.batch_id)) == {3, 4, 5, 6}
    assert held(database, first.batch_id) == {}


def test_what_cannot_be_corrected_is_refused(database: Database, handed: ImportReport) -> None:
    """A row of elsewhere, a row twice, a column that is not there, a batch without held rows."""
    batch, rows = handed.batch_id or 0, held(database, handed.batch_id)
    row = rows[3]["id"]
    for changes, code in (
        ([Change(10**6)], "row-not-open"),
        ([Change(row), Change(row)], "row-not-open"),
        ([Change(row, {"没有": "1"})], "unknown-column"),
    ):
        with pytest.raises(InvalidParameter) as caught:
            correct(database, batch, changes)
        assert caught.value.code == code
    with pytest.raises(NotFound):
        correct(database, 10**6)
    correct(database, batch, [Change(each["id"], dismiss=True) for each in rows.values()])
    with pytest.raises(Conflict) as settled:
        correct(database, batch)
    assert settled.value.code == "nothing-held"


def test_rows_that_wait_for_a_parcel_find_it(database: Database, tmp_path: Path) -> None:
    """A register handed over before its parcels is read again once they are there, row by row."""
    files = HandOvers(database, tmp_path)
    path = tmp_path / "register.csv"
    path.write_text("code,holder\nP1,甲\nP9,乙\n", encoding="utf-8")
    early = import_file(database, "parcels", path)
    assert early.reasons == {"parcel_unknown": 2}
    files.parcels({"code": "P1"})
    (report,) = replay_waiting(database)
    assert (report.read, report.accepted) == (1, 1)
    assert set(held(database, early.batch_id)) == {3}
    assert replay_waiting(database) == []


def test_an_invalid_geometry_is_mended_afterwards(database: Database, tmp_path: Path) -> None:
    """The same file, the same row, another treatment."""
    path = tmp_path / "parcels.geojson"
    bow = "[[[120,30],[120.01,30.01],[120.01,30],[120,30.01],[120,30]]]"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"P1"},'
        f'"geometry":{{"type":"Polygon","coordinates":{bow}}}}}]}}',
        encoding="utf-8",
    )
    first = import_file(database, "parcels", path, district="330299")
    assert first.reasons == {"geometry_invalid": 1}
    report = correct(database, first.batch_id or 0, treatment=Treatment(repair=True))
    assert (report.accepted, report.repaired) == (1, 1)


def test_a_decision_lets_the_rows_in_that_waited(database: Database, tmp_path: Path) -> None:
    """A name that nobody has is asked about; the answer is for the rows that waited, and for later ones."""
    files = HandOvers(database, tmp_path)
    files.enterprises({"uscc": FIRMS[0], "name": "宁波甲机械有限公司"})
    tax_by_name = parse_mapping(
        "feed: figures\ncolumns: {uscc: 代码, enterprise_name: 企业, period: {constant: 2023}}\n"
        "metrics: {tax: {column: 税收, unit: 万元}}"
    )
    path = tmp_path / "tax.csv"
    path.write_text("代码,企业,税收\n,宁波甲机器厂,7\n", encoding="utf-8")
    first = import_file(database, "figures", path, mapping=tax_by_name)
    assert first.reasons == {"enterprise_unmatched": 1}
    (question,) = matching.listing(database)
    matching.decide(database, question.id, FIRMS[0], "clerk")
    (report,) = replay_matched(database, question.id)
    assert (report.read, report.accepted) == (1, 1)
    assert tax(database) == {FIRMS[0]: 7}
    assert matching.question(database, question.id).waiting == 0
