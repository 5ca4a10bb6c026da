"""Rows say whose they are by code, by old number or by name; what nobody can tell waits for a person."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from service.domain.hand_overs import ImportReport
from service.errors import InvalidMapping
from service.feeds.mappings.mapping import parse_mapping
from service.jobs.identifying import Register
from service.jobs.importing import import_file
from service.store import hand_overs, matches
from service.store.database import Database
from service.store.models import Branch, NameMatch, Occupancy
from tests.feeds.handing import current_figures, parsed_mapping, read, uscc, write_csv

REGISTER = """
feed: enterprises
columns: {uscc: 代码, name: 名称, registration_number: {column: 注册号, optional: true}}
"""
TAX = """
feed: figures
columns:
  uscc: 代码
  enterprise_name: 名称
  registration_number: {column: 注册号, optional: true}
  period: 年度
metrics: {tax: {column: 税收, unit: yuan}}
"""
BY_NAME = """
feed: figures
columns: {enterprise_name: 名称, period: {constant: 2023}}
metrics: {tax: {column: 税收, unit: yuan}}
"""
WRONG = "91330299000000001A"
"""A code whose check digit is wrong."""
FIRMS = [
    ("代码", "名称", "注册号"),
    (uscc(1), "宁波恒禾机械有限公司", "330200000012345"),
    (uscc(2), "宁波鼎泰模具有限公司", ""),
    (uscc(3), "宁波同名电器有限公司", ""),
    (uscc(4), "宁波同名电器有限责任公司", ""),
    (uscc(5), "宁波新盛五金有限公司（原宁波旧盛五金有限公司）", ""),
]


def _import(database: Database, path: Path, mapping: str, rows: list[tuple[object, ...]]) -> ImportReport:
    parsed = parse_mapping(mapping)
    return import_file(database, parsed.feed, write_csv(path, rows), mapping=parsed)


@pytest.fixture
def registered(database: Database, tmp_path: Path) -> Database:
    """A store with five firms in its register."""
    _import(database, tmp_path / "firms.csv", REGISTER, FIRMS)
    return database


def _rows(database: Database, batch_id: int | None) -> list[dict[str, object]]:
    with database.reading() as connection:
        assert batch_id is not None
        return [dict(row) for row in hand_overs.rows_of(connection, batch_id)]


@pytest.mark.parametrize(
    ("code", "name", "number", "note"),
    [
        (uscc(1), "宁波恒禾机械有限公司", "", None),
        (uscc(1).lower(), "", "", None),
        (uscc(1), "无人知晓的名称", "", None),
        (WRONG, "宁波恒禾机械有限公司", "", "matched_by_name"),
        ("", "寧波恒禾机械（有限责任公司）", "", "matched_by_name"),
        ("330200000012345", "", "", "matched_by_registration_number"),
        ("", "", "330200000012345", "matched_by_registration_number"),
        ("", "无人知晓的名称", "330200000012345", "matched_by_registration_number"),
        (uscc(1), "宁波鼎泰模具有限公司", "", "name_differs"),
    ],
)
def test_a_row_finds_its_enterprise(
    registered: Database, tmp_path: Path, code: str, name: str, number: str, note: str | None
) -> None:
    """A valid code always counts; else the old number, then the name; the row says what is worth knowing."""
    rows = [("代码", "名称", "注册号", "年度", "税收"), (code, name, number, "2023", "5")]
    report = _import(registered, tmp_path / "tax.csv", TAX, rows)
    assert report.accepted == 1
    assert current_figures(registered) == {("enterprise", uscc(1), "", "2023", "tax", 500)}
    assert _rows(registered, report.batch_id)[-1]["reason"] == note


def test_a_former_name_in_the_register_finds_the_firm(registered: Database, tmp_path: Path) -> None:
    """The register writes it in brackets behind the present name."""
    report = _import(
        registered, tmp_path / "t.csv", BY_NAME, [("名称", "税收"), ("宁波旧盛五金有限责任公司", "5")]
    )
    assert report.accepted == 1
    assert {figure[1] for figure in current_figures(registered)} == {uscc(5)}


def test_what_nobody_can_tell_waits_for_a_person(registered: Database, tmp_path: Path) -> None:
    """The row is held, one question is asked for all rows of the name, with the most alike firms first."""
    rows = [
        ("名称", "税收"),
        ("宁波恒禾机械", "5"),
        ("宁波 恒禾机械", "6"),
        ("宁波同名电器有限公司", "7"),
        ("", "8"),
    ]
    report = _import(registered, tmp_path / "t.csv", BY_NAME, rows)
    assert report.reasons == {"enterprise_unmatched": 2, "enterprise_ambiguous": 1, "uscc_missing": 1}
    with registered.reading() as connection:
        first, second = matches.listing(connection, "open")
        assert first["wanted"] == "宁波恒禾机械"
        assert matches.waiting(connection, [first["id"], second["id"]]) == {first["id"]: 2, second["id"]: 1}
        held = matches.held_rows(connection, first["id"])
    rows_of_batch = _rows(registered, report.batch_id)
    assert [row["id"] for row in held] == [row["id"] for row in rows_of_batch[:2]]
    assert f'"{uscc(1)}"' in first["candidates"].split("}")[0]
    assert {uscc(3), uscc(4)} <= set(second["candidates"].split('"'))


def test_subtotals_and_footnotes_ask_nothing(registered: Database, tmp_path: Path) -> None:
    """A row that is no data is skipped before anybody asks whom it means."""
    rows = [("名称", "税收"), ("宁波鼎泰模具有限公司", "5"), ("小计", "5"), ("注：单位为元。", "")]
    report = _import(registered, tmp_path / "t.csv", BY_NAME, rows)
    assert (report.accepted, report.skipped, report.held) == (1, 2, 0)
    with registered.reading() as connection:
        assert matches.listing(connection) == []


def test_a_decision_is_remembered_and_can_be_revoked(registered: Database, tmp_path: Path) -> None:
    """Later imports follow it; revoked, the name is unknown again."""
    rows = [("名称", "税收"), ("恒禾机械", "5")]
    _import(registered, tmp_path / "a.csv", BY_NAME, rows)
    with registered.writing() as connection:
        match = matches.listing(connection)[0]["id"]
        matches.change(connection, match, "decided", uscc=uscc(2), by="clerk")
    report = _import(registered, tmp_path / "b.csv", BY_NAME, [*rows, ("恒禾　机械", "5")])
    assert (report.accepted, report.duplicate) == (1, 1)
    assert _rows(registered, report.batch_id)[0]["reason"] == "matched_by_decision"
    with registered.writing() as connection:
        matches.change(connection, match, "open")
    report = _import(registered, tmp_path / "c.csv", BY_NAME, [("名称", "税收"), ("恒禾机械", "9")])
    assert report.reasons == {"enterprise_unmatched": 1}
    with registered.reading() as connection:
        assert len(matches.listing(connection)) == 1


def test_a_rejected_name_stays_held_and_is_not_asked_again(registered: Database, tmp_path: Path) -> None:
    """A person said that it is none of the register."""
    _import(registered, tmp_path / "a.csv", BY_NAME, [("名称", "税收"), ("恒禾机械", "5")])
    with registered.writing() as connection:
        match = matches.listing(connection)[0]["id"]
        matches.change(connection, match, "rejected", by="clerk")
    report = _import(registered, tmp_path / "b.csv", BY_NAME, [("名称", "税收"), ("恒禾机械", "6")])
    assert report.held == 1
    with registered.reading() as connection:
        (question,) = matches.listing(connection)
        assert question["status"] == "rejected"
        assert len(matches.held_rows(connection, match)) == 2


def test_the_register_itself_asks_nobody(registered: Database, tmp_path: Path) -> None:
    """A firm with a wrong code may be new: its code is to be corrected, unless its name is known."""
    rows = [("代码", "名称"), (WRONG, "宁波从未有过有限公司"), ("", "宁波鼎泰模具有限公司")]
    report = _import(registered, tmp_path / "more.csv", REGISTER, rows)
    assert report.reasons == {"already_stored": 1, "uscc_check_digit": 1}
    with registered.reading() as connection:
        assert connection.execute(select(NameMatch.id)).all() == []


def test_a_wrong_code_without_name_says_what_is_wrong_with_it(registered: Database, tmp_path: Path) -> None:
    """There is nothing to look up, and nothing to ask."""
    rows = [("代码", "名称", "年度", "税收"), (WRONG, "", "2023", "5"), ("330200000099999", "", "2023", "5")]
    report = _import(registered, tmp_path / "tax.csv", TAX, rows)
    assert report.reasons == {"uscc_check_digit": 1, "uscc_malformed": 1}


def test_a_wrong_code_and_an_unknown_name_are_both_told(registered: Database, tmp_path: Path) -> None:
    """The detail names the code that failed and the name that nobody has."""
    rows = [("代码", "名称", "年度", "税收"), (WRONG, "宁波恒禾机器有限公司", "2023", "5")]
    report = _import(registered, tmp_path / "tax.csv", TAX, rows)
    (row,) = _rows(registered, report.batch_id)
    assert row["reason"] == "enterprise_unmatched"
    assert WRONG in str(row["detail"])
    assert "宁波恒禾机器有限公司" in str(row["detail"])


def test_a_branch_names_its_head_office(registered: Database, tmp_path: Path) -> None:
    """Of branches, name and number say whose they are: registers of branches rarely give the head's code."""
    mapping = "feed: branches\ncolumns: {uscc: 代码, name: 名称, enterprise_name: 隶属企业}"
    branch = (uscc(9), "宁波恒禾机械有限公司鄞州分公司", "宁波恒禾机械有限责任公司")
    rows = [("代码", "名称", "隶属企业"), branch]
    assert _import(registered, tmp_path / "b.csv", mapping, rows).accepted == 1
    with registered.reading() as connection:
        assert connection.execute(select(Branch.uscc, Branch.head_uscc)).one() == (uscc(9), uscc(1))


