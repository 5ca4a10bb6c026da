"""What follows every import: rows that waited for it are read again, and coverage is recorded."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from service.domain.hand_overs import ImportReport
from service.jobs.correcting import held_rows
from service.jobs.following import follow_up
from service.jobs.importing import import_file
from service.store.database import Database
from service.store.models import Batch, CoveragePoint, Parcel
from tests.support.parks import HandOvers


def register(database: Database, folder: Path, *codes: str, name: str = "register") -> ImportReport:
    """Hand over a register of holders, before its parcels."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join(["code,holder", *(f"{code},甲" for code in codes), ""]), encoding="utf-8")
    return import_file(database, "parcels", path)


def batches(database: Database) -> int:
    """Return how many batches there are."""
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(Batch)).scalar_one()


def test_rows_find_their_parcel_as_soon_as_it_comes(database: Database, tmp_path: Path) -> None:
    """Those whose parcel came are settled and the report says so; the others are left alone."""
    early = register(database, tmp_path, "P1", "P8", "P9")
    assert early.reasons == {"parcel_unknown": 3}
    handed = HandOvers(database, tmp_path).parcels({"code": "P1"}, {"code": "P8"})
    told = follow_up(database, handed)
    assert told.batch_id == handed.batch_id
    assert [note for note in told.notes if "2 rows that had been held" in note and "2 are settled" in note]
    with database.reading() as connection:
        holders = [tuple(row) for row in connection.execute(select(Parcel.code, Parcel.holder))]
    assert set(holders) == {("P1", "甲"), ("P8", "甲")}
    assert [row["subject"] for row in held_rows(database, early.batch_id or 0)[1]] == ["P9"]


def test_nothing_else_is_read_again(database: Database, tmp_path: Path) -> None:
    """An import that settles nothing makes no batch; done again after a crash it makes none either."""
    register(database, tmp_path, "P9")
    files = HandOvers(database, tmp_path)
    handed = files.parcels({"code": "P1"})
    before = batches(database)
    assert follow_up(database, handed).notes == handed.notes
    assert batches(database) == before
    found = files.parcels({"code": "P9", "at": 5})
    follow_up(database, found)
    after = batches(database)
    follow_up(database, found)
    assert batches(database) == after == before + 2


def test_coverage_is_recorded_of_the_import_and_of_what_it_settled(
    database: Database, tmp_path: Path
) -> None:
    """Each has its points, once, however often it is done."""
    register(database, tmp_path, "P1")
    files = HandOvers(database, tmp_path)
    handed = files.parcels({"code": "P1", "registered_area_m2": 10_000})
    for _ in range(2):
        follow_up(database, handed)
    with database.reading() as connection:
        points = connection.execute(select(CoveragePoint.batch_id, CoveragePoint.feed)).all()
    assert {batch for batch, _ in points} <= {handed.batch_id, (handed.batch_id or 0) + 1}
    assert handed.batch_id in {batch for batch, _ in points}
    assert len(points) == len(set(points))


def test_an_import_that_changed_nothing_is_followed_by_nothing(database: Database, tmp_path: Path) -> None:
    """The same file again has no batch, no points and no new notes."""
    HandOvers(database, tmp_path).parcels({"code": "P1"})
    register(database, tmp_path, "P1")
    again = register(database, tmp_path, "P1")
    assert again.batch_id is None
    assert follow_up(database, again) == again


def test_a_follow_up_that_fails_is_no_failed_import(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file that was not kept cannot be read again: said in a note and logged; the rest is done."""
    early = register(database, tmp_path, "P1")
    register(database, tmp_path, "P2", name="other")
    with database.writing() as connection:
        connection.execute(update(Batch).where(Batch.id == early.batch_id).values(sha256="0" * 64))
    handed = HandOvers(database, tmp_path).parcels({"code": "P1"}, {"code": "P2"})
    with caplog.at_level(logging.ERROR, logger="mujun"):
        told = follow_up(database, handed)
    assert (told.batch_id, told.accepted) == (handed.batch_id, 2)
    assert any("数据已入库" in note and "原始文件未留存" in note for note in told.notes)
    assert any("1 are settled" in note for note in told.notes)
    assert f"What follows batch {handed.batch_id} failed" in caplog.text