def test_a_held_row_says_what_it_speaks_of(registered: Database, tmp_path: Path) -> None:
    """Where the one cell is readable: so that coverage can tell held from missing."""
    mapping = """
feed: occupancies
columns: {parcel_code: 宗地, uscc: 代码, enterprise_name: 名称, role: 方式}
"""
    rows = [
        ("宗地", "代码", "名称", "方式"),
        ("P1", "", "恒禾机械", "自有"),
        ("P2", uscc(1), "", "借"),
        ("", uscc(1), "", "借"),
    ]
    report = _import(registered, tmp_path / "o.csv", mapping, rows)
    assert [row["subject"] for row in _rows(registered, report.batch_id)] == ["P1", "P2", uscc(1)]


def test_a_real_estate_unit_speaks_of_its_parcel(database: Database, tmp_path: Path) -> None:
    """28 characters name a building on the parcel of the first 19."""
    mapping = "feed: occupancies\ncolumns: {parcel_code: 单元号, uscc: 代码, role: {constant: own}}"
    rows = [("单元号", "代码"), ("330203001001GB00012F00010001", uscc(1))]
    assert _import(database, tmp_path / "o.csv", mapping, rows).accepted == 1
    with database.reading() as connection:
        assert connection.execute(select(Occupancy.parcel_code)).scalar_one() == "330203001001GB00012"


def test_without_a_store_names_find_nobody(tmp_path: Path) -> None:
    """Reading alone, as for a preview, holds what has no usable code of its own."""
    rows = [("代码", "名称", "年度", "税收"), (uscc(1), "甲", "2023", "5"), (WRONG, "甲", "2023", "5")]
    found = read(write_csv(tmp_path / "t.csv", rows), TAX)
    assert [row.reason for row in found] == [None, "uscc_check_digit"]


@pytest.mark.parametrize(
    "columns",
    [
        "{enterprise_name: 名称, parcel_code: 宗地, period: 年度}",
        "{period: 年度}",
    ],
)
def test_figures_have_one_subject(columns: str) -> None:
    """A name stands for the enterprise and for nothing else."""
    with pytest.raises(InvalidMapping):
        parsed_mapping(f"feed: figures\ncolumns: {columns}\nmetrics: {{tax: {{column: 税收, unit: yuan}}}}")


@given(order=st.permutations(range(1, 6)))
def test_the_order_of_rows_decides_nothing(order: list[int]) -> None:
    """The register answers the same in whatever order it was handed over."""
    rows = [(FIRMS[n][0], FIRMS[n][1], FIRMS[n][2] or None) for n in order]
    register = Register(pl.DataFrame(rows, schema=["uscc", "name", "registration_number"], orient="row"))
    place = register.named("宁波恒禾机械有限公司")
    assert place is not None
    assert register.usccs[place] == uscc(1)
    assert register.named("宁波同名电器有限公司") == -1
